#include "ledger/match.hpp"
#include "projections/arrivals.hpp"
#include "projections/catalogue.hpp"
#include "projections/payment_views.hpp"

#include <algorithm>

namespace tollbook {

namespace {

class Payments final : public Projection {
public:
    explicit Payments(std::string_view schema)
        : Projection({"payments", 1, "104_payments_v1"})
        , payments_(schema, "payments", 2)
        , allocations_(schema, "payment_allocations", 3)
        , suspense_(schema, "suspense_items", 2)
        , arrivals_(schema) {}

    Keys keys(const Fact& fact) const override {
        Keys keys;
        const auto payment = [&](const auto& e) { keys.push_back("payment:" + e.payment); };
        const auto arrival = [&](const auto& e) { keys.push_back("arrival:" + e.arrival); };
        match(
            fact.event,
            [&](const CallbackReceived& e) { arrival(e); },
            [&](const DeskEntryReceived& e) { arrival(e); },
            [&](const ArrivalResolved& e) { arrival(e); },
            [&](const PaymentReceived& e) { payment(e); },
            [&](const PaymentConfirmed& e) { payment(e); },
            [&](const SuspenseAssigned& e) { payment(e); },
            [&](const PaymentReversed& e) { payment(e); },
            [&](const PaymentMoved& e) { payment(e); },
            [](const auto&) {}
        );
        return keys;
    }

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
