#include "ledger/topic_follower.hpp"

#include "ledger/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t parallel_bytes_min = 1U << 20U; // Less is decoded sooner than shared out.

} // namespace

TopicFollower::TopicFollower(
    Topic& topic, const LogIdentity& log, const ReaderState& from, ChainLookup lookup
)
    : topic_(topic), log_(log), state_(from), lookup_(std::move(lookup)) {}

bool TopicFollower::stands_at_message() const {
    return state_.term > 0 && state_.offset != no_offset;
}

Status TopicFollower::begin() {
    position_ = stands_at_message() ? state_.offset : 0;
    Result<std::unique_ptr<TopicReader>> reader = topic_.read_from(position_);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    ahead_.clear();
    failure_.reset();
    beginning_ = true;
    return Done{};
}

void TopicFollower::rewind(const ReaderState& state) {
    state_ = state;
    position_ = stands_at_message() ? state_.offset : 0;
    reader_.reset();
}

Status TopicFollower::check_end(std::uint64_t end) const {
    const std::uint64_t read = stands_at_message() ? state_.offset + 1 : 0;
    if (end >= read) return Done{};
    return Error{
        Errc::store_damaged,
        fmt::format("the topic ends at offset {}, we have read up to {}", end, read)};
}

// The first message is the one that was taken last, or the genesis; both of this very log. (Whether
// it has the hash that it had, the reader rule says.)
Status TopicFollower::check_begin(const TopicMessage& message) const {
    if (message.offset != position_)
        return Error{
            Errc::store_damaged,
            fmt::format("the topic begins at offset {}, not {}", message.offset, position_)};
    const Result<Envelope> read = decode_envelope(message.bytes);
    if (position_ > 0 && !read)
        return Error{
            Errc::store_damaged,
            fmt::format("the topic at offset {}: {}", position_, read.error().detail)};
    const Result<ControlMessage> genesis = decode_control(message.bytes);
    if (position_ == 0 && (!genesis || genesis->kind != Control::genesis))
        return Error{Errc::store_foreign, "the topic's first message is no genesis of a log"};
    const Envelope& envelope = *read;
    if (envelope.cluster != log_.cluster)
        return Error{
            Errc::store_foreign,
            fmt::format(
                "the topic is of cluster {}, this is {}",
                to_string(envelope.cluster),
                to_string(log_.cluster)
            )};
    if (envelope.partition != log_.partition || envelope.incarnation != state_.incarnation)
        return Error{
            Errc::store_foreign, "the topic is of another partition or life of this cluster"};
    return Done{};
}

// What has come already, and waits only for the first.
Status TopicFollower::read_ahead(std::chrono::milliseconds wait) {
    if (failure_) return *std::exchange(failure_, std::nullopt);
    std::size_t bytes = 0;
    while (bytes < decoded_ahead_bytes_max) {
        auto message = reader_->next(ahead_.empty() ? wait : std::chrono::milliseconds(0));
        if (!message && ahead_.empty()) return message.error();
        if (!message) failure_ = message.error();
        if (!message || !*message) break;
        bytes += (*message)->bytes.size();
        ahead_.push_back({std::move(**message), std::nullopt});
    }
    const auto decode = [this](std::size_t i) {
        Ahead& ahead = ahead_[i];
        if (!is_control(ahead.message.bytes)) ahead.frame = decode_frame(ahead.message.bytes);
    };
    if (bytes >= parallel_bytes_min)
        for_each_in_parallel(ahead_.size(), decode);
    else
        for (std::size_t i = 0; i < ahead_.size(); ++i)
            decode(i);
    return Done{};
}

Result<std::optional<Judged>> TopicFollower::next(std::chrono::milliseconds wait) {
    if (reader_ != nullptr && reader_->interrupted()) reader_.reset();
    if (reader_ == nullptr)
        if (const Status begun = begin(); !begun) return begun.error();
    if (ahead_.empty())
        if (const Status read = read_ahead(wait); !read) return read.error();
    if (ahead_.empty()) return std::optional<Judged>();
    Ahead ahead = std::move(ahead_.front());
    ahead_.pop_front();
    if (beginning_)
        if (const Status ours = check_begin(ahead.message); !ours) return ours.error();
    beginning_ = false;
    position_ = ahead.message.offset + 1;
    Judged judged{ahead.message.offset, std::move(ahead.message.bytes), Dropped{}};
    judged.verdict = judge_next(judged, std::move(ahead.frame));
    if (const auto* stopped = std::get_if<Stopped>(&judged.verdict))
        return Error{
            stopped->why.code,
            fmt::format("the topic at offset {}: {}", judged.offset, stopped->why.detail)};
    count(judged);
    return std::optional(std::move(judged));
}

Verdict TopicFollower::judge_next(const Judged& judged, std::optional<Result<Frame>> frame) {
    if (frame) return judge_frame(state_, log_, judged.offset, std::move(*frame));
    return judge(state_, log_, {judged.offset, judged.bytes}, lookup_);
}

void TopicFollower::count(const Judged& judged) {
    if (judged.offset < counted_) return;
    counted_ = judged.offset + 1;
    const auto* dropped = std::get_if<Dropped>(&judged.verdict);
    if (dropped != nullptr) ++dropped_.at(static_cast<std::size_t>(dropped->reason));
}

} // namespace tollbook
