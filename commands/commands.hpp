// What may be asked of the book, in the imperative. The structs are the wire format of the HTTP
// bodies and of Submission::body; the tenant stands beside the command, never in it. Amounts are
// minor units; an absent optional means the default that its comment names.
#pragma once

#include "commands/bodies/addons.hpp"
#include "commands/bodies/billing_runs.hpp"
#include "commands/bodies/dunning.hpp"
#include "commands/bodies/fiscal.hpp"
#include "commands/bodies/invoices.hpp"
#include "commands/bodies/legal_entities.hpp"
#include "commands/bodies/money.hpp"
#include "commands/bodies/relations.hpp"
#include "commands/bodies/services.hpp"
#include "commands/bodies/subscriptions.hpp"
#include "commands/bodies/tariffs.hpp"
#include "commands/bodies/tenancy.hpp"
#include "commands/bodies/top_ups.hpp"
#include "commands/bodies/wallet_terms.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace tollbook {

using CommandVariant = std::variant<
    OpenTenant,
    DefinePlan,
    RegisterRouter,
    RegisterCustomer,
    AddPaymentReference,
    AddService,
    ProvisionSite,
    RemoveSite,
    ReportSite,
    PostOpeningBalances,
    RecordPayment,
    RecordCallback,
    AssignSuspense,
    ReversePayment,
    MovePayment,
    ChargeWallet,
    RenewService,
    SuspendService,
    SuspendCustomer,
    ReinstateService,
    ClosePeriod,
    AdvanceTestClock,
    ChangePlan,
    CancelSchedule,
    PauseService,
    ResumeService,
    EndService,
    ExtendServices,
    PromisePayment,
    CreditCharge,
    GrantCredit,
    SettleWallet,
    HoldFunds,
    CaptureHold,
    ReleaseHold,
    SetOverdraftLimit,
    TransferFunds,
    RequestRefund,
    ApproveRefund,
    RejectRefund,
    PayRefund,
    DefineTax,
    SetInvoicing,
    SetBillingMode,
    DraftInvoice,
    DiscardDraft,
    IssueInvoice,
    CreditInvoice,
    VoidInvoice,
    WriteOffInvoice,
    RecordWithholding,
    ReallocateFunds,
    DefineDunning,
    AssignDunning,
    SetCustomerGroup,
    SettleBacklog,
    ChangeTimezone,
    OpenLead,
    MoveLead,
    ConvertLead,
    LoseLead,
    OpenTicket,
    AnswerTicket,
    LinkTicket,
    CloseTicket,
    TakeDeposit,
    ReturnDeposit,
    KeepDeposit,
    MergeCustomers,
    SetBillingSchedule,
    SetFiscalDevice,
    RecordFiscalReceipt,
    RecordFiscalRefusal,
    RetryFiscalTransmission,
    SetTopUpRule,
    EndTopUpRule,
    TakeTopUp,
    CancelTopUp,
    WaiveLateFee,
    StartBillingRun,
    FinishBillingRun,
    InterruptBillingRun,
    RecordNoticeSent,
    CorrectTariff,
    AddAddon,
    RemoveAddon,
    ChangeAddon,
    SellProduct,
    DefineLegalEntity,
    SettleEntities>;

// One of them; see Event (ledger/events.hpp).
struct Command : CommandVariant {
    Command();
    Command(const Command& other);
    Command(Command&& other) noexcept;
    Command& operator=(const Command& other);
    Command& operator=(Command&& other) noexcept;
    ~Command();

    template <class T>
    requires requires { std::remove_cvref_t<T>::type; }

    Command(T&& command)
        : CommandVariant(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(command)) {}
};

// Reads the JSON body of a command by its type name. Refuses an unknown type with not_found, and
// what does not fit with the codec's reasons.
Result<Command> read_command(std::string_view type, std::string_view body);

std::string_view type_of(const Command& command);
std::string canonical_json(const Command& command);

} // namespace tollbook
