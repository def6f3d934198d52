#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/wallet_invoices.hpp"
#include "projections/wallet_terms.hpp"

#include <algorithm>

namespace tollbook {

namespace {

class Wallets final : public Projection {
public:
    explicit Wallets(std::string_view schema)
        : Projection({"wallets", 4, "103_wallets_v4"}), rows_(schema), terms_(schema) {}

    Keys keys(const Fact& fact) const override {
        Keys keys = terms_.keys(fact);
        for (std::string& key : wallet_invoices::keys(fact))
            keys.push_back(std::move(key));
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
        rows_.learn(fact);
        terms_.touch(fact, rows_);
        wallet_invoices::touch(fact, rows_);
        match(
            fact.event,
            [&](const PaymentReceived& e) {
                if (e.customer) rows_.want(fact, *e.customer, {});
            },
            [&](const SuspenseAssigned& e) {
                for (const SuspensePart& part : e.parts)
                    rows_.want(fact, part.customer, {});
            },
            [&](const PaymentReversed& e) {
                for (const WalletDebit& debit : e.debits)
                    rows_.want(fact, debit.customer, debit.lots);
            },
            [&](const PaymentMoved& e) {
                rows_.want(fact, e.debit.customer, e.debit.lots);
                rows_.want(fact, e.credit.customer, {});
            },
            [&](const OpeningBalancesPosted& e) {
                for (const OpeningWallet& opening : e.wallets)
                    rows_.want(fact, opening.customer, {});
            },
            [&](const WalletCharged& e) { rows_.want(fact, e.customer, e.lots); },
            [](const auto&) {}
        );
    }

    void apply(const Fact& fact) override {
        rows_.begin();
        terms_.apply(fact, rows_);
        wallet_invoices::apply(fact, rows_);
        match(
            fact.event,
            [&](const CustomerRegistered& e) { rows_.open(fact, e.customer); },
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
        std::vector<RowSet*> tables = rows_.tables();
        for (RowSet* table : terms_.tables())
            tables.push_back(table);
        return tables;
    }

private:
    void receive(const Fact& fact, const PaymentReceived& e) {
        if (!e.customer) return;
        StatementView line = rows_.credited(
            fact, "payment", {*e.customer, e.minor, e.payment, e.debt_repaid}, paid_lot(e.payment)
        );
        line.payment = e.payment;
        rows_.add(line);
    }

    void assign(const Fact& fact, const SuspenseAssigned& e) {
        for (const SuspensePart& part : e.parts) {
            StatementView line = rows_.credited(
                fact,
                "suspense",
                {part.customer, part.minor, part.lot, part.debt_repaid},
                paid_lot(part.lot)
            );
            line.payment = e.payment;
            line.reason = e.reason;
            rows_.add(line);
        }
    }

    void reverse(const Fact& fact, const PaymentReversed& e) {
        for (const WalletDebit& debit : e.debits) {
            StatementView line = rows_.debited(fact, "reversal", debit);
            line.payment = e.payment;
            line.reason = e.reason;
            rows_.add(line);
        }
    }

    void move(const Fact& fact, const PaymentMoved& e) {
        StatementView out = rows_.debited(fact, "moved_out", e.debit);
        StatementView in = rows_.credited(
            fact,
            "moved_in",
            {e.credit.customer, e.credit.minor, e.credit.lot, e.credit.debt_repaid},
            paid_lot(e.credit.lot)
        );
        for (StatementView* line : {&out, &in}) {
            line->payment = e.payment;
            line->reason = e.reason;
            rows_.add(*line);
        }
    }

    // An opening debt is an overdraft; an opening credit fills one first.
    void open(const Fact& fact, const OpeningBalancesPosted& e) {
        LotOrigin origin;
        origin.source = "opening";
        for (const OpeningWallet& opening : e.wallets) {
            if (opening.minor < 0) {
                const WalletDebit debit{opening.customer, -opening.minor, {}, -opening.minor, {}};
                rows_.add(rows_.debited(fact, "opening", debit));
                continue;
            }
            const std::int64_t overdrawn = rows_.wallet(fact, opening.customer).overdrawn_minor;
            const std::int64_t repaid = std::min(overdrawn, opening.minor);
            const Credit credit{opening.customer, opening.minor, opening.lot, repaid};
            rows_.add(rows_.credited(fact, "opening", credit, origin));
        }
    }

    void charge(const Fact& fact, const WalletCharged& e) {
        const WalletDebit debit{e.customer, e.minor, e.lots, e.overdrawn.value_or(0), {}};
        StatementView line = rows_.debited(fact, "charge", debit);
        line.charge = e.charge;
        line.service = e.service;
        line.lines = JsonText{to_json(e.lines)};
        rows_.add(line);
    }

    WalletRows rows_;
    WalletTermRows terms_;
};

} // namespace

std::unique_ptr<Projection> make_wallets(std::string_view schema) {
    return std::make_unique<Wallets>(schema);
}

} // namespace tollbook
