#include "commands/simulated_commands.hpp"

#include "commands/dunning.hpp"
#include "commands/service_end.hpp"
#include "ledger/match.hpp"

#include <algorithm>
#include <iterator>

namespace tollbook {

namespace {

constexpr std::string_view simulated_user = "simulation";

template <class E>
const E* first_of(std::span<const Event> facts) {
    for (const Event& fact : facts)
        if (const auto* found = std::get_if<E>(&fact)) return found;
    return nullptr;
}

std::string after(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string{};
}

std::vector<LineAmount> amounts_of(const std::vector<CreditedLine>& lines) {
    std::vector<LineAmount> amounts;
    for (const CreditedLine& line : lines) {
        std::int64_t minor = line.net;
        for (const LineTax& tax : line.taxes)
            minor += tax.minor;
        amounts.push_back({line.line, minor});
    }
    return amounts;
}

// Reads the facts of one command.
class Reading {
public:
    Reading(const Book& before, std::string_view tenant, std::span<const Event> facts)
        : before_(before), tenant_(tenant), facts_(facts) {}

    std::vector<Command> commands() {
        for (const Event& fact : facts_)
            std::visit([&](const auto& e) { read(e); }, fact);
        return std::move(commands_);
    }

private:
    template <class E>
    void read(const E&) {} // It follows from rules, or stands as it is.

    void read(const PaymentReceived& e) {
        if (!e.customer) return;
        RecordPayment payment;
        payment.channel = e.channel;
        payment.receipt = e.receipt;
        payment.customer = e.customer;
        payment.minor = e.minor;
        payment.occurred_at = e.occurred_at;
        payment.user = simulated_user;
        if (e.payment.find('~') != std::string::npos) payment.again = true;
        commands_.emplace_back(payment);
    }

    void read(const SuspenseAssigned& e) {
        AssignSuspense assign{e.payment, {}, e.reason};
        for (const SuspensePart& part : e.parts)
            assign.parts.push_back({part.customer, part.minor});
        commands_.emplace_back(assign);
    }

    void read(const PaymentReversed& e) {
        commands_.emplace_back(ReversePayment{e.payment, e.minor, e.reason});
    }

    void read(const PaymentMoved& e) {
        commands_.emplace_back(MovePayment{
            e.payment, e.debit.customer, e.credit.customer, e.minor, e.reason});
    }

    void read(const WalletCharged& e) {
        const std::string number = after(e.charge, "manual#");
        const auto* captured = first_of<HoldCaptured>(facts_);
        if (captured != nullptr && captured->charge == e.charge)
            commands_.emplace_back(CaptureHold{
                captured->hold, number, e.lines, first_of<HoldReleased>(facts_) != nullptr});
        else if (!number.empty())
            commands_.emplace_back(ChargeWallet{e.customer, number, e.service, e.lines});
        else if (e.service)
            renew(*e.service);
    }

    void read(const ChargeCredited& e) {
        if (first_of<PlanChanged>(facts_) == nullptr && first_of<ServiceEnded>(facts_) == nullptr)
            commands_.emplace_back(CreditCharge{e.charge, e.lines, e.reason});
    }

    void read(const CreditGranted& e) {
        commands_.emplace_back(GrantCredit{
            e.customer, e.grant, e.minor, e.priority, e.expires_on, e.reason});
    }

    void read(const LotExpired& e) { commands_.emplace_back(SettleWallet{e.customer}); }

    void read(const FundsHeld& e) {
        commands_.emplace_back(HoldFunds{e.customer, e.hold, e.minor, e.expires_at, e.reason});
    }

    void read(const HoldReleased& e) {
        if (first_of<HoldCaptured>(facts_) != nullptr) return;
        if (e.reason == "expired")
            commands_.emplace_back(SettleWallet{e.customer});
        else
            commands_.emplace_back(ReleaseHold{e.hold});
    }

    void read(const OverdraftLimitSet& e) {
        commands_.emplace_back(SetOverdraftLimit{e.customer, e.minor});
    }

    void read(const FundsTransferred& e) {
        if (first_of<CustomerMerged>(facts_) == nullptr)
            commands_.emplace_back(TransferFunds{e.from, e.to, e.transfer, e.minor, e.reason});
    }

    void read(const RefundRequested& e) {
        if (first_of<CreditNoteIssued>(facts_) == nullptr)
            commands_.emplace_back(RequestRefund{
                e.customer, e.refund, e.minor, e.reason, e.requested_by});
    }

    void read(const RefundApproved& e) {
        commands_.emplace_back(ApproveRefund{e.refund, e.approved_by});
    }

    void read(const RefundRejected& e) {
        commands_.emplace_back(RejectRefund{e.refund, e.reason, e.rejected_by});
    }

    void read(const RefundPaid& e) {
        commands_.emplace_back(PayRefund{e.refund, e.channel, e.receipt});
    }

    void read(const DepositTaken& e) {
        commands_.emplace_back(TakeDeposit{e.deposit, e.customer, e.equipment, e.minor});
    }

    void read(const DepositReturned& e) {
        commands_.emplace_back(ReturnDeposit{e.deposit, e.minor, e.reason});
    }

