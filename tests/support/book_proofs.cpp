#include "tests/support/book_proofs.hpp"

#include "ledger/match.hpp"
#include "tests/support/currency_proofs.hpp"
#include "tests/support/entity_proofs.hpp"

#include <fmt/format.h>

#include <numeric>

namespace tollbook {

namespace {

using Amounts = std::map<std::string, std::int64_t>;

// What arrived and what went back, payment by payment and channel by channel.
struct Movements {
    Amounts arrived;  // By payment.
    Amounts reversed; // By payment.
    Amounts cash;     // By account and currency, openings included.
};

// Folds the facts in order.
class Moving {
public:
    explicit Moving(const Currencies& currencies) : currencies_(currencies) {}

    void take(const Event& event) {
        std::visit([this](const auto& e) { see(e); }, event);
    }

    Movements moved;

private:
    template <class E>
    void see(const E&) {}

    void see(const PaymentReceived& e) {
        moved.arrived[e.payment] += e.minor;
        cash(e.channel, e.currency) += e.minor;
    }

    void see(const PaymentReversed& e) {
        moved.reversed[e.payment] += e.minor;
        cash(e.channel, e.currency) -= e.minor;
    }

    void see(const RefundPaid& e) { cash(e.channel, currencies_.of(e.customer)) -= e.minor; }

    void see(const EntitiesSettled& e) {
        const Currency currency = e.currency.value_or(currencies_.own());
        cash(e.from_channel, currency) -= e.minor;
        cash(e.to_channel, currency) += e.minor;
    }

    void see(const OpeningBalancesPosted& e) {
        for (const OpeningCash& opening : e.cash)
            cash(opening.channel, opening.currency.value_or(currencies_.own())) += opening.minor;
    }

    std::int64_t& cash(const std::string& channel, Currency currency) {
        return moved.cash[currencies_.name_of("cash:" + channel, currency)];
    }

    const Currencies& currencies_;
};

std::int64_t under(const Amounts& accounts, const std::string& account) {
    const auto found = accounts.find(account);
    return found == accounts.end() ? 0 : found->second;
}

// What stands in the accounts of a tenant's customers, each in the customer's currency.
struct Accounts {
    const Amounts& amounts;
    const Currencies& currencies;

    // Of "wallet", "receivable" ...
    std::int64_t of(const std::string& kind, const std::string& customer) const {
        const Currency currency = currencies.of(customer);
        return under(amounts, currencies.name_of(kind + ":" + customer, currency));
    }
};

std::string wallet_fault(const BookRun& run, const std::string& tenant, const Accounts& accounts) {
    std::string fault;
    run.book().wallets.for_each([&](std::string_view key, const WalletRow& wallet) {
        const std::string customer(key.substr(tenant.size() + 1));
        const std::int64_t posted = -accounts.of("wallet", customer);
        if (balance(wallet) != posted)
            fault =
                fmt::format("wallet {}: {} in lots, {} posted", customer, balance(wallet), posted);
        if (wallet.overdrawn < 0 || (wallet.overdrawn > 0 && !wallet.lots.empty()))
            fault = fmt::format("wallet {}: overdrawn and lots", customer);
        for (const LotTaken& lot : wallet.lots)
            if (lot.minor <= 0) fault = fmt::format("wallet {}: empty lot {}", customer, lot.lot);
    });
    return fault;
}

// A part's lot never holds more than what stands of it; what it paid for is above zero.
std::string part_fault(const BookRun& run, const std::string& tenant, const PaymentRow& row) {
    for (const PaymentPart& part : row.parts) {
        const WalletRow* wallet = run.book().wallets.find(book_key(tenant, part.customer));
        for (const LotTaken& lot : wallet->lots)
            if (lot.lot == part.lot && lot.minor > part.standing)
                return fmt::format("lot {}: {} of {} standing", lot.lot, lot.minor, part.standing);
        std::int64_t used = 0;
        for (const PaymentUse& use : row.uses)
            if (use.lot == part.lot) used += use.minor;
        if (used < 0 || used > part.standing)
            return fmt::format("lot {}: paid for {} of {}", part.lot, used, part.standing);
    }
    for (const PaymentUse& use : row.uses)
        if (use.minor <= 0) return "a use of nothing by " + use.charge;
    return {};
}

std::string payment_fault(const BookRun& run, const std::string& tenant, const Movements& moved) {
    for (const auto& [payment, minor] : moved.arrived) {
        const PaymentRow* row = run.book().payments.find(book_key(tenant, payment));
        if (row == nullptr) return payment + " is not in the book";
        std::int64_t standing = row->suspended;
        for (const PaymentPart& part : row->parts)
            standing += part.standing;
        const std::int64_t expected = minor - under(moved.reversed, payment);
        if (row->minor != minor || standing != expected)
            return fmt::format("{}: {} stand, {} expected", payment, standing, expected);
        if (std::string fault = part_fault(run, tenant, *row); !fault.empty()) return fault;
    }
    return {};
}

// What was approved and not paid out yet, customer by customer.
std::string refund_fault(const std::vector<Fact>& facts, const Accounts& accounts) {
    Amounts owed;
    for (const Fact& fact : facts) {
        if (const auto* approved = std::get_if<RefundApproved>(&fact.event))
            owed[approved->customer] += approved->minor;
        if (const auto* paid = std::get_if<RefundPaid>(&fact.event))
            owed[paid->customer] -= paid->minor;
    }
    for (const auto& [customer, minor] : owed)
        if (-accounts.of("refund_payable", customer) != minor)
            return fmt::format("refunds of {}: {} owed", customer, minor);
    return {};
}

// How often each day of a service was paid, and of each of its add-ons.
class DayCount {
public:
    template <class Line>
    void count(const std::optional<std::string>& service, const Line& line, int times) {
        if (!service || !line.service_from || !line.service_to) return;
        const std::string part = line.component == "addon" ? line.plan.value_or("") : "";
        for (Date day = *line.service_from; day < *line.service_to; day = day + 1)
            days_[*service][part][day.days] += times;
    }

