#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct AddonView {
    std::string tenant;
    std::string service;
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date from_day;
    std::optional<Date> ending_on;  // It is to end then.
    std::optional<Date> removed_on; // The service has it no more.
    Timestamp added_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    AddonView,
    (),
    (tenant, service, addon, plan_version, quantity, from_day, ending_on, removed_on, added_at, seq)
)

struct AddonChange { // The newest one on or before a day says whether it counted then.
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    std::string addon;
    std::string kind; // added | removed
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date on_day;
};
BOOST_DESCRIBE_STRUCT(
    AddonChange, (), (tenant, seq, service, addon, kind, plan_version, quantity, on_day)
)

struct AddonName {
    std::string service;
    std::string addon;
};

// The add-on that an event is about.
std::optional<AddonName> addon_of(const Event& event) {
    const auto named = [](const auto& e) { return std::optional(AddonName{e.service, e.addon}); };
    return match(
        event,
        [&](const AddonAdded& e) { return named(e); },
        [&](const AddonEndScheduled& e) { return named(e); },
        [&](const AddonEndCancelled& e) { return named(e); },
        [&](const AddonRemoved& e) { return named(e); },
        [](const auto&) -> std::optional<AddonName> { return std::nullopt; }
    );
}

// What services have beyond their plans, now and on every day before.
class Addons final : public Projection {
public:
    explicit Addons(std::string_view schema)
        : Projection({"addons", 1, "113_addons_v1"})
        , addons_(schema, "service_addons", 3)
        , changes_(schema, "addon_changes", 2) {}

    Keys keys(const Fact& fact) const override {
        const std::optional<AddonName> name = addon_of(fact.event);
        return name ? Keys{"addon:" + name->service} : Keys{};
    }

    void touch(const Fact& fact) override {
        if (const std::optional<AddonName> name = addon_of(fact.event))
            addons_.want(key(fact, *name));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const AddonAdded& e) { add(fact, e); },
            [&](const AddonEndScheduled& e) {
                if (AddonView* row = edit(fact, {e.service, e.addon})) row->ending_on = e.on;
            },
            [&](const AddonEndCancelled& e) {
                if (AddonView* row = edit(fact, {e.service, e.addon})) row->ending_on.reset();
            },
            [&](const AddonRemoved& e) { remove(fact, e); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&addons_, &changes_}; }

private:
    static std::string key(const Fact& fact, const AddonName& name) {
        return row_key(fact.tenant(), name.service, name.addon);
    }

    AddonView* edit(const Fact& fact, const AddonName& name) {
        AddonView* row = addons_.edit(key(fact, name));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    void add(const Fact& fact, const AddonAdded& e) {
        AddonView row;
        row.tenant = fact.tenant();
        row.service = e.service;
        row.addon = e.addon;
        row.plan_version = e.plan_version;
        row.quantity = e.quantity;
        row.from_day = e.from;
        row.added_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        addons_.put(std::move(row));
        changes_.add(
            {fact.tenant(),
             fact.record.seq,
             e.service,
             e.addon,
             "added",
             e.plan_version,
             e.quantity,
             e.from}
        );
    }

    void remove(const Fact& fact, const AddonRemoved& e) {
        AddonView* row = edit(fact, {e.service, e.addon});
        if (row == nullptr) return;
        row->removed_on = e.on;
        changes_.add(
            {fact.tenant(),
             fact.record.seq,
             e.service,
             e.addon,
             "removed",
             row->plan_version,
             row->quantity,
             e.on}
        );
    }

    KeyedRows<AddonView> addons_;
    AppendedRows<AddonChange> changes_;
};

} // namespace

std::unique_ptr<Projection> make_addons(std::string_view schema) {
    return std::make_unique<Addons>(schema);
}

} // namespace tollbook
