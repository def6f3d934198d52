#include "commands/book.hpp"

#include "ledger/table_members.hpp"

namespace tollbook {

template class Table<TenantRow>;
template class Table<NameRow>;
template class Table<PlanRow>;
template class Table<NumberRow>;
template class Table<CustomerRow>;
template class Table<WalletRow>;
template class Table<ServiceRow>;
template class Table<SiteRow>;
template class Table<PaymentRow>;
template class Table<ChargeRow>;
template class Table<NextPlanRow>;
template class Table<ServiceAddonsRow>;
template class Table<PaidTaxesRow>;
template class Table<RefundRow>;
template class Table<LeadRow>;
template class Table<TicketRow>;
template class Table<DepositRow>;
template class Table<TaxRow>;
template class Table<LegalEntitiesRow>;
template class Table<EntityDueRow>;
template class Table<InvoicingRow>;
template class Table<BillingRow>;
template class Table<InvoiceRow>;
template class Table<DunningPolicyRow>;
template class Table<DunningRow>;
template class Table<TopUpRow>;
template class Table<OpenRunRow>;
template class Table<FiscalDeviceRow>;
template class Table<FiscalQueueRow>;
template class Table<FiscalDocumentRow>;

Book::Book() = default;

Book::~Book() = default;

std::string book_key(std::string_view tenant, std::string_view a) {
    std::string key;
    key.reserve(tenant.size() + a.size() + 1);
    key.append(tenant).append("/").append(a);
    return key;
}

std::string book_key(std::string_view tenant, std::string_view a, std::string_view b) {
    return book_key(tenant, a).append("/").append(b);
}

std::string typed_key(
    std::string_view tenant, std::string_view customer, const TypedAmount& amount
) {
    return book_key(tenant, customer, to_string(amount.day) + "~" + std::to_string(amount.minor));
}

std::string due_key(
    std::string_view tenant, const std::pair<std::string, std::string>& entities, Currency currency
) {
    return book_key(tenant, entities.first, entities.second).append("/").append(currency.code());
}

std::string opening_key(const OpeningCash& opening) {
    if (!opening.currency) return opening.channel;
    return book_key(opening.channel, opening.currency->code());
}

std::uint64_t turnover_after(std::uint64_t turnover, const Postings& postings) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    for (const Posting& posting : postings) {
        if (posting.minor <= 0) continue;
        const auto debit = static_cast<std::uint64_t>(posting.minor);
        turnover = turnover > most - debit ? most : turnover + debit;
    }
    return turnover;
}

} // namespace tollbook
