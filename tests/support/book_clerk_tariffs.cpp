// What the clerk does about prices that turn out to have been wrong.
#include "tests/support/book_clerk.hpp"
#include "tests/support/charged_services.hpp"

#include <algorithm>
#include <array>

namespace tollbook {

namespace {

// Another version of the plan, at that price.
DefinePlan version_of(const std::string& plan, std::int64_t price_minor) {
    const Currency kes = Currency::parse("KES").value();
    DefinePlan define{plan, {}, plan, price_minor, kes, 8, {}, 10, 10};
    if (plan == "TV" || plan == "IP") define.kind = PlanKind::addon;
    if (plan != "ALL") return define;
    define.kind = PlanKind::bundle;
    define.includes = {{"TV", 1, 1}};
    return define;
}

} // namespace

void BookClerk::draft_periods() {
    const std::string who = customer();
    send(SetBillingMode{who, roll(4) == 0 ? BillingMode::prepaid : BillingMode::invoiced});
    for (const char* number : {"-1", "-2"})
        send(RenewService{who + number, std::nullopt});
    std::vector<std::string> drafts;
    run_.book().billing.for_each([&](std::string_view, const BillingRow& row) {
        if (row.draft) drafts.push_back(*row.draft);
    });
    std::ranges::sort(drafts);
    for (const std::string& draft : drafts)
        if (roll(3) == 0) send(IssueInvoice{draft, {}, {}});
}

// Days of the period that was put on a draft last.
void BookClerk::correct_newest_draft(TariffCorrection& correction) {
    const std::vector<Fact>& facts = run_.facts();
    const auto newest = std::find_if(facts.rbegin(), facts.rend(), [](const Fact& fact) {
        const auto* drafted = std::get_if<PeriodDrafted>(&fact.event);
        return drafted != nullptr && drafted->lines.front().service_from;
    });
    if (newest == facts.rend()) return;
    const DraftLine& line = std::get<PeriodDrafted>(newest->event).lines.front();
    correction.plan = *line.plan;
    correction.from_version = *line.plan_version;
    correction.to_version =
        count(run_.book().plan_versions.find(book_key(clerk_tenant, *line.plan))->value);
    correction.from = *line.service_from + static_cast<int>(roll(20));
}

void BookClerk::tariff() {
    if (roll(2) == 0) draft_periods();
    const std::array<std::string, 6> plans{"HOME", "BIZ", "ODD", "TV", "IP", "ALL"};
    const std::string plan = plans.at(roll(plans.size()));
    if (plan != "ODD" && roll(3) == 0) {
        DefinePlan define = version_of(plan, 1'00 + amount() / 3);
        define.prices = prices_of(plan, define.price_minor);
        send(define);
    }
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    const Date today = local_day(*tenant->test_clock, tenant->timezone);
    const auto newest = run_.book().plan_versions.find(book_key(clerk_tenant, plan))->value;
    TariffCorrection correction{
        plan, count(newest), count(newest), today - static_cast<int>(roll(70)), "mistyped", {}};
    if (roll(2) == 0) correct_newest_draft(correction);
    const auto cases = tariff_cases(
        run_.book(), clerk_tenant, {correction, charged_services(run_.facts(), correction)}
    );
    CorrectTariff correct;
    if (cases)
        for (const TariffCase& one : *cases) {
            if (one.refused || roll(3) == 0) continue;
            correct = one.command;
            if (roll(20) == 0 && !correct.charges.empty()) ++*correct.charges.front().left_minor;
            send(correct);
        }
    correct.service = service();
    correct.charges.clear();
    send(correct);
}

} // namespace tollbook
