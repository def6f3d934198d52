#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/tenant_books.hpp"
#include "projections/wallet_views.hpp"

#include <algorithm>

namespace tollbook {

namespace {

struct Credit {
    std::string customer;
    std::int64_t minor{};
    std::string lot;
    std::int64_t debt_repaid{};
};

class Wallets final : public Projection {
public:
    explicit Wallets(std::string_view schema)
        : Projection({"wallets", 1, "103_wallets_v1"})
        , books_(schema, "wallet_books")
        , wallets_(schema, "wallets", 4)
        , lots_(schema, "lots", 5)
        , statement_(schema, "wallet_statement", 3) {}

    Keys keys(const Fact& fact) const override {
        Keys keys;
        const auto add = [&](const std::string& customer) {
            keys.push_back("customer:" + customer);
        };
        match(
            fact.event,
            [&](const TenantOpened&) { keys.emplace_back(whole_tenant); },
            [&](const CustomerRegistered& e) { add(e.customer); },
            [&](const PaymentReceived& e) {
                if (e.customer) add(*e.customer);
            },
            [&](const SuspenseAssigned& e) {
                for (const SuspensePart& part : e.parts)
                    add(part.customer);
            },
            [&](const PaymentReversed& e) {
                for (const WalletDebit& debit : e.debits)
                    add(debit.customer);
            },
            [&](const PaymentMoved& e) {
                add(e.debit.customer);
                add(e.credit.customer);
            },
            [&](const OpeningBalancesPosted& e) {
                for (const OpeningWallet& opening : e.wallets)
                    add(opening.customer);
            },
            [&](const WalletCharged& e) { add(e.customer); },
            [](const auto&) {}
        );
        return keys;
    }

    void touch(const Fact& fact) override {
        books_.learn(fact);
        match(
            fact.event,
            [&](const PaymentReceived& e) {
                if (e.customer) want(fact, *e.customer, {});
            },
            [&](const SuspenseAssigned& e) {
                for (const SuspensePart& part : e.parts)
                    want(fact, part.customer, {});
            },
            [&](const PaymentReversed& e) {
                for (const WalletDebit& debit : e.debits)
                    want(fact, debit.customer, debit.lots);
            },
            [&](const PaymentMoved& e) {
                want(fact, e.debit.customer, e.debit.lots);
                want(fact, e.credit.customer, {});
            },
            [&](const OpeningBalancesPosted& e) {
                for (const OpeningWallet& opening : e.wallets)
                    want(fact, opening.customer, {});
            },
            [&](const WalletCharged& e) { want(fact, e.customer, e.lots); },
            [](const auto&) {}
        );
    }