    void forget(const std::string& service) { days_.erase(service); }

    std::string fault() const {
        for (const auto& [service, parts] : days_)
            for (const auto& [part, paid] : parts)
                for (const auto& [day, times] : paid)
                    if (times > 1)
                        return fmt::format(
                            "{} {}: {} was paid {} times",
                            service,
                            part,
                            to_string(Date{day}),
                            times
                        );
        return {};
    }

private:
    std::map<std::string, std::map<std::string, std::map<std::int32_t, int>>> days_;
};

using IssuedLines = std::map<std::string, std::vector<InvoiceLine>>;

// The days that a credit note gives back are those of the invoice's line.
void count_noted(DayCount& days, const IssuedLines& issued, const CreditNoteIssued& note) {
    for (const CreditedLine& credited : note.lines) {
        InvoiceLine line = issued.at(note.invoice).at(credited.line - 1);
        line.service_from = credited.service_from;
        line.service_to = credited.service_to;
        days.count(line.service, line, -1);
    }
}

// No more of a charge was given back than it came to, and no day of a service was paid twice.
std::string charge_fault(const std::vector<Fact>& facts) {
    Amounts left;
    DayCount days;
    IssuedLines issued;
    for (const Fact& fact : facts) {
        if (const auto* invoice = std::get_if<InvoiceIssued>(&fact.event))
            issued[invoice->invoice] = invoice->lines;
        if (const auto* note = std::get_if<CreditNoteIssued>(&fact.event))
            count_noted(days, issued, *note);
        if (const auto* drafted = std::get_if<PeriodDrafted>(&fact.event))
            for (const DraftLine& line : drafted->lines)
                days.count(drafted->service, line, 1);
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event)) {
            left[charged->charge] += charged->minor;
            for (const ChargeLine& line : charged->lines)
                days.count(charged->service, line, 1);
        }
        if (const auto* credited = std::get_if<ChargeCredited>(&fact.event)) {
            left[credited->charge] -= credited->minor;
            for (const ChargeLine& line : credited->lines)
                days.count(credited->service, line, -1);
        }
        // Days that wait or are given lie elsewhere than they were paid for.
        if (const auto* resumed = std::get_if<ServiceResumed>(&fact.event))
            days.forget(resumed->service);
        if (const auto* extended = std::get_if<ServiceExtended>(&fact.event))
            days.forget(extended->service);
    }
    for (const auto& [charge, minor] : left)
        if (minor < 0) return fmt::format("{}: {} more were given back", charge, -minor);
    return days.fault();
}

// What each event makes of what is owed for an invoice.
struct OwedChange {
    std::string invoice;
    std::string customer;
    std::int64_t minor{};
};

