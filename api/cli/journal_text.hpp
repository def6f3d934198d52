// A journal as hledger and beancount read it, piece by piece.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// As GET .../reports/journal-accounts and .../reports/journal answer.
struct JournalAccount {
    std::string entity;
    std::string account;
    std::string kind;
    std::vector<std::string> currencies;
    Date opened_on;
};
BOOST_DESCRIBE_STRUCT(JournalAccount, (), (entity, account, kind, currencies, opened_on))

struct JournalLeg {
    std::string account;
    std::string entity;
    std::string currency;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(JournalLeg, (), (account, entity, currency, minor))

struct JournalEntry {
    std::uint64_t seq{};
    std::string id;
    std::string type;
    std::string stream;
    Date booked_on;
    Timestamp effective_at;
    Timestamp recorded_at;
    std::vector<JournalLeg> postings;
};
BOOST_DESCRIBE_STRUCT(
    JournalEntry, (), (seq, id, type, stream, booked_on, effective_at, recorded_at, postings)
)

enum class JournalFormat { hledger, beancount };

// Turns what was read into text. Its memory does not grow with the book.
class JournalText {
public:
    // `own_entity` is the tenant's: accounts of others are named with theirs.
    JournalText(JournalFormat format, std::string own_entity);

    std::string heading(const std::string& tenant) const;

    // The account, and the currencies that were not declared yet.
    Result<std::string> declaration(const JournalAccount& account);
    Result<std::string> entry(const JournalEntry& entry) const;

private:
    std::string_view foreign(const std::string& entity) const;

    JournalFormat format_;
    std::string own_entity_;
    std::vector<std::string> currencies_;
};

} // namespace tollbook::api
