#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct DepositView { // minor = remaining + returned + kept
    std::string tenant;
    std::string deposit;
    std::string customer; // Who gave it; after a merge, to whom it went back last.
    std::string account;
    std::string currency;
    std::string equipment;
    std::int64_t minor{};
    std::int64_t remaining_minor{};
    std::int64_t returned_minor{};
    std::int64_t kept_minor{};
    std::string status; // held | returned | kept
    std::string reason; // Of the last change; empty: it is held whole.
    Timestamp taken_at;
    std::optional<Timestamp> changed_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    DepositView,
    (),
    (tenant,
     deposit,
     customer,
     account,
     currency,
     equipment,
     minor,
     remaining_minor,
     returned_minor,
     kept_minor,
     status,
     reason,
     taken_at,
     changed_at,
     seq)
)

// What stands for equipment that customers were lent.
class Deposits final : public Projection {
public:
    explicit Deposits(std::string_view schema)
        : Projection({"deposits", 1, "110_deposits_v1"}), deposits_(schema, "deposits", 2) {}

    Keys keys(const Fact& fact) const override {
        return std::visit(
            [](const auto& e) -> Keys {
                if constexpr (requires { e.deposit; })
                    return {"deposit:" + e.deposit};
                else
                    return {};
            },
            fact.event
        );
    }

    void touch(const Fact& fact) override {
        const auto want = [&](const auto& e) { deposits_.want(row_key(fact.tenant(), e.deposit)); };
        match(
            fact.event,
            [&](const DepositReturned& e) { want(e); },
            [&](const DepositKept& e) { want(e); },
            [](const auto&) {}
        );
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const DepositTaken& e) { take(fact, e); },
            [&](const DepositReturned& e) {
                if (DepositView* row = edit(fact, e)) {
                    row->returned_minor += e.minor;
                    row->customer = e.customer;
                    if (e.remaining == 0) row->status = "returned";
                }
            },
            [&](const DepositKept& e) {
                if (DepositView* row = edit(fact, e)) {
                    row->kept_minor += e.minor;
                    if (e.remaining == 0) row->status = "kept";
                }
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&deposits_}; }

private:
    void take(const Fact& fact, const DepositTaken& e) {
        DepositView row;
        row.tenant = fact.tenant();
        row.deposit = e.deposit;
        row.customer = e.customer;
        row.account = e.postings.back().account;
        row.currency = e.postings.back().currency.code();
        row.equipment = e.equipment;
        row.minor = e.minor;
        row.remaining_minor = e.minor;
        row.status = "held";
        row.taken_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        deposits_.put(std::move(row));
    }

    template <class Part>
    DepositView* edit(const Fact& fact, const Part& e) {
        DepositView* row = deposits_.edit(row_key(fact.tenant(), e.deposit));
        if (row == nullptr) return nullptr;
        row->remaining_minor = e.remaining;
        row->reason = e.reason;
        row->changed_at = fact.record.effective_at;
        row->seq = fact.record.seq;
        return row;
    }

    KeyedRows<DepositView> deposits_;
};

} // namespace

std::unique_ptr<Projection> make_deposits(std::string_view schema) {
    return std::make_unique<Deposits>(schema);
}

} // namespace tollbook
