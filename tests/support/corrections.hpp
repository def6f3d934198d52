// What a test asks of corrections of prices: their previews, and the commands behind them.
#pragma once

#include "commands/tariffs/tariff_preview.hpp"
#include "tests/support/book_builders.hpp"
#include "tests/support/charged_services.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A wrong version of HOME10, and the one that it should have been.
struct WrongVersion {
    std::uint32_t from{1};
    std::uint32_t to{2};
};

inline TariffCorrection wrong_since(
    std::string_view from, WrongVersion version = {}, const std::string& plan = "HOME10"
) {
    return {plan, version.from, version.to, day(from), "a wrong price list", {}};
}

inline std::vector<TariffCase> cases_of(Spec& book, const TariffCorrection& correction) {
    const auto cases = tariff_cases(
        book.run().book(), tenant_id, {correction, charged_services(book.run().facts(), correction)}
    );
    REQUIRE(cases);
    return *cases;
}

inline std::vector<TariffItem> preview(Spec& book, const TariffCorrection& correction) {
    return preview_tariff(book.run().book(), tenant_id, {}, cases_of(book, correction));
}

// The command for a service, held to what was previewed.
inline CorrectTariff command_for(
    Spec& book, const std::string& service, const TariffCorrection& correction
) {
    for (const TariffCase& one : cases_of(book, correction))
        if (one.command.service == service) return one.command;
    FAIL("no such case");
    return {};
}

} // namespace tollbook
