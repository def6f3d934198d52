#include "ledger/topic_follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

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

Result<std::optional<Judged>> TopicFollower::next(std::chrono::milliseconds wait) {
    if (reader_ != nullptr && reader_->interrupted()) reader_.reset();
    if (reader_ == nullptr)
        if (const Status begun = begin(); !begun) return begun.error();
    Result<std::optional<TopicMessage>> message = reader_->next(wait);
    if (!message) return message.error();
    if (!*message) return std::optional<Judged>();
    if (beginning_)
        if (const Status ours = check_begin(**message); !ours) return ours.error();
    beginning_ = false;
    position_ = (*message)->offset + 1;
    Judged judged{(*message)->offset, std::move((*message)->bytes), Dropped{}};
    judged.verdict = judge(state_, log_, {judged.offset, judged.bytes}, lookup_);
    if (const auto* stopped = std::get_if<Stopped>(&judged.verdict))
        return Error{
            stopped->why.code,
            fmt::format("the topic at offset {}: {}", judged.offset, stopped->why.detail)};
    count(judged);
    return std::optional(std::move(judged));
}

void TopicFollower::count(const Judged& judged) {
    if (judged.offset < counted_) return;
    counted_ = judged.offset + 1;
    const auto* dropped = std::get_if<Dropped>(&judged.verdict);
    if (dropped != nullptr) ++dropped_.at(static_cast<std::size_t>(dropped->reason));
}

} // namespace tollbook
