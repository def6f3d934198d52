#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/charges.hpp"
#include "projections/keyed_rows.hpp"
#include "projections/service_changes.hpp"

namespace tollbook {

namespace {

std::int64_t whole_minutes(Timestamp from, Timestamp to) {
    constexpr std::int64_t minute = 60'000'000;
    const std::int64_t micros = to.micros - from.micros;
    return micros / minute - (micros % minute < 0 ? 1 : 0);
}

class Services final : public Projection {
public:
    explicit Services(std::string_view schema)
        : Projection({"services", 3, "105_services_v3"})
        , services_(schema, "services", 2)
        , history_(schema, "service_history", 2)
        , cuts_(schema, "cuts", 2)
        , reconnections_(schema, "reconnections", 2)
        , charges_(schema) {}

    Keys keys(const Fact& fact) const override {
        Keys keys = charges_.keys(fact);
        const auto add = [&](const auto& e) { keys.push_back("service:" + e.service); };
        match(
            fact.event,
            [&](const ServiceAdded& e) { add(e); },
            [&](const ServiceSuspended& e) { add(e); },
            [&](const ServiceReinstated& e) { add(e); },
            [&](const ServiceRenewed& e) { add(e); },
            [](const auto&) {}
        );
        if (const auto changed = change_of(fact.event))
            keys.push_back("service:" + changed->service);
        return keys;
    }

    void touch(const Fact& fact) override {
        charges_.touch(fact);
        const auto want = [&](const auto& e) { services_.want(row_key(fact.tenant(), e.service)); };
        match(
            fact.event,
            [&](const ServiceSuspended& e) { want(e); },
            [&](const ServiceReinstated& e) { want(e); },
            [&](const ServiceRenewed& e) { want(e); },
            [](const auto&) {}
        );
        if (const auto changed = change_of(fact.event))
            services_.want(row_key(fact.tenant(), changed->service));
    }

    void apply(const Fact& fact) override {
        charges_.apply(fact);
        match(
            fact.event,
            [&](const ServiceAdded& e) { add(fact, e); },
            [&](const ServiceSuspended& e) { suspend(fact, e); },
            [&](const ServiceReinstated& e) { reinstate(fact, e); },
            [&](const ServiceRenewed& e) { renew(fact, e); },
            [](const auto&) {}
        );
        if (const auto changed = change_of(fact.event)) change(fact, *changed);
    }

    std::vector<RowSet*> tables() override {
        std::vector<RowSet*> tables{&services_, &history_, &cuts_, &reconnections_};
        for (RowSet* table : charges_.tables())
            tables.push_back(table);
        return tables;
    }

private:
    static HistoryView history_of(const Fact& fact, const ServiceView& row, std::string kind) {
        HistoryView line;
        line.tenant = fact.tenant();
        line.seq = fact.record.seq;
        line.service = row.service;
        line.kind = std::move(kind);
        line.status = row.status;
        line.blocks = row.blocks;
        line.renews_on = row.renews_on;
        line.plan = row.plan;
        line.plan_version = row.plan_version;
        line.effective_at = fact.record.effective_at;
        line.recorded_at = fact.recorded_at();
        return line;
    }

    static void set_blocks(
        const Fact& fact, ServiceView& row, const std::vector<std::string>& blocks
    ) {
        const std::string status = blocks.empty() ? "active" : "suspended";
        if (row.status != status) row.status_since = fact.record.effective_at;
        row.status = status;
        row.blocks = blocks;
        row.seq = fact.record.seq;
    }

    ServiceView* edit(const Fact& fact, const std::string& service) {
        return services_.edit(row_key(fact.tenant(), service));
    }

    void add(const Fact& fact, const ServiceAdded& e) {
        ServiceView row;
        row.tenant = fact.tenant();
        row.service = e.service;
        row.customer = e.customer;
        row.plan = e.plan;
        row.plan_version = e.plan_version;
        row.site = e.site;
        row.renews_on = e.renews_on;
        row.anchor_day = e.anchor_day;
        row.added_at = fact.record.effective_at;
        set_blocks(fact, row, e.blocks);
        history_.add(history_of(fact, row, "added"));
        services_.put(std::move(row));
    }

    void suspend(const Fact& fact, const ServiceSuspended& e) {
        cuts_.add(
            {fact.tenant(),
             fact.record.seq,
             e.service,
             e.customer,
             e.reason,
             fact.record.effective_at,
             fact.record.booked_on}
        );
        ServiceView* row = edit(fact, e.service);
        if (row == nullptr) return;
        set_blocks(fact, *row, e.blocks);
        if (e.reason == "unpaid") {
            row->cut_at = fact.record.effective_at;
            row->cut_seq = fact.record.seq;
        }
        HistoryView line = history_of(fact, *row, "suspended");
        line.reason = e.reason;
        history_.add(line);
    }

    void reinstate(const Fact& fact, const ServiceReinstated& e) {
        ReconnectionView back;
        back.tenant = fact.tenant();
        back.seq = fact.record.seq;
        back.service = e.service;
        back.customer = e.customer;
        back.reason = e.reason;
        back.running = e.blocks.empty();
        back.reconnected_at = fact.record.effective_at;
        back.payment = e.payment;
        back.paid_at = e.paid_at;
        if (ServiceView* row = edit(fact, e.service)) {
            set_blocks(fact, *row, e.blocks);
            if (e.reason == "unpaid") end_cut(*row, back);
            HistoryView line = history_of(fact, *row, "reinstated");
            line.reason = e.reason;
            line.payment = e.payment;
            history_.add(line);
        }
        reconnections_.add(back);
    }

    static void end_cut(ServiceView& row, ReconnectionView& back) {
        back.cut_at = row.cut_at;
        back.cut_seq = row.cut_seq;
        row.cut_at.reset();
        row.cut_seq.reset();
        if (!back.cut_at) return;
        back.minutes_cut = whole_minutes(*back.cut_at, back.reconnected_at);
        if (back.paid_at && *back.paid_at < *back.cut_at)
            back.paid_before_cut_minutes = back.minutes_cut;
    }

    void renew(const Fact& fact, const ServiceRenewed& e) {
        ServiceView* row = edit(fact, e.service);
        if (row == nullptr) return;
        row->renews_on = e.to;
        row->promised_until.reset();
        row->seq = fact.record.seq;
        HistoryView line = history_of(fact, *row, "renewed");
        line.charge = e.charge;
        line.payment = e.payment;
        history_.add(line);
    }

    void change(const Fact& fact, const ServiceChange& changed) {
        ServiceView* row = edit(fact, changed.service);
        if (row == nullptr) return;
        row->seq = fact.record.seq;
        changed.apply(*row);
        HistoryView line = history_of(fact, *row, changed.kind);
        line.reason = changed.reason;
        history_.add(line);
    }

    KeyedRows<ServiceView> services_;
    AppendedRows<HistoryView> history_;
    AppendedRows<CutView> cuts_;
    AppendedRows<ReconnectionView> reconnections_;
    Charges charges_;
};

} // namespace

std::unique_ptr<Projection> make_services(std::string_view schema) {
    return std::make_unique<Services>(schema);
}

} // namespace tollbook
