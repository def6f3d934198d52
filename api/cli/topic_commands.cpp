#include "api/cli/topic_commands.hpp"

#include "api/kafka_config.hpp"
#include "ledger/json.hpp"
#include "ledger/topic_source.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

namespace tollbook::api {

namespace {

struct TopicLine {
    std::string topic;
    std::optional<std::string> cluster; // None: nothing was written yet.
    std::optional<std::uint64_t> seq;
    std::string hash;
    std::uint64_t messages{};
    std::string unsafe;
};
BOOST_DESCRIBE_STRUCT(TopicLine, (), (topic, cluster, seq, hash, messages, unsafe))

Result<TopicLine> look_at(KafkaTopic& topic, const std::string& name) {
    if (const Status safe = topic.check(); !safe) return safe.error();
    const Result<std::uint64_t> end = topic.end();
    if (!end) return end.error();
    TopicLine line{name, std::nullopt, std::nullopt, {}, *end, topic.unsafe()};
    if (*end == 0) return line;
    const auto source = TopicSource::open(topic);
    if (!source) return source.error();
    const Result<ReaderState> head = (*source)->head();
    if (!head) return head.error();
    line.cluster = to_string((*source)->identity().cluster);
    line.seq = head->seq;
    line.hash = hex(head->hash);
    return line;
}

} // namespace

Exit run_topic_create(const Context& context, const NewTopic& wanted) {
    const Result<KafkaSettings> brokers = kafka_of(context.config);
    if (!brokers) return fail(context, brokers.error());
    const auto topic = KafkaTopic::open(*brokers);
    if (!topic) return fail(context, topic.error());
    if (const Status made = (*topic)->create(wanted); !made) return fail(context, made.error());
    remark(context, "made topic " + brokers->topic);
    return Exit::ok;
}

Exit run_topic_check(const Context& context) {
    const Result<KafkaSettings> brokers = kafka_of(context.config);
    if (!brokers) return fail(context, brokers.error());
    const auto topic = KafkaTopic::open(*brokers);
    if (!topic) return fail(context, topic.error());
    const Result<TopicLine> line = look_at(**topic, brokers->topic);
    if (!line) return fail(context, line.error());
    if (context.json) {
        print(to_json(*line));
        return Exit::ok;
    }
    print(fmt::format("topic     {}, {} messages", line->topic, line->messages));
    if (line->cluster) print("cluster   " + *line->cluster);
    if (line->seq) print(fmt::format("head      seq {}, hash {}", *line->seq, line->hash));
    print("unsafe    " + (line->unsafe.empty() ? "nothing" : line->unsafe));
    return Exit::ok;
}

void add_topic(CLI::App& app, std::function<Exit(const Context&)>& chosen) {
    CLI::App& topic = *app.add_subcommand("topic", "The log's private topic")->fallthrough();
    topic.require_subcommand(1);
    CLI::App& create = *topic.add_subcommand("create", "Make it as a log needs it")->fallthrough();
    auto wanted = std::make_shared<NewTopic>();
    create.add_option("--replicas", wanted->replication_factor, "Brokers that hold it (3)");
    create.add_option("--min-insync", wanted->min_insync_replicas, "Of them, in every write (2)");
    create.callback([&chosen, wanted] {
        chosen = [wanted](const Context& context) { return run_topic_create(context, *wanted); };
    });
    topic.add_subcommand("check", "Whose it is, how far it reaches, whether it is safe")
        ->fallthrough()
        ->callback([&chosen] { chosen = &run_topic_check; });
}

} // namespace tollbook::api
