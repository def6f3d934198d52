#include "api/cli/journal_text.hpp"

#include "api/cli/decimal.hpp"
#include "api/cli/journal_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook::api {

namespace {

// A text of ours in a journal: ids and codes hold neither quotes nor line ends, and if one ever
// did, the journal would still be read as one.
std::string plain(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(
        out,
        [](char c) {
            return c == '"' || c == '\\' || c == ',' || static_cast<unsigned char>(c) < ' ';
        },
        '?'
    );
    return out;
}

} // namespace

JournalText::JournalText(JournalFormat format, std::string own_entity)
    : format_(format), own_entity_(std::move(own_entity)) {}

std::string_view JournalText::foreign(const std::string& entity) const {
    return entity == own_entity_ ? std::string_view{} : entity;
}

std::string JournalText::heading(const std::string& tenant) const {
    if (format_ == JournalFormat::beancount)
        return fmt::format("option \"title\" \"{}\"\n\n", plain(tenant));
    return fmt::format("; {}\ndecimal-mark .\n\n", plain(tenant));
}

Result<std::string> JournalText::declaration(const JournalAccount& account) {
    const bool is_hledger = format_ == JournalFormat::hledger;
    std::string out;
    for (const std::string& currency : account.currencies) {
        if (std::ranges::find(currencies_, currency) != currencies_.end()) continue;
        currencies_.push_back(currency);
        out += is_hledger ? fmt::format("commodity 1000.00 {}\n", currency)
                          : fmt::format("1970-01-01 commodity {}\n", currency);
    }
    const Result<std::string> name = journal_name(account.account, foreign(account.entity));
    if (!name) return name.error();
    out += is_hledger ? fmt::format("account {}  ; code:{}\n", *name, plain(account.account))
                      : fmt::format(
                            "{} open {} {}\n  code: \"{}\"\n",
                            to_string(account.opened_on),
                            *name,
                            fmt::join(account.currencies, ","),
                            plain(account.account)
                        );
    return out;
}

Result<std::string> JournalText::entry(const JournalEntry& entry) const {
    const std::string day = to_string(entry.booked_on);
    std::string out = format_ == JournalFormat::hledger
                          ? fmt::format(
                                "\n{} * ({}) {}  ; seq:{}, id:{}, stream:{}\n",
                                day,
                                entry.seq,
                                entry.type,
                                entry.seq,
                                entry.id,
                                plain(entry.stream)
                            )
                          : fmt::format(
                                "\n{} * \"{}\"\n  seq: {}\n  id: \"{}\"\n  stream: \"{}\"\n",
                                day,
                                entry.type,
                                entry.seq,
                                entry.id,
                                plain(entry.stream)
                            );
    for (const JournalLeg& leg : entry.postings) {
        const Result<std::string> name = journal_name(leg.account, foreign(leg.entity));
        if (!name) return name.error();
        out += fmt::format("    {}  {} {}\n", *name, decimal(leg.minor), leg.currency);
    }
    return out;
}

} // namespace tollbook::api
