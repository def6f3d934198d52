#include "commands/simulation/simulated_commands.hpp"

#include "commands/services/service_end.hpp"
#include "commands/simulation/simulated_reading.hpp"
#include "commands/taxes/taxed_days.hpp"

#include <algorithm>

namespace tollbook {

namespace {

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
class Reading : public ReadMoney {
public:
    using ReadMoney::ReadMoney;

    std::vector<Command> commands() {
        for (const Event& fact : facts_)
            std::visit([&](const auto& e) { read(e); }, fact);
        return std::move(commands_);
    }

private:
    using ReadMoney::read;

    template <class E>
    void read(const E&) {} // It follows from rules, or stands as it is.

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
            e.service, e.plan, e.plan_version, ChangeTime::period_end, {}, e.not_before});
    }

    void read(const PlanChangeCancelled& e) {
        if (facts_.size() == 1) commands_.emplace_back(CancelSchedule{e.service, {}});
    }

    void read(const PlanChanged& e) {
        const ServiceRow* row = before_.services.find(book_key(tenant_, e.service));
        const bool was_scheduled = row != nullptr && row->scheduled == Scheduled::plan_change;
        if (was_scheduled && !e.anchor_day && came_with_period(e.service, e.on))
            renew(e.service);
        else
            commands_.emplace_back(ChangePlan{
                e.service, e.plan, e.plan_version, ChangeTime::now, {}, {}});
    }

    void read(const TariffCorrected& e) {
        CorrectTariff correct;
        correct.service = e.service;
        correct.plan = e.plan;
        correct.from_version = e.from_version;
        correct.to_version = e.to_version;
        correct.from = e.from;
        correct.reason = e.reason;
        for (const CorrectedCharge& charge : e.charges)
            correct.charges.push_back(
                {charge.charge,
                 charge.from,
                 charge.to,
                 charge.net,
                 charge.tax,
                 std::nullopt,
                 parts_of(charge)}
            );
        if (e.invoices) correct.invoices = names_of(*e.invoices);
        commands_.emplace_back(std::move(correct));
    }

    std::optional<std::vector<TaxedDays>> parts_of(const CorrectedCharge& charge) const {
        for (const Event& fact : facts_)
            if (const auto* credited = std::get_if<ChargeCredited>(&fact))
                if (credited->charge == charge.charge)
                    return parts_ending_in(
                        credited->lines, {charge.to.days - charge.from.days, charge.net, charge.tax}
                    );
        return std::nullopt;
    }

    static std::vector<std::string> names_of(const std::vector<CorrectedInvoice>& corrected) {
        std::vector<std::string> names;
        for (const CorrectedInvoice& one : corrected)
            if (std::ranges::find(names, one.invoice) == names.end()) names.push_back(one.invoice);
        return names;
    }

    void read(const AddonAdded& e) {
        commands_.emplace_back(AddAddon{e.service, e.addon, e.plan_version, e.quantity, {}});
    }

    void read(const AddonEndScheduled& e) {
        commands_.emplace_back(RemoveAddon{e.service, e.addon, ChangeTime::period_end, {}});
    }

    void read(const AddonEndCancelled& e) {
        commands_.emplace_back(CancelSchedule{e.service, e.addon});
    }

    void read(const AddonChangeScheduled& e) {
        commands_.emplace_back(ChangeAddon{
            e.service,
            e.addon,
            e.plan_version,
            e.quantity,
            ChangeTime::period_end,
            {},
            e.not_before});
    }

    void read(const AddonChangeCancelled& e) {
        commands_.emplace_back(CancelSchedule{e.service, e.addon});
    }

    void read(const AddonChanged& e) {
        if (!changed_with_its_period(e))
            commands_.emplace_back(ChangeAddon{
                e.service, e.addon, e.plan_version, e.quantity, ChangeTime::now, {}, {}});
    }

    void read(const AddonRemoved& e) {
        if (first<ServiceEnded>() == nullptr && !ended_with_its_period(e))
            commands_.emplace_back(RemoveAddon{e.service, e.addon, ChangeTime::now, {}});
    }

    void read(const ServicePaused& e) { commands_.emplace_back(PauseService{e.service}); }

    void read(const ServiceResumed& e) { commands_.emplace_back(ResumeService{e.service}); }

    void read(const ServiceEndScheduled& e) {
        commands_.emplace_back(EndService{e.service, ChangeTime::period_end, {}, e.reason});
    }

    void read(const ServiceEndCancelled& e) {
        commands_.emplace_back(CancelSchedule{e.service, {}});
    }

    void read(const ServiceEnded& e) {
        const ServiceRow* row = before_.services.find(book_key(tenant_, e.service));
        const bool by_rule = first<DunningStepTaken>() != nullptr ||
                             (row != nullptr && row->scheduled == Scheduled::end);
        if (by_rule) return renew(e.service);
        const bool credits = first<ChargeCredited>() != nullptr;
        commands_.emplace_back(EndService{e.service, ChangeTime::now, credits, e.reason});
    }

    void read(const ServiceExtended& e) {
        commands_.emplace_back(ExtendServices{{e.service}, e.days, e.reason});
    }

    void read(const PaymentPromised& e) {
        commands_.emplace_back(PromisePayment{e.service, e.until});
    }

    void read(const DunningStepTaken& e) { renew(e.service); }

    void read(const LateFeeWaived& e) {
        commands_.emplace_back(WaiveLateFee{e.service, e.step, e.reason});
    }

    void read(const BacklogBilled& e) {
        commands_.emplace_back(SettleBacklog{e.service, BacklogChoice::bill});
    }

    void read(const PeriodsForgiven& e) {
        if (e.reason == ForgivenTime::backlog && facts_.size() == 1)
            commands_.emplace_back(SettleBacklog{e.service, BacklogChoice::forgive});
        else
            renew(e.service);
    }

    void read(const PeriodDrafted& e) {
        if (first<TariffCorrected>() == nullptr) renew(e.service);
    }

    void read(const SaleDrafted& e) {
        const DraftLine& line = e.lines.front();
        sell(e.customer, e.charge, {*line.plan, *line.plan_version}, line.minor, e.service);
    }

    void read(const InvoiceDrafted& e) {
        commands_.emplace_back(DraftInvoice{e.invoice, e.customer, e.lines, e.note});
    }

    void read(const DraftDiscarded& e) {
        if (first<TariffCorrected>() == nullptr) commands_.emplace_back(DiscardDraft{e.invoice});
    }

    void read(const InvoiceIssued& e) {
        commands_.emplace_back(IssueInvoice{e.invoice, e.due_on, {}});
    }

    void read(const CreditNoteIssued& e) {
        if (first<TariffCorrected>() != nullptr) return;
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
};

} // namespace

std::vector<Command> commands_of(
    const Book& before, std::string_view tenant, std::span<const Event> facts
) {
    return Reading(before, tenant, facts).commands();
}

} // namespace tollbook
