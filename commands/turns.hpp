#pragma once

#include "commands/decision.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tollbook {

// Tries changes of services one after the other, those of a customer together: its wallet pays for
// each from what the ones before it left. Nothing is changed.
class Turns {
public:
    Turns(const Book& book, std::string_view tenant, Timestamp recorded_at)
        : book_(book), tenant_(tenant), recorded_at_(recorded_at) {}

    // What `change` says, a Result; one that is refused leaves the wallet as it was.
    template <class Change>
    auto attempt(const std::string& customer, Change change)
        -> decltype(change(std::declval<Decision&>())) {
        if (!so_far_ || customer != customer_) so_far_.emplace(book_, tenant_, recorded_at_);
        customer_ = customer;
        Decision decision = *so_far_;
        auto done = change(decision);
        if (!done) return done;
        if (const Status sums = decision.check_sums(); !sums) return sums.error();
        so_far_.emplace(std::move(decision));
        return done;
    }

private:
    const Book& book_;
    std::string_view tenant_;
    Timestamp recorded_at_;
    std::string customer_;
    std::optional<Decision> so_far_;
};

} // namespace tollbook
