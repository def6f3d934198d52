// Every fact that the book can hold, in the past tense. Field names are the wire format
// (schemas/events/); tests/golden pins them byte for byte. A released event never changes: a new
// shape gets a new schema version and an upcaster.
#pragma once

#include "ledger/events/payments.hpp"
#include "ledger/events/services.hpp"
#include "ledger/events/subscriptions.hpp"
#include "ledger/events/tenancy.hpp"
#include "ledger/events/wallet_terms.hpp"
#include "ledger/events/wallets.hpp"

#include <variant>

namespace tollbook {

using Event = std::variant<
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
    RefundPaid>;

std::string_view type_of(const Event& event);
std::uint16_t schema_version_of(const Event& event);

// The clear payload: deterministic JSON.
std::string payload_of(const Event& event);

// The postings of a money event; null for others.
const Postings* postings_of(const Event& event);

// Reads a stored payload; versions older than today's are upcast. Refuses an unknown type or a
// newer version with store_newer, and bytes that do not fit with store_damaged.
Result<Event> decode_event(
    std::string_view type, std::uint16_t schema_version, std::string_view payload
);

} // namespace tollbook
