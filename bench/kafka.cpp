// A log and its topic in a real broker (Apache Kafka, scripts/kafka): how fast a disk that was lost
// is filled from the topic with every chain verified, beside a bare consumer of the same bytes; and
// what the writer reaches at each level of acknowledgement, beside a log without a topic.
//   bench_kafka [RESTORED] [CHARGES] [REPEATS]
#include "api/replication.hpp"
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/limits/kafka_consume.hpp"
#include "ledger/ensure.hpp"
#include "ledger/topic_link.hpp"
#include "ledger/topic_source.hpp"
#include "tests/support/kafka_cluster.hpp"
#include "tests/support/scratch_directory.hpp"

#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>

using namespace tollbook;

namespace {

constexpr NewTopic on_one_broker{1, 1};

// A new directory with a book in it.
std::string make_book(const std::string& directory) {
    ensure(Store::create(directory).has_value());
    const bench::Engine engine(directory, 8'192);
    bench::open_book(*engine.partition);
    return directory;
}

std::unique_ptr<KafkaTopic> new_topic(const KafkaSettings& settings) {
    auto topic = KafkaTopic::open(settings).value();
    topic->create(on_one_broker).value();
    return topic;
}

void carry_over(const std::string& directory, Topic& topic) {
    const auto store = Store::open(directory).value();
    TopicLink link({store->log(), topic, {}, {}});
    link.meet(Growth::allowed).value();
}

// What `init --from-topic` does.
void restore(const std::string& directory, Topic& topic) {
    const auto source = TopicSource::open(topic).value();
    Store::create_for(directory, source->identity(), source->start().incarnation).value();
    carry_over(directory, topic);
}

void measure_restore(KafkaCluster& cluster, std::size_t charges, std::size_t repeats) {
    const ScratchDirectory scratch;
    const std::string book = make_book(scratch.path + "/data");
    {
        const bench::Engine engine(book, 8'192);
        bench::charge(*engine.partition, {1, charges, 16'384});
    }
    const KafkaSettings settings = cluster.settings();
    const auto topic = new_topic(settings);
    carry_over(book, *topic);
    const std::uint64_t end = topic->end().value();
    const std::string restored = scratch.path + "/restored";
    bench::Consumed limit;
    bench::Series series;
    for (std::size_t repeat = 0; repeat <= repeats; ++repeat) {
        limit = bench::consume(settings, end);
        const double took = bench::seconds([&] { restore(restored, *topic); });
        std::filesystem::remove_all(restored);
        if (repeat == 0) continue; // Warm-up: the broker's pages.
        series.add_work(static_cast<double>(limit.bytes) / 1e6, took, limit.seconds);
    }
    bench::print(series.figure(
        "restore_from_topic",
        0.3,
        "MB/s",
        fmt::format(
            "limit: a bare librdkafka consumer of the same {} messages, {} bytes; one broker on "
            "the same machine; restored: every chain verified, on the disk and synced; {} charges "
            "of {} customers, median of {}",
            limit.messages,
            limit.bytes,
            charges,
            bench::engine_customers,
            repeats
        )
    ));
}

// A book behind a writer, with a topic or without.
class Writer {
public:
    Writer(std::string name, std::string directory, std::optional<api::ReplicationOptions> topic)
        : name_(std::move(name)), directory_(std::move(directory)), topic_(std::move(topic)) {
        make_book(directory_);
        if (topic_) new_topic(topic_->kafka);
    }

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    ~Writer() { close(); }

    double charge(std::size_t group, std::size_t count) {
        open(group);
        const double took = bench::charge(*engine_->partition, {next_, count, 2 * group});
        next_ += count;
        return took;
    }

    // In this order: the topic is fed from the store.
    void close() {
        if (engine_) engine_->partition.reset();
        replication_.reset();
        engine_.reset();
    }

    const std::string& name() const { return name_; }

    bench::Series series; // Beside the one without a topic.

private:
    void open(std::size_t group) {
        if (engine_) return;
        StoreOptions options;
        options.sync_lazily = topic_ && topic_->acknowledge == Acknowledgement::replicated;
        engine_.emplace(directory_, group, options, [this](Store& store) -> Log* {
            if (!topic_) return nullptr;
            replication_ = api::Replication::open(store, directory_, *topic_).value();
            return replication_->writer_log();
        });
        if (replication_) replication_->begin();
    }

    std::string name_;
    std::string directory_;
    std::optional<api::ReplicationOptions> topic_;
    std::unique_ptr<api::Replication> replication_;
    std::optional<bench::Engine> engine_;
    std::uint64_t next_{1};
};

struct Shape {
    std::size_t group{};
    std::size_t count{};
};

void print(const Shape& shape, const Writer& writer) {
    bench::print(writer.series.figure(
        fmt::format("level_{}_group_{}", writer.name(), shape.group),
        0,
        "wallet charges/s",
        fmt::format(
            "a comparison: the same without a topic; one broker on the same machine, {} charges "
            "of {} customers, median of {}",
            shape.count,
            bench::engine_customers,
            writer.series.repeats()
        )
    ));
}

void measure_levels(std::deque<Writer>& writers, const Shape& shape, std::size_t repeats) {
    for (Writer& writer : writers)
        writer.series = {};
    for (std::size_t repeat = 0; repeat <= repeats; ++repeat) {
        double alone = 0;
        for (Writer& writer : writers) {
            const double took = writer.charge(shape.group, shape.count);
            if (&writer == &writers.front()) alone = took;
            if (repeat == 0) continue; // Warm-up.
            writer.series.add_work(shape.count, took, alone);
        }
    }
    for (Writer& writer : writers) {
        writer.close();
        if (&writer != &writers.front()) print(shape, writer);
    }
}

void measure_levels(KafkaCluster& cluster, std::size_t charges, std::size_t repeats) {
    const ScratchDirectory scratch;
    std::deque<Writer> writers;
    writers.emplace_back("alone", scratch.path + "/alone", std::nullopt);
    for (const auto& [name, level] :
         {std::pair("local", Acknowledgement::local),
          std::pair("replicated", Acknowledgement::replicated),
          std::pair("both", Acknowledgement::both)}) {
        api::ReplicationOptions options;
        options.kafka = cluster.settings();
        options.acknowledge = level;
        writers.emplace_back(name, scratch.path + "/" + name, options);
    }
    measure_levels(writers, {8'192, charges}, repeats);
    measure_levels(writers, {64, charges / 4}, repeats);
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t restored = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 400'000;
    const std::size_t charges = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000;
    const std::size_t repeats = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 5;
    KafkaCluster cluster;
    measure_restore(cluster, restored, repeats);
    measure_levels(cluster, charges, repeats);
    return 0;
}
