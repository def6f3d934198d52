#pragma once

#include "commands/book_decider.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What records tell of a command that a run sent.
struct CommandCause {
    std::string key;
    std::string causation;
};

// One event as the log would keep it.
struct Fact {
    std::uint64_t seq{};
    std::string tenant;
    std::string stream;
    Event event;
    Timestamp effective_at;
    Date booked_on;
    std::string sealed;     // JSON of the personal part, in clear here.
    std::uint32_t index{};  // Within its command's facts,
    std::uint32_t count{1}; // of which there are so many.
    CommandCause cause{};
    std::string command{}; // What made it: "renew_service".
};

// What tests take for the tenant's keyed hash.
std::string test_hash(std::string_view tenant, std::string_view text);

// A partition without its log: commands are prepared, decided, checked as the writer checks them,
// and evolved; what happened is kept in a list.
class BookRun {
public:
    explicit BookRun(PrivateHash private_hash = test_hash);

    // The facts that the command made, or why not.
    Result<std::vector<Fact>> send(
        std::string_view tenant, std::string_view type, std::string_view body
    );

    Result<std::vector<Fact>> send(std::string_view tenant, const Command& command) {
        return send(tenant, type_of(command), canonical_json(command));
    }

    // Takes a fact as replay would: through its stored bytes.
    void replay(const Fact& fact);

    BookDecider& decider() { return decider_; }

    const Book& book() const { return decider_.book(); }

    const std::vector<Fact>& facts() const { return facts_; }

    // Forgets the facts after the first `count` (the book is undone by its own means).
    void cut(std::size_t count) { facts_.resize(count); }

    CommandCause cause{};                         // Of the commands that come.
    Timestamp recorded_at{1'795'000'000'000'000}; // 2026-11-18T10:26:40Z

private:
    BookDecider decider_;
    std::vector<Fact> facts_;
};

std::string base64(std::string_view bytes);

} // namespace tollbook
