#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct LegalEntityView { // What is told of it from that event on.
    std::string tenant;
    std::string entity;
    std::uint64_t seq{};
    std::string name;
    std::optional<std::string> tax_registration;
    std::optional<std::string> address;
    std::vector<std::string> channels;
    Timestamp defined_at;
};
BOOST_DESCRIBE_STRUCT(
    LegalEntityView,
    (),
    (tenant, entity, seq, name, tax_registration, address, channels, defined_at)
)

struct EntityClosingView { // Of periods that were closed for it alone.
    std::string tenant;
    std::string entity;
    Date closed_through;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(EntityClosingView, (), (tenant, entity, closed_through, seq))

// What was said of the legal entities of tenants, all of it, and through which day their books are
// closed.
class LegalEntities final : public Projection {
public:
    explicit LegalEntities(std::string_view schema)
        : Projection({"legal_entities", 2, "125_legal_entities_v2"})
        , entities_(schema, "legal_entities", 3)
        , closings_(schema, "entity_closings", 2) {}

    Keys keys(const Fact& fact) const override {
        Keys keys;
        match(
            fact.event,
            [&](const LegalEntityDefined& e) { keys.push_back("entity:" + e.entity); },
            [&](const PeriodClosed& e) {
                if (e.entity) keys.push_back("entity:" + *e.entity);
            },
            [](const auto&) {}
        );
        return keys;
    }

    void touch(const Fact& fact) override {
        const auto* closed = std::get_if<PeriodClosed>(&fact.event);
        if (closed != nullptr && closed->entity)
            closings_.want(row_key(fact.tenant(), *closed->entity));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const LegalEntityDefined& e) {
                entities_.add(
                    {fact.tenant(),
                     e.entity,
                     fact.record.seq,
                     e.name,
                     e.tax_registration,
                     e.address,
                     e.channels,
                     fact.record.effective_at}
                );
            },
            [&](const PeriodClosed& e) {
                if (e.entity) closings_.put({fact.tenant(), *e.entity, e.through, fact.record.seq});
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&entities_, &closings_}; }

private:
    AppendedRows<LegalEntityView> entities_;
    KeyedRows<EntityClosingView> closings_;
};

} // namespace

std::unique_ptr<Projection> make_legal_entities(std::string_view schema) {
    return std::make_unique<LegalEntities>(schema);
}

} // namespace tollbook
