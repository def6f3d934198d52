// Two customers that are one.
#pragma once

#include "ledger/events/wallets.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// Another customer's wallet pays for it from now on.
struct ServiceMoved {
    static constexpr std::string_view type = "service_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string site;
    std::string from;
    std::string to;

    friend bool operator==(const ServiceMoved&, const ServiceMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceMoved, (), (service, site, from, to))

// Another customer owes what is open of it.
struct InvoiceMoved {
    static constexpr std::string_view type = "invoice_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string from;
    std::string to;
    std::int64_t minor{};
    Postings postings;

    friend bool operator==(const InvoiceMoved&, const InvoiceMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(InvoiceMoved, (), (invoice, from, to, minor, postings))

// Another customer's wallet bears what this one was overdrawn: `debit` says how.
struct DebtMoved {
    static constexpr std::string_view type = "debt_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string from;
    std::string to;
    std::int64_t minor{};
    WalletDebit debit; // Of `to`.
    Postings postings;

    friend bool operator==(const DebtMoved&, const DebtMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(DebtMoved, (), (from, to, minor, debit, postings))

// What is left of a granted lot stands in another customer's wallet, on the same terms.
struct CreditMoved {
    static constexpr std::string_view type = "credit_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string from;
    std::string to;
    std::int64_t minor{};
    std::string from_lot;
    std::string lot; // That it opens there.
    std::uint32_t priority{};
    std::optional<Date> expires_on;
    std::int64_t debt_repaid{};
    Postings postings;

    friend bool operator==(const CreditMoved&, const CreditMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CreditMoved, (), (from, to, minor, from_lot, lot, priority, expires_on, debt_repaid, postings)
)

// What it had stands in the events just before. It stays as a stone: whoever names one of its
// payment references, or gives back what it once paid, reaches `into`.
struct CustomerMerged {
    static constexpr std::string_view type = "customer_merged";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::string into;
    std::string reason;

    friend bool operator==(const CustomerMerged&, const CustomerMerged&) = default;
};
BOOST_DESCRIBE_STRUCT(CustomerMerged, (), (customer, into, reason))

} // namespace tollbook
