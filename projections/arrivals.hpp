#pragma once

#include "projections/keyed_rows.hpp"
#include "projections/projection.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// One delivery of a callback or one desk entry, with what was made of it. Raw bodies stay sealed in
// the log; here stand their keyed hash and the seq.
struct ArrivalView {
    std::string tenant;
    std::string arrival;
    std::string kind; // callback | desk
    std::optional<std::string> provider;
    std::optional<std::string> source;
    std::optional<std::string> body_hash;
    std::optional<std::string> channel;
    std::optional<std::string> receipt;
    std::optional<std::int64_t> minor;
    std::optional<std::string> customer; // As typed at the desk ...
    std::optional<std::string> typed_by; // ... by this user.
    std::optional<std::string> outcome;  // None until it is resolved.
    std::optional<std::string> payment;  // The payment that stands.
    std::optional<std::string> reason;
    Timestamp recorded_at;
    Timestamp effective_at;
    std::uint64_t seq{};
    std::optional<std::uint64_t> resolved_seq;
};
BOOST_DESCRIBE_STRUCT(
    ArrivalView,
    (),
    (tenant,
     arrival,
     kind,
     provider,
     source,
     body_hash,
     channel,
     receipt,
     minor,
     customer,
     typed_by,
     outcome,
     payment,
     reason,
     recorded_at,
     effective_at,
     seq,
     resolved_seq)
)

// The arrivals table of the payments projection.
class Arrivals {
public:
    explicit Arrivals(std::string_view schema) : rows_(schema, "arrivals", 2) {}

    void touch(const Fact& fact);
    void apply(const Fact& fact);

    RowSet& rows() { return rows_; }

private:
    void receive(const Fact& fact, const CallbackReceived& e);
    void receive(const Fact& fact, const DeskEntryReceived& e);
    void resolve(const Fact& fact, const ArrivalResolved& e);

    KeyedRows<ArrivalView> rows_;
};

} // namespace tollbook
