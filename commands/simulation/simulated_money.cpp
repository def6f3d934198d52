#include "commands/catalogue/catalogue.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "commands/simulation/simulated_reading.hpp"

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::string_view simulated_user = "simulation";

std::string after(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string{};
}

} // namespace

void SimulatedReading::renew(const std::string& service) {
    const auto is_renewal = [&](const Command& command) {
        const auto* renewal = std::get_if<RenewService>(&command);
        return renewal == nullptr || renewal->service == service;
    };
    if (!std::ranges::any_of(commands_, is_renewal))
        commands_.emplace_back(RenewService{service, std::nullopt});
}

void SimulatedReading::sell(
    const std::string& customer,
    const std::string& charge,
    const PlanChoiceRow& product,
    std::int64_t minor,
    const std::optional<std::string>& service
) {
    const PlanRow* plan =
        find_priced(before_, tenant_, product, currency_of(before_, tenant_, customer));
    if (plan == nullptr) return;
    commands_.emplace_back(SellProduct{
        customer,
        after(charge, sale_charge("")),
        product.plan,
        product.version,
        static_cast<std::uint32_t>(minor / plan->price_minor),
        service});
}

bool SimulatedReading::came_with_period(const std::string& service, Date from) const {
    return std::ranges::any_of(facts_, [&](const Event& fact) {
        const auto* renewed = std::get_if<ServiceRenewed>(&fact);
        return renewed != nullptr && renewed->service == service && renewed->from == from;
    });
}

const AddonRow* SimulatedReading::addon_before(const std::string& service, const std::string& addon)
    const {
    const ServiceAddonsRow* row = before_.addons.find(book_key(tenant_, service));
    if (row == nullptr) return nullptr;
    const auto found = std::ranges::find(row->addons, addon, &AddonRow::addon);
    return found == row->addons.end() ? nullptr : &*found;
}

bool SimulatedReading::ended_with_its_period(const AddonRemoved& e) const {
    const AddonRow* addon = addon_before(e.service, e.addon);
    return addon != nullptr && addon->ending && came_with_period(e.service, e.on);
}

bool SimulatedReading::changed_with_its_period(const AddonChanged& e) const {
    const AddonRow* addon = addon_before(e.service, e.addon);
    return addon != nullptr && addon->next && came_with_period(e.service, e.on);
}

void ReadMoney::read(const PaymentReceived& e) {
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

void ReadMoney::read(const SuspenseAssigned& e) {
    AssignSuspense assign{e.payment, {}, e.reason};
    for (const SuspensePart& part : e.parts)
        assign.parts.push_back({part.customer, part.minor});
    commands_.emplace_back(assign);
}

void ReadMoney::read(const PaymentReversed& e) {
    commands_.emplace_back(ReversePayment{e.payment, e.minor, e.reason});
}

void ReadMoney::read(const PaymentMoved& e) {
    commands_.emplace_back(MovePayment{
        e.payment, e.debit.customer, e.credit.customer, e.minor, e.reason});
}

void ReadMoney::read(const WalletCharged& e) {
    if (first<TariffCorrected>() != nullptr) return;
    const std::string number = after(e.charge, "manual#");
    const auto* captured = first<HoldCaptured>();
    if (captured != nullptr && captured->charge == e.charge)
        commands_.emplace_back(CaptureHold{
            captured->hold, number, e.lines, first<HoldReleased>() != nullptr});
    else if (!number.empty())
        commands_.emplace_back(ChargeWallet{e.customer, number, e.service, e.lines});
    else if (e.charge.starts_with(sale_charge("")))
        sell(
            e.customer,
            e.charge,
            {*e.lines.front().plan, *e.lines.front().plan_version},
            e.minor,
            e.service
        );
    else if (e.service)
        renew(*e.service);
}

void ReadMoney::read(const ChargeCredited& e) {
    if (first<TariffCorrected>() != nullptr) return;
    if (first<PlanChanged>() == nullptr && first<ServiceEnded>() == nullptr &&
        first<AddonRemoved>() == nullptr && first<AddonChanged>() == nullptr)
        commands_.emplace_back(CreditCharge{e.charge, e.lines, e.reason});
}

void ReadMoney::read(const CreditGranted& e) {
    if (first<TopUpGranted>() != nullptr) return;
    commands_.emplace_back(GrantCredit{
        e.customer, e.grant, e.minor, e.priority, e.expires_on, e.reason});
}

void ReadMoney::read(const LotExpired& e) { commands_.emplace_back(SettleWallet{e.customer}); }

void ReadMoney::read(const FundsHeld& e) {
    commands_.emplace_back(HoldFunds{e.customer, e.hold, e.minor, e.expires_at, e.reason});
}

void ReadMoney::read(const HoldReleased& e) {
    if (first<HoldCaptured>() != nullptr) return;
    if (e.reason == "expired")
        commands_.emplace_back(SettleWallet{e.customer});
    else
        commands_.emplace_back(ReleaseHold{e.hold});
}

void ReadMoney::read(const OverdraftLimitSet& e) {
    commands_.emplace_back(SetOverdraftLimit{e.customer, e.minor});
}

void ReadMoney::read(const FundsTransferred& e) {
    if (first<CustomerMerged>() == nullptr)
        commands_.emplace_back(TransferFunds{e.from, e.to, e.transfer, e.minor, e.reason});
}

void ReadMoney::read(const RefundRequested& e) {
    if (first<CreditNoteIssued>() == nullptr)
        commands_.emplace_back(RequestRefund{
            e.customer, e.refund, e.minor, e.reason, e.requested_by});
}

void ReadMoney::read(const RefundApproved& e) {
    commands_.emplace_back(ApproveRefund{e.refund, e.approved_by});
}

void ReadMoney::read(const RefundRejected& e) {
    commands_.emplace_back(RejectRefund{e.refund, e.reason, e.rejected_by});
}

void ReadMoney::read(const RefundPaid& e) {
    commands_.emplace_back(PayRefund{e.refund, e.channel, e.receipt});
}

void ReadMoney::read(const DepositTaken& e) {
    commands_.emplace_back(TakeDeposit{e.deposit, e.customer, e.equipment, e.minor});
}

void ReadMoney::read(const DepositReturned& e) {
    commands_.emplace_back(ReturnDeposit{e.deposit, e.minor, e.reason});
}

void ReadMoney::read(const DepositKept& e) {
    commands_.emplace_back(KeepDeposit{e.deposit, e.minor, e.reason});
}

void ReadMoney::read(const TopUpRuleSet& e) {
    commands_.emplace_back(SetTopUpRule{e.customer, e.rule, e.terms});
}

void ReadMoney::read(const TopUpRuleEnded& e) {
    commands_.emplace_back(EndTopUpRule{e.customer, e.rule});
}

void ReadMoney::read(const TopUpGranted& e) {
    commands_.emplace_back(TakeTopUp{e.customer, e.rule});
}

void ReadMoney::read(const TopUpRequested& e) {
    commands_.emplace_back(TakeTopUp{e.customer, e.rule});
}

void ReadMoney::read(const TopUpPassed& e) {
    commands_.emplace_back(TakeTopUp{e.customer, e.rule});
}

void ReadMoney::read(const TopUpRequestEnded& e) {
    if (e.outcome == TopUpOutcome::cancelled)
        commands_.emplace_back(CancelTopUp{e.customer, e.rule, e.reason});
}

} // namespace tollbook
