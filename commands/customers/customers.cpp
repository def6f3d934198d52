#include "commands/customers/customers.hpp"

#include "commands/catalogue/catalogue.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/payments/mpesa.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t references_max = 20;
constexpr std::size_t reference_chars_max = 64;

Result<PaymentReference> new_reference(const Decision& decision, const std::string& text) {
    const std::string normalised = normalise_reference(text);
    if (normalised.empty() || text.size() > reference_chars_max)
        return Error{Errc::payment_reference_invalid, {}};
    if (decision.book().references.find(decision.key(normalised)) != nullptr)
        return Error{Errc::payment_reference_taken, normalised};
    return PaymentReference{text, normalised};
}

Result<std::vector<PaymentReference>> new_references(
    const Decision& decision, const std::vector<std::string>& texts
) {
    if (texts.size() > references_max)
        return Error{Errc::value_out_of_range, "references: at most 20"};
    std::vector<PaymentReference> references;
    for (const std::string& text : texts) {
        const Result<PaymentReference> reference = new_reference(decision, text);
        if (!reference) return reference.error();
        if (std::ranges::find(references, reference->normalised, &PaymentReference::normalised) !=
            references.end())
            return Error{Errc::payment_reference_taken, reference->normalised};
        references.push_back(*reference);
    }
    return references;
}

Status check_new_blocks(const std::vector<std::string>& blocks) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (const Status status = check_reason(blocks[i]); !status) return status;
        if (std::find(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(i), blocks[i]) !=
            blocks.begin() + static_cast<std::ptrdiff_t>(i))
            return Error{Errc::value_out_of_range, "blocks: a reason is named twice"};
    }
    return Done{};
}

// What follows from the plan: the first day that is not paid for, and the fee that comes with it.
struct Beginning {
    Date renews_on;
    std::optional<std::int64_t> setup_minor;
};

// `from`, or the next day on which a month's anchor falls.
Date next_anchor(Date from, int anchor_day) {
    const Date this_month = add_months(from, 0, anchor_day);
    return this_month >= from ? this_month : add_months(from, 1, anchor_day);
}

// A service that ran elsewhere owes no set-up fee and has no trial.
Beginning beginning_of(const Decision& decision, const AddService& command, const PlanRow& plan) {
    if (command.renews_on) return {*command.renews_on, std::nullopt};
    Beginning beginning{decision.today() + static_cast<int>(plan.trial_days), std::nullopt};
    if (plan.first_period == FirstPeriod::free && command.anchor_day)
        beginning.renews_on = next_anchor(beginning.renews_on, *command.anchor_day);
    if (plan.setup_minor > 0) beginning.setup_minor = plan.setup_minor;
    return beginning;
}

} // namespace

Status decide(Decision& decision, const RegisterCustomer& command) {
    if (const Status status = check_id("customer", command.customer); !status) return status;
    if (decision.book().customers.find(decision.key(command.customer)) != nullptr)
        return Error{Errc::customer_exists, command.customer};
    if (const Status status = check_text("name", command.name); !status) return status;
    if (const Status status = check_text("phone", command.phone, 40); !status) return status;
    const std::string mail = command.mail.value_or("");
    if (const Status status = check_text("mail", mail); !status) return status;
    const Result<std::uint32_t> place =
        find_entity(decision, command.entity.value_or(decision.row().legal_entity));
    if (!place) return place.error();
    const Result<std::vector<PaymentReference>> references =
        new_references(decision, command.references);
    if (!references) return references.error();

    CustomerRegistered registered{
        command.customer, *references, *place == 0 ? std::nullopt : command.entity};
    const Currency currency = command.currency.value_or(decision.row().currency);
    if (currency != decision.row().currency) registered.currency = currency;
    decision.add(
        "customer:" + command.customer,
        std::move(registered),
        Personal{
            "customer:" + command.customer,
            to_json(CustomerPersonal{command.name, command.phone, mail})}
    );
    return Done{};
}

Status decide(Decision& decision, const AddPaymentReference& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    const Result<PaymentReference> reference = new_reference(decision, command.reference);
    if (!reference) return reference.error();
    decision.add(
        "customer:" + command.customer, PaymentReferenceAdded{command.customer, *reference}
    );
    return Done{};
}

Status check_new_service(const Decision& decision, const AddService& command) {
    if (const Status status = check_id("service", command.service); !status) return status;
    if (const Status status = check_id("site", command.site.value_or(command.service)); !status)
        return status;
    if (decision.book().services.find(decision.key(command.service)) != nullptr)
        return Error{Errc::service_exists, command.service};
    return Done{};
}

Status place_service(Decision& decision, const AddService& command, Currency currency) {
    const std::string site = command.site.value_or(command.service);
    const std::vector<std::string> blocks = command.blocks.value_or(std::vector<std::string>{});
    const Result<PlanChoiceRow> plan =
        choose_service_plan(decision, currency, command.plan, command.plan_version);
    if (!plan) return plan.error();
    if (decision.book().sites.find(decision.key(site)) != nullptr)
        return Error{Errc::site_exists, site};
    if (command.anchor_day && (*command.anchor_day < 1 || *command.anchor_day > 31))
        return Error{Errc::value_out_of_range, "anchor_day: 1 to 31"};
    const Beginning beginning = beginning_of(
        decision, command, *find_priced(decision.book(), decision.tenant(), *plan, currency)
    );
    const std::int32_t anchor = command.anchor_day.value_or(civil(beginning.renews_on).day);
    if (const Status status = check_new_blocks(blocks); !status) return status;

    decision.add(
        "service:" + command.service,
        ServiceAdded{
            command.service,
            command.customer,
            command.plan,
            plan->version,
            site,
            beginning.renews_on,
            anchor,
            blocks,
            beginning.setup_minor}
    );
    return Done{};
}

Status decide(Decision& decision, const AddService& command) {
    if (const Status status = check_new_service(decision, command); !status) return status;
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    return place_service(decision, command, decision.currency_of(command.customer));
}

} // namespace tollbook
