#pragma once

#include "projections/keyed_rows.hpp"
#include "projections/projection.hpp"
#include "projections/tenant_books.hpp"
#include "projections/wallet_views.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct Credit {
    std::string customer;
    std::int64_t minor{};
    std::string lot;
    std::int64_t debt_repaid{};
};

// Where a lot comes from, and when it is consumed.
struct LotOrigin {
    std::string source;
    std::optional<std::string> payment;
    std::uint32_t priority{50};
    std::optional<Date> expires_on;
};

LotOrigin paid_lot(const std::string& lot);

// A customer of another legal entity than its tenant's own, or of another currency.
struct WalletOwnerRow {
    std::string tenant;
    std::string customer;
    std::optional<std::string> entity;
    std::optional<std::string> currency;
};
BOOST_DESCRIBE_STRUCT(WalletOwnerRow, (), (tenant, customer, entity, currency))

// Wallets, lots and statements, as the events of the wallets projection move them.
class WalletRows {
public:
    explicit WalletRows(std::string_view schema)
        : books_(schema, "wallet_books")
        , owners_(schema, "wallet_owners", 2, KeyedRows<WalletOwnerRow>::Residency::all)
        , wallets_(schema, "wallets", 4)
        , lots_(schema, "lots", 5)
        , statement_(schema, "wallet_statement", 3) {}

    void learn(const Fact& fact);

    // The wallet and these lots of it will be asked for.
    void want(const Fact& fact, const std::string& customer, const std::vector<LotTaken>& lots);

    // The first line of the statement that an event makes is line 0.
    void begin() { line_ = 0; }

    // The empty wallet of a new customer.
    void open(const Fact& fact, const std::string& customer) {
        wallets_.put(empty(fact, customer));
    }

    WalletView& wallet(const Fact& fact, const std::string& customer);

    // Opens the lot with what the overdraft leaves of the credit, and starts its statement line.
    StatementView credited(
        const Fact& fact, std::string kind, const Credit& credit, const LotOrigin& origin
    );

    StatementView debited(const Fact& fact, std::string kind, const WalletDebit& debit);

    // Puts money back into its lots; the first `debt_repaid` of it repaid the overdraft instead.
    StatementView returned(
        const Fact& fact,
        std::string kind,
        const std::string& customer,
        const std::vector<LotTaken>& lots,
        std::int64_t debt_repaid
    );

    void add(const StatementView& line) { statement_.add(line); }

    std::vector<RowSet*> tables() {
        return {&books_.rows(), &wallets_, &lots_, &statement_, &owners_};
    }

private:
    BookName book(const Fact& fact, const std::string& customer) const;
    std::string wallet_key(const Fact& fact, const std::string& customer) const;
    WalletView empty(const Fact& fact, const std::string& customer) const;
    StatementView moved(const Fact& fact, std::string kind, WalletView& wallet, std::int64_t minor);
    void open_lot(
        const Fact& fact, WalletView& wallet, const LotTaken& lot, const LotOrigin& origin
    );
    void take(const Fact& fact, const std::string& wallet_key, const std::vector<LotTaken>& lots);

    TenantBooks books_;
    KeyedRows<WalletOwnerRow> owners_;
    KeyedRows<WalletView> wallets_;
    KeyedRows<LotView> lots_;
    AppendedRows<StatementView> statement_;
    std::int32_t line_{};
};

} // namespace tollbook
