#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct SiteView {
    std::string tenant;
    std::string site;
    std::string service;
    std::string customer;
    std::string kind;
    std::string target; // The router.
    std::string username;
    std::string profile;
    std::string phase; // requested | provisioned | failed | removing | removed
    bool wanted_enabled{};
    std::uint64_t wanted_seq{}; // The record that wanted it so.
    Timestamp wanted_at;
    std::optional<bool> applied_enabled; // As read back from the device.
    std::optional<std::uint64_t> applied_seq;
    std::optional<Timestamp> applied_at;
    std::optional<std::string> failed_error;
    std::optional<std::string> failed_detail;
    std::optional<Timestamp> failed_at;
    std::int32_t repairs{}; // Times that the device had drifted from the book.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    SiteView,
    (),
    (tenant,
     site,
     service,
     customer,
     kind,
     target,
     username,
     profile,
     phase,
     wanted_enabled,
     wanted_seq,
     wanted_at,
     applied_enabled,
     applied_seq,
     applied_at,
     failed_error,
     failed_detail,
     failed_at,
     repairs,
     seq)
)

// What every router must hold, and what it was read back to hold.
class Routers final : public Projection {
public:
    explicit Routers(std::string_view schema)
        : Projection({"routers", 1, "106_routers_v1"}), sites_(schema, "sites", 2) {}

    Keys keys(const Fact& fact) const override {
        return std::visit(
            [](const auto& e) -> Keys {
                constexpr bool has_rows = !std::same_as<decltype(e), const ServiceAdded&>;
                if constexpr (requires { e.site; } && has_rows) return {"site:" + e.site};
                return {};
            },
            fact.event
        );
    }

    void touch(const Fact& fact) override {
        const auto want = [&](const std::string& site) {
            sites_.want(row_key(fact.tenant(), site));
        };
        match(
            fact.event,
            [&](const SiteRequested& e) { want(e.site); },
            [&](const ServiceSuspended& e) { want(e.site); },
            [&](const ServiceReinstated& e) { want(e.site); },
            [&](const SiteProvisioned& e) { want(e.site); },
            [&](const SiteStateApplied& e) { want(e.site); },
            [&](const SiteFailed& e) { want(e.site); },
            [&](const SiteRemovalRequested& e) { want(e.site); },
            [&](const SiteRemoved& e) { want(e.site); },
            [&](const SiteProfileChanged& e) { want(e.site); },
            [&](const ServiceMoved& e) { want(e.site); },
            [](const auto&) {}
        );
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const SiteRequested& e) { request(fact, e); },
            [&](const SiteProfileChanged& e) { change_profile(fact, e); },
            [&](const ServiceSuspended& e) { wish(fact, e.site, e.blocks.empty()); },
            [&](const ServiceReinstated& e) { wish(fact, e.site, e.blocks.empty()); },
            [&](const SiteProvisioned& e) { take(fact, e.site, e.applied_seq, e.enabled); },
            [&](const SiteStateApplied& e) {
                SiteView* row = take(fact, e.site, e.applied_seq, e.enabled);
                if (row != nullptr && e.repaired) ++row->repairs;
            },
            [&](const SiteFailed& e) { fail(fact, e); },
            [&](const ServiceMoved& e) {
                if (SiteView* row = edit(fact, e.site)) row->customer = e.to;
            },
            [&](const SiteRemovalRequested& e) {
                if (SiteView* row = edit(fact, e.site)) row->phase = "removing";
                wish(fact, e.site, false);
            },
            [&](const SiteRemoved& e) {
                if (SiteView* row = take(fact, e.site, e.applied_seq, false))
                    row->phase = "removed";
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&sites_}; }

private:
    SiteView* edit(const Fact& fact, const std::string& site) {
        SiteView* row = sites_.edit(row_key(fact.tenant(), site));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    void request(const Fact& fact, const SiteRequested& e) {
        SiteView row;
        row.tenant = fact.tenant();
        row.site = e.site;
        row.service = e.service;
        row.customer = e.customer;
        row.kind = e.kind;
        row.target = e.target;
        row.username = e.username;
        row.profile = e.profile;
        row.phase = "requested";
        row.wanted_enabled = e.enabled;
        row.wanted_seq = fact.record.seq;
        row.wanted_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        if (const SiteView* old = sites_.find(row_key(row.tenant, row.site)))
            row.repairs = old->repairs;
        sites_.put(std::move(row));
    }

    // Another block reason on a line that is off wishes nothing new.
    void wish(const Fact& fact, const std::string& site, bool enabled) {
        SiteView* row = sites_.edit(row_key(fact.tenant(), site));
        if (row == nullptr || row->wanted_enabled == enabled) return;
        row->wanted_enabled = enabled;
        row->wanted_seq = fact.record.seq;
        row->wanted_at = fact.record.effective_at;
        row->seq = fact.record.seq;
    }

    void change_profile(const Fact& fact, const SiteProfileChanged& e) {
        SiteView* row = edit(fact, e.site);
        if (row == nullptr) return;
        row->profile = e.profile;
        row->wanted_seq = fact.record.seq;
        row->wanted_at = fact.record.effective_at;
    }

    SiteView* take(
        const Fact& fact, const std::string& site, std::uint64_t applied_seq, bool enabled
    ) {
        SiteView* row = edit(fact, site);
        if (row == nullptr) return nullptr;
        if (row->phase != "removing") row->phase = "provisioned";
        row->applied_enabled = enabled;
        row->applied_seq = applied_seq;
        row->applied_at = fact.record.effective_at;
        row->failed_error.reset();
        row->failed_detail.reset();
        row->failed_at.reset();
        return row;
    }

    void fail(const Fact& fact, const SiteFailed& e) {
        SiteView* row = edit(fact, e.site);
        if (row == nullptr) return;
        row->phase = "failed";
        row->failed_error = e.error;
        row->failed_detail = e.detail;
        row->failed_at = fact.record.effective_at;
    }

    KeyedRows<SiteView> sites_;
};

} // namespace

std::unique_ptr<Projection> make_routers(std::string_view schema) {
    return std::make_unique<Routers>(schema);
}

} // namespace tollbook
