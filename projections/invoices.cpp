#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/invoice_terms.hpp"
#include "projections/invoice_views.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

// Drafts and issued invoices, all that happened to them, and the dated data that they are made by.
class Invoices final : public Projection {
public:
    explicit Invoices(std::string_view schema)
        : Projection({"invoices", 2, "109_invoices_v2"})
        , invoices_(schema, "invoices", 2)
        , moves_(schema, "invoice_moves", 3)
        , taxes_(schema, "taxes", 3)
        , terms_(schema, "invoicing_terms", 3)
        , modes_(schema, "billing_modes", 2) {}

    Keys keys(const Fact& fact) const override {
        return std::visit(
            [](const auto& e) -> Keys {
                using T = std::decay_t<decltype(e)>;
                if constexpr (std::same_as<T, FundsReallocated>)
                    return {"invoice:" + e.from, "invoice:" + e.to};
                else if constexpr (std::same_as<T, TaxDefined>)
                    return {"tax:" + e.tax};
                else if constexpr (std::same_as<T, InvoicingSet>)
                    return {"invoicing"};
                else if constexpr (std::same_as<T, BillingModeSet>)
                    return {"customer:" + e.customer};
                else if constexpr (requires { e.invoice; })
                    return {"invoice:" + e.invoice};
                else
                    return {};
            },
            fact.event
        );
    }

    void touch(const Fact& fact) override {
        std::visit(
            [&](const auto& e) {
                using T = std::decay_t<decltype(e)>;
                if constexpr (std::same_as<T, FundsReallocated>) {
                    invoices_.want(row_key(fact.tenant(), e.from));
                    invoices_.want(row_key(fact.tenant(), e.to));
                } else if constexpr (requires { e.invoice; }) {
                    invoices_.want(row_key(fact.tenant(), e.invoice));
                }
            },
            fact.event
        );
    }

