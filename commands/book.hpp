#pragma once

#include "commands/rows.hpp"
#include "ledger/table.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace tollbook {

// Raise it when a row, a key or evolve changes: older checkpoints are then not used.
inline constexpr std::uint32_t book_version = 10;

// "<tenant>/<a>" and "<tenant>/<a>/<b>": ids hold no slash, so keys cannot collide.
std::string book_key(std::string_view tenant, std::string_view a);
std::string book_key(std::string_view tenant, std::string_view a, std::string_view b);

// An amount that a desk typed on a civil day.
struct TypedAmount {
    Date day;
    std::int64_t minor{};
};

// "<tenant>/<customer>/<day>~<minor>": the key of `Book::typed`.
std::string typed_key(
    std::string_view tenant, std::string_view customer, const TypedAmount& amount
);

// Two legal entities, in the order of their names: the key of `Book::dues`.
std::string due_key(
    std::string_view tenant, const std::pair<std::string, std::string>& entities, Currency currency
);

// The channel, and its currency if that is not the tenant's: the key of `Book::openings`.
std::string opening_key(const OpeningCash& opening);

// What a tenant's events moved in all, debits only, never exceeds this: no balance, no gross figure
// and no sum over accounts can then overflow.
inline constexpr std::uint64_t turnover_minor_max = std::numeric_limits<std::int64_t>::max();

// The turnover with these postings; it stays at the largest number rather than wrap around.
std::uint64_t turnover_after(std::uint64_t turnover, const Postings& postings);

// A document is asked for while a device is told of it, and by its credit notes; its row is large.
inline constexpr std::size_t fiscal_clean_max = 10'000;

// The write side of one partition: what its commands are decided on. Held in memory (payments and
// charges may leave it for the checkpoint and come back); touched by the writer's thread alone.
struct Book {
    Book(); // Not here: what its tables are made of is compiled once.
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;
    ~Book();

    Journal journal;
    Table<TenantRow> tenants{journal, 'T', Residency::hot};       // tenant
    Table<NameRow> shortcodes{journal, 'S', Residency::hot};      // shortcode -> tenant
    Table<PlanRow> plans{journal, 'P', Residency::hot};           // tenant/plan/version[/currency]
    Table<NumberRow> plan_versions{journal, 'V', Residency::hot}; // tenant/plan -> newest
    Table<NameRow> routers{journal, 'R', Residency::hot};         // tenant/router -> driver
    Table<CustomerRow> customers{journal, 'C', Residency::hot};   // tenant/customer
    Table<WalletRow> wallets{journal, 'W', Residency::hot};       // tenant/customer
    Table<NameRow> references{journal, 'N', Residency::hot};      // tenant/normalised -> customer
    Table<ServiceRow> services{journal, 's', Residency::hot};     // tenant/service
    Table<SiteRow> sites{journal, 'i', Residency::hot};           // tenant/site
    Table<NumberRow> openings{journal, 'o', Residency::hot};      // tenant/opening_key -> 1
    Table<NumberRow> turnovers{journal, 'v', Residency::hot};     // tenant -> all it ever moved
    Table<PaymentRow> payments{journal, 'p', Residency::cold};    // tenant/payment
    Table<ChargeRow> charges{journal, 'c', Residency::cold};      // tenant/charge
    Table<NextPlanRow> next_plans{journal, 'n', Residency::hot};  // tenant/service
    Table<ServiceAddonsRow> addons{journal, 'A', Residency::hot}; // tenant/service
    Table<PaidTaxesRow> paid_taxes{journal, 'z', Residency::hot}; // tenant/service
    Table<NameRow> holds{journal, 'h', Residency::cold};          // tenant/hold -> customer
    Table<RefundRow> refunds{journal, 'r', Residency::cold};      // tenant/refund
    Table<NumberRow> credits{journal, 'g', Residency::cold}; // tenant/lot of a grant or transfer
    Table<TaxRow> taxes{journal, 'x', Residency::hot};       // tenant/tax
    Table<LegalEntitiesRow> entities{journal, 'E', Residency::hot}; // tenant
    Table<EntityDueRow> dues{journal, 'U', Residency::hot};         // due_key
    Table<InvoicingRow> invoicing{journal, 'I', Residency::hot};    // tenant, or tenant/entity
    Table<BillingRow> billing{journal, 'B', Residency::hot};        // tenant/customer
    Table<InvoiceRow> invoices{journal, 'j', Residency::cold};      // tenant/invoice
    Table<DunningPolicyRow> dunning_policies{journal, 'd', Residency::hot}; // tenant/policy
    Table<NameRow> dunning_for{journal, 'u', Residency::hot};     // tenant/group/plan -> policy
    Table<NameRow> customer_groups{journal, 'k', Residency::hot}; // tenant/customer -> group
    Table<DunningRow> dunning{journal, 'y', Residency::hot};      // tenant/service
    Table<LeadRow> leads{journal, 'l', Residency::cold};          // tenant/lead
    Table<TicketRow> tickets{journal, 'q', Residency::cold};      // tenant/ticket
    Table<DepositRow> deposits{journal, 'e', Residency::cold};    // tenant/deposit
    Table<NameRow> merged{journal, 'm', Residency::hot};          // tenant/customer -> into
    Table<NameRow> typed{journal, 'f', Residency::cold};          // typed_key -> payment
    Table<NumberRow> arrivals{journal, 'a', Residency::cold};     // tenant/arrival -> deliveries
    Table<TopUpRow> top_ups{journal, 't', Residency::hot};        // tenant/customer
    Table<NameRow> fees_charged{journal, 'b', Residency::cold};   // tenant/service/step -> charge
    Table<OpenRunRow> runs{journal, 'X', Residency::hot};         // tenant/run, until it ends
    Table<NumberRow> notices{journal, 'w', Residency::cold};      // notice_key -> 1: it was sent
    Table<FiscalDeviceRow> fiscal_devices{journal, 'F', Residency::hot}; // tenant/entity
    Table<FiscalQueueRow> fiscal_queue{journal, 'Q', Residency::hot};    // tenant/document
    // tenant/document
    Table<FiscalDocumentRow> fiscal_documents{journal, 'D', Residency::cold, fiscal_clean_max};
};

// Takes an event of `tenant` into the book. Never refuses.
void evolve(Book& book, std::string_view tenant, const Event& event);

} // namespace tollbook
