#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/dunning_views.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

std::string or_every_one(const std::optional<std::string>& name) {
    return name.value_or(std::string(1, '*'));
}

bool is_late_fee(const WalletCharged& e) {
    return e.service && !e.lines.empty() && e.lines.front().component == "late_fee" &&
           e.charge.find('#') == std::string::npos;
}

std::string key_of(const DunningAssigned& e) {
    return "dunning_for:" + or_every_one(e.group) + "/" + or_every_one(e.plan);
}

// The service that an event may settle the dunning of, or move to another customer.
const std::string* settled_by(const Event& event) {
    return match(
        event,
        [](const WalletCharged& e) { return is_late_fee(e) ? &*e.service : nullptr; },
        [](const ServiceRenewed& e) { return &e.service; },
        [](const ServiceExtended& e) { return &e.service; },
        [](const ServiceEnded& e) { return &e.service; },
        [](const PeriodsForgiven& e) { return &e.service; },
        [](const ServiceMoved& e) { return &e.service; },
        [](const LateFeeWaived& e) { return &e.service; },
        [](const auto&) -> const std::string* { return nullptr; }
    );
}

class Dunning final : public Projection {
public:
    explicit Dunning(std::string_view schema)
        : Projection({"dunning", 2, "119_dunning_v2"})
        , policies_(schema, "dunning_policies", 3)
        , assignments_(schema, "dunning_assignments", 3)
        , groups_(schema, "customer_groups", 2)
        , services_(schema, "dunning_services", 2)
        , notices_(schema, "dunning_notices", 4) {}

    Keys keys(const Fact& fact) const override {
        if (const std::string* service = settled_by(fact.event)) return {"service:" + *service};
        return match(
            fact.event,
            [](const DunningDefined& e) -> Keys { return {"dunning:" + e.policy}; },
            [](const DunningAssigned& e) -> Keys { return {key_of(e)}; },
            [](const CustomerGrouped& e) -> Keys { return {"customer:" + e.customer}; },
            [](const DunningStepTaken& e) -> Keys { return {"service:" + e.service}; },
            [](const NoticeSent& e) -> Keys { return {"service:" + e.service}; },
            [](const auto&) -> Keys { return {}; }
        );
    }

    void touch(const Fact& fact) override {
        if (const std::string* service = settled_by(fact.event))
            services_.want(row_key(fact.tenant(), *service));
        if (const auto* taken = std::get_if<DunningStepTaken>(&fact.event))
            services_.want(row_key(fact.tenant(), taken->service));
        if (const auto* sent = std::get_if<NoticeSent>(&fact.event))
            notices_.want(notice_of(fact, *sent));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const DunningDefined& e) { define(fact, e); },
            [&](const DunningAssigned& e) { assign(fact, e); },
            [&](const CustomerGrouped& e) {
                groups_.put(
                    {fact.tenant(), e.customer, e.group, fact.record.effective_at, fact.record.seq}
                );
            },
            [&](const DunningStepTaken& e) { take(fact, e); },
            [&](const NoticeSent& e) { send(fact, e); },
            [](const auto&) {}
        );
        if (const std::string* service = settled_by(fact.event))
            if (DunningServiceView* row = services_.edit(row_key(fact.tenant(), *service))) {
                row->seq = fact.record.seq;
                settle(fact.event, *row);
            }
    }

    std::vector<RowSet*> tables() override {
        return {&policies_, &assignments_, &groups_, &services_, &notices_};
    }

private:
    void define(const Fact& fact, const DunningDefined& e) {
        DunningPolicyView row;
        row.tenant = fact.tenant();
        row.policy = e.policy;
        row.version = e.version;
        row.steps = JsonText{to_json(e.steps)};
        if (e.calendar) row.calendar = JsonText{to_json(*e.calendar)};
        row.suspended_time = name_of(e.suspended_time);
        row.catch_up = name_of(e.catch_up);
        row.defined_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        policies_.add(row);
    }

    void assign(const Fact& fact, const DunningAssigned& e) {
        assignments_.put(
            {fact.tenant(),
             or_every_one(e.group),
             or_every_one(e.plan),
             e.policy,
             fact.record.effective_at,
             fact.record.seq}
        );
    }

    void take(const Fact& fact, const DunningStepTaken& e) {
        DunningServiceView fresh;
        fresh.tenant = fact.tenant();
        fresh.service = e.service;
        fresh.due_since = e.due_since;
        DunningServiceView& row =
            services_.edit_or_put(row_key(fact.tenant(), e.service), std::move(fresh));
        if (row.due_since != e.due_since) row.steps.clear();
        row.customer = e.customer;
        row.policy = e.policy;
        row.policy_version = e.policy_version;
        row.status = "open";
        row.due_since = e.due_since;
        row.steps.push_back(e.step);
        row.step = e.step;
        row.action = name_of(e.action);
        row.taken_at = fact.record.effective_at;
        row.fees_minor += e.fee_minor.value_or(0);
        row.seq = fact.record.seq;
        if (e.action == DunningAction::remind) ask(fact, e);
    }

    static std::string notice_of(const Fact& fact, const NoticeSent& e) {
        return row_key(fact.tenant(), e.service, e.due_since, e.step);
    }

    void ask(const Fact& fact, const DunningStepTaken& e) {
        DunningNoticeView row;
        row.tenant = fact.tenant();
        row.service = e.service;
        row.due_since = e.due_since;
        row.step = e.step;
        row.customer = e.customer;
        row.owed_minor = e.owed_minor;
        row.status = "pending";
        row.asked_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        notices_.put(std::move(row));
    }

    void send(const Fact& fact, const NoticeSent& e) {
        DunningNoticeView* row = notices_.edit(notice_of(fact, e));
        if (row == nullptr) return;
        row->status = "sent";
        row->sent_at = fact.record.effective_at;
        row->channel = e.channel;
        row->message = e.message;
        row->seq = fact.record.seq;
    }

    static void settle(const Event& event, DunningServiceView& row) {
        match(
            event,
            [&](const WalletCharged& e) { row.fees_minor -= e.minor; },
            [&](const ServiceEnded&) {
                row.status = "ended";
                row.fees_minor = 0;
            },
            [&](const PeriodsForgiven& e) {
                row.due_since = e.to;
                row.steps.clear();
            },
            [&](const ServiceMoved& e) { row.customer = e.to; },
            [&](const LateFeeWaived& e) { row.fees_minor -= e.minor; },
            [&](const auto&) { row.status = "settled"; }
        );
    }

    AppendedRows<DunningPolicyView> policies_;
    KeyedRows<DunningAssignmentView> assignments_;
    KeyedRows<CustomerGroupView> groups_;
    KeyedRows<DunningServiceView> services_;
    KeyedRows<DunningNoticeView> notices_;
};

} // namespace

std::unique_ptr<Projection> make_dunning(std::string_view schema) {
    return std::make_unique<Dunning>(schema);
}

} // namespace tollbook
