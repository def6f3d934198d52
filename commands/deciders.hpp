// One function for each command: what it makes of the book, or why not. Refusals stand in the
// order in which a caller sees them; tests/commands pins that order. They add to the decision and
// change nothing else; a decision that was refused is thrown away.
#pragma once

#include "commands/commands.hpp"
#include "commands/decision.hpp"

namespace tollbook {

// The one command that needs no tenant yet: its events come back directly.
Result<Events> open_tenant(
    const Book& book, std::string_view tenant, const OpenTenant& command, Timestamp recorded_at
);

Status decide(Decision& decision, const DefinePlan& command);
Status decide(Decision& decision, const RegisterRouter& command);
Status decide(Decision& decision, const ClosePeriod& command);
Status decide(Decision& decision, const AdvanceTestClock& command);
Status decide(Decision& decision, const ChangeTimezone& command);
Status decide(Decision& decision, const SetBillingSchedule& command);

Status decide(Decision& decision, const DefineLegalEntity& command);
Status decide(Decision& decision, const SettleEntities& command);

Status decide(Decision& decision, const RegisterCustomer& command);
Status decide(Decision& decision, const AddPaymentReference& command);
Status decide(Decision& decision, const AddService& command);

Status decide(Decision& decision, const ProvisionSite& command);
Status decide(Decision& decision, const RemoveSite& command);
Status decide(Decision& decision, const ReportSite& command);

Status decide(Decision& decision, const RenewService& command);
Status decide(Decision& decision, const SuspendService& command);
Status decide(Decision& decision, const SuspendCustomer& command);
Status decide(Decision& decision, const ReinstateService& command);

Status decide(Decision& decision, const ChangePlan& command);
Status decide(Decision& decision, const CancelSchedule& command);
Status decide(Decision& decision, const PauseService& command);
Status decide(Decision& decision, const ResumeService& command);
Status decide(Decision& decision, const EndService& command);
Status decide(Decision& decision, const ExtendServices& command);
Status decide(Decision& decision, const PromisePayment& command);
Status decide(Decision& decision, const CorrectTariff& command);

Status decide(Decision& decision, const AddAddon& command);
Status decide(Decision& decision, const RemoveAddon& command);
Status decide(Decision& decision, const ChangeAddon& command);

Status decide(Decision& decision, const PostOpeningBalances& command);
Status decide(Decision& decision, const ChargeWallet& command);

Status decide(Decision& decision, const SellProduct& command);

// The id of a charge that somebody named: no id of a service holds a '#'.
std::string manual_charge(const std::string& charge);

// The id of the charge of a sale.
std::string sale_charge(const std::string& sale);

Status decide(Decision& decision, const CreditCharge& command);
Status decide(Decision& decision, const GrantCredit& command);
Status decide(Decision& decision, const SettleWallet& command);
Status decide(Decision& decision, const SetOverdraftLimit& command);
Status decide(Decision& decision, const TransferFunds& command);

Status decide(Decision& decision, const HoldFunds& command);
Status decide(Decision& decision, const CaptureHold& command);
Status decide(Decision& decision, const ReleaseHold& command);

Status decide(Decision& decision, const RequestRefund& command);
Status decide(Decision& decision, const ApproveRefund& command);
Status decide(Decision& decision, const RejectRefund& command);
Status decide(Decision& decision, const PayRefund& command);

Status decide(Decision& decision, const DefineTax& command);
Status decide(Decision& decision, const SetInvoicing& command);
Status decide(Decision& decision, const SetBillingMode& command);

Status decide(Decision& decision, const DraftInvoice& command);
Status decide(Decision& decision, const DiscardDraft& command);
Status decide(Decision& decision, const IssueInvoice& command);
Status decide(Decision& decision, const CreditInvoice& command);
Status decide(Decision& decision, const VoidInvoice& command);
Status decide(Decision& decision, const WriteOffInvoice& command);
Status decide(Decision& decision, const RecordWithholding& command);
Status decide(Decision& decision, const ReallocateFunds& command);

Status decide(Decision& decision, const SetFiscalDevice& command);
Status decide(Decision& decision, const RecordFiscalReceipt& command);
Status decide(Decision& decision, const RecordFiscalRefusal& command);
Status decide(Decision& decision, const RetryFiscalTransmission& command);

Status decide(Decision& decision, const DefineDunning& command);
Status decide(Decision& decision, const AssignDunning& command);
Status decide(Decision& decision, const SetCustomerGroup& command);
Status decide(Decision& decision, const SettleBacklog& command);
Status decide(Decision& decision, const WaiveLateFee& command);
Status decide(Decision& decision, const RecordNoticeSent& command);

Status decide(Decision& decision, const OpenLead& command);
Status decide(Decision& decision, const MoveLead& command);
Status decide(Decision& decision, const ConvertLead& command);
Status decide(Decision& decision, const LoseLead& command);

Status decide(Decision& decision, const OpenTicket& command);
Status decide(Decision& decision, const AnswerTicket& command);
Status decide(Decision& decision, const LinkTicket& command);
Status decide(Decision& decision, const CloseTicket& command);

Status decide(Decision& decision, const TakeDeposit& command);
Status decide(Decision& decision, const ReturnDeposit& command);
Status decide(Decision& decision, const KeepDeposit& command);

Status decide(Decision& decision, const MergeCustomers& command);

Status decide(Decision& decision, const SetTopUpRule& command);
Status decide(Decision& decision, const EndTopUpRule& command);
Status decide(Decision& decision, const TakeTopUp& command);
Status decide(Decision& decision, const CancelTopUp& command);

Status decide(Decision& decision, const StartBillingRun& command);
Status decide(Decision& decision, const FinishBillingRun& command);
Status decide(Decision& decision, const InterruptBillingRun& command);

Status decide(Decision& decision, const RecordPayment& command);
Status decide(
    Decision& decision, const RecordCallback& command, const Derived& derived, Landing landing
);

Status decide(Decision& decision, const AssignSuspense& command);
Status decide(Decision& decision, const ReversePayment& command);
Status decide(Decision& decision, const MovePayment& command);

} // namespace tollbook
