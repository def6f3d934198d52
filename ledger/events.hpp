// Every fact that the book can hold, in the past tense. Field names are the wire format
// (schemas/events/); tests/golden pins them byte for byte. A released event never changes: a new
// shape gets a new schema version and an upcaster.
#pragma once

#include "ledger/events/addons.hpp"
#include "ledger/events/billing_runs.hpp"
#include "ledger/events/deposits.hpp"
#include "ledger/events/dunning.hpp"
#include "ledger/events/fiscal.hpp"
#include "ledger/events/invoice_settling.hpp"
#include "ledger/events/invoices.hpp"
#include "ledger/events/leads.hpp"
#include "ledger/events/legal_entities.hpp"
#include "ledger/events/merging.hpp"
#include "ledger/events/payments.hpp"
#include "ledger/events/services.hpp"
#include "ledger/events/subscriptions.hpp"
#include "ledger/events/tariffs.hpp"
#include "ledger/events/taxes.hpp"
#include "ledger/events/tenancy.hpp"
#include "ledger/events/tickets.hpp"
#include "ledger/events/top_ups.hpp"
#include "ledger/events/wallet_terms.hpp"
#include "ledger/events/wallets.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace tollbook {

using EventVariant = std::variant<
    TenantOpened,
    PlanDefined,
    RouterRegistered,
    PeriodClosed,
    TestClockAdvanced,
    CustomerRegistered,
    PaymentReferenceAdded,
    ServiceAdded,
    ServiceSuspended,
    ServiceReinstated,
    ServiceRenewed,
    SiteRequested,
    SiteProvisioned,
    SiteStateApplied,
    SiteFailed,
    SiteRemovalRequested,
    SiteRemoved,
    CallbackReceived,
    DeskEntryReceived,
    ArrivalResolved,
    PaymentReceived,
    PaymentConfirmed,
    SuspenseAssigned,
    PaymentReversed,
    PaymentMoved,
    OpeningBalancesPosted,
    WalletCharged,
    PlanChangeScheduled,
    PlanChangeCancelled,
    PlanChanged,
    ServicePaused,
    ServiceResumed,
    ServiceEndScheduled,
    ServiceEndCancelled,
    ServiceEnded,
    ServiceExtended,
    PaymentPromised,
    SiteProfileChanged,
    ChargeCredited,
    CreditGranted,
    LotExpired,
    FundsHeld,
    HoldCaptured,
    HoldReleased,
    OverdraftLimitSet,
    FundsTransferred,
    RefundRequested,
    RefundApproved,
    RefundRejected,
    RefundPaid,
    TaxDefined,
    InvoicingSet,
    BillingModeSet,
    InvoiceDrafted,
    PeriodDrafted,
    DraftDiscarded,
    InvoiceIssued,
    FundsApplied,
    FundsReleased,
    FundsReallocated,
    CreditNoteIssued,
    InvoiceVoided,
    InvoiceWrittenOff,
    TaxWithheld,
    DunningDefined,
    DunningAssigned,
    CustomerGrouped,
    DunningStepTaken,
    PeriodsForgiven,
    BacklogBilled,
    TimezoneChanged,
    LeadOpened,
    LeadMoved,
    LeadConverted,
    LeadLost,
    TicketOpened,
    TicketAnswered,
    TicketLinked,
    TicketClosed,
    DepositTaken,
    DepositReturned,
    DepositKept,
    ServiceMoved,
    InvoiceMoved,
    DebtMoved,
    CreditMoved,
    CustomerMerged,
    BillingScheduleSet,
    FiscalDeviceSet,
    FiscalTransmissionRequested,
    FiscalReceiptRecorded,
    FiscalTransmissionRefused,
    FiscalTransmissionRetried,
    TopUpRuleSet,
    TopUpRuleEnded,
    TopUpGranted,
    TopUpRequested,
    TopUpPassed,
    TopUpRequestEnded,
    LateFeeWaived,
    BillingRunStarted,
    BillingRunInterrupted,
    BillingRunFinished,
    NoticeSent,
    TariffCorrected,
    AddonAdded,
    AddonEndScheduled,
    AddonEndCancelled,
    AddonRemoved,
    AddonChangeScheduled,
    AddonChangeCancelled,
    AddonChanged,
    SaleDrafted,
    LegalEntityDefined,
    EntitiesSettled,
    DraftCorrected>;

// One of them. What goes through all types (copies, moves, the end) is compiled once, not with each
// file that names an event; and it is made of one by its type, not by a choice among all.
struct Event : EventVariant {
    Event();
    Event(const Event& other);
    Event(Event&& other) noexcept;
    Event& operator=(const Event& other);
    Event& operator=(Event&& other) noexcept;
    ~Event();

    template <class T>
    requires requires { std::remove_cvref_t<T>::schema_version; }

    Event(T&& event)
        : EventVariant(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(event)) {}
};

bool operator==(const Event& a, const Event& b);

std::string_view type_of(const Event& event);
std::uint16_t schema_version_of(const Event& event);

// The clear payload: deterministic JSON.
std::string payload_of(const Event& event);

// The postings of a money event; null for others.
const Postings* postings_of(const Event& event);
Postings* postings_of(Event& event);

// Reads a stored payload; versions older than today's are upcast. Refuses an unknown type or a
// newer version with store_newer, and bytes that do not fit with store_damaged.
Result<Event> decode_event(
    std::string_view type, std::uint16_t schema_version, std::string_view payload
);

} // namespace tollbook