    void read(const DepositKept& e) {
        commands_.emplace_back(KeepDeposit{e.deposit, e.minor, e.reason});
    }

    void read(const CustomerMerged& e) {
        commands_.emplace_back(MergeCustomers{e.customer, e.into, e.reason});
    }

    void read(const ServiceSuspended& e) {
        const bool by_rule =
            e.reason == unpaid_reason || e.reason == paused_reason || e.reason == ended_reason;
        if (e.reason == unpaid_reason)
            renew(e.service);
        else if (!by_rule)
            commands_.emplace_back(SuspendService{e.service, e.reason});
    }

    void read(const ServiceReinstated& e) {
        if (e.reason != unpaid_reason && e.reason != paused_reason)
            commands_.emplace_back(ReinstateService{e.service, e.reason});
    }

    void read(const PlanChangeScheduled& e) {
        commands_.emplace_back(ChangePlan{
            e.service, e.plan, e.plan_version, ChangeTime::period_end, {}});
    }

    void read(const PlanChangeCancelled& e) {
        if (facts_.size() == 1) commands_.emplace_back(CancelSchedule{e.service});
    }

    void read(const PlanChanged& e) {
        const ServiceRow* row = before_.services.find(book_key(tenant_, e.service));
        if (row != nullptr && row->scheduled == Scheduled::plan_change)
            renew(e.service);
        else
            commands_.emplace_back(ChangePlan{
                e.service, e.plan, e.plan_version, ChangeTime::now, {}});
    }

    void read(const ServicePaused& e) { commands_.emplace_back(PauseService{e.service}); }

    void read(const ServiceResumed& e) { commands_.emplace_back(ResumeService{e.service}); }

    void read(const ServiceEndScheduled& e) {
        commands_.emplace_back(EndService{e.service, ChangeTime::period_end, {}, e.reason});
    }

    void read(const ServiceEndCancelled& e) { commands_.emplace_back(CancelSchedule{e.service}); }

    void read(const ServiceEnded& e) {
        const ServiceRow* row = before_.services.find(book_key(tenant_, e.service));
        const bool by_rule = first_of<DunningStepTaken>(facts_) != nullptr ||
                             (row != nullptr && row->scheduled == Scheduled::end);
        if (by_rule) return renew(e.service);
        const bool credits = first_of<ChargeCredited>(facts_) != nullptr;
        commands_.emplace_back(EndService{e.service, ChangeTime::now, credits, e.reason});
    }

    void read(const ServiceExtended& e) {
        commands_.emplace_back(ExtendServices{{e.service}, e.days, e.reason});
    }

    void read(const PaymentPromised& e) {
        commands_.emplace_back(PromisePayment{e.service, e.until});
    }

    void read(const DunningStepTaken& e) { renew(e.service); }

    void read(const BacklogBilled& e) {
        commands_.emplace_back(SettleBacklog{e.service, BacklogChoice::bill});
    }

    void read(const PeriodsForgiven& e) {
        if (e.reason == ForgivenTime::backlog && facts_.size() == 1)
            commands_.emplace_back(SettleBacklog{e.service, BacklogChoice::forgive});
        else
            renew(e.service);
    }

    void read(const PeriodDrafted& e) { renew(e.service); }

    void read(const InvoiceDrafted& e) {
        commands_.emplace_back(DraftInvoice{e.invoice, e.customer, e.lines, e.note});
    }

    void read(const DraftDiscarded& e) { commands_.emplace_back(DiscardDraft{e.invoice}); }

    void read(const InvoiceIssued& e) {
        commands_.emplace_back(IssueInvoice{e.invoice, e.due_on, {}});
    }

    void read(const CreditNoteIssued& e) {
        commands_.emplace_back(CreditInvoice{
            e.invoice, e.credit_note, amounts_of(e.lines), e.reason, {}});
    }

    void read(const InvoiceVoided& e) { commands_.emplace_back(VoidInvoice{e.invoice, e.reason}); }

    void read(const InvoiceWrittenOff& e) {
        commands_.emplace_back(WriteOffInvoice{e.invoice, e.reason, e.user});
    }

    void read(const TaxWithheld& e) {
        commands_.emplace_back(RecordWithholding{e.invoice, e.certificate, e.tax, e.minor});
    }

    void read(const FundsReallocated& e) {
        commands_.emplace_back(ReallocateFunds{e.from, e.to, e.minor, e.reason});
    }

    // Once for each service: a renewal makes several facts. After money or a command of a person it
    // follows by itself.
    void renew(const std::string& service) {
        const auto is_renewal = [&](const Command& command) {
            const auto* renewal = std::get_if<RenewService>(&command);
            return renewal == nullptr || renewal->service == service;
        };
        if (!std::ranges::any_of(commands_, is_renewal))
            commands_.emplace_back(RenewService{service, std::nullopt});
    }

    const Book& before_;
    std::string_view tenant_;
    std::span<const Event> facts_;
    std::vector<Command> commands_;
};

} // namespace

std::vector<Command> commands_of(
    const Book& before, std::string_view tenant, std::span<const Event> facts
) {
    return Reading(before, tenant, facts).commands();
}

} // namespace tollbook
