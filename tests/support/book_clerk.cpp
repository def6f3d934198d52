#include "tests/support/book_clerk.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <array>

namespace tollbook {

namespace {

constexpr std::int64_t micros_per_hour = 3'600'000'000;

template <std::size_t N>
std::string pick(const std::array<const char*, N>& texts, std::uint64_t i) {
    return texts.at(i % N);
}

Date day_of(const BookRun& run) {
    const TenantRow* tenant = run.book().tenants.find(clerk_tenant);
    return local_day(*tenant->test_clock, tenant->timezone);
}

} // namespace

BookClerk::BookClerk(BookRun& run, std::uint64_t seed) : run_(run), dice_(seed) {}

void BookClerk::send(const Command& command) {
    const auto made = run_.send(clerk_tenant, command);
    ensure(made || made.error().code != Errc::unbalanced_entry);
    ++(made ? accepted_ : refused_);
}

void BookClerk::set_up() {
    const Currency kes = Currency::parse("KES").value();
    OpenTenant open;
    open.name = "Bahati Net";
    open.timezone = "Africa/Nairobi";
    open.currency = kes;
    open.mpesa_shortcodes = {"600901", "600902"};
    open.tills = {"main", "shop"};
    open.policies = Policies{"on_charge", roll(2) == 0 ? "rolling" : "fixed"};
    open.test_clock = parse_timestamp("2026-11-20T06:00:00Z").value();
    send(open);
    const auto define = [&](DefinePlan plan) {
        plan.prices = prices_of(plan.plan, plan.price_minor);
        send(plan);
    };
    define({"HOME", {}, "Home", 1'500'00, kes, {}, {}, 10, 10});
    define({"BIZ", {}, "Business", 6'500'01, kes, 16, {}, 50, 50});
    for (const BillingPeriod period :
         {BillingPeriod::day, BillingPeriod::week, BillingPeriod::quarter, BillingPeriod::year})
        define({"ODD", {}, "Odd", 700'01, kes, 8, period, 5, 5, count(3), 99'99, count(20)});
    define_extras();
    define_entities();
    send(DefineTax{"vat", day_of(run_), {{"vat16", 160'000, false}}, {}});
    send(RegisterRouter{"rtr-01", "routeros-api", "127.0.0.1", 8728, {}, "admin", "secret"});
    for (int i = 1; i <= 6; ++i) {
        const std::string id = fmt::format("C{}", i);
        RegisterCustomer customer{id, "NAME " + id, "2547", {}, {id, fmt::format("acc {}", i)}};
        if (i > 3) customer.entity = "coast";
        customer.currency = currency_of(id);
        send(customer);
    }
    confirm();
    for (int i = 0; i < 12; ++i)
        change_customers();
    for (int i = 0; i < 12; ++i)
        dun();
}

// A payment that was typed, and then told by its provider.
void BookClerk::confirm() {
    constexpr std::string_view raw =
        R"({"TransID":"CONFIRMED","TransTime":"20261120085900","TransAmount":"1500.00",)"
        R"("BusinessShortCode":"600901","BillRefNumber":"C1","MSISDN":"2547 ***** 899",)"
        R"("FirstName":"ANN"})";
    send(RecordPayment{"mpesa:600901", "CONFIRMED", "C1", {}, 1'500'00, {}, "cashier-1"});
    send(RecordCallback{
        fmt::format("a{}", ++arrivals_), "mpesa", "127.0.0.1", base64(std::string(raw))});
}

std::string BookClerk::payment() {
    const std::uint64_t kind = roll(6);
    if (kind == 0) return "till:main:" + receipt();
    if (kind == 1) return "till:shop:" + receipt();
    return "mpesa:" + receipt();
}

std::string BookClerk::channel() {
    return pick(
        std::array{
            "mpesa:600901", "mpesa:600901", "mpesa:600902", "till:main", "till:shop", "till:none"},
        roll(6)
    );
}

std::int64_t BookClerk::amount() {
    constexpr std::array<std::int64_t, 8> amounts{
        1'500'00, 1'500'00, 3'000'00, 6'500'01, 100'00, 1'499'99, 1, 20'000'00};
    return amounts.at(roll(amounts.size()));
}

std::string BookClerk::local_time() {
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    const std::int64_t back = static_cast<std::int64_t>(roll(4) * roll(40)) * micros_per_hour;
    const Timestamp then{tenant->test_clock->micros - back};
    const CivilDay civil_day = civil(local_day(then, tenant->timezone));
    return fmt::format("{:04}{:02}{:02}120000", civil_day.year, civil_day.month, civil_day.day);
}

void BookClerk::told() {
    static constexpr std::array references{
        "C1", "c2", "C-3", "C4", "acc 5", "ACC6", "C7", "NOBODY", " ", "C1"};
    const std::string raw = fmt::format(
        R"({{"TransID":"{}","TransTime":"{}","TransAmount":"{}.{:02}","BusinessShortCode":"{}",)"
        R"("BillRefNumber":"{}","MSISDN":"2547 ***** {:03}","FirstName":"ANN"}})",
        receipt(),
        local_time(),
        roll(3) == 0 ? 1'500 : 100 * (1 + roll(80)),
        roll(5) == 0 ? 55 : 0,
        pick(std::array{"600901", "600901", "600902", "999999"}, roll(40) == 0 ? 3 : roll(3)),
        pick(references, roll(references.size())),
        roll(900)
    );
    const std::uint64_t copies = 1 + roll(3) * roll(2);
    for (std::uint64_t i = 0; i < copies; ++i)
        send(RecordCallback{
            fmt::format("a{}", ++arrivals_),
            "mpesa",
            "127.0.0.1",
            base64(roll(50) == 0 ? raw.substr(1) : raw)});
}

void BookClerk::typed() {
    RecordPayment payment{channel(), receipt(), customer(), {}, amount(), {}, "cashier-1"};
    if (roll(4) == 0) payment.currency = currency_of(*payment.customer);
    if (roll(20) == 0) payment.currency = other_currency();
    if (roll(2) == 0) {
        const Timestamp now = *run_.book().tenants.find(clerk_tenant)->test_clock;
        const auto back = static_cast<std::int64_t>(roll(50));
        payment.occurred_at = Timestamp{now.micros - back * micros_per_hour};
    }
    send(payment);
}

void BookClerk::assign() {
    AssignSuspense assign{payment(), {}, "called"};
    for (std::uint64_t i = 0; i <= roll(3); ++i)
        assign.parts.push_back({customer(), 1 + static_cast<std::int64_t>(roll(300'000))});
    send(assign);
}

void BookClerk::take_back() {
    std::optional<std::int64_t> minor;
    if (roll(2) == 0) minor = 1 + static_cast<std::int64_t>(roll(300'000));
    if (roll(2) == 0)
        send(ReversePayment{payment(), minor, "reversed"});
    else
        move_payment(minor);
}

void BookClerk::charge() {
    ChargeLine line{"fee", {}, {}, amount(), {}, 0, {}, {}};
    if (roll(2) == 0) line.plan = "HOME";
    if (roll(2) == 0) line.tax_code = "vat16";
    if (line.tax_code) line.tax = static_cast<std::int64_t>(roll(1'000));
    ChargeWallet charge{customer(), fmt::format("f{}", ++charges_ - roll(2)), {}, {line}};
    if (roll(3) == 0) charge.lines.push_back(line);
    send(charge);
}

void BookClerk::toggle_service() {
    const std::string reason = pick(std::array{"unpaid", "abuse", "manual"}, roll(3));
    switch (roll(5)) {
    case 0:
        send(SuspendService{service(), reason});
        break;
    case 1:
        send(ReinstateService{service(), reason});
        break;
    case 2:
        if (roll(4) == 0) send(SuspendCustomer{customer(), reason});
        break;
    default:
        send(RenewService{service()});
        break;
    }
}

// Some think better of it.
void BookClerk::end_service() {
    if (roll(3) != 0) return;
    EndService end{service(), ChangeTime::period_end, {}, "moved away"};
    if (roll(3) == 0) end.when = ChangeTime::now;
    if (roll(2) == 0) end.credit_unused = end.when == ChangeTime::now;
    send(end);
    if (roll(2) == 0) send(CancelSchedule{end.service});
}

void BookClerk::change_service() {
    const Date today =
        local_day(*run_.book().tenants.find(clerk_tenant)->test_clock, "Africa/Nairobi");
    ChangePlan change{
        service(), pick(std::array{"HOME", "BIZ", "ODD", "ALL"}, roll(4)), {}, {}, {}};
    ExtendServices extend{{service()}, count(20), "outage"};
    switch (roll(8)) {
    case 0:
        send(PauseService{service()});
        break;
    case 1:
        send(ResumeService{service()});
        break;
    case 2:
        end_service();
        break;
    case 3:
        send(CancelSchedule{service()});
        break;
    case 4:
        send(PromisePayment{service(), today + static_cast<int>(count(9))});
        break;
    case 5:
        if (roll(2) == 0) extend.services.push_back(service());
        send(extend);
        break;
    default:
        if (change.plan == "ODD") change.plan_version = count(4);
        if (roll(3) != 0) change.when = roll(3) == 0 ? ChangeTime::period_end : ChangeTime::now;
        if (!change.when && roll(2) == 0) change.not_before = day_ahead(60);
        send(change);
    }
}

void BookClerk::credit() {
    ChargeLine line{"fee", {}, {}, amount(), {}, 0, {}, {}};
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    GrantCredit granted{customer(), fmt::format("g{}", roll(300)), amount(), {}, {}, "welcome"};
    if (roll(2) == 0) granted.priority = count(50);
    if (roll(2) == 0)
        granted.expires_on =
            local_day(*tenant->test_clock, "Africa/Nairobi") + 1 + static_cast<int>(roll(30));
    switch (roll(5)) {
    case 0:
        send(CreditCharge{fmt::format("manual#f{}", roll(charges_ + 1)), {line}, "goodwill"});
        break;
    case 1:
        send(SettleWallet{customer()});
        break;
    case 2:
        send(SetOverdraftLimit{customer(), roll(2) == 0 ? 0 : amount()});
        break;
    case 3:
        send(TransferFunds{
            granted.customer,
            other_than(granted.customer),
            fmt::format("t{}", roll(300)),
            amount(),
            "brothers"});
        break;
    default:
        send(granted);
    }
}

void BookClerk::hold() {
    const std::string hold = fmt::format("h{}", roll(60));
    const std::string refund = fmt::format("b{}", roll(40));
    const std::string user = pick(std::array{"ann", "ben"}, roll(2));
    const Timestamp now = *run_.book().tenants.find(clerk_tenant)->test_clock;
    ChargeLine line{"fee", {}, {}, 1 + static_cast<std::int64_t>(roll(40'000)), {}, 0, {}, {}};
    HoldFunds held{customer(), hold, amount(), {}, "installation"};
    if (roll(2) == 0)
        held.expires_at =
            Timestamp{now.micros + static_cast<std::int64_t>(count(60)) * micros_per_hour};
    switch (roll(8)) {
    case 0:
        send(ReleaseHold{hold});
        break;
    case 1:
    case 2:
        send(CaptureHold{hold, fmt::format("c{}", roll(300)), {line}, roll(3) == 0});
        break;
    case 3:
        send(RequestRefund{customer(), refund, amount(), "moved away", user});
        break;
    case 4:
        send(ApproveRefund{refund, user});
        break;
    case 5:
        if (roll(3) == 0) send(RejectRefund{refund, "spent", user});
        break;
    case 6:
        send(PayRefund{refund, channel(), receipt()});
        break;
    default:
        send(held);
    }
}

void BookClerk::dun() {
    const std::string policy = pick(std::array{"soft", "hard"}, roll(2));
    const std::array groups{"vip", "school"};
    DefineDunning define{policy, {}, {}, {}, {}, {}};
    define.steps = {{"mail", count(3) - 1, DunningAction::remind}};
    define.steps.push_back({"fee", count(3) + 2, DunningAction::late_fee, 50'00});
    define.steps.push_back({"cut", count(3) + 5, DunningAction::suspend});
    if (policy == "hard") define.steps.push_back({"end", 90, DunningAction::terminate});
    if (roll(2) == 0) define.steps[1].min_owed_minor = amount();
    define.steps[1].others = dunning_amounts();
    if (roll(2) == 0) define.calendar = CalendarTerms{{}, {{Weekday::sunday}}, {}, 8, {}};
    if (roll(2) == 0) define.suspended_time = SuspendedTime::charged;
    if (roll(4) != 0) define.catch_up = roll(2) == 0 ? CatchUp::ask : CatchUp::forgive;
    AssignDunning assign{policy, {}, {}};
    if (roll(2) == 0) assign.group = pick(groups, roll(2));
    if (roll(2) == 0) assign.plan = pick(std::array{"HOME", "BIZ", "ODD"}, roll(3));
    if (roll(5) == 0) assign.policy.reset();
    SetCustomerGroup grouped{customer(), pick(groups, roll(2))};
    if (roll(4) == 0) grouped.group.reset();
    const BacklogChoice choice = roll(2) == 0 ? BacklogChoice::bill : BacklogChoice::forgive;
    switch (roll(6)) {
    case 0:
        send(define);
        break;
    case 1:
        send(assign);
        break;
    case 2:
        send(grouped);
        break;
    default:
        send(SettleBacklog{service(), choice});
    }
}

void BookClerk::move_time() {
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    const Date today = local_day(*tenant->test_clock, tenant->timezone);
    if (roll(40) == 0) // Two zones with the same hours: the model knows one.
        send(ChangeTimezone{
            tenant->timezone == "Africa/Kampala" ? "Africa/Nairobi" : "Africa/Kampala"});
    if (roll(60) == 0) send(SetBillingSchedule{count(30)});
    if (roll(3) == 0) {
        ClosePeriod close{today - static_cast<int>(roll(4))};
        if (roll(2) == 0) close.entity = entity();
        send(close);
        if (close.entity) settle_entities();
        settle_in_other_currency();
        return;
    }
    const std::int64_t hours = roll(20) == 0 ? 24 * 40 : static_cast<std::int64_t>(roll(60));
    send(AdvanceTestClock{Timestamp{tenant->test_clock->micros + hours * micros_per_hour}});
    if (roll(2) == 0) return;
    const auto due = run_.decider().due_services(clerk_tenant, {});
    for (const DueService& service : due.value())
        send(RenewService{service.service});
    const auto drafts = run_.decider().drafts_to_issue(clerk_tenant);
    for (const std::string& invoice : drafts.value())
        send(IssueInvoice{invoice, {}, {}});
    const auto overdue = run_.decider().overdue_customers(clerk_tenant, {});
    for (const std::string& owing : overdue.value())
        send(SuspendCustomer{owing, "unpaid"});
}

void BookClerk::change_customers() {
    const Date today =
        local_day(*run_.book().tenants.find(clerk_tenant)->test_clock, "Africa/Nairobi");
    AddService add;
    RegisterCustomer late{customer(), "LATE", "2547", {}, {fmt::format("L{}", roll(99))}, entity()};
    late.currency = late.customer == "C8" && roll(4) != 0 ? currency_of("C3") : some_currency();
    PostOpeningBalances opening{today - 1, {}, {}, false};
    switch (roll(4)) {
    case 0:
        add.service = service();
        add.customer = add.service.substr(0, 2);
        add.plan = pick(std::array{"HOME", "BIZ", "ODD"}, roll(3));
        if (add.plan == "ODD") add.plan_version = count(4);
        if (add.plan != "ODD" || roll(2) == 0)
            add.renews_on = today + static_cast<int>(roll(30)) - 5;
        if (roll(4) == 0) add.blocks = {{"abuse", "unpaid"}};
        if (roll(4) == 0) add.anchor_day = 31;
        send(add);
        break;
    case 1:
        opening.wallets.push_back({customer(), roll(2) == 0 ? amount() : -amount()});
        if (roll(3) == 0) opening.cash.push_back(opening_cash());
        opening.complete = roll(30) == 0;
        send(opening);
        break;
    case 2:
        send(AddPaymentReference{customer(), fmt::format("plot {}", roll(30))});
        break;
    default:
        send(late);
    }
}

void BookClerk::change_sites() {
    const std::string site = service();
    const SiteOutcome outcome = static_cast<SiteOutcome>(roll(4));
    switch (roll(4)) {
    case 0:
        send(ProvisionSite{site, "ppp", "rtr-01", site, "secret", {}});
        break;
    case 1:
        send(RemoveSite{site});
        break;
    default:
        send(ReportSite{site, outcome, run_.facts().size() - roll(9), roll(2) == 0, {}, {}, {}});
    }
}

void BookClerk::step() {
    const std::uint64_t what = roll(190);
    if (what >= 186) return tariff();
    if (what >= 170) return addon();
    if (what >= 165) return fiscal();
    if (what >= 163) return forgive();
    if (what >= 158) return top_up();
    if (what >= 157)
        merge();
    else if (what >= 153)
        deposit();
    else if (what >= 149)
        lead();
    else if (what >= 145)
        ticket();
    else if (what >= 140)
        dun();
    else if (what >= 125)
        invoice();
    else if (what >= 116)
        change_service();
    else if (what >= 108)
        credit();
    else if (what >= 100)
        hold();
    else if (what < 35)
        told();
    else if (what < 45)
        typed();
    else if (what < 55)
        assign();
    else if (what < 67)
        take_back();
    else if (what < 75)
        charge();
    else if (what < 87)
        toggle_service();
    else if (what < 92)
        move_time();
    else if (what < 96)
        change_customers();
    else
        change_sites();
}

} // namespace tollbook
