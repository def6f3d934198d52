// What may be asked of the book, in the imperative. The structs are the wire format of the HTTP
// bodies and of Submission::body; the tenant stands beside the command, never in it. Amounts are
// minor units; an absent optional means the default that its comment names.
#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tollbook {

struct OpenTenant {
    static constexpr std::string_view type = "open_tenant";
    std::string name;
    std::string timezone;
    Currency currency;
    std::optional<std::string> legal_entity; // main
    std::optional<std::vector<std::string>> mpesa_shortcodes;
    std::optional<std::vector<std::string>> tills;
    std::optional<Policies> policies;    // on_charge, rolling
    std::optional<Timestamp> test_clock; // Where its test clock starts; absent: real time.
};
BOOST_DESCRIBE_STRUCT(
    OpenTenant,
    (),
    (name, timezone, currency, legal_entity, mpesa_shortcodes, tills, policies, test_clock)
)

struct DefinePlan {
    static constexpr std::string_view type = "define_plan";
    std::string plan;
    std::optional<std::uint32_t> version; // The next one; any other is refused.
    std::string name;
    std::int64_t price_minor{}; // Tax included.
    Currency currency;
    std::optional<std::int64_t> tax_percent; // 0
    std::optional<std::string> period;       // month
    std::int64_t down_mbps{};
    std::int64_t up_mbps{};
};
BOOST_DESCRIBE_STRUCT(
    DefinePlan,
    (),
    (plan, version, name, price_minor, currency, tax_percent, period, down_mbps, up_mbps)
)

struct RegisterRouter {
    static constexpr std::string_view type = "register_router";
    std::string router;
    std::string driver; // routeros-api
    std::string address;
    std::uint16_t port{};
    std::optional<bool> tls; // false
    std::string username;
    std::string password;
};
BOOST_DESCRIBE_STRUCT(RegisterRouter, (), (router, driver, address, port, tls, username, password))

struct RegisterCustomer {
    static constexpr std::string_view type = "register_customer";
    std::string customer;
    std::string name;
    std::string phone;
    std::optional<std::string> mail;
    std::vector<std::string> references;
};
BOOST_DESCRIBE_STRUCT(RegisterCustomer, (), (customer, name, phone, mail, references))

struct AddPaymentReference {
    static constexpr std::string_view type = "add_payment_reference";
    std::string customer;
    std::string reference;
};
BOOST_DESCRIBE_STRUCT(AddPaymentReference, (), (customer, reference))

struct AddService {
    static constexpr std::string_view type = "add_service";
    std::string service;
    std::string customer;
    std::string plan;
    std::optional<std::uint32_t> plan_version;      // The newest.
    std::optional<std::string> site;                // Named as the service.
    Date renews_on;                                 // The first day that is not paid for.
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

struct WalletAmount {
    std::string customer;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(WalletAmount, (), (customer, minor))

struct ChannelAmount {
    std::string channel;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(ChannelAmount, (), (channel, minor))

// In as many parts as it takes; each wallet and channel opens once, and nothing opens after the
// part that says `complete`.
struct PostOpeningBalances {
    static constexpr std::string_view type = "post_opening_balances";
    Date booked_on;
    std::vector<WalletAmount> wallets;
    std::vector<ChannelAmount> cash;
    bool complete{};
};
BOOST_DESCRIBE_STRUCT(PostOpeningBalances, (), (booked_on, wallets, cash, complete))

// What a cashier types: `channel` is "till:<name>" or "mpesa:<shortcode>"; the customer is named
// by id or by a payment reference.
struct RecordPayment {
    static constexpr std::string_view type = "record_payment";
    std::string channel;
    std::string receipt;
    std::optional<std::string> customer;
    std::optional<std::string> reference;
    std::int64_t minor{};
    std::optional<Timestamp> occurred_at; // now
    std::string user;
    std::optional<bool> again{}; // Posts once more a receipt that was reversed by mistake.
};
BOOST_DESCRIBE_STRUCT(
    RecordPayment, (), (channel, receipt, customer, reference, minor, occurred_at, user, again)
)

// A webhook delivery, its bytes untouched.
struct RecordCallback {
    static constexpr std::string_view type = "record_callback";
    std::string arrival;
    std::string provider; // mpesa
    std::string source;
    std::string raw_base64;
};
BOOST_DESCRIBE_STRUCT(RecordCallback, (), (arrival, provider, source, raw_base64))

struct AssignSuspense {
    static constexpr std::string_view type = "assign_suspense";
    std::string payment;
    std::vector<WalletAmount> parts; // One: assign. Several: split. The rest stays in suspense.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(AssignSuspense, (), (payment, parts, reason))

struct ReversePayment {
    static constexpr std::string_view type = "reverse_payment";
    std::string payment;
    std::optional<std::int64_t> minor; // All that stands.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReversePayment, (), (payment, minor, reason))

struct MovePayment {
    static constexpr std::string_view type = "move_payment";
    std::string payment;
    std::string from;
    std::string to;
    std::optional<std::int64_t> minor; // All that stands with `from`.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(MovePayment, (), (payment, from, to, minor, reason))

struct ChargeWallet {
    static constexpr std::string_view type = "charge_wallet";
    std::string customer;
    std::string charge; // The caller's own number of it, unique for ever.
    std::optional<std::string> service;
    std::vector<ChargeLine> lines; // With a plan: its revenue; without: fee.
};
BOOST_DESCRIBE_STRUCT(ChargeWallet, (), (customer, charge, service, lines))

// Charges the period that is due, or suspends for `unpaid`. Due services of the same wallet that
// come before it (oldest first, then lowest number) are renewed with it.
struct RenewService {
    static constexpr std::string_view type = "renew_service";
    std::string service;
};
BOOST_DESCRIBE_STRUCT(RenewService, (), (service))

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

struct ClosePeriod {
    static constexpr std::string_view type = "close_period";
    Date through;
};
BOOST_DESCRIBE_STRUCT(ClosePeriod, (), (through))

struct AdvanceTestClock {
    static constexpr std::string_view type = "advance_test_clock";
    Timestamp to;
};
BOOST_DESCRIBE_STRUCT(AdvanceTestClock, (), (to))

using Command = std::variant<
    OpenTenant,
    DefinePlan,
    RegisterRouter,
    RegisterCustomer,
    AddPaymentReference,
    AddService,
    ProvisionSite,
    RemoveSite,
    ReportSite,
    PostOpeningBalances,
    RecordPayment,
    RecordCallback,
    AssignSuspense,
    ReversePayment,
    MovePayment,
    ChargeWallet,
    RenewService,
    SuspendService,
    SuspendCustomer,
    ReinstateService,
    ClosePeriod,
    AdvanceTestClock>;

// Reads the JSON body of a command by its type name. Refuses an unknown type with not_found, and
// what does not fit with the codec's reasons.
Result<Command> read_command(std::string_view type, std::string_view body);

std::string_view type_of(const Command& command);
std::string canonical_json(const Command& command);

} // namespace tollbook
