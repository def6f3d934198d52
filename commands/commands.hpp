// What may be asked of the book, in the imperative. The structs are the wire format of the HTTP
// bodies and of Submission::body; the tenant stands beside the command, never in it. Amounts are
// minor units; an absent optional means the default that its comment names.
#pragma once

#include "commands/bodies/money.hpp"
#include "commands/bodies/services.hpp"
#include "commands/bodies/subscriptions.hpp"
#include "commands/bodies/tenancy.hpp"
#include "commands/bodies/wallet_terms.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace tollbook {

using Command = std::variant<
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
    PayRefund>;

// Reads the JSON body of a command by its type name. Refuses an unknown type with not_found, and
// what does not fit with the codec's reasons.
Result<Command> read_command(std::string_view type, std::string_view body);

std::string_view type_of(const Command& command);
std::string canonical_json(const Command& command);

} // namespace tollbook