    void apply(const Fact& fact) override {
        line_ = 0;
        match(
            fact.event,
            [&](const TaxDefined& e) { taxes_.put(tax_view(fact, e)); },
            [&](const InvoicingSet& e) { terms_.put(terms_view(fact, e)); },
            [&](const BillingModeSet& e) {
                modes_.put({fact.tenant(), e.customer, name_of(e.mode), fact.record.seq});
            },
            [&](const InvoiceDrafted& e) { draft(fact, e); },
            [&](const PeriodDrafted& e) { add_lines(fact, e); },
            [&](const SaleDrafted& e) { add_lines(fact, e); },
            [&](const DraftCorrected& e) {
                InvoiceView& row = edit(fact, e.invoice);
                row.minor = sum_of(e.lines);
                row.lines.text = to_json(e.lines);
            },
            [&](const DraftDiscarded& e) { edit(fact, e.invoice).status = "discarded"; },
            [&](const InvoiceIssued& e) { issue(fact, e); },
            [&](const FundsApplied& e) { settle(fact, e, "applied", -e.minor); },
            [&](const FundsReleased& e) { settle(fact, e, "released", e.minor); },
            [&](const FundsReallocated& e) { reallocate(fact, e); },
            [&](const CreditNoteIssued& e) { credit(fact, e); },
            [&](const InvoiceVoided& e) { make_void(fact, e); },
            [&](const InvoiceWrittenOff& e) { write_off(fact, e); },
            [&](const TaxWithheld& e) { withhold(fact, e); },
            [&](const InvoiceMoved& e) { change_debtor(fact, e); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override {
        return {&invoices_, &moves_, &taxes_, &terms_, &modes_};
    }

private:
    InvoiceView& edit(const Fact& fact, const std::string& invoice) {
        InvoiceView fresh;
        fresh.tenant = fact.tenant();
        fresh.invoice = invoice;
        fresh.status = "draft";
        fresh.lines.text = "[]";
        fresh.drafted_at = fact.record.effective_at;
        InvoiceView& row = invoices_.edit_or_put(row_key(fact.tenant(), invoice), std::move(fresh));
        row.seq = fact.record.seq;
        return row;
    }

    static std::int64_t sum_of(const std::vector<DraftLine>& lines) {
        std::int64_t sum = 0;
        for (const DraftLine& line : lines)
            sum += line.minor;
        return sum;
    }

    void draft(const Fact& fact, const InvoiceDrafted& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.customer = e.customer;
        row.minor = sum_of(e.lines);
        row.lines.text = to_json(e.lines);
        row.note = e.note;
    }

    template <class Drafted>
    void add_lines(const Fact& fact, const Drafted& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.customer = e.customer;
        row.minor += sum_of(e.lines);
        // A list behind a list: what stands between the brackets, joined.
        const std::string added = to_json(e.lines);
        const bool first = row.lines.text == "[]";
        row.lines.text.pop_back();
        row.lines.text.append(first ? "" : ",").append(added, 1);
    }

    void issue(const Fact& fact, const InvoiceIssued& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.number = e.number;
        row.entity = e.entity;
        row.currency = e.currency.code();
        row.issued_on = e.issued_on;
        row.due_on = e.due_on;
        row.tax_rounding = name_of(e.tax_rounding);
        row.issued_at = fact.record.effective_at;
        row.minor = e.minor;
        row.net_minor = 0;
        for (const InvoiceLine& line : e.lines)
            row.net_minor += line.net;
        row.tax_minor = e.minor - row.net_minor;
        row.lines.text = to_json(e.lines);
        add(fact, row, "issued", e.minor, e.minor);
    }

    // The move of an invoice, and what is owed after it.
    InvoiceMoveView moved(
        const Fact& fact, InvoiceView& row, std::string kind, std::int64_t minor, std::int64_t owed
    ) {
        row.open_minor += owed;
        if (row.status == "draft" || row.status == "open" || row.status == "paid")
            row.status = row.open_minor > 0 ? "open" : "paid";
        InvoiceMoveView move;
        move.tenant = row.tenant;
        move.seq = fact.record.seq;
        move.line = line_++;
        move.invoice = row.invoice;
        move.customer = row.customer;
        move.entity = row.entity.value_or("");
        move.currency = row.currency.value_or("");
        move.kind = std::move(kind);
        move.minor = minor;
        move.owed_minor = owed;
        move.open_minor = row.open_minor;
        move.effective_at = fact.record.effective_at;
        move.recorded_at = fact.recorded_at();
        move.booked_on = fact.record.booked_on;
        return move;
    }

    void add(
        const Fact& fact, InvoiceView& row, std::string kind, std::int64_t minor, std::int64_t owed
    ) {
        moves_.add(moved(fact, row, std::move(kind), minor, owed));
    }

    // Money of the wallet came to the invoice, or went back.
    template <class Event>
    void settle(const Fact& fact, const Event& e, std::string kind, std::int64_t owed) {
        InvoiceView& row = edit(fact, e.invoice);
        row.applied_minor -= owed;
        InvoiceMoveView move = moved(fact, row, std::move(kind), e.minor, owed);
        move.payment = e.payment;
        move.lots = JsonText{to_json(e.lots)};
        moves_.add(move);
    }

    void change_debtor(const Fact& fact, const InvoiceMoved& e) {
        InvoiceView& row = edit(fact, e.invoice);
        add(fact, row, "moved_out", e.minor, -e.minor);
        row.customer = e.to;
        add(fact, row, "moved_in", e.minor, e.minor);
    }

    void reallocate(const Fact& fact, const FundsReallocated& e) {
        InvoiceView& from = edit(fact, e.from);
        from.applied_minor -= e.minor;
        InvoiceMoveView out = moved(fact, from, "reallocated_out", e.minor, e.minor);
        out.document = e.to;
        InvoiceView& to = edit(fact, e.to);
        to.applied_minor += e.minor;
        InvoiceMoveView in = moved(fact, to, "reallocated_in", e.minor, -e.minor);
        in.document = e.from;
        for (InvoiceMoveView* move : {&out, &in}) {
            move->reason = e.reason;
            move->lots = JsonText{to_json(e.lots)};
            moves_.add(*move);
        }
    }

    // Of what came back, the part that had paid the invoice: the rest had been withheld.
    static std::int64_t applied_in(const std::vector<LotTaken>& lots) {
        std::int64_t sum = 0;
        for (const LotTaken& lot : lots)
            if (!lot.lot.starts_with("note#") && !lot.lot.starts_with("void#")) sum += lot.minor;
        return sum;
    }

    void credit(const Fact& fact, const CreditNoteIssued& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.credited_minor += e.minor;
        row.applied_minor -= applied_in(e.lots);
        InvoiceMoveView move = moved(fact, row, "credit_note", e.minor, -e.offset);
        if (row.credited_minor == row.minor) row.status = "credited";
        move.document = e.number;
        move.reason = e.reason;
        move.lines = JsonText{to_json(e.lines)};
        move.lots = JsonText{to_json(e.lots)};
        moves_.add(move);
    }

    void make_void(const Fact& fact, const InvoiceVoided& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.credited_minor += e.minor;
        row.applied_minor -= applied_in(e.lots);
        InvoiceMoveView move = moved(fact, row, "voided", e.minor, -e.offset);
        row.status = "voided";
        move.reason = e.reason;
        move.lines = JsonText{to_json(e.lines)};
        move.lots = JsonText{to_json(e.lots)};
        moves_.add(move);
    }

    void write_off(const Fact& fact, const InvoiceWrittenOff& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.written_off_minor += e.minor;
        InvoiceMoveView move = moved(fact, row, "written_off", e.minor, -e.minor);
        row.status = "written_off";
        move.reason = e.reason;
        moves_.add(move);
    }

    void withhold(const Fact& fact, const TaxWithheld& e) {
        InvoiceView& row = edit(fact, e.invoice);
        row.withheld_minor += e.minor;
        InvoiceMoveView move = moved(fact, row, "withheld", e.minor, -e.minor);
        move.document = e.certificate;
        move.reason = e.tax;
        moves_.add(move);
    }

    KeyedRows<InvoiceView> invoices_;
    AppendedRows<InvoiceMoveView> moves_;
    KeyedRows<TaxView> taxes_;
    KeyedRows<InvoicingView> terms_;
    KeyedRows<BillingModeView> modes_;
    std::int32_t line_{};
};

} // namespace

std::unique_ptr<Projection> make_invoices(std::string_view schema) {
    return std::make_unique<Invoices>(schema);
}

} // namespace tollbook
