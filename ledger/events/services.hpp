#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What a payer may type to reach a wallet. `normalised` is upper-case letters and digits only and
// unique per tenant for ever.
struct PaymentReference {
    std::string text;
    std::string normalised;

    friend bool operator==(const PaymentReference&, const PaymentReference&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentReference, (), (text, normalised))

struct CustomerRegistered { // Sealed: CustomerPersonal, subject "customer:<customer>".
    static constexpr std::string_view type = "customer_registered";
    static constexpr std::uint16_t schema_version = 2; // 1: of the tenant's currency.
    std::string customer;
    std::vector<PaymentReference> references;
    std::optional<std::string> entity{}; // Which invoices it; none: the tenant's own.
    std::optional<Currency> currency{};  // Of all its money; none: the tenant's.

    friend bool operator==(const CustomerRegistered&, const CustomerRegistered&) = default;
};
BOOST_DESCRIBE_STRUCT(CustomerRegistered, (), (customer, references, entity, currency))

struct CustomerPersonal {
    std::string name;
    std::string phone;
    std::string mail;
};
BOOST_DESCRIBE_STRUCT(CustomerPersonal, (), (name, phone, mail))

struct PaymentReferenceAdded {
    static constexpr std::string_view type = "payment_reference_added";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    PaymentReference reference;

    friend bool operator==(const PaymentReferenceAdded&, const PaymentReferenceAdded&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentReferenceAdded, (), (customer, reference))

// One plan version at one site, paid from the customer's wallet. `blocks` are the reasons for
// which it is off; it runs when there is none.
struct ServiceAdded {
    static constexpr std::string_view type = "service_added";
    static constexpr std::uint16_t schema_version =
        2; // 1: nothing was to be paid beside the period.
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    std::string site;
    Date renews_on; // The first day that is not paid for.
    std::int32_t anchor_day{};
    std::vector<std::string> blocks;
    std::optional<std::int64_t> setup_minor{}; // To be paid with its first period.

    friend bool operator==(const ServiceAdded&, const ServiceAdded&) = default;
};
BOOST_DESCRIBE_STRUCT(
    ServiceAdded,
    (),
    (service, customer, plan, plan_version, site, renews_on, anchor_day, blocks, setup_minor)
)

struct ServiceSuspended {
    static constexpr std::string_view type = "service_suspended";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string site;
    std::string reason;              // unpaid | manual | abuse | ...
    std::vector<std::string> blocks; // All reasons that hold now.

    friend bool operator==(const ServiceSuspended&, const ServiceSuspended&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceSuspended, (), (service, customer, site, reason, blocks))

struct ServiceReinstated {
    static constexpr std::string_view type = "service_reinstated";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string site;
    std::string reason;                 // The reason that holds no more.
    std::vector<std::string> blocks;    // What still holds; none: the service runs.
    std::optional<std::string> payment; // The payment that reconnected it ...
    std::optional<Timestamp> paid_at;   // ... and when that payment happened.

    friend bool operator==(const ServiceReinstated&, const ServiceReinstated&) = default;
};
BOOST_DESCRIBE_STRUCT(
    ServiceReinstated, (), (service, customer, site, reason, blocks, payment, paid_at)
)

// Paid for [from, to); the money is in the wallet_charged event `charge` just before it.
struct ServiceRenewed {
    static constexpr std::string_view type = "service_renewed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string charge;
    Date from;
    Date to;
    std::optional<std::string> payment; // The payment that caused it, if one did.

    friend bool operator==(const ServiceRenewed&, const ServiceRenewed&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceRenewed, (), (service, customer, charge, from, to, payment))

// The site shall exist on its target: requested -> provisioned | failed -> ... -> removed.
struct SiteRequested { // Sealed: SiteSecret, subject "customer:<customer>".
    static constexpr std::string_view type = "site_requested";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string service;
    std::string customer;
    std::string kind;   // ppp
    std::string target; // The router.
    std::string username;
    std::string profile;
    bool enabled{}; // Whether the service runs at this moment.

    friend bool operator==(const SiteRequested&, const SiteRequested&) = default;
};
BOOST_DESCRIBE_STRUCT(
    SiteRequested, (), (site, service, customer, kind, target, username, profile, enabled)
)

struct SiteSecret {
    std::string password;
};
BOOST_DESCRIBE_STRUCT(SiteSecret, (), (password))

// The site shall have another profile: its service changed to another plan.
struct SiteProfileChanged {
    static constexpr std::string_view type = "site_profile_changed";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;
    std::string profile;

    friend bool operator==(const SiteProfileChanged&, const SiteProfileChanged&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteProfileChanged, (), (site, target, profile))

// Read back from the device: the site exists there in the state that seq `applied_seq` asked for.
struct SiteProvisioned {
    static constexpr std::string_view type = "site_provisioned";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;
    std::uint64_t applied_seq{};
    bool enabled{};

    friend bool operator==(const SiteProvisioned&, const SiteProvisioned&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteProvisioned, (), (site, target, applied_seq, enabled))

// A later state, applied and read back. `repaired`: the device had drifted from the book.
struct SiteStateApplied {
    static constexpr std::string_view type = "site_state_applied";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;
    std::uint64_t applied_seq{};
    bool enabled{};
    bool repaired{};

    friend bool operator==(const SiteStateApplied&, const SiteStateApplied&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteStateApplied, (), (site, target, applied_seq, enabled, repaired))

// The device says no for good (a person must look); what is only away is retried, not recorded.
struct SiteFailed {
    static constexpr std::string_view type = "site_failed";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;
    std::uint64_t applied_seq{};
    std::string error; // A slug of the error table.
    std::string detail;

    friend bool operator==(const SiteFailed&, const SiteFailed&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteFailed, (), (site, target, applied_seq, error, detail))

struct SiteRemovalRequested {
    static constexpr std::string_view type = "site_removal_requested";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;

    friend bool operator==(const SiteRemovalRequested&, const SiteRemovalRequested&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteRemovalRequested, (), (site, target))

struct SiteRemoved {
    static constexpr std::string_view type = "site_removed";
    static constexpr std::uint16_t schema_version = 1;
    std::string site;
    std::string target;
    std::uint64_t applied_seq{};

    friend bool operator==(const SiteRemoved&, const SiteRemoved&) = default;
};
BOOST_DESCRIBE_STRUCT(SiteRemoved, (), (site, target, applied_seq))

} // namespace tollbook
