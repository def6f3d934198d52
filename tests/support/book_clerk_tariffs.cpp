// What the clerk does about prices that turn out to have been wrong.
#include "tests/support/book_clerk.hpp"
#include "tests/support/charged_services.hpp"

#include <array>

namespace tollbook {

void BookClerk::tariff() {
    const std::array<std::string, 3> plans{"HOME", "BIZ", "ODD"};
    const std::string plan = plans.at(roll(plans.size()));
    const Currency kes = Currency::parse("KES").value();
    if (plan != "ODD" && roll(3) == 0)
        send(DefinePlan{plan, {}, plan, 1'00 + amount() / 3, kes, 8, {}, 10, 10});
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    const Date today = local_day(*tenant->test_clock, tenant->timezone);
    const auto newest = run_.book().plan_versions.find(book_key(clerk_tenant, plan))->value;
    TariffCorrection correction{
        plan, count(newest), count(newest), today - static_cast<int>(roll(70)), "mistyped", {}};
    const auto services = charged_services(run_.facts(), correction);
    CorrectTariff correct;
    correct.plan = plan;
    correct.from_version = correction.from_version;
    correct.to_version = *correction.to_version;
    correct.from = correction.from;
    correct.reason = correction.reason;
    for (const ChargedService& charged : services) {
        if (charged.unclear || roll(3) == 0) continue;
        correct.service = charged.service;
        correct.charges = charged.charges;
        if (roll(20) == 0) ++*correct.charges.front().left_minor;
        send(correct);
    }
    correct.service = service();
    correct.charges.clear();
    send(correct);
}

} // namespace tollbook