std::vector<OwedChange> owed_by(const Event& event) {
    return match(
        event,
        [](const InvoiceIssued& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, e.minor}};
        },
        [](const FundsApplied& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, -e.minor}};
        },
        [](const FundsReleased& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.postings.front().account.substr(11), e.minor}};
        },
        [](const InvoiceMoved& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.from, -e.minor}, {e.invoice, e.to, e.minor}};
        },
        [](const FundsReallocated& e) -> std::vector<OwedChange> {
            return {{e.from, e.customer, e.minor}, {e.to, e.customer, -e.minor}};
        },
        [](const CreditNoteIssued& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, -e.offset}};
        },
        [](const InvoiceVoided& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, -e.offset}};
        },
        [](const InvoiceWrittenOff& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, -e.minor}};
        },
        [](const TaxWithheld& e) -> std::vector<OwedChange> {
            return {{e.invoice, e.customer, -e.minor}};
        },
        [](const auto&) -> std::vector<OwedChange> { return {}; }
    );
}

// The lines of an invoice come to what is owed.
std::string issue_fault(const InvoiceIssued& issued) {
    std::int64_t sum = 0;
    for (const InvoiceLine& line : issued.lines) {
        sum += line.net;
        for (const LineTax& tax : line.taxes)
            sum += tax.minor;
    }
    if (sum == issued.minor) return {};
    return fmt::format("{}: lines of {}", issued.invoice, sum);
}

// Nothing is owed twice or less than nothing; what is owed is the receivable, and the book's.
std::string invoice_fault(const BookRun& run, const std::string& tenant, const Accounts& accounts) {
    Amounts open;
    Amounts owed; // By customer.
    for (const Fact& fact : run.facts()) {
        if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event))
            if (std::string fault = issue_fault(*issued); !fault.empty()) return fault;
        for (const OwedChange& change : owed_by(fact.event)) {
            open[change.invoice] += change.minor;
            owed[change.customer] += change.minor;
            if (open[change.invoice] < 0) return change.invoice + " is paid too much";
        }
    }
    for (const auto& [invoice, minor] : open)
        if (run.book().invoices.find(book_key(tenant, invoice))->open != minor)
            return fmt::format("{}: {} open", invoice, minor);
    for (const auto& [customer, minor] : owed)
        if (accounts.of("receivable", customer) != minor)
            return fmt::format("{}: {} owed", customer, minor);
    return {};
}

std::string suspense_fault(
    const BookRun& run, const std::string& tenant, const Movements& moved, const Amounts& accounts
) {
    std::int64_t suspended = 0;
    for (const auto& [payment, minor] : moved.arrived)
        suspended += run.book().payments.find(book_key(tenant, payment))->suspended;
    const std::int64_t posted = -under(accounts, "suspense:mpesa");
    if (suspended == posted) return {};
    return fmt::format("suspense: {} held, {} posted", suspended, posted);
}

// All accounts of a currency come to nothing.
std::string trial_fault(const std::vector<Fact>& facts) {
    std::map<Currency, std::int64_t> sums;
    for (const Fact& fact : facts)
        if (const Postings* postings = postings_of(fact.event))
            for (const Posting& leg : *postings)
                sums[leg.currency] += leg.minor;
    for (const auto& [currency, sum] : sums)
        if (sum != 0) return fmt::format("the trial balance is off by {} {}", sum, currency.code());
    return {};
}

} // namespace

Amounts accounts_of(const std::vector<Fact>& facts) {
    const Currencies currencies(facts);
    Amounts accounts;
    for (const Fact& fact : facts)
        if (const Postings* postings = postings_of(fact.event))
            for (const Posting& leg : *postings)
                accounts[currencies.name_of(leg.account, leg.currency)] += leg.minor;
    return accounts;
}

std::string first_fault(const BookRun& run, const std::string& tenant) {
    const Amounts amounts = accounts_of(run.facts());
    const Currencies currencies(run.facts());
    const Accounts accounts{amounts, currencies};
    Moving moving(currencies);
    for (const Fact& fact : run.facts())
        moving.take(fact.event);
    const Movements& moved = moving.moved;
    if (std::string fault = trial_fault(run.facts()); !fault.empty()) return fault;
    if (std::string fault = currency_fault(run.facts()); !fault.empty()) return fault;
    if (std::string fault = entity_fault(run.facts()); !fault.empty()) return fault;
    for (const auto& [account, minor] : moved.cash)
        if (under(amounts, account) != minor) return fmt::format("{}: {} moved", account, minor);
    if (std::string fault = wallet_fault(run, tenant, accounts); !fault.empty()) return fault;
    if (std::string fault = payment_fault(run, tenant, moved); !fault.empty()) return fault;
    if (std::string fault = refund_fault(run.facts(), accounts); !fault.empty()) return fault;
    if (std::string fault = charge_fault(run.facts()); !fault.empty()) return fault;
    if (std::string fault = invoice_fault(run, tenant, accounts); !fault.empty()) return fault;
    return suspense_fault(run, tenant, moved, amounts);
}

} // namespace tollbook
