#pragma once

#include "projections/keyed_rows.hpp"
#include "projections/projection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct ChargeView {
    std::string tenant;
    std::string charge;
    std::string customer;
    std::optional<std::string> service;
    std::string currency;
    std::int64_t net_minor{};
    std::int64_t tax_minor{};
    std::int64_t minor{};
    std::optional<Date> service_from;
    std::optional<Date> service_to; // Half-open.
    JsonText lines;
    JsonText lots;                      // What it consumed.
    std::optional<std::string> payment; // The payment that caused it, if one did.
    std::int64_t unwound_minor{};       // Of it, paid with money that was taken away again.
    std::int64_t credited_minor{};      // Of it, given back.
    Timestamp effective_at;
    Timestamp recorded_at;
    Date booked_on;
    std::uint64_t charged_seq{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    ChargeView,
    (),
    (tenant,
     charge,
     customer,
     service,
     currency,
     net_minor,
     tax_minor,
     minor,
     service_from,
     service_to,
     lines,
     lots,
     payment,
     unwound_minor,
     credited_minor,
     effective_at,
     recorded_at,
     booked_on,
     charged_seq,
     seq)
)

struct RenewalView { // payment: none when a run or a person renewed it.
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    std::string customer;
    std::string charge;
    Date service_from;
    Date service_to;
    std::optional<std::string> payment;
    Timestamp effective_at;
    Date booked_on;
};
BOOST_DESCRIBE_STRUCT(
    RenewalView,
    (),
    (tenant,
     seq,
     service,
     customer,
     charge,
     service_from,
     service_to,
     payment,
     effective_at,
     booked_on)
)

// The charges and renewals tables of the services projection.
class Charges {
public:
    explicit Charges(std::string_view schema)
        : charges_(schema, "charges", 2), renewals_(schema, "renewals", 2) {}

    Projection::Keys keys(const Fact& fact) const;
    void touch(const Fact& fact);
    void apply(const Fact& fact);

    std::vector<RowSet*> tables() { return {&charges_, &renewals_}; }

private:
    void charge(const Fact& fact, const WalletCharged& e);
    void renew(const Fact& fact, const ServiceRenewed& e);
    void credit(const Fact& fact, const ChargeCredited& e);
    void unwind(const Fact& fact, const std::vector<Unwound>& unwound);

    KeyedRows<ChargeView> charges_;
    AppendedRows<RenewalView> renewals_;
};

} // namespace tollbook
