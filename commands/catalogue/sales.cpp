// Products that are paid for once.
#include "commands/billing/charge_lines.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/taxes/wallet_taxes.hpp"

namespace tollbook {

namespace {

constexpr std::string_view product_component = "product";

struct Sale {
    const SellProduct& command;
    std::string charge;
    PlanChoiceRow product;
    std::int64_t minor{};
};

void sell_on_invoice(Decision& decision, const Sale& sale) {
    const SellProduct& command = sale.command;
    const PlanRow& plan = plan_row(decision, sale.product.plan, sale.product.version);
    DraftLine line;
    line.component = product_component;
    line.minor = sale.minor;
    if (!plan.tax_code.empty()) line.tax = plan.tax_code;
    line.description = quantity_text(sale.product.plan, command.quantity.value_or(1));
    line.service = command.service;
    line.plan = sale.product.plan;
    line.plan_version = sale.product.version;
    const std::string invoice = draft_of(decision, command.customer);
    decision.add(
        "invoice:" + invoice,
        SaleDrafted{invoice, command.customer, sale.charge, {std::move(line)}, command.service}
    );
}

Status sell_from_wallet(Decision& decision, const Sale& sale) {
    const SellProduct& command = sale.command;
    const PricedLine price{
        product_component,
        sale.product.plan,
        sale.product.version,
        command.quantity.value_or(1),
        sale.minor};
    const std::vector<ChargeLine> lines = taxed_lines(decision, command.customer, {&price, 1});
    Result<LineTotals> totals = total_lines(decision, lines);
    if (!totals) return totals.error();
    settle(decision, command.customer);
    const bool has_settled = !decision.empty(); // It may have set money free.
    std::optional<Taken> taken = take_price(decision.wallet(command.customer), totals->minor);
    if (!taken) return Error{Errc::insufficient_funds, command.customer};
    add_charge(
        decision,
        sale.charge,
        command.customer,
        command.service,
        lines,
        std::move(*totals),
        std::move(*taken)
    );
    if (has_settled) reconnect_paid(decision, command.customer, std::nullopt);
    return Done{};
}

} // namespace

std::string sale_charge(const std::string& sale) { return "sale#" + sale; }

Status decide(Decision& decision, const SellProduct& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("sale", command.sale); !status) return status;
    const std::string charge = sale_charge(command.sale);
    if (decision.book().charges.find(decision.key(charge)) != nullptr)
        return Error{Errc::charge_exists, command.sale};
    if (command.service) {
        const ServiceRow* service = decision.book().services.find(decision.key(*command.service));
        if (service == nullptr || service->customer != command.customer)
            return Error{Errc::service_unknown, *command.service};
    }
    const Result<PlanChoiceRow> product = choose_plan_of(
        decision,
        decision.currency_of(command.customer),
        PlanKind::one_time,
        command.product,
        command.plan_version
    );
    if (!product) return product.error();
    const Result<std::int64_t> minor = price_of_quantity(
        priced_plan(decision, command.customer, product->plan, product->version),
        command.quantity.value_or(1)
    );
    if (!minor) return minor.error();
    const Sale sale{command, charge, *product, *minor};
    if (!is_invoiced(decision, command.customer)) return sell_from_wallet(decision, sale);
    sell_on_invoice(decision, sale);
    return Done{};
}

} // namespace tollbook
