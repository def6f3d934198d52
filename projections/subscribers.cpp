#include "ledger/match.hpp"
#include "projections/catalogue.hpp"

namespace tollbook {

namespace {

struct CustomerView { // name, phone, mail: NULL once the person is forgotten.
    std::string tenant;
    std::string customer;
    std::optional<std::string> name;
    std::optional<std::string> phone;
    std::optional<std::string> mail;
    std::optional<std::string> entity;   // Which invoices it; NULL: the tenant's own.
    std::optional<std::string> currency; // Of all its money; NULL: the tenant's.
    Timestamp registered_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    CustomerView, (), (tenant, customer, name, phone, mail, entity, currency, registered_at, seq)
)

struct ReferenceView {
    std::string tenant;
    std::string normalised;
    std::string reference; // As it was given.
    std::string customer;
    Timestamp added_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(ReferenceView, (), (tenant, normalised, reference, customer, added_at, seq))

struct MergedView { // A customer that another one stands for.
    std::string tenant;
    std::string customer;
    std::string merged_into;
    std::string reason;
    Timestamp merged_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(MergedView, (), (tenant, customer, merged_into, reason, merged_at, seq))

class Subscribers final : public Projection {
public:
    explicit Subscribers(std::string_view schema)
        : Projection({"subscribers", 4, "102_subscribers_v4"})
        , customers_(schema, "customers", 2)
        , references_(schema, "payment_references", 2)
        , merged_(schema, "merged_customers", 2) {}

    Keys keys(const Fact& fact) const override {
        Keys keys;
        const auto add = [&](const auto& e) { keys.push_back("customer:" + e.customer); };
        match(
            fact.event,
            [&](const CustomerRegistered& e) { add(e); },
            [&](const PaymentReferenceAdded& e) { add(e); },
            [&](const CustomerMerged& e) { add(e); },
            [](const auto&) {}
        );
        return keys;
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const CustomerRegistered& e) { add(fact, e); },
            [&](const PaymentReferenceAdded& e) { add(fact, e.customer, e.reference); },
            [&](const CustomerMerged& e) {
                merged_.add(
                    {fact.tenant(),
                     e.customer,
                     e.into,
                     e.reason,
                     fact.record.effective_at,
                     fact.record.seq}
                );
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&customers_, &references_, &merged_}; }

private:
    void add(const Fact& fact, const CustomerRegistered& e) {
        CustomerView row{
            fact.tenant(),
            e.customer,
            std::nullopt,
            std::nullopt,
            std::nullopt,
            e.entity,
            std::nullopt,
            fact.record.effective_at,
            fact.record.seq};
        if (e.currency) row.currency = e.currency->code();
        if (fact.personal)
            if (Result<CustomerPersonal> person = from_json<CustomerPersonal>(*fact.personal)) {
                row.name = std::move(person->name);
                row.phone = std::move(person->phone);
                row.mail = std::move(person->mail);
            }
        customers_.add(row);
        for (const PaymentReference& reference : e.references)
            add(fact, e.customer, reference);
    }

    void add(const Fact& fact, const std::string& customer, const PaymentReference& reference) {
        references_.add(
            {fact.tenant(),
             reference.normalised,
             reference.text,
             customer,
             fact.record.effective_at,
             fact.record.seq}
        );
    }

    AppendedRows<CustomerView> customers_;
    AppendedRows<ReferenceView> references_;
    AppendedRows<MergedView> merged_;
};

} // namespace

std::unique_ptr<Projection> make_subscribers(std::string_view schema) {
    return std::make_unique<Subscribers>(schema);
}

} // namespace tollbook
