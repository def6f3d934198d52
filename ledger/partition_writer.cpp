#include "ledger/partition_writer.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/gathered_answers.hpp"
#include "ledger/recovery.hpp"
#include "ledger/store_handles.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::seconds idle_wait{1};
constexpr std::chrono::milliseconds look_every{50};
constexpr std::chrono::microseconds look_out{100};  // About what a sleeping thread needs to wake.
constexpr std::chrono::milliseconds patience{100};  // With a group that is being appended.
constexpr std::uint64_t checkpoints_behind_max = 4; // Further behind, the writer waits.

Error stopping() { return {Errc::not_ready, "the node is stopping"}; }

} // namespace

PartitionWriter::PartitionWriter(
    Store& store, KeyStore& keys, std::unique_ptr<Decider> decider, PartitionOptions options
)
    : options_(std::move(options))
    , keys_(keys)
    , log_(options_.log != nullptr ? *options_.log : store.log())
    , derived_(*store.handles().database, store.handles().directory)
    , state_(std::move(decider), derived_, store.identity().cluster)
    , clock_(options_.clock, options_.monotonic)
    , source_(log_)
    , queue_(options_.queue_commands_max)
    , receipts_(log_)
    , commit_(
          {state_,
           derived_,
           log_,
           {log_, keys, receipts_, options_.answer_before_append},
           [this] { queue_.poke(); },
           [this](const Error& why) { stop_for_good(why); }}
      )
    , checkpointer_(derived_, [this] { queue_.poke(); }) {}

PartitionWriter::~PartitionWriter() { queue_.close(); }

Status PartitionWriter::recover() {
    const Result<Recovery> recovery =
        tollbook::recover(state_, derived_, log_, options_.checkpoint_records);
    if (!recovery) return recovery.error();
    checkpoint_seq_ = recovery->checkpoint_seq;
    checkpoint_begun_seq_ = checkpoint_seq_;
    health_.with([&](PartitionHealth& health) { health.replayed = recovery->replayed; });
    return Done{};
}

Status PartitionWriter::start() {
    crash_point("writer.recovered");
    const auto until = std::chrono::steady_clock::now() + options_.answer_within;
    log_.on_wait([until] { return std::chrono::steady_clock::now() < until; });
    if (const Status claimed = log_.claim(new_leader(options_.node_id)); !claimed)
        return claimed.error();
    log_.on_wait([this] { return keep_waiting(); });
    // Whatever the leader before us still had under way came in before the claim.
    if (const Status caught = catch_up(state_, log_); !caught) return caught;
    crash_point("writer.claimed");
    publish();
    thread_ = std::jthread([this] { run(); });
    return Done{};
}

// Why the queue did not take them.
std::optional<Error> PartitionWriter::enqueue(std::span<std::unique_ptr<PendingCommand>> commands) {
    const CommandQueue::Entry entry = queue_.push(commands);
    if (entry == CommandQueue::Entry::taken) return {};
    const bool full = entry == CommandQueue::Entry::full;
    return full ? Error{Errc::overloaded, "the queue is full"} : stopping();
}

void PartitionWriter::submit(Submission submission, Answer answer) {
    Result<std::unique_ptr<PendingCommand>> command =
        prepare(state_.decider(), keys_, std::move(submission));
    if (!command) return answer(command.error());
    (*command)->answer = std::move(answer);
    if (const auto why = enqueue({&*command, 1})) (*command)->answer(*why);
}

void PartitionWriter::submit_atomic(std::vector<Submission> batch, BatchAnswer answer) {
    Result<PendingCommands> commands = prepare(state_.decider(), keys_, std::move(batch));
    if (!commands) return answer(commands.error());
    const auto answers = GatheredAnswers::of(commands->size(), std::move(answer));
    for (std::size_t i = 0; i < commands->size(); ++i)
        (*commands)[i]->answer = answers->item(i);
    if (const auto why = enqueue(*commands))
        for (const auto& command : *commands)
            command->answer(*why);
}

Status PartitionWriter::read(const std::function<void(const Decider&, const Head&)>& look) {
    const auto looked = std::make_shared<std::promise<Status>>();
    std::future<Status> outcome = looked->get_future();
    const bool queued = queue_.push_task([this, looked, &look] {
        if (stopped_) return looked->set_value(*stopped_);
        look(state_.decider(), state_.head());
        looked->set_value(Done{});
    });
    if (!queued) return stopping();
    return outcome.get();
}

Status PartitionWriter::checkpoint() {
    const auto made = std::make_shared<std::promise<Status>>();
    std::future<Status> outcome = made->get_future();
    if (!queue_.push_task([this, made] { checkpoint_asked_.push_back(made); })) return stopping();
    return outcome.get();
}

PartitionHealth PartitionWriter::health() const {
    PartitionHealth health = health_.with([](const PartitionHealth& now) { return now; });
    const CommitCounts counts = commit_.counts();
    health.head = log_.head();
    health.term = log_.leadership().term;
    health.acknowledgement = log_.acknowledgement();
    health.commands = counts.commands;
    health.replays = counts.replays;
    health.refusals = counts.refusals + refusals_;
    health.groups = counts.groups;
    health.late = counts.late;
    health.queue = queue_.size();
    return health;
}

