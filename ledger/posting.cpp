#include "ledger/posting.hpp"

#include "ledger/account_kind.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

bool same_book(const Posting& a, const Posting& b) {
    return a.currency == b.currency && a.entity == b.entity;
}

// The sum of all legs in the book (entity and currency) of leg `i`.
Result<std::int64_t> sum_like(std::span<const Posting> postings, std::size_t i) {
    std::int64_t sum = 0;
    for (const Posting& leg : postings) {
        if (!same_book(leg, postings[i])) continue;
        const Result<std::int64_t> next = add(sum, leg.minor);
        if (!next) return next.error();
        sum = *next;
    }
    return sum;
}

} // namespace

Status check_postings(std::span<const Posting> postings) {
    if (postings.size() < 2) return Error{Errc::unbalanced_entry, "fewer than two legs"};
    for (std::size_t i = 0; i < postings.size(); ++i) {
        const Posting& leg = postings[i];
        if (leg.minor == 0) return Error{Errc::unbalanced_entry, leg.account + " moves nothing"};
        if (!account_type(leg.account))
            return Error{Errc::unbalanced_entry, leg.account + " is no account"};
        const bool summed = i > 0 && same_book(postings[i - 1], leg);
        if (summed) continue;
        const Result<std::int64_t> sum = sum_like(postings, i);
        if (!sum) return sum.error();
        if (*sum != 0)
            return Error{
                Errc::unbalanced_entry, fmt::format("off by {} {}", *sum, leg.currency.code())};
    }
    return Done{};
}

} // namespace tollbook
