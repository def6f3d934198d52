#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct FiscalDeviceView {
    std::string tenant;
    std::string entity;
    bool enabled{};
    std::string kind;
    std::string url;
    std::string device;
    std::uint64_t from_number{};
    Timestamp set_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    FiscalDeviceView, (), (tenant, entity, enabled, kind, url, device, from_number, set_at, seq)
)

struct FiscalDocumentView {
    std::string tenant;
    std::string document;
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string entity;
    std::uint64_t place{};
    std::string number;
    std::string currency;
    Date issued_on;
    std::int64_t minor{};
    std::string state; // pending | refused | transmitted | voided
    std::uint32_t attempt{};
    std::optional<std::string> code; // Of the newest refusal.
    std::optional<std::string> reason;
    std::optional<std::string> control_number;
    std::optional<std::string> signature;
    std::optional<std::string> qr;
    std::optional<Timestamp> device_time;
    Timestamp requested_at;
    std::optional<Timestamp> changed_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    FiscalDocumentView,
    (),
    (tenant,
     document,
     invoice,
     credit_note,
     entity,
     place,
     number,
     currency,
     issued_on,
     minor,
     state,
     attempt,
     code,
     reason,
     control_number,
     signature,
     qr,
     device_time,
     requested_at,
     changed_at,
     seq)
)

std::string document_of(const std::string& invoice, const std::optional<std::string>& credit_note) {
    return credit_note ? "note#" + *credit_note : invoice;
}

template <class E>
concept OfDocument =
    std::same_as<E, FiscalTransmissionRequested> || std::same_as<E, FiscalReceiptRecorded> ||
    std::same_as<E, FiscalTransmissionRefused> || std::same_as<E, FiscalTransmissionRetried>;

// Fiscal devices, and how far documents came on their way to one.
class Fiscal final : public Projection {
public:
    explicit Fiscal(std::string_view schema)
        : Projection({"fiscal", 1, "112_fiscal_v1"})
        , devices_(schema, "fiscal_devices", 2)
        , documents_(schema, "fiscal_documents", 2) {}

    Keys keys(const Fact& fact) const override {
        return std::visit(
            [](const auto& e) -> Keys {
                using T = std::decay_t<decltype(e)>;
                if constexpr (std::same_as<T, FiscalDeviceSet>)
                    return {"entity:" + e.entity};
                else if constexpr (OfDocument<T> || std::same_as<T, InvoiceVoided>)
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
                if constexpr (OfDocument<T>)
                    documents_.want(row_key(fact.tenant(), document_of(e.invoice, e.credit_note)));
                else if constexpr (std::same_as<T, InvoiceVoided>)
                    documents_.want(row_key(fact.tenant(), e.invoice));
            },
            fact.event
        );
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const FiscalDeviceSet& e) { set(fact, e); },
            [&](const FiscalTransmissionRequested& e) { request(fact, e); },
            [&](const FiscalReceiptRecorded& e) { receive(fact, e); },
            [&](const FiscalTransmissionRefused& e) {
                FiscalDocumentView* row = change(fact, e, "refused");
                if (row == nullptr) return;
                row->code = e.code;
                row->reason = e.reason;
            },
            [&](const FiscalTransmissionRetried& e) {
                if (FiscalDocumentView* row = change(fact, e, "pending")) row->attempt = e.attempt;
            },
            [&](const InvoiceVoided& e) { change(fact, e.invoice, "voided"); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&devices_, &documents_}; }

private:
    void set(const Fact& fact, const FiscalDeviceSet& e) {
        devices_.put(
            {fact.tenant(),
             e.entity,
             e.enabled,
             name_of(e.kind),
             e.url,
             e.device,
             e.from_number,
             fact.record.effective_at,
             fact.record.seq}
        );
    }

    void request(const Fact& fact, const FiscalTransmissionRequested& e) {
        FiscalDocumentView row;
        row.tenant = fact.tenant();
        row.document = document_of(e.invoice, e.credit_note);
        row.invoice = e.invoice;
        row.credit_note = e.credit_note;
        row.entity = e.entity;
        row.place = e.place;
        row.number = e.number;
        row.currency = e.currency.code();
        row.issued_on = e.issued_on;
        row.minor = e.minor;
        row.state = "pending";
        row.attempt = 1;
        row.requested_at = e.requested_at;
        row.seq = fact.record.seq;
        documents_.put(std::move(row));
    }

    void receive(const Fact& fact, const FiscalReceiptRecorded& e) {
        FiscalDocumentView* row = change(fact, e, "transmitted");
        if (row == nullptr) return;
        row->code.reset();
        row->reason.reset();
        row->control_number = e.receipt.control_number;
        row->signature = e.receipt.signature;
        row->qr = e.receipt.qr;
        row->device_time = e.receipt.device_time;
    }

    template <class E>
    FiscalDocumentView* change(const Fact& fact, const E& e, std::string state) {
        return change(fact, document_of(e.invoice, e.credit_note), std::move(state));
    }

    FiscalDocumentView* change(const Fact& fact, const std::string& document, std::string state) {
        FiscalDocumentView* row = documents_.edit(row_key(fact.tenant(), document));
        if (row == nullptr) return nullptr;
        row->state = std::move(state);
        row->changed_at = fact.record.effective_at;
        row->seq = fact.record.seq;
        return row;
    }

    KeyedRows<FiscalDeviceView> devices_;
    KeyedRows<FiscalDocumentView> documents_;
};

} // namespace

std::unique_ptr<Projection> make_fiscal(std::string_view schema) {
    return std::make_unique<Fiscal>(schema);
}

} // namespace tollbook
