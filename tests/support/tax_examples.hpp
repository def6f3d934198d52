// Plans with a dated tax, and a service that is charged by them.
#pragma once

#include "commands/taxes/taxed_days.hpp"
#include "tests/support/book_builders.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// With the tax "vat", 16 % by itself.
inline PlanDefined vat_plan(const std::string& code, std::int64_t price_minor) {
    PlanDefined defined = plan(code, price_minor, 16);
    defined.tax_code = "vat";
    return defined;
}

inline PlanDefined vat_addon(const std::string& code, std::int64_t price_minor) {
    PlanDefined defined = vat_plan(code, price_minor);
    defined.kind = PlanKind::addon;
    return defined;
}

inline DefineTax vat(std::int64_t rate_ppm, std::string_view from) {
    return {"vat", day(from), {{"vat", rate_ppm, false}}, std::nullopt};
}

inline DefineTax telecom(std::string_view from) {
    return {"vat", day(from), {{"excise", 150'000, false}, {"vat", 160'000, true}}, std::nullopt};
}

inline DefineTax exempt(std::string_view from) {
    return {"vat", day(from), {}, "schools pay none"};
}

inline Date today(Spec& book) {
    const TenantRow& tenant = *book.run().book().tenants.find(tenant_id);
    return local_day(*tenant.test_clock, tenant.timezone);
}

inline SetInvoicing terms(TaxRounding rounding, Halves halves) {
    SetInvoicing set;
    set.valid_from = day("2026-01-01");
    set.tax_rounding = rounding;
    set.halves = halves;
    return set;
}

// A-1 on NET is due on 20 November; the wallet of A has 100,000.00.
struct Due : Spec {
    explicit Due(std::int64_t price_minor, const Story& more = {})
        : Spec(
              world() + Story{vat_plan("NET", price_minor)} + more +
              Story{received("R1", "A", 100'000'00)}
          ) {
        when(AddService{"A-1", "A", "NET", 1, {}, day("2026-11-20"), {}, {}});
    }

    // From 20 November to 20 December.
    const WalletCharged& renew() {
        when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
        return event<WalletCharged>(0);
    }
};

inline std::vector<TaxedDays> paid_parts(Spec& book) {
    const Book& rows = book.run().book();
    const std::string key = book_key(tenant_id, "A-1");
    const ServiceRow& row = *rows.services.find(key);
    const std::string plan = book_key(tenant_id, row.plan, std::to_string(row.plan_version));
    return paid_parts(row, rows.paid_taxes.find(key), *rows.plans.find(plan));
}

} // namespace tollbook
