#include "ledger/rocks_copy.hpp"

#include "ledger/mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace tollbook {

namespace {

constexpr int open_attempts_max = 20;
constexpr std::chrono::milliseconds attempt_pause{10};
constexpr std::chrono::milliseconds look_every{10};
constexpr std::size_t write_buffer_bytes = 64U << 20U;

const Error read_only{Errc::read_only, "the store was opened read-only"};

std::vector<std::string> names_in(const RocksCopyParts& parts) {
    std::vector<std::string> names;
    parts.env->GetChildren(parts.directory + "/log", &names).PermitUncheckedError();
    std::ranges::sort(names);
    return names;
}

// The writer may delete a file between its listing and its opening: then the next try finds others.
// Where nothing came or went meanwhile, it would find the same.
Result<std::shared_ptr<const Database>> open_copy(const RocksCopyParts& parts) {
    const DatabaseOptions options{parts.env, OpenMode::read_only, write_buffer_bytes, nullptr};
    std::unique_ptr<Database> database;
    rocksdb::Status status;
    for (int attempt = 0; attempt < open_attempts_max; ++attempt) {
        const std::vector<std::string> names = names_in(parts);
        status = open_database(parts.directory + "/log", options, database);
        if (status.ok()) return std::shared_ptr<const Database>(std::move(database));
        if (names_in(parts) == names) break;
        std::this_thread::sleep_for(attempt_pause);
    }
    const bool gone = status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound() ||
                      status.IsPathNotFound();
    return Error{
        gone ? Errc::store_damaged : Errc::store_unavailable,
        parts.directory + "/log: " + status.ToString()};
}

} // namespace

RocksCopy::RocksCopy(RocksCopyParts parts, std::shared_ptr<const View> view)
    : parts_(std::move(parts)), view_(std::move(view)), renewing_(0) {}

Result<std::unique_ptr<RocksCopy>> RocksCopy::open(RocksCopyParts parts) {
    Result<std::shared_ptr<const View>> view = look(parts);
    if (!view) return view.error();
    return std::unique_ptr<RocksCopy>(new RocksCopy(std::move(parts), std::move(*view)));
}

Result<std::shared_ptr<const RocksCopy::View>> RocksCopy::look(const RocksCopyParts& parts) {
    const Result<Head> mark = MarkFile::peek(*parts.env, parts.directory + "/mark");
    if (!mark) return mark.error();
    Result<std::shared_ptr<const Database>> database = open_copy(parts);
    if (!database) return database.error();
    const Result<Tail> tail = read_tail_at(**database, parts.identity, mark->seq);
    if (!tail) return tail.error();
    if (tail->head != *mark)
        return Error{
            Errc::store_damaged,
            fmt::format(
                "the mark is at seq {}, the log ends at seq {}", mark->seq, tail->head.seq
            )};
    auto view = std::make_shared<View>();
    view->database = std::move(*database);
    view->tail = *tail;
    return std::shared_ptr<const View>(std::move(view));
}

Status RocksCopy::take_claim(const ControlMessage&) { return read_only; }

Status RocksCopy::append(std::span<const StoredFrame>, const Head&) { return read_only; }

Status RocksCopy::room_for(std::size_t) const { return read_only; }

Status RocksCopy::sync_mark() { return Done{}; }

std::shared_ptr<const RocksCopy::View> RocksCopy::view() const {
    return view_.with([](const std::shared_ptr<const View>& now) { return now; });
}

std::shared_ptr<const Database> RocksCopy::database() const { return view()->database; }

Result<std::vector<StoredFrame>> RocksCopy::frames_after(std::uint64_t seq, std::size_t bytes_max)
    const {
    const std::shared_ptr<const View> now = view();
    return read_messages(*now->database, {{seq, 0}, now->tail.head.seq, bytes_max, Claims::none});
}

Result<std::vector<StoredFrame>> RocksCopy::messages_after(
    const LogCursor& cursor, std::size_t bytes_max
) const {
    const std::shared_ptr<const View> now = view();
    return read_messages(*now->database, {cursor, now->tail.head.seq, bytes_max, Claims::settled});
}

Status RocksCopy::renew() const {
    return renewing_.with([&](int&) -> Status {
        const std::shared_ptr<const View> before = view();
        const Result<Head> mark = MarkFile::peek(*parts_.env, parts_.directory + "/mark");
        if (!mark) return mark.error();
        if (mark->seq <= before->tail.head.seq) return Done{};
        Result<std::shared_ptr<const View>> fresh = look(parts_);
        if (!fresh) return fresh.error();
        view_.with([&](std::shared_ptr<const View>& now) { now = std::move(*fresh); });
        return Done{};
    });
}

Result<Head> RocksCopy::wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (head().seq <= seq) {
        if (const Status renewed = renew(); !renewed) return renewed.error();
        if (head().seq > seq) break;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) break;
        std::this_thread::sleep_for(std::min(left, look_every));
    }
    return head();
}

} // namespace tollbook
