#include "commands/customers/currencies.hpp"

#include "commands/account_names.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace tollbook {

Currency currency_of(const Book& book, std::string_view tenant, std::string_view customer) {
    const TenantRow& row = *book.tenants.find(tenant);
    if (!row.has_currencies) return row.currency;
    const CustomerRow* of = book.customers.find(book_key(tenant, customer));
    ensure(of != nullptr);
    return of->currency.value_or(row.currency);
}

std::optional<Currency> other_currency(
    const Book& book, std::string_view tenant, std::string_view customer
) {
    const Currency currency = currency_of(book, tenant, customer);
    if (currency == book.tenants.find(tenant)->currency) return std::nullopt;
    return currency;
}

Currency Decision::currency_of(std::string_view customer) const {
    if (!row_->has_currencies) return row_->currency;
    const CustomerRow* of = book_.customers.find(key(customer));
    ensure(of != nullptr);
    return of->currency.value_or(row_->currency);
}

void place_currency(const Decision& decision, Event& event) {
    if (std::holds_alternative<OpeningBalancesPosted>(event)) return;
    if (std::holds_alternative<EntitiesSettled>(event)) return;
    Postings* postings = postings_of(event);
    if (postings == nullptr) return;
    const auto of_customer = std::ranges::find_if(*postings, [](const Posting& posting) {
        return is_of_customer(kind_of_account(posting.account));
    });
    if (of_customer == postings->end()) return;
    const Currency currency = decision.currency_of(part_of_account(of_customer->account));
    for (Posting& posting : *postings)
        posting.currency = currency;
}

Status check_same_currency(const Decision& decision, const std::string& a, const std::string& b) {
    const Currency of_a = decision.currency_of(a);
    const Currency of_b = decision.currency_of(b);
    if (of_a == of_b) return Done{};
    return Error{
        Errc::currency_mismatch,
        fmt::format("{} has {}, {} has {}", a, of_a.code(), b, of_b.code())};
}

Status check_channel_currency(
    const Decision& decision, std::string_view channel, Currency currency
) {
    if (currency == decision.row().currency || !channel.starts_with("mpesa:")) return Done{};
    return Error{
        Errc::currency_mismatch,
        fmt::format("{} takes {}", channel, decision.row().currency.code())};
}

Status check_receipt_currency(
    const Decision& decision,
    std::string_view customer,
    std::string_view channel,
    std::optional<Currency> named
) {
    const Currency currency = decision.currency_of(customer);
    if (named.value_or(currency) != currency)
        return Error{Errc::currency_mismatch, fmt::format("{} has {}", customer, currency.code())};
    return check_channel_currency(decision, channel, currency);
}

Currency currency_of_payment(const Decision& decision, std::string_view customer) {
    return customer.empty() ? decision.row().currency : decision.currency_of(customer);
}

} // namespace tollbook
