#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

#include <optional>

namespace tollbook {

namespace {

struct BillingRunView {
    std::string tenant;
    std::string run;
    std::uint64_t seq{}; // Of the first record that tells of it.
    std::string state;
    std::string trigger;
    std::string by_whom;
    std::optional<std::string> preview;
    Timestamp started_at;
    std::optional<Timestamp> finished_at;
    std::uint64_t due{};
    JsonText counts;
    std::int64_t charged_minor{}; // In the tenant's currency.
    std::int64_t invoiced_minor{};
    std::string currency;
    JsonText others; // In other currencies.
    JsonText parked;
};
BOOST_DESCRIBE_STRUCT(
    BillingRunView,
    (),
    (tenant,
     run,
     seq,
     state,
     trigger,
     by_whom,
     preview,
     started_at,
     finished_at,
     due,
     counts,
     charged_minor,
     invoiced_minor,
     currency,
     others,
     parked)
)

// The run that an event tells of.
std::optional<std::string> run_of(const Event& event) {
    return match(
        event,
        [](const BillingRunStarted& e) { return std::optional(e.run); },
        [](const BillingRunInterrupted& e) { return std::optional(e.run); },
        [](const BillingRunFinished& e) { return std::optional(e.run); },
        [](const auto&) -> std::optional<std::string> { return std::nullopt; }
    );
}

// What runs of renewals came to, and which are under way.
class BillingRuns final : public Projection {
public:
    explicit BillingRuns(std::string_view schema)
        : Projection({"billing_runs", 3, "124_billing_runs_v3"})
        , runs_(schema, "billing_runs", 2) {}

    Keys keys(const Fact& fact) const override {
        const std::optional<std::string> run = run_of(fact.event);
        return run ? Keys{"run:" + *run} : Keys{};
    }

    void touch(const Fact& fact) override {
        if (const std::optional<std::string> run = run_of(fact.event))
            runs_.want(row_key(fact.tenant(), *run));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const BillingRunStarted& e) {
                BillingRunView& row = begun(fact, e);
                row.state = "running";
                row.due = e.due;
                row.counts = JsonText{to_json(RunCounts{e.due})};
            },
            [&](const BillingRunInterrupted& e) { end(fact, e, "interrupted", {}); },
            [&](const BillingRunFinished& e) { end(fact, e, "finished", e.parked); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&runs_}; }

private:
    template <class Told>
    BillingRunView& begun(const Fact& fact, const Told& e) {
        BillingRunView fresh;
        fresh.tenant = fact.tenant();
        fresh.run = e.run;
        fresh.seq = fact.record.seq;
        fresh.others = JsonText{"[]"};
        fresh.parked = JsonText{"[]"};
        BillingRunView& row = runs_.edit_or_put(row_key(fact.tenant(), e.run), std::move(fresh));
        row.trigger = name_of(e.trigger);
        row.by_whom = e.by;
        row.preview = e.preview;
        row.started_at = e.started_at;
        return row;
    }

    template <class End>
    void end(
        const Fact& fact,
        const End& e,
        std::string_view state,
        const std::vector<ParkedService>& parked
    ) {
        BillingRunView& row = begun(fact, e);
        row.state = state;
        row.finished_at = fact.record.effective_at;
        row.due = e.counts.due;
        row.counts = JsonText{to_json(e.counts)};
        row.charged_minor = e.charged_minor;
        row.invoiced_minor = e.invoiced_minor;
        row.currency = e.currency.code();
        row.others = JsonText{to_json(e.others.value_or(std::vector<RunSums>{}))};
        row.parked = JsonText{to_json(parked)};
    }

    KeyedRows<BillingRunView> runs_;
};

} // namespace

std::unique_ptr<Projection> make_billing_runs(std::string_view schema) {
    return std::make_unique<BillingRuns>(schema);
}

} // namespace tollbook
