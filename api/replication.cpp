#include "api/replication.hpp"

#include "api/logging.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook::api {

namespace {

constexpr std::chrono::seconds slow_after{2}; // Unconfirmed for longer is told.

template <class T>
Samples one(const MetricName& name, bool counts, T value) {
    return {name, counts, {{{}, static_cast<double>(value)}}};
}

} // namespace

Samples topic_drops(const DropCounts& counts) {
    Samples dropped{metric::topic_dropped, true, {}};
    for (std::size_t i = 0; i < counts.size(); ++i)
        dropped.samples.push_back(
            {{{"reason", std::string(to_string(static_cast<DropReason>(i)))}},
             static_cast<double>(counts.at(i))}
        );
    return dropped;
}

Result<std::unique_ptr<Replication>> Replication::open(
    Store& store, const std::string& directory, const ReplicationOptions& options
) {
    std::unique_ptr<Replication> made(new Replication(options));
    Result<std::unique_ptr<KafkaTopic>> topic = KafkaTopic::open(options.kafka);
    if (!topic) return topic.error();
    made->store_ = &store;
    made->topic_ = std::move(*topic);
    made->link_ = std::make_unique<TopicLink>(TopicLinkParts{
        store.log(), *made->topic_, directory + "/topic", {}});
    const auto until = std::chrono::steady_clock::now() + options.meet_within;
    made->link_->on_wait([until] { return std::chrono::steady_clock::now() < until; });
    const Status met = made->link_->meet(Growth::allowed);
    const bool away = !met && met.error().code == Errc::topic_unavailable;
    const bool alone = options.acknowledge == Acknowledgement::local;
    if (!met && !(away && alone)) return met.error();
    if (away)
        log(LogLevel::warn,
            "the topic is away; the log goes on without it",
            {{"why", std::string_view(met.error().detail)}});
    if (!alone)
        made->replicated_ = std::make_unique<ReplicatedLog>(
            store.log(), std::move(made->link_), options.acknowledge
        );
    return made;
}

void Replication::begin() {
    watch_ = std::make_unique<TopicWatch>(*topic_, options_.check_every, [](const Error& why) {
        log(LogLevel::error,
            "the topic is not as safe as it was",
            {{"why", std::string_view(why.detail)}});
    });
    if (link_) publisher_ = std::make_unique<TopicPublisher>(store_->log(), std::move(link_));
}

TopicHealth Replication::health() const {
    if (publisher_) return publisher_->health();
    if (replicated_) return replicated_->topic_health();
    return link_->health();
}

// A replica that is behind is no reason to send callers elsewhere: the writer says itself when it
// cannot serve.
Check Replication::check() const {
    const TopicHealth now = health();
    const std::uint64_t head = store_->log().head().seq;
    const std::uint64_t behind = head > now.seq ? head - now.seq : 0;
    std::string detail = fmt::format("at seq {}, {} behind", now.seq, behind);
    if (!now.trouble.detail.empty()) detail += "; " + now.trouble.detail;
    if (now.waits > slow_after)
        detail += fmt::format(
            "; unconfirmed for {} s",
            std::chrono::duration_cast<std::chrono::seconds>(now.waits).count()
        );
    if (const std::string unsafe = topic_->unsafe(); !unsafe.empty())
        detail += "; kafka.unsafe_topic lets pass: " + unsafe;
    const Status found = watch_ ? watch_->found() : Status(Done{});
    if (!found) detail += "; not as safe as it was: " + found.error().detail;
    const bool well =
        now.met && now.trouble.detail.empty() && now.waits <= slow_after && found.has_value();
    return {"topic", well, true, std::move(detail)};
}

std::vector<Samples> Replication::samples() const {
    const TopicHealth now = health();
    return {
        one(metric::topic_position, false, now.seq),
        one(metric::topic_unconfirmed, false, static_cast<double>(now.waits.count()) / 1e3),
        one(metric::topic_resends, true, now.resends),
        topic_drops(now.dropped)};
}

} // namespace tollbook::api
