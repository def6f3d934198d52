#pragma once

#include "commands/bodies/tariffs.hpp"
#include "commands/book.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A version of a plan or an add-on cost too much or too little from a day on: whoever was charged
// for it since is to have been charged for another.
struct TariffCorrection {
    std::string plan;
    std::uint32_t from_version{};
    std::optional<std::uint32_t> to_version; // The newest that is valid on that day.
    Date from;
    std::string reason;
    std::optional<std::string> preview; // The hash that is confirmed.
};
BOOST_DESCRIBE_STRUCT(TariffCorrection, (), (plan, from_version, to_version, from, reason, preview))

// What came back of a charge whose lines have dated taxes.
struct GivenBack {
    std::string charge;
    std::vector<ChargeLine> lines;
};
BOOST_DESCRIBE_STRUCT(GivenBack, (), (charge, lines))

// What the read models tell of a service that was charged for that version. `unclear`: part of a
// charge was given back for no days. `invoices`: those that have lines of it; what still stands
// there the book knows.
struct ChargedService {
    std::string service;
    std::vector<TariffCharge> charges;
    bool unclear{};
    std::vector<std::string> invoices;
    std::optional<std::vector<GivenBack>> given{}; // The parts of `charges` are as charged.
};
BOOST_DESCRIBE_STRUCT(ChargedService, (), (service, charges, unclear, invoices, given))

struct TariffCandidates {
    TariffCorrection correction;
    std::vector<ChargedService> services;
};
BOOST_DESCRIBE_STRUCT(TariffCandidates, (), (correction, services))

// corrected: charges come back and are charged anew. moved: nothing was charged for the version
// since; the next period costs what the other one does. refused: nothing is done, for `reason`.
enum class TariffOutcome { corrected, moved, refused };
BOOST_DESCRIBE_ENUM(TariffOutcome, corrected, moved, refused)

struct TariffItem {
    std::string service;
    std::string customer;
    std::uint32_t charges{};
    std::int64_t credited_minor{};
    std::int64_t charged_minor{};
    std::int64_t minor{};      // Above zero: the customer pays so much more.
    std::int64_t owed_minor{}; // Of it, what the wallet does not cover. Invoices are not in it.
    TariffOutcome outcome{};
    std::uint64_t changes{};             // Of the service: names the state in which it was found.
    std::optional<std::string> reason{}; // A slug of the error table.
    std::optional<std::vector<CorrectedInvoice>> invoices{}; // Credit notes and drafts.
    std::uint32_t to_version{};                              // What it is charged at instead.
    std::optional<Currency> currency{}; // The customer's, if it is not the tenant's.

    friend bool operator==(const TariffItem&, const TariffItem&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TariffItem,
    (),
    (service,
     customer,
     charges,
     credited_minor,
     charged_minor,
     minor,
     owed_minor,
     outcome,
     changes,
     reason,
     invoices,
     to_version,
     currency)
)

// What is to be asked for one service, and for whom.
struct TariffCase {
    std::string customer;
    CorrectTariff command;
    std::optional<Errc> refused{}; // It cannot be asked.
};

// One for each candidate, and for each service that has the version and was not charged for it
// since; those of a customer stand together, in the order of their names. Refuses with
// tenant_unknown, plan_unknown, and with projection_lag when the candidates are older than the
// book: a charge is missing, or another sum is left of it.
Result<std::vector<TariffCase>> tariff_cases(
    const Book& book, std::string_view tenant, const TariffCandidates& candidates
);

// What they come to now, one after the other: a wallet pays for the next of its services from what
// is left. Changes nothing.
std::vector<TariffItem> preview_tariff(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    std::span<const TariffCase> cases
);

// Names a preview of a correction: any other service, figure or outcome, and any other day, plan or
// version has another one. 64 hex digits.
std::string preview_hash(const TariffCorrection& correction, std::span<const TariffItem> items);

} // namespace tollbook
