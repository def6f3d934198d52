// What the clerk does about rules that fill up wallets, and about late fees and reminders.
#include "tests/support/book_clerk.hpp"

#include <array>

namespace tollbook {

namespace {

Date today_of(const BookRun& run) {
    const TenantRow* tenant = run.book().tenants.find(clerk_tenant);
    return local_day(*tenant->test_clock, tenant->timezone);
}

} // namespace

TopUpTerms BookClerk::top_up_terms() {
    TopUpTerms terms;
    terms.at_most = count(3);
    terms.action = roll(2) == 0 ? TopUpAction::grant : TopUpAction::request;
    if (roll(2) == 0) {
        terms.below_minor = 1'000'00;
    } else {
        terms.trigger = TopUpTrigger::interval;
        terms.every = roll(2) == 0 ? BillingPeriod::week : BillingPeriod::month;
        terms.from = today_of(run_) + static_cast<int>(roll(40)) - 20;
    }
    if (roll(2) == 0)
        terms.amount_minor = amount();
    else
        terms.target_minor = 1'200'00;
    if (roll(4) == 0) terms.expires_after_days = count(30);
    return terms;
}

void BookClerk::top_up() {
    const std::string rule = roll(2) == 0 ? "low" : "often";
    switch (roll(7)) {
    case 0:
    case 1:
        send(SetTopUpRule{customer(), rule, top_up_terms()});
        break;
    case 2:
        if (roll(3) == 0) send(EndTopUpRule{customer(), rule});
        break;
    case 3:
        send(CancelTopUp{customer(), rule, "pays cash"});
        break;
    default:
        send(TakeTopUp{customer(), rule});
        const auto due = run_.decider().due_top_ups(clerk_tenant, {});
        for (const DueTopUp& found : due.value())
            send(TakeTopUp{found.customer, found.rule});
    }
}

// A service that owes a late fee, if there is one.
std::string BookClerk::indebted() {
    for (int tries = 0; tries < 20; ++tries) {
        std::string name = service();
        const DunningRow* dunned = run_.book().dunning.find(book_key(clerk_tenant, name));
        if (dunned != nullptr && !dunned->fees.empty()) return name;
    }
    return service();
}

// What is due is renewed as a run does it, until the run stops.
void BookClerk::work_in_run(const std::string& run) {
    std::uint64_t left = roll(9);
    const auto due = run_.decider().due_services(clerk_tenant, {});
    for (const DueService& service : due.value()) {
        if (left-- == 0) break;
        run_.cause = {"renew:" + service.service, "run:" + run};
        send(RenewService{service.service});
    }
    run_.cause = {};
}

void BookClerk::forgive() {
    WaiveLateFee waive{indebted(), {}, "goodwill"};
    if (roll(3) == 0) waive.step = "fee";
    send(waive);
    const std::string reminded = waive.service;
    const DunningRow* dunned = run_.book().dunning.find(book_key(clerk_tenant, reminded));
    const Date due = dunned == nullptr ? today_of(run_) : dunned->due_since;
    send(RecordNoticeSent{reminded, "mail", due, "sms", {}});
    const std::string name = "r" + std::to_string(roll(99));
    StartBillingRun start;
    start.run = name;
    start.by = "clerk";
    start.started_at = *run_.book().tenants.find(clerk_tenant)->test_clock;
    start.due = roll(3);
    if (roll(2) == 0) send(start);
    work_in_run(name);
    if (roll(3) == 0) return send(InterruptBillingRun{name});
    FinishBillingRun finish;
    finish.run = name;
    finish.by = "clerk";
    finish.started_at = start.started_at;
    finish.counts.due = roll(3);
    send(finish);
}

} // namespace tollbook
