// What the clerk does with legal entities: two of them, whose channels move now and then.
#include "tests/support/book_clerk.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook {

void BookClerk::define_entities() {
    DefineLegalEntity coast{"coast", "Bahati Coast Ltd", "P051234567X", "Moi Avenue\nMombasa", {}};
    coast.channels = {"mpesa:600902"};
    if (roll(2) == 0) coast.channels->push_back("till:shop");
    if (roll(4) == 0) coast.channels->clear();
    send(coast);
    if (roll(3) == 0) send(DefineLegalEntity{"main", "Bahati Net Ltd", {}, {}, {}});
    if (roll(9) == 0) send(DefineLegalEntity{"hills", "Bahati Hills Ltd", {}, {}, {{"till:main"}}});
}

// Whichever owes, the other one is paid.
void BookClerk::settle_entities() {
    for (int i = 0; i < 2; ++i) {
        SettleEntities settle{
            fmt::format("s{}", roll(400)), "main", "coast", "mpesa:600901", "mpesa:600902", {}, {}};
        if (roll(4) == 0) settle.minor = amount();
        if (i == 1) {
            std::swap(settle.from, settle.to);
            std::swap(settle.from_channel, settle.to_channel);
        }
        send(settle);
    }
}

// Absent: the tenant's own. Nobody has heard of one of them.
std::optional<std::string> BookClerk::entity() {
    switch (roll(8)) {
    case 0:
        return "hills";
    case 1:
    case 2:
        return "coast";
    case 3:
        return "main";
    default:
        return std::nullopt;
    }
}

} // namespace tollbook
