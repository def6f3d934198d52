// What the clerk does about add-ons, and about products that are sold once.
#include "tests/support/book_clerk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tollbook {

void BookClerk::define_extras() {
    const Currency kes = Currency::parse("KES").value();
    DefinePlan define{"TV", {}, "Television", 600'01, kes, {}, {}, 0, 0, {}, 100'00};
    define.kind = PlanKind::addon;
    define.prices = prices_of("TV", define.price_minor);
    send(define);
    define.price_minor = 750'00;
    define.setup_minor = 50'00;
    define.prices = prices_of("TV", define.price_minor);
    send(define); // Its second version.
    define.plan = "IP";
    define.price_minor = 299'99;
    define.tax_percent = 16;
    define.setup_minor.reset();
    send(define);
    define.kind = PlanKind::bundle;
    define.plan = "ALL";
    define.price_minor = 1'900'00;
    define.prices = prices_of("ALL", define.price_minor);
    define.includes = {{"TV", 1, 1}};
    send(define);
    define.includes.reset();
    define.kind = PlanKind::one_time;
    define.plan = "CABLE";
    define.price_minor = 250'01;
    define.prices = prices_of("CABLE", define.price_minor);
    send(define);
}

// One that could have an add-on, and most often has money, if there is one.
std::string BookClerk::service_by_month() {
    std::vector<std::string> services;
    run_.book().services.for_each([&](std::string_view key, const ServiceRow& row) {
        if (row.plan != "ODD" && row.blocks.empty())
            services.emplace_back(key.substr(key.find('/') + 1));
    });
    if (services.empty()) return service();
    std::ranges::sort(services);
    return services.at(roll(services.size()));
}

Date BookClerk::day_ahead(std::uint64_t days) {
    const TenantRow& tenant = *run_.book().tenants.find(clerk_tenant);
    return local_day(*tenant.test_clock, tenant.timezone) + static_cast<int>(roll(days));
}

// Of a service that has one, now, with its next period or at a day.
void BookClerk::change_addon() {
    std::vector<std::string> services;
    run_.book().addons.for_each([&](std::string_view key, const ServiceAddonsRow&) {
        services.emplace_back(key.substr(key.find('/') + 1));
    });
    if (services.empty()) return;
    std::ranges::sort(services);
    ChangeAddon change;
    change.service = services.at(roll(services.size()));
    change.addon = roll(2) == 0 ? "TV" : "IP";
    if (roll(2) == 0) change.plan_version = count(2);
    if (roll(3) != 0) change.quantity = count(3);
    if (roll(3) != 0) change.when = roll(2) == 0 ? ChangeTime::period_end : ChangeTime::now;
    if (!change.when && roll(2) == 0) change.not_before = day_ahead(50);
    send(change);
    if (roll(6) == 0) send(CancelSchedule{change.service, change.addon});
}

void BookClerk::addon() {
    const std::array<std::string, 2> addons{"TV", "IP"};
    AddAddon add{service_by_month(), addons.at(roll(addons.size())), {}, {}, {}};
    if (roll(2) == 0) add.quantity = count(3);
    if (roll(2) == 0) send(RenewService{add.service, std::nullopt});
    RemoveAddon remove{service_by_month(), add.addon, {}, {}};
    if (roll(3) == 0) remove.when = ChangeTime::now;
    SellProduct sell{customer(), fmt::format("s{}", roll(200)), "CABLE", {}, {}, {}};
    if (roll(2) == 0) sell.quantity = count(4);
    if (roll(2) == 0) sell.service = sell.customer + "-1";
    switch (roll(11)) {
    case 0:
    case 1:
        send(sell);
        break;
    case 5:
    case 6:
    case 7:
        change_addon();
        break;
    case 2:
        send(remove);
        break;
    case 3:
        send(CancelSchedule{remove.service, remove.addon});
        break;
    case 4:
        send(remove);
        if (roll(2) == 0) send(CancelSchedule{remove.service, remove.addon});
        break;
    default:
        send(add);
    }
}

} // namespace tollbook
