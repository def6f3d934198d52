// What the clerk does about leads, tickets and deposits, and about customers that turn out to be
// one.
#include "tests/support/book_clerk.hpp"

#include <fmt/format.h>

namespace tollbook {

void BookClerk::lead() {
    const std::string lead = fmt::format("l{}", roll(60));
    const auto stage = static_cast<LeadStage>(roll(5));
    ConvertLead convert;
    convert.lead = lead;
    convert.customer = "L" + lead;
    convert.name = "WAS A LEAD";
    convert.phone = "2547";
    convert.references = {convert.customer};
    convert.service = convert.customer + "-1";
    if (roll(2) == 0) convert.plan = "BIZ";
    convert.entity = entity();
    convert.currency = some_currency();
    OpenLead open{lead, "MAYBE", "2547", {}, {}, {}, {}};
    if (roll(2) == 0) open.plan = "HOME";
    switch (roll(6)) {
    case 0:
        send(convert);
        break;
    case 1:
        send(LoseLead{lead, "too far"});
        break;
    case 2:
        send(MoveLead{lead, stage, {}});
        break;
    default:
        send(open);
    }
}

void BookClerk::ticket() {
    const std::string ticket = fmt::format("t{}", roll(40));
    OpenTicket open{ticket, customer(), "slow", "since today", {}, {}, {}};
    if (roll(2) == 0) open.service = open.customer + "-1";
    AnswerTicket answer{ticket, "is it still so?", {}};
    if (roll(2) == 0) answer.user = "ann";
    LinkTicket link{ticket, service()};
    if (roll(2) == 0) link.service.reset();
    switch (roll(5)) {
    case 0:
        send(CloseTicket{ticket, "ann"});
        break;
    case 1:
        send(link);
        break;
    case 2:
        send(answer);
        break;
    default:
        send(open);
    }
}

void BookClerk::deposit() {
    const std::string deposit = fmt::format("d{}", roll(40));
    std::optional<std::int64_t> minor;
    if (roll(2) == 0) minor = 1 + static_cast<std::int64_t>(roll(60'000));
    switch (roll(4)) {
    case 0:
        send(ReturnDeposit{deposit, minor, "brought back"});
        break;
    case 1:
        send(KeepDeposit{deposit, minor, "broken"});
        break;
    default:
        send(TakeDeposit{deposit, customer(), "ONT " + deposit, amount()});
    }
}

// A second entry of somebody, with a life of its own, is found out and merged; then something of
// that life turns out to have been wrong.
void BookClerk::merge() {
    const std::string id = fmt::format("M{}", ++merged_);
    const std::string into = customer();
    const std::string typed = "RM" + id;
    ChargeLine line{"fee", {}, {}, amount(), {}, 0, {}, {}};
    DraftLine owed;
    owed.component = "router";
    owed.minor = amount();
    AddService add;
    add.service = id + "-1";
    add.customer = id;
    add.plan = roll(2) == 0 ? "HOME" : "BIZ";
    RegisterCustomer again{id, "AGAIN", "2547", {}, {id}, entity()};
    again.currency = roll(5) == 0 ? some_currency() : currency_of(into);
    send(again);
    send(RecordPayment{"till:main", typed, id, {}, amount(), {}, "cashier-1"});
    send(add);
    if (roll(2) == 0) send(RenewService{add.service});
    if (roll(2) == 0) send(DraftInvoice{"i" + id, id, {owed}, {}});
    if (roll(3) != 0) send(IssueInvoice{"i" + id, {}, {}});
    if (roll(2) == 0) send(SetOverdraftLimit{id, 20'000'00});
    if (roll(2) == 0) send(ChargeWallet{id, "f" + id, {}, {line}});
    if (roll(2) == 0) send(GrantCredit{id, "g" + id, amount(), {}, {}, "welcome"});
    if (roll(3) == 0) send(TakeDeposit{"d" + id, id, "ONT", 1'00});
    send(MergeCustomers{id, into, "the same person"});
    if (roll(2) == 0) send(ReversePayment{"till:main:" + typed, {}, "reversed"});
    if (roll(2) == 0) send(CreditCharge{"manual#f" + id, {line}, "goodwill"});
    send(ReturnDeposit{"d" + id, {}, "brought back"});
    if (roll(2) == 0) send(VoidInvoice{"i" + id, "made in error"});
    if (roll(150) == 0) send(MergeCustomers{customer(), customer(), "brothers"});
}

} // namespace tollbook
