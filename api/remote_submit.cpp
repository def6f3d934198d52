#include "api/remote_submit.hpp"

#include "api/http/problem.hpp"
#include "api/http/submissions.hpp"

#include <algorithm>
#include <array>
#include <simdjson.h>
#include <span>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t group_bytes_max = 3U << 20U; // Escaped it is six times that, at worst.
constexpr std::chrono::milliseconds pause_first{20};
constexpr std::chrono::milliseconds pause_max{500};
constexpr std::chrono::milliseconds answer_grace{5'000}; // The ledger says itself what is late.

// One text that is none would spoil the request of all.
bool is_text(const Submission& submission) {
    return std::ranges::all_of(
        std::array{
            &submission.tenant,
            &submission.key,
            &submission.type,
            &submission.body,
            &submission.actor,
            &submission.correlation,
            &submission.causation},
        [](const std::string* text) {
            return simdjson::validate_utf8(*text) && text->find('\0') == std::string::npos;
        }
    );
}

Error no_text() { return {Errc::malformed_request, "a text is not valid UTF-8"}; }

std::size_t bytes_of(std::span<const Submission> unit) {
    std::size_t bytes = 0;
    for (const Submission& one : unit)
        bytes += one.body.size();
    return bytes;
}

// What the ledger made of a unit: it refuses all of it, or nothing.
Result<std::vector<Receipt>> receipts_of(std::span<Result<Receipt>> outcomes) {
    std::vector<Receipt> receipts;
    for (Result<Receipt>& outcome : outcomes) {
        if (!outcome) return outcome.error();
        receipts.push_back(std::move(*outcome));
    }
    return receipts;
}

Error undecided(std::string_view why) {
    return {Errc::not_ready, "the ledger cannot be reached: " + std::string(why)};
}

Error unknown(std::string_view why) {
    return {Errc::outcome_unknown, "the ledger's answer did not come: " + std::string(why)};
}

} // namespace

RemoteSubmit::RemoteSubmit(RemoteSubmitOptions options)
    : options_(std::move(options))
    , client_(
          {options_.url,
           options_.key,
           1,
           options_.answer_within + answer_grace,
           [this] { return !stopping_; }}
      )
    , thread_([this] { run(); }) {}

RemoteSubmit::~RemoteSubmit() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void RemoteSubmit::submit(Submission submission, Answer answer) {
    if (!is_text(submission)) return answer(no_text());
    std::vector<Submission> unit;
    unit.push_back(std::move(submission));
    enqueue(std::move(unit), [answer = std::move(answer)](Result<std::vector<Receipt>> receipts) {
        if (!receipts) return answer(receipts.error());
        answer(std::move(receipts->front()));
    });
}

void RemoteSubmit::submit_atomic(std::vector<Submission> batch, BatchAnswer answer) {
    if (batch.empty()) return answer(Error{Errc::missing_field, "no commands"});
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (!is_text(batch[i])) return answer(at_item(i, no_text()));
    if (batch.size() > batch_commands_max || bytes_of(batch) > group_bytes_max)
        return answer(Error{Errc::command_too_large, "the batch needs more than one frame holds"});
    enqueue(std::move(batch), std::move(answer));
}

void RemoteSubmit::enqueue(std::vector<Submission> unit, BatchAnswer answer) {
    std::unique_lock lock(mutex_);
    const bool full = commands_waiting_ + unit.size() > options_.waiting_max;
    if (!full && !stopping_) {
        commands_waiting_ += unit.size();
        waiting_.push_back({std::move(unit), std::move(answer), Clock::now()});
        lock.unlock();
        changed_.notify_one();
        return;
    }
    lock.unlock();
    answer(
        full ? Error{Errc::overloaded, "the queue is full"}
             : Error{Errc::not_ready, "the node is stopping"}
    );
}

// What waits, in order, as much as one request may have; empty: it stops.
std::vector<RemoteSubmit::Waiting> RemoteSubmit::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    std::vector<Waiting> group;
    std::size_t commands = 0;
    std::size_t bytes = 0;
    while (!waiting_.empty()) {
        const std::vector<Submission>& next = waiting_.front().unit;
        commands += next.size();
        if (commands > batch_commands_max || bytes >= group_bytes_max) break;
        bytes += bytes_of(next);
        commands_waiting_ -= next.size();
        group.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return group;
}

void RemoteSubmit::run() {
    for (std::vector<Waiting> group = take(); !group.empty(); group = take()) {
        const auto late = Clock::now() - options_.answer_within;
        const auto in_time = std::ranges::find_if(group, [&](const Waiting& one) {
            return one.since >= late && !stopping_;
        });
        for (auto one = group.begin(); one != in_time; ++one)
            one->answer(undecided("nothing was sent"));
        group.erase(group.begin(), in_time);
        if (!group.empty()) send(std::move(group));
    }
}

void RemoteSubmit::send(std::vector<Waiting> group) {
    std::vector<SubmissionUnit> units;
    std::size_t commands = 0;
    for (Waiting& one : group) {
        commands += one.unit.size();
        units.push_back(std::move(one.unit));
    }
    auto outcomes = ask(encode_submissions(units), group.front().since + options_.answer_within);
    if (outcomes && outcomes->size() != commands)
        outcomes = unknown("it has another number of outcomes");
    tell(outcomes ? Status(Done{}) : Status(outcomes.error()));
    std::span<Result<Receipt>> left;
    if (outcomes) left = *outcomes;
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (!outcomes) {
            group[i].answer(outcomes.error());
            continue;
        }
        group[i].answer(receipts_of(left.first(units[i].size())));
        left = left.subspan(units[i].size());
    }
}

Result<std::vector<Result<Receipt>>> RemoteSubmit::ask(
    const std::string& body, Clock::time_point until
) {
    bool may_have_arrived = false;
    for (auto pause = pause_first;; pause = std::min(2 * pause, pause_max)) {
        const Result<ClientReply> reply = client_.post("/v1/submissions", body, {});
        if (reply) {
            auto outcomes = decode_outcomes(reply->body);
            if (!outcomes) return unknown(outcomes.error().detail);
            return outcomes;
        }
        const Error& why = reply.error();
        tell(why);
        // What somebody in between says of it (internal: no problem of ours) proves nothing.
        const bool unclear = why.code == Errc::outcome_unknown || why.code == Errc::internal;
        may_have_arrived = may_have_arrived || unclear;
        const bool again = unclear || retryable(why.code);
        if (!again || stopping_ || Clock::now() + pause > until) {
            const std::string told = std::string(info(why.code).slug) + ", " + why.detail;
            return may_have_arrived ? unknown(told) : undecided(told);
        }
        std::this_thread::sleep_for(pause);
    }
}

void RemoteSubmit::tell(const Status& outcome) {
    health_.with([&](RemoteHealth& health) {
        health.reachable = outcome.has_value();
        health.trouble = outcome ? "" : outcome.error().detail;
    });
}

RemoteHealth RemoteSubmit::health() const {
    RemoteHealth health = health_.with([](const RemoteHealth& now) { return now; });
    const std::scoped_lock lock(mutex_);
    health.waiting = commands_waiting_;
    return health;
}

} // namespace tollbook::api
