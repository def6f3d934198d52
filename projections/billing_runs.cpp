#include "projections/catalogue.hpp"
#include "projections/rows.hpp"

#include <variant>

namespace tollbook {

namespace {

struct BillingRunView {
    std::string tenant;
    std::uint64_t seq{};
    std::string run;
    std::string trigger;
    std::string by_whom;
    std::optional<std::string> preview;
    Timestamp started_at;
    Timestamp finished_at;
    std::uint64_t due{};
    JsonText counts;
    std::int64_t charged_minor{};
    std::int64_t invoiced_minor{};
    std::string currency;
    JsonText parked;
};
BOOST_DESCRIBE_STRUCT(
    BillingRunView,
    (),
    (tenant,
     seq,
     run,
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
     parked)
)

// What runs of renewals came to.
class BillingRuns final : public Projection {
public:
    explicit BillingRuns(std::string_view schema)
        : Projection({"billing_runs", 1, "124_billing_runs_v1"})
        , runs_(schema, "billing_runs", 2) {}

    Keys keys(const Fact& fact) const override {
        const auto* e = std::get_if<BillingRunFinished>(&fact.event);
        return e == nullptr ? Keys{} : Keys{"run:" + e->run};
    }

    void apply(const Fact& fact) override {
        const auto* e = std::get_if<BillingRunFinished>(&fact.event);
        if (e == nullptr) return;
        BillingRunView row;
        row.tenant = fact.tenant();
        row.seq = fact.record.seq;
        row.run = e->run;
        row.trigger = name_of(e->trigger);
        row.by_whom = e->by;
        row.preview = e->preview;
        row.started_at = e->started_at;
        row.finished_at = fact.record.effective_at;
        row.due = e->counts.due;
        row.counts = JsonText{to_json(e->counts)};
        row.charged_minor = e->charged_minor;
        row.invoiced_minor = e->invoiced_minor;
        row.currency = e->currency.code();
        row.parked = JsonText{to_json(e->parked)};
        runs_.add(row);
    }

    std::vector<RowSet*> tables() override { return {&runs_}; }

private:
    AppendedRows<BillingRunView> runs_;
};

} // namespace

std::unique_ptr<Projection> make_billing_runs(std::string_view schema) {
    return std::make_unique<BillingRuns>(schema);
}

} // namespace tollbook