void PartitionWriter::run() {
    (void)::pthread_setname_np(::pthread_self(), "writer");
    for (bool closed = false; !closed;) {
        CommandQueue::Taken taken = queue_.take(room_in_group(), waiting());
        closed = taken.closed;
        came_alone_ = taken.commands.size() == 1;
        collect_checkpoint();
        if (closed || !taken.tasks.empty()) drain();
        for (const WriterTask& task : taken.tasks)
            task();
        if (closed)
            refuse(taken.commands, stopping());
        else if (!taken.commands.empty())
            decide(std::move(taken.commands));
        else if (taken.waited_in_vain)
            sync_mark();
        advance();
        consider_checkpoint();
        publish();
    }
    finish();
}

// A command that came alone was sent by somebody who waits for it before he sends the next one.
CommandQueue::Waiting PartitionWriter::waiting() const {
    if (commit_.is_appending()) return {{}, look_every};
    return {came_alone_ ? look_out : std::chrono::microseconds{0}, idle_wait};
}

// For a writer that falls idle.
void PartitionWriter::sync_mark() {
    if (stopped_ || commit_.is_appending()) return;
    if (const Status synced = log_.sync_mark(); !synced) stop_for_good(synced.error());
}

// How many more the next group takes while another one is appended. When that takes long the rest
// is better off undecided: what is refused then is certain not to have happened.
std::size_t PartitionWriter::room_in_group() const {
    const std::size_t decided = commit_.decided();
    const auto now = std::chrono::steady_clock::now();
    if (commit_.is_appending() && now - commit_.appending_since() > patience) return 0;
    return options_.group_commands_max - std::min(decided, options_.group_commands_max);
}

void PartitionWriter::decide(PendingCommands commands) {
    if (stopped_) return refuse(commands, {Errc::store_unavailable, stopped_->detail});
    const Result<Timestamp> now = clock_.stamp(state_.recorded_at());
    if (!now) return refuse(commands, now.error());
    commit_.decide(std::move(commands), *now);
}

void PartitionWriter::advance() {
    const auto now = std::chrono::steady_clock::now();
    refusals_ += commit_.withdraw_late(now - options_.answer_within);
    // Another thread is worth its way when there is enough to decide meanwhile.
    const bool has_more = 2 * queue_.size() >= commit_.decided();
    commit_.advance(has_more ? AppendOn::own_thread : AppendOn::this_thread);
}

// Until nothing is decided that is not durable.
void PartitionWriter::drain() {
    while (commit_.is_appending() || commit_.decided() > 0) {
        commit_.wait(look_every);
        advance();
    }
}

// While the log waits for others nobody waits longer than was promised: what is under way is
// unknown, what was not decided is refused. On the thread that appends.
bool PartitionWriter::keep_waiting() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_look_) {
        next_look_ = now + look_every;
        commit_.answer_late(now - options_.answer_within);
        PendingCommands undecided = queue_.take_older(now - options_.answer_within);
        refuse(undecided, {Errc::topic_unavailable, "nothing was decided"});
    }
    return !queue_.closed();
}

void PartitionWriter::refuse(PendingCommands& commands, const Error& why) {
    refusals_ += commands.size();
    for (const auto& command : commands)
        command->answer(why);
}

void PartitionWriter::stop_for_good(const Error& why) {
    const bool orderly = why.code == Errc::not_ready;
    if (!stopped_ && !orderly && options_.on_stop) options_.on_stop(why);
    stopped_ = why;
    publish();
    for (const Promise& promise : std::exchange(checkpoint_asked_, {}))
        promise->set_value(why);
}

void PartitionWriter::collect_checkpoint() {
    const auto outcome = checkpointer_.take_outcome();
    if (!outcome) return;
    Status status = Done{};
    if (*outcome) {
        checkpoint_seq_ = **outcome;
        state_.flushed();
    } else {
        status = outcome->error();
        stop_for_good(outcome->error());
    }
    publish();
    for (const Promise& promise : std::exchange(checkpoint_awaited_, {}))
        promise->set_value(status);
}

void PartitionWriter::consider_checkpoint() {
    const std::uint64_t behind = state_.head().seq - checkpoint_begun_seq_;
    if (!stopped_ && checkpointer_.busy()) {
        if (behind < checkpoints_behind_max * options_.checkpoint_records) return;
        checkpointer_.wait();
        collect_checkpoint();
    }
    if (stopped_) return stop_for_good(*stopped_);
    if (checkpoint_asked_.empty() && behind < options_.checkpoint_records) return;
    drain();
    if (stopped_) return stop_for_good(*stopped_);
    begin_checkpoint();
}

void PartitionWriter::begin_checkpoint() {
    checkpoint_awaited_ = std::exchange(checkpoint_asked_, {});
    checkpoint_begun_seq_ = state_.head().seq;
    checkpointer_.start(state_.take_checkpoint());
}

// Orderly: a last checkpoint, so that the next start replays nothing.
void PartitionWriter::finish() {
    CommandQueue::Taken rest = queue_.take(options_.queue_commands_max, {});
    refuse(rest.commands, stopping());
    for (const WriterTask& task : rest.tasks)
        task();
    checkpointer_.wait();
    collect_checkpoint();
    const bool behind = state_.head().seq > checkpoint_seq_;
    if (!stopped_ && (behind || !checkpoint_asked_.empty())) {
        begin_checkpoint();
        checkpointer_.wait();
        collect_checkpoint();
    }
    if (!stopped_) (void)log_.sync_mark(); // The mark is a lower bound either way.
    stop_for_good(stopped_ ? *stopped_ : stopping());
    publish();
}

void PartitionWriter::publish() {
    health_.with([&](PartitionHealth& health) {
        health.serving = !stopped_;
        health.stopped = stopped_.value_or(Error{});
        health.checkpoint_seq = checkpoint_seq_;
    });
}

} // namespace tollbook
