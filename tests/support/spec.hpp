#pragma once

#include "tests/support/book_run.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doctest {

template <>
struct StringMaker<std::vector<tollbook::Event>> {
    static String convert(const std::vector<tollbook::Event>& events);
};

} // namespace doctest

namespace tollbook {

using Story = std::vector<Event>;

// given(past).when(command).then(events) or .refused(reason): the language of the rules. Each
// `when` goes on from what the one before it made.
class Spec {
public:
    explicit Spec(const Story& past);

    Spec& when(const Command& command) { return when(type_of(command), canonical_json(command)); }

    Spec& when(std::string_view type, std::string_view body);

    // The events of the last command, whole.
    Spec& then(const Story& expected);

    // Their types only, separated by spaces.
    Spec& then_types(std::string_view expected);

    // The accounting day of each of the last command's events.
    Spec& booked_on(std::string_view day);

    // The last command was refused; the reason's detail begins with `detail`.
    Spec& refused(Errc reason, std::string_view detail = {});

    // What a wallet holds; below zero: overdrawn.
    Spec& wallet(const std::string& customer, std::int64_t minor);

    // The reasons that block a service, separated by '+'.
    Spec& blocked(const std::string& service, std::string_view reasons);

    Spec& renews_on(const std::string& service, std::string_view day);

    // The n-th event of the last command.
    template <class E>
    const E& event(std::size_t n) const {
        REQUIRE(made_.size() > n);
        const E* found = std::get_if<E>(&made_[n].event);
        REQUIRE(found != nullptr);
        return *found;
    }

    const std::vector<Fact>& made() const { return made_; }

    BookRun& run() { return run_; }

private:
    BookRun run_;
    std::vector<Fact> made_;
    Status outcome_{Done{}};
};

Spec given(const Story& past);

// The past and what follows it.
Story operator+(Story past, const Story& more);

} // namespace tollbook
