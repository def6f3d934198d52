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

// What was said of the legal entities of tenants, all of it.
class LegalEntities final : public Projection {
public:
    explicit LegalEntities(std::string_view schema)
        : Projection({"legal_entities", 1, "125_legal_entities_v1"})
        , entities_(schema, "legal_entities", 3) {}

    Keys keys(const Fact& fact) const override {
        const auto* defined = std::get_if<LegalEntityDefined>(&fact.event);
        return defined == nullptr ? Keys{} : Keys{"entity:" + defined->entity};
    }

    void apply(const Fact& fact) override {
        const auto* defined = std::get_if<LegalEntityDefined>(&fact.event);
        if (defined == nullptr) return;
        entities_.add(
            {fact.tenant(),
             defined->entity,
             fact.record.seq,
             defined->name,
             defined->tax_registration,
             defined->address,
             defined->channels,
             fact.record.effective_at}
        );
    }

    std::vector<RowSet*> tables() override { return {&entities_}; }

private:
    AppendedRows<LegalEntityView> entities_;
};

} // namespace

std::unique_ptr<Projection> make_legal_entities(std::string_view schema) {
    return std::make_unique<LegalEntities>(schema);
}

} // namespace tollbook
