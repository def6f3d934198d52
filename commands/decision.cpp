#include "commands/decision.hpp"

#include "commands/customers/currencies.hpp"
#include "commands/entities/entities.hpp"
#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

const LegalEntitiesRow* several_entities(const Book& book, std::string_view tenant) {
    if (book.entities.rows_in_memory() == 0) return nullptr;
    const LegalEntitiesRow* row = book.entities.find(tenant);
    return row == nullptr || row->entities.size() < 2 ? nullptr : row;
}

} // namespace

Decision::Decision(const Book& book, std::string_view tenant, Timestamp recorded_at)
    : book_(book)
    , tenant_(tenant)
    , row_(book.tenants.find(tenant))
    , entities_(several_entities(book, tenant)) {
    ensure(row_ != nullptr);
    now_ = row_->test_clock.value_or(recorded_at);
    today_ = day_of(now_);
}

const std::string& Decision::timezone_at(Timestamp at) const {
    const auto& former = row_->former_timezone;
    const bool is_before = former && local_day(at, row_->timezone) <= former->until;
    return is_before ? former->timezone : row_->timezone;
}

Date Decision::day_of(Timestamp at) const { return local_day(at, timezone_at(at)); }

Date Decision::booked_on(Date day) const {
    if (!row_->closed_through || day > *row_->closed_through) return day;
    return *row_->closed_through + 1;
}

Date Decision::booked_on(Date day, const Postings& postings) const {
    Date first = booked_on(day);
    if (entities_ == nullptr) return first;
    for (const LegalEntityRow& entity : entities_->entities) {
        if (!entity.closed_through || first > *entity.closed_through) continue;
        const bool touches = std::ranges::any_of(postings, [&](const Posting& posting) {
            return posting.entity.value_or(row_->legal_entity) == entity.entity;
        });
        if (touches) first = *entity.closed_through + 1;
    }
    return first;
}

WalletRow& Decision::wallet(const std::string& customer) {
    const auto found = wallets_.find(customer);
    if (found != wallets_.end()) return found->second.now;
    const WalletRow* stored = book_.wallets.find(key(customer));
    ensure(stored != nullptr);
    return wallets_.emplace(customer, Held{stored, *stored}).first->second.now;
}

std::int64_t& Decision::open(const std::string& invoice) {
    const auto found = opens_.find(invoice);
    if (found != opens_.end()) return found->second;
    const InvoiceRow* stored = book_.invoices.find(key(invoice));
    return opens_.emplace(invoice, stored == nullptr ? 0 : stored->open).first->second;
}

std::uint64_t& Decision::last_number(const std::string& entity, DocumentKind kind) {
    const auto found = numbers_.find({entity, kind});
    if (found != numbers_.end()) return found->second;
    const InvoicingRow* stored =
        book_.invoicing.find(entity == row_->legal_entity ? tenant_ : key(entity));
    std::uint64_t last = 0;
    if (stored != nullptr)
        last = kind == DocumentKind::invoice ? stored->invoices : stored->credit_notes;
    return numbers_.emplace(std::pair{entity, kind}, last).first->second;
}

std::uint64_t& Decision::last_place(const std::string& entity) {
    const auto found = places_.find(entity);
    if (found != places_.end()) return found->second;
    const FiscalDeviceRow* stored = book_.fiscal_devices.find(key(entity));
    return places_.emplace(entity, stored == nullptr ? 0 : stored->places).first->second;
}

const ServiceAddonsRow* Decision::addons(std::string_view service) const {
    const auto found = addons_.find(service);
    if (found != addons_.end()) return found->second.addons.empty() ? nullptr : &found->second;
    return book_.addons.rows_in_memory() == 0 ? nullptr : book_.addons.find(key(service));
}

void Decision::set_addons(std::string_view service, ServiceAddonsRow addons) {
    addons_.insert_or_assign(std::string(service), std::move(addons));
}

const NextPlanRow& Decision::next_plan(std::string_view service) const {
    const auto found = next_plans_.find(service);
    if (found != next_plans_.end()) return found->second;
    const NextPlanRow* stored = book_.next_plans.find(key(service));
    ensure(stored != nullptr);
    return *stored;
}

void Decision::set_next_plan(std::string_view service, NextPlanRow next) {
    next_plans_.insert_or_assign(std::string(service), std::move(next));
}

