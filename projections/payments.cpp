#include "ledger/match.hpp"
#include "projections/arrivals.hpp"
#include "projections/catalogue.hpp"

#include <algorithm>

namespace tollbook {

namespace {

struct PaymentView { // payer_*: NULL at the desk, and once the payer is forgotten.
    std::string tenant;
    std::string payment;
    std::string channel;
    std::string receipt;
    std::string currency;
    std::int64_t received_minor{};
    std::int64_t reversed_minor{};
    std::int64_t suspended_minor{};      // Still in suspense.
    std::optional<std::string> customer; // The first credit's; none: it came into suspense.
    std::optional<std::string> suspense_reason;
    std::string reference_hash;
    Timestamp occurred_at;
    Timestamp recorded_at;
    Date booked_on;
    std::string reported_by; // callback | desk
    bool confirmed{};
    std::optional<std::string> confirmed_by; // The arrival.
    std::optional<std::string> payer_number;
    std::optional<std::string> payer_name;
    std::optional<std::string> payer_reference;
    std::uint64_t received_seq{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    PaymentView,
    (),
    (tenant,
     payment,
     channel,
     receipt,
     currency,
     received_minor,
     reversed_minor,
     suspended_minor,
     customer,
     suspense_reason,
     reference_hash,
     occurred_at,
     recorded_at,
     booked_on,
     reported_by,
     confirmed,
     confirmed_by,
     payer_number,
     payer_name,
     payer_reference,
     received_seq,
     seq)
)

struct AllocationView { // What of a payment stands in which wallet.
    std::string tenant;
    std::string payment;
    std::string customer;
    std::int64_t minor{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(AllocationView, (), (tenant, payment, customer, minor, seq))

struct SuspenseView {
    std::string tenant;
    std::string payment;
    std::string account;
    std::string channel;
    std::string currency;
    std::string reason;
    std::int64_t opened_minor{};
    std::int64_t remaining_minor{};
    Timestamp opened_at;
    Date booked_on;
    std::optional<Timestamp> emptied_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    SuspenseView,
    (),
    (tenant,
     payment,
     account,
     channel,
     currency,
     reason,
     opened_minor,
     remaining_minor,
     opened_at,
     booked_on,
     emptied_at,
     seq)
)

class Payments final : public Projection {
public:
    explicit Payments(std::string_view schema)
        : Projection({"payments", 1, "104_payments_v1"})
        , payments_(schema, "payments", 2)
        , allocations_(schema, "payment_allocations", 3)
        , suspense_(schema, "suspense_items", 2)
        , arrivals_(schema) {}

    void touch(const Fact& fact) override {
        arrivals_.touch(fact);
        match(
            fact.event,
            [&](const PaymentReceived& e) {
                if (e.customer) want(fact, e.payment, *e.customer);
            },
            [&](const PaymentConfirmed& e) { payments_.want(row_key(fact.tenant(), e.payment)); },
            [&](const SuspenseAssigned& e) {
                want(fact, e.payment);
                for (const SuspensePart& part : e.parts)
                    want(fact, e.payment, part.customer);
            },
            [&](const PaymentReversed& e) {
                want(fact, e.payment);
                for (const WalletDebit& debit : e.debits)
                    want(fact, e.payment, debit.customer);
            },
            [&](const PaymentMoved& e) {
                want(fact, e.payment);
                want(fact, e.payment, e.debit.customer);
                want(fact, e.payment, e.credit.customer);
            },
            [](const auto&) {}
        );
    }

    void apply(const Fact& fact) override {
        arrivals_.apply(fact);
        match(
            fact.event,
            [&](const PaymentReceived& e) { receive(fact, e); },
            [&](const PaymentConfirmed& e) { confirm(fact, e); },
            [&](const SuspenseAssigned& e) {
                empty_suspense(fact, e.payment, e.remaining);
                for (const SuspensePart& part : e.parts)
                    allocate(fact, e.payment, part.customer, part.minor);
            },
            [&](const PaymentReversed& e) { reverse(fact, e); },
            [&](const PaymentMoved& e) {
                allocate(fact, e.payment, e.debit.customer, -e.debit.minor);
                allocate(fact, e.payment, e.credit.customer, e.credit.minor);
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override {
        return {&payments_, &allocations_, &suspense_, &arrivals_.rows()};
    }

private:
    void want(const Fact& fact, const std::string& payment) {
        payments_.want(row_key(fact.tenant(), payment));
        suspense_.want(row_key(fact.tenant(), payment));
    }

    void want(const Fact& fact, const std::string& payment, const std::string& customer) {
        allocations_.want(row_key(fact.tenant(), payment, customer));
    }

    PaymentView* edit(const Fact& fact, const std::string& payment) {
        PaymentView* row = payments_.edit(row_key(fact.tenant(), payment));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    void allocate(
        const Fact& fact,
        const std::string& payment,
        const std::string& customer,
        std::int64_t minor
    ) {
        AllocationView& row = allocations_.edit_or_put(
            row_key(fact.tenant(), payment, customer), {fact.tenant(), payment, customer, 0, 0}
        );
        row.minor += minor;
        row.seq = fact.record.seq;
    }

    static void name_payer(PaymentView& row, const Fact& fact) {
        if (!fact.personal) return;
        Result<PayerPersonal> payer = from_json<PayerPersonal>(*fact.personal);
        if (!payer) return;
        row.payer_number = std::move(payer->number);
        row.payer_name = std::move(payer->name);
        row.payer_reference = std::move(payer->reference);
    }

    void receive(const Fact& fact, const PaymentReceived& e) {
        PaymentView row;
        row.tenant = fact.tenant();
        row.payment = e.payment;
        row.channel = e.channel;
        row.receipt = e.receipt;
        row.currency = e.currency.code();
        row.received_minor = e.minor;
        row.customer = e.customer;
        row.suspense_reason = e.suspense_reason;
        row.reference_hash = e.reference_hash;
        row.occurred_at = e.occurred_at;
        row.recorded_at = fact.recorded_at();
        row.booked_on = fact.record.booked_on;
        row.reported_by = e.reported_by == ArrivalKind::desk ? "desk" : "callback";
        row.confirmed = e.reported_by == ArrivalKind::callback;
        row.received_seq = fact.record.seq;
        row.seq = fact.record.seq;
        name_payer(row, fact);
        if (e.customer)
            allocate(fact, e.payment, *e.customer, e.minor);
        else
            suspend(fact, e, row);
        payments_.put(std::move(row));
    }

    void suspend(const Fact& fact, const PaymentReceived& e, PaymentView& row) {
        row.suspended_minor = e.minor;
        const auto leg = std::ranges::find_if(e.postings, [](const Posting& posting) {
            return posting.account.starts_with("suspense");
        });
        suspense_.put(
            {row.tenant,
             row.payment,
             leg == e.postings.end() ? "suspense" : leg->account,
             row.channel,
             row.currency,
             e.suspense_reason.value_or(""),
             e.minor,
             e.minor,
             fact.record.effective_at,
             fact.record.booked_on,
             std::nullopt,
             fact.record.seq}
        );
    }

    void confirm(const Fact& fact, const PaymentConfirmed& e) {
        PaymentView* row = edit(fact, e.payment);
        if (row == nullptr) return;
        row->confirmed = true;
        row->confirmed_by = e.arrival;
        row->reference_hash = e.reference_hash;
        row->occurred_at = e.occurred_at;
    }

    void empty_suspense(const Fact& fact, const std::string& payment, std::int64_t remaining) {
        if (PaymentView* row = edit(fact, payment)) row->suspended_minor = remaining;
        SuspenseView* item = suspense_.edit(row_key(fact.tenant(), payment));
        if (item == nullptr) return;
        item->remaining_minor = remaining;
        item->seq = fact.record.seq;
        if (remaining == 0) item->emptied_at = fact.record.effective_at;
    }

    void reverse(const Fact& fact, const PaymentReversed& e) {
        PaymentView* row = edit(fact, e.payment);
        if (row != nullptr) row->reversed_minor += e.minor;
        if (row != nullptr && e.from_suspense != 0)
            empty_suspense(fact, e.payment, row->suspended_minor - e.from_suspense);
        for (const WalletDebit& debit : e.debits)
            allocate(fact, e.payment, debit.customer, -debit.minor);
    }

    KeyedRows<PaymentView> payments_;
    KeyedRows<AllocationView> allocations_;
    KeyedRows<SuspenseView> suspense_;
    Arrivals arrivals_;
};

} // namespace

std::unique_ptr<Projection> make_payments(std::string_view schema) {
    return std::make_unique<Payments>(schema);
}

} // namespace tollbook
