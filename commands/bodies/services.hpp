#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct RegisterCustomer {
    static constexpr std::string_view type = "register_customer";
    std::string customer;
    std::string name;
    std::string phone;
    std::optional<std::string> mail;
    std::vector<std::string> references;
    std::optional<std::string> entity{}; // Which invoices it; the tenant's own.
    std::optional<Currency> currency{};  // Of all its money, for ever; the tenant's.
};
BOOST_DESCRIBE_STRUCT(
    RegisterCustomer, (), (customer, name, phone, mail, references, entity, currency)
)

struct AddPaymentReference {
    static constexpr std::string_view type = "add_payment_reference";
    std::string customer;
    std::string reference;
};
BOOST_DESCRIBE_STRUCT(AddPaymentReference, (), (customer, reference))

// A service that begins here leaves `renews_on` out: its first period follows the plan's trial, and
// the plan's set-up fee is paid with it. One that ran elsewhere says when it renews, and pays none.
struct AddService {
    static constexpr std::string_view type = "add_service";
    std::string service;
    std::string customer;
    std::string plan;
    std::optional<std::uint32_t> plan_version;      // The newest.
    std::optional<std::string> site;                // Named as the service.
    std::optional<Date> renews_on;                  // The first day that is not paid for.
    std::optional<std::int32_t> anchor_day;         // The day of renews_on.
    std::optional<std::vector<std::string>> blocks; // Reasons for which it is off from the start.
};
BOOST_DESCRIBE_STRUCT(
    AddService, (), (service, customer, plan, plan_version, site, renews_on, anchor_day, blocks)
)

struct ProvisionSite {
    static constexpr std::string_view type = "provision_site";
    std::string site;   // Of a service that was added.
    std::string kind;   // ppp
    std::string target; // A router.
    std::string username;
    std::string password;
    std::optional<std::string> profile; // The code of the service's plan.
};
BOOST_DESCRIBE_STRUCT(ProvisionSite, (), (site, kind, target, username, password, profile))

struct RemoveSite {
    static constexpr std::string_view type = "remove_site";
    std::string site;
};
BOOST_DESCRIBE_STRUCT(RemoveSite, (), (site))

// What enforcement saw on the device; sent by it alone.
enum class SiteOutcome { provisioned, applied, failed, removed };
BOOST_DESCRIBE_ENUM(SiteOutcome, provisioned, applied, failed, removed)

struct ReportSite {
    static constexpr std::string_view type = "report_site";
    std::string site;
    SiteOutcome outcome{};
    std::uint64_t applied_seq{}; // The record whose wish this answers.
    bool enabled{};              // As read back.
    std::optional<bool> repaired;
    std::optional<std::string> error;
    std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(
    ReportSite, (), (site, outcome, applied_seq, enabled, repaired, error, detail)
)

// What a preview said of a service, to be done just so or not at all.
struct ExpectedRenewal {
    Date from;            // Of the period.
    std::int64_t minor{}; // Its price.
    bool covered{};       // By the wallet; else the service is cut, or dunned.
    std::optional<std::vector<std::string>> steps{}; // Of dunning, that are taken; none.
};
BOOST_DESCRIBE_STRUCT(ExpectedRenewal, (), (from, minor, covered, steps))

// Charges the period that is due, or takes the steps of dunning that are due; without a policy of
// dunning it suspends for `unpaid`. Due services of the same wallet that
// come before it (oldest first, then lowest number) are renewed with it.
struct RenewService {
    static constexpr std::string_view type = "renew_service";
    std::string service;
    std::optional<ExpectedRenewal> expected{}; // Refused with figures_moved if it comes to another.
};
BOOST_DESCRIBE_STRUCT(RenewService, (), (service, expected))

struct SuspendService {
    static constexpr std::string_view type = "suspend_service";
    std::string service;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(SuspendService, (), (service, reason))

struct SuspendCustomer { // All services that the reason does not hold yet.
    static constexpr std::string_view type = "suspend_customer";
    std::string customer;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(SuspendCustomer, (), (customer, reason))

struct ReinstateService {
    static constexpr std::string_view type = "reinstate_service";
    std::string service;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReinstateService, (), (service, reason))

} // namespace tollbook