std::vector<std::string> Decision::wallets_touched() const {
    std::vector<std::string> customers;
    for (const auto& [customer, wallet] : wallets_)
        customers.push_back(customer);
    return customers;
}

std::vector<std::string> Decision::invoices_touched() const {
    std::vector<std::string> invoices;
    for (const auto& [invoice, open] : opens_)
        invoices.push_back(invoice);
    return invoices;
}

void Decision::add(std::string stream, Event event, std::optional<Personal> personal) {
    add_at(now_, today_, std::move(stream), std::move(event), std::move(personal));
}

void Decision::add_at(
    Timestamp at, Date day, std::string stream, Event event, std::optional<Personal> personal
) {
    if (entities_ != nullptr) place_postings(*this, event);
    if (row_->has_currencies) place_currency(*this, event);
    const Postings* postings = postings_of(event);
    const Date booked = postings == nullptr ? booked_on(day) : booked_on(day, *postings);
    events_.push_back({std::move(stream), std::move(event), at, booked, std::move(personal)});
}

Status Decision::check_sums() const {
    for (const auto& [customer, wallet] : wallets_) {
        const std::int64_t before = balance(*wallet.before);
        const std::int64_t after = balance(wallet.now);
        const bool fits = after <= wallet_minor_max && after >= -wallet_minor_max;
        const bool shrank = after > 0 ? after < before : after > before;
        if (!fits && !shrank) return Error{Errc::amount_overflow, "the wallet of " + customer};
    }
    const NumberRow* moved = book_.turnovers.find(tenant_);
    std::uint64_t turnover = moved == nullptr ? 0 : moved->value;
    for (const NewEvent& event : events_)
        if (const Postings* postings = postings_of(event.event))
            turnover = turnover_after(turnover, *postings);
    if (turnover > turnover_minor_max) return Error{Errc::amount_overflow, "the tenant's turnover"};
    return Done{};
}

Status check_customer(const Decision& decision, const std::string& customer) {
    const std::string key = decision.key(customer);
    if (const NameRow* into = decision.book().merged.find(key))
        return Error{Errc::customer_merged, "into " + into->name};
    if (decision.book().customers.find(key) == nullptr)
        return Error{Errc::customer_unknown, customer};
    return Done{};
}

Status check_id(std::string_view what, std::string_view id) {
    constexpr std::size_t chars_max = 64;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-' || c == '@' || c == ':';
    };
    if (!id.empty() && id.size() <= chars_max && std::ranges::all_of(id, allowed)) return Done{};
    return Error{
        Errc::value_out_of_range,
        fmt::format("{}: 1 to {} of A-Z a-z 0-9 . _ - @ :", what, chars_max)};
}

Status check_reason(std::string_view reason) {
    constexpr std::size_t chars_max = 32;
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (!reason.empty() && reason.size() <= chars_max && std::ranges::all_of(reason, allowed))
        return Done{};
    return Error{Errc::value_out_of_range, "reason: 1 to 32 of a-z _"};
}

Status check_amount(std::int64_t minor) {
    if (minor <= 0) return Error{Errc::amount_not_positive, {}};
    if (minor > amount_minor_max) return Error{Errc::amount_overflow, {}};
    return Done{};
}

Status check_text(std::string_view what, std::string_view text, std::size_t chars_max) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    if (text.size() <= chars_max && std::ranges::none_of(text, control)) return Done{};
    return Error{
        Errc::value_out_of_range,
        fmt::format("{}: at most {} bytes, no control characters", what, chars_max)};
}

Posting leg(const Decision& decision, std::string account, std::int64_t minor) {
    return {std::move(account), minor, decision.row().currency, std::nullopt};
}

namespace {

std::string_view digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    return text.substr(at, end - at);
}

std::string_view without_zeros(std::string_view digits) {
    const std::size_t first = digits.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

} // namespace

bool natural_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (is_digit(a[i]) && is_digit(b[j])) {
            const std::string_view run_a = digits_at(a, i);
            const std::string_view run_b = digits_at(b, j);
            const std::string_view x = without_zeros(run_a);
            const std::string_view y = without_zeros(run_b);
            if (x.size() != y.size()) return x.size() < y.size();
            if (x != y) return x < y;
            i += run_a.size();
            j += run_b.size();
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
        }
    }
    if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
    return a < b;
}

} // namespace tollbook
