#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"
#include "projections/lead_views.hpp"

namespace tollbook {

namespace {

// The lead that an event is about.
const std::string* lead_of(const Event& event) {
    return match(
        event,
        [](const LeadOpened& e) { return &e.lead; },
        [](const LeadMoved& e) { return &e.lead; },
        [](const LeadConverted& e) { return &e.lead; },
        [](const LeadLost& e) { return &e.lead; },
        [](const auto&) -> const std::string* { return nullptr; }
    );
}

// Those who may become customers, and how far they have come.
class Leads final : public Projection {
public:
    explicit Leads(std::string_view schema)
        : Projection({"leads", 1, "121_leads_v1"})
        , leads_(schema, "leads", 2)
        , steps_(schema, "lead_steps", 3) {}

    Keys keys(const Fact& fact) const override {
        const std::string* lead = lead_of(fact.event);
        return lead == nullptr ? Keys{} : Keys{"lead:" + *lead};
    }

    void touch(const Fact& fact) override {
        if (const std::string* lead = lead_of(fact.event))
            leads_.want(row_key(fact.tenant(), *lead));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const LeadOpened& e) { open(fact, e); },
            [&](const LeadMoved& e) { take(fact, e.lead, e.stage, e.note); },
            [&](const LeadConverted& e) {
                if (LeadView* row = take(fact, e.lead, LeadStage::converted, {})) {
                    row->customer = e.customer;
                    row->service = e.service;
                }
            },
            [&](const LeadLost& e) { take(fact, e.lead, LeadStage::lost, e.reason); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&leads_, &steps_}; }

private:
    void open(const Fact& fact, const LeadOpened& e) {
        LeadView row;
        row.tenant = fact.tenant();
        row.lead = e.lead;
        row.source = e.source;
        row.plan = e.plan;
        row.opened_at = fact.record.effective_at;
        if (fact.personal)
            if (Result<LeadPersonal> person = from_json<LeadPersonal>(*fact.personal)) {
                row.name = std::move(person->name);
                row.phone = std::move(person->phone);
                row.mail = std::move(person->mail);
                row.address = std::move(person->address);
            }
        leads_.put(std::move(row));
        take(fact, e.lead, LeadStage::open, {});
    }

    LeadView* take(
        const Fact& fact, const std::string& lead, LeadStage stage, const std::string& note
    ) {
        steps_.add(
            {fact.tenant(), lead, fact.record.seq, name_of(stage), note, fact.record.effective_at}
        );
        LeadView* row = leads_.edit(row_key(fact.tenant(), lead));
        if (row == nullptr) return nullptr;
        row->stage = name_of(stage);
        row->changed_at = fact.record.effective_at;
        row->seq = fact.record.seq;
        return row;
    }

    KeyedRows<LeadView> leads_;
    AppendedRows<LeadStepView> steps_;
};

} // namespace

std::unique_ptr<Projection> make_leads(std::string_view schema) {
    return std::make_unique<Leads>(schema);
}

} // namespace tollbook
