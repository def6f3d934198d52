#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

#include <algorithm>

namespace tollbook {

namespace {

struct AddonView {
    std::string tenant;
    std::string service;
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date from_day;
    std::optional<Date> ending_on;             // It is to end then.
    std::optional<std::uint32_t> next_version; // What is scheduled ...
    std::optional<std::uint32_t> next_quantity;
    std::optional<Date> next_not_before; // ... for periods that do not begin before.
    std::optional<Date> removed_on;      // The service has it no more.
    Timestamp added_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    AddonView,
    (),
    (tenant,
     service,
     addon,
     plan_version,
     quantity,
     from_day,
     ending_on,
     next_version,
     next_quantity,
     next_not_before,
     removed_on,
     added_at,
     seq)
)

struct AddonChange { // The newest one on or before a day says whether it counted then.
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    std::string addon;
    std::string kind; // added | changed | removed
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
        [&](const AddonChangeScheduled& e) { return named(e); },
        [&](const AddonChangeCancelled& e) { return named(e); },
        [&](const AddonChanged& e) { return named(e); },
        [&](const TariffCorrected& e) {
            return std::optional(AddonName{e.service, e.plan});
        },
        [](const auto&) -> std::optional<AddonName> { return std::nullopt; }
    );
}

// What services have beyond their plans, now and on every day before.
class Addons final : public Projection {
public:
    explicit Addons(std::string_view schema)
        : Projection({"addons", 2, "113_addons_v2"})
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
                if (AddonView* row = unscheduled(fact, {e.service, e.addon})) row->ending_on = e.on;
            },
            [&](const AddonEndCancelled& e) {
                unscheduled(fact, {e.service, e.addon});
            },
            [&](const AddonChangeScheduled& e) { schedule(fact, e); },
            [&](const AddonChangeCancelled& e) {
                unscheduled(fact, {e.service, e.addon});
            },
            [&](const AddonChanged& e) { change(fact, e); },
            [&](const AddonRemoved& e) { remove(fact, e); },
            [&](const TariffCorrected& e) { correct(fact, e); },
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

    // Nothing is scheduled for it any more.
    AddonView* unscheduled(const Fact& fact, const AddonName& name) {
        AddonView* row = edit(fact, name);
        if (row == nullptr) return nullptr;
        row->ending_on.reset();
        row->next_version.reset();
        row->next_quantity.reset();
        row->next_not_before.reset();
        return row;
    }

    void schedule(const Fact& fact, const AddonChangeScheduled& e) {
        AddonView* row = unscheduled(fact, {e.service, e.addon});
        if (row == nullptr) return;
        row->next_version = e.plan_version;
        row->next_quantity = e.quantity;
        row->next_not_before = e.not_before;
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
        note(fact, {e.service, e.addon}, "added", {e.plan_version, e.quantity, e.from});
    }

    void change(const Fact& fact, const AddonChanged& e) {
        AddonView* row = unscheduled(fact, {e.service, e.addon});
        if (row == nullptr) return;
        row->plan_version = e.plan_version;
        row->quantity = e.quantity;
        note(fact, {e.service, e.addon}, "changed", {e.plan_version, e.quantity, e.on});
    }

    // Of a service's own plan: no add-on has its name.
    void correct(const Fact& fact, const TariffCorrected& e) {
        AddonView* row = addons_.edit(key(fact, {e.service, e.plan}));
        if (row == nullptr || row->removed_on) return;
        row->seq = fact.record.seq;
        if (row->next_version == e.from_version) row->next_version = e.to_version;
        if (row->plan_version != e.from_version) return;
        row->plan_version = e.to_version;
        const Date on = std::max(row->from_day, fact.record.booked_on);
        note(fact, {e.service, e.plan}, "changed", {e.to_version, row->quantity, on});
    }

    void remove(const Fact& fact, const AddonRemoved& e) {
        AddonView* row = edit(fact, {e.service, e.addon});
        if (row == nullptr) return;
        row->removed_on = e.on;
        note(fact, {e.service, e.addon}, "removed", {row->plan_version, row->quantity, e.on});
    }

    struct Terms {
        std::uint32_t plan_version{};
        std::uint32_t quantity{};
        Date on_day;
    };

    void note(const Fact& fact, const AddonName& name, std::string kind, const Terms& terms) {
        changes_.add(
            {fact.tenant(),
             fact.record.seq,
             name.service,
             name.addon,
             std::move(kind),
             terms.plan_version,
             terms.quantity,
             terms.on_day}
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