    void apply(const Fact& fact) override {
        line_ = 0;
        match(
            fact.event,
            [&](const CustomerRegistered& e) { wallets_.put(empty(fact, e.customer)); },
            [&](const PaymentReceived& e) { receive(fact, e); },
            [&](const SuspenseAssigned& e) { assign(fact, e); },
            [&](const PaymentReversed& e) { reverse(fact, e); },
            [&](const PaymentMoved& e) { move(fact, e); },
            [&](const OpeningBalancesPosted& e) { open(fact, e); },
            [&](const WalletCharged& e) { charge(fact, e); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override {
        return {&books_.rows(), &wallets_, &lots_, &statement_};
    }

private:
    // The book in which the event moves this customer's wallet.
    BookName book(const Fact& fact, const std::string& customer) const {
        if (const Postings* postings = postings_of(fact.event)) {
            const std::string account = "wallet:" + customer;
            const auto leg = std::ranges::find(*postings, account, &Posting::account);
            if (leg != postings->end()) return books_.of(fact.tenant(), *leg);
        }
        return books_.of(fact.tenant());
    }

    std::string wallet_key(const Fact& fact, const std::string& customer) const {
        const BookName name = book(fact, customer);
        return row_key(fact.tenant(), customer, name.entity, name.currency);
    }

    void want(const Fact& fact, const std::string& customer, const std::vector<LotTaken>& lots) {
        const std::string key = wallet_key(fact, customer);
        wallets_.want(key);
        for (const LotTaken& taken : lots)
            lots_.want(key + row_key(taken.lot));
    }

    WalletView empty(const Fact& fact, const std::string& customer) const {
        BookName name = book(fact, customer);
        return {
            fact.tenant(),
            customer,
            std::move(name.entity),
            std::move(name.currency),
            0,
            0,
            std::nullopt,
            fact.record.seq};
    }

    // Adds `minor` to the wallet and starts its statement line.
    StatementView moved(
        const Fact& fact, std::string kind, WalletView& wallet, std::int64_t minor
    ) {
        wallet.balance_minor += minor;
        wallet.moved_at = fact.record.effective_at;
        wallet.seq = fact.record.seq;
        StatementView row;
        row.tenant = fact.tenant();
        row.seq = fact.record.seq;
        row.line = line_++;
        row.customer = wallet.customer;
        row.entity = wallet.entity;
        row.currency = wallet.currency;
        row.kind = std::move(kind);
        row.minor = minor;
        row.balance_minor = wallet.balance_minor;
        row.effective_at = fact.record.effective_at;
        row.recorded_at = fact.recorded_at();
        row.booked_on = fact.record.booked_on;
        return row;
    }

    WalletView& wallet(const Fact& fact, const std::string& customer) {
        return wallets_.edit_or_put(wallet_key(fact, customer), empty(fact, customer));
    }

    // Opens the lot with what the overdraft leaves of the credit.
    void open_lot(const Fact& fact, WalletView& wallet, const Credit& credit, bool opening) {
        wallet.overdrawn_minor -= credit.debt_repaid;
        const std::int64_t left = credit.minor - credit.debt_repaid;
        if (left == 0) return;
        LotView lot{
            wallet.tenant,
            wallet.customer,
            wallet.entity,
            wallet.currency,
            credit.lot,
            opening ? "opening" : "paid",
            std::nullopt,
            left,
            left,
            fact.record.effective_at,
            fact.record.seq,
            fact.record.seq};
        if (!opening) lot.payment = credit.lot.substr(0, credit.lot.find('#'));
        lots_.put(std::move(lot));
    }

    void take(const Fact& fact, const std::string& wallet_key, const std::vector<LotTaken>& lots) {
        for (const LotTaken& taken : lots) {
            LotView* lot = lots_.edit(wallet_key + row_key(taken.lot));
            if (lot == nullptr) continue;
            lot->remaining_minor -= taken.minor;
            lot->seq = fact.record.seq;
        }
    }

    StatementView credited(const Fact& fact, std::string kind, const Credit& credit) {
        WalletView& row = wallet(fact, credit.customer);
        open_lot(fact, row, credit, false);
        return moved(fact, std::move(kind), row, credit.minor);
    }

    StatementView debited(const Fact& fact, std::string kind, const WalletDebit& debit) {
        WalletView& row = wallet(fact, debit.customer);
        take(fact, wallet_key(fact, debit.customer), debit.lots);
        row.overdrawn_minor += debit.overdrawn;
        StatementView line = moved(fact, std::move(kind), row, -debit.minor);
        if (!debit.unwound.empty()) line.lines = JsonText{to_json(debit.unwound)};
        return line;
    }

    void receive(const Fact& fact, const PaymentReceived& e) {
        if (!e.customer) return;
        StatementView line =
            credited(fact, "payment", {*e.customer, e.minor, e.payment, e.debt_repaid});
        line.payment = e.payment;
        statement_.add(line);
    }

    void assign(const Fact& fact, const SuspenseAssigned& e) {
        for (const SuspensePart& part : e.parts) {
            StatementView line =
                credited(fact, "suspense", {part.customer, part.minor, part.lot, part.debt_repaid});
            line.payment = e.payment;
            line.reason = e.reason;
            statement_.add(line);
        }
    }

    void reverse(const Fact& fact, const PaymentReversed& e) {
        for (const WalletDebit& debit : e.debits) {
            StatementView line = debited(fact, "reversal", debit);
            line.payment = e.payment;
            line.reason = e.reason;
            statement_.add(line);
        }
    }

    void move(const Fact& fact, const PaymentMoved& e) {
        StatementView out = debited(fact, "moved_out", e.debit);
        StatementView in = credited(
            fact,
            "moved_in",
            {e.credit.customer, e.credit.minor, e.credit.lot, e.credit.debt_repaid}
        );
        for (StatementView* line : {&out, &in}) {
            line->payment = e.payment;
            line->reason = e.reason;
            statement_.add(*line);
        }
    }

    // An opening debt is an overdraft; an opening credit fills one first.
    void open(const Fact& fact, const OpeningBalancesPosted& e) {
        for (const OpeningWallet& opening : e.wallets) {
            WalletView& row = wallet(fact, opening.customer);
            if (opening.minor < 0) {
                row.overdrawn_minor -= opening.minor;
            } else {
                const std::int64_t repaid = std::min(row.overdrawn_minor, opening.minor);
                open_lot(fact, row, {opening.customer, opening.minor, opening.lot, repaid}, true);
            }
            statement_.add(moved(fact, "opening", row, opening.minor));
        }
    }

    void charge(const Fact& fact, const WalletCharged& e) {
        WalletView& row = wallet(fact, e.customer);
        take(fact, wallet_key(fact, e.customer), e.lots);
        StatementView line = moved(fact, "charge", row, -e.minor);
        line.charge = e.charge;
        line.service = e.service;
        line.lines = JsonText{to_json(e.lines)};
        statement_.add(line);
    }

    TenantBooks books_;
    KeyedRows<WalletView> wallets_;
    KeyedRows<LotView> lots_;
    AppendedRows<StatementView> statement_;
    std::int32_t line_{};
};

} // namespace

std::unique_ptr<Projection> make_wallets(std::string_view schema) {
    return std::make_unique<Wallets>(schema);
}

} // namespace tollbook
