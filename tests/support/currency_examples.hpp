// Other currencies than the tenant's, and what events of before are in them.
#pragma once

#include "tests/support/book_builders.hpp"

namespace tollbook {

inline Currency usd() { return Currency::parse("USD").value(); }

inline Currency eur() { return Currency::parse("EUR").value(); }

inline CustomerRegistered in_dollars(CustomerRegistered e) {
    e.currency = usd();
    return e;
}

inline PlanDefined in_dollars(PlanDefined e) {
    e.prices = {{eur(), 50'00, {}}, {usd(), 55'00, 4'50}};
    return e;
}

inline EntitiesSettled in_dollars(EntitiesSettled e) {
    e.from_channel = "till:shop";
    e.currency = usd();
    e.postings.front().account = "cash:till:shop";
    for (Posting& leg : e.postings)
        leg.currency = usd();
    return e;
}

inline OpeningBalancesPosted in_dollars(OpeningBalancesPosted e) {
    e.wallets.push_back({"ACC00003", 25'00, "opening"});
    e.cash.push_back({"till:main", 99'00, usd()});
    for (Posting& leg :
         legs({{"wallet:ACC00003", -25'00}, {"cash:till:main", 99'00}, {"opening", -74'00}})) {
        leg.currency = usd();
        e.postings.push_back(leg);
    }
    return e;
}

inline DunningDefined in_dollars(DunningDefined e) {
    e.steps.front().others = {{eur(), {}, 4'00}, {usd(), 1'50, 5'00}};
    return e;
}

inline BillingRunInterrupted in_dollars(BillingRunInterrupted e) {
    e.others = {{usd(), 45'00, 0}};
    return e;
}

inline BillingRunFinished in_dollars(BillingRunFinished e) {
    e.others = {{eur(), 0, 12'50}, {usd(), 45'00, 0}};
    return e;
}

} // namespace tollbook
