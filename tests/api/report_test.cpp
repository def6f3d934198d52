// Reports on the command line: what is written of a row, and how accounts are named in journals.
#include "api/cli/decimal.hpp"
#include "api/cli/journal_names.hpp"
#include "api/cli/journal_text.hpp"
#include "api/cli/report_json.hpp"
#include "api/cli/report_writers.hpp"
#include "ledger/account_kind.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <random>

using namespace tollbook;
using namespace tollbook::api;

namespace {

std::string name(std::string_view account, std::string_view entity = "") {
    return journal_name(account, entity).value();
}

bool is_capital_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// As beancount wants it: parts of letters, digits and dashes, each with a capital or a digit first.
bool is_account_name(std::string_view text) {
    char before = ':';
    for (const char c : text) {
        const bool first = before == ':';
        const bool fits =
            is_capital_or_digit(c) || (!first && (c == '-' || c == ':' || (c >= 'a' && c <= 'z')));
        if (!fits) return false;
        before = c;
    }
    return before != ':';
}

std::string contents(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("journal: accounts are named so that a person knows them") {
    CHECK(name("wallet:ACC1") == "Liabilities:Wallet:ACC1");
    CHECK(name("cash:mpesa:600901") == "Assets:Cash:Mpesa:600901");
    CHECK(name("cash:till:main") == "Assets:Cash:Till:Main");
    CHECK(name("cash:till:Main") == "Assets:Cash:Till:X-Main");
    CHECK(name("suspense:mpesa") == "Liabilities:Suspense:Mpesa");
    CHECK(name("revenue:HOME-10") == "Income:Revenue:HOME--10");
    CHECK(name("revenue:home.10") == "Income:Revenue:X-home-2E10");
    CHECK(name("tax:vat16") == "Liabilities:Tax:Vat16");
    CHECK(name("wallet:@a::b") == "Liabilities:Wallet:Y-y-40a:Y-y:X-b");
    CHECK(name("fee") == "Income:Fee");
    CHECK(name("opening") == "Equity:Opening");
    CHECK(name("over_short") == "Expenses:Over-Short");
    CHECK(name("fee", "branch") == "Income:Entity:Branch:Fee");
    CHECK(name("due_entity:main", "branch") == "Liabilities:Entity:Branch:Due-Entity:Main");
    CHECK(journal_name("money:mine", "").error().code == Errc::internal);
    for (const AccountKind& kind : account_kinds)
        CHECK(is_account_name(name(kind.name)));
}

TEST_CASE("journal: no two accounts share a name") {
    constexpr std::string_view signs = "aAxXyY2EF0-._@:";
    std::mt19937 chance(11);
    std::map<std::string, std::string> accounts; // By name.
    const auto take = [&](const std::string& account) {
        const std::string named = name(account);
        CHECK_MESSAGE(is_account_name(named), (account + " " + named));
        const auto [at, fresh] = accounts.emplace(named, account);
        CHECK_MESSAGE(at->second == account, (account + " " + at->second));
    };
    for (const std::string kind : {"wallet", "cash", "tax", "revenue"}) {
        take(kind);
        for (const char a : signs) // Every text of three, and many longer ones.
            for (const char b : signs)
                for (const char c : signs)
                    take(kind + ":" + a + b + c);
        for (int i = 0; i < 20'000; ++i) {
            std::string account = kind + ":";
            for (std::size_t length = 1 + chance() % 9; length > 0; --length)
                account += signs[chance() % signs.size()];
            take(account);
        }
    }
    CHECK(accounts.size() > 50'000);
}

TEST_CASE("journal: entries are exact, tagged, and declare what they use") {
    const JournalAccount account{
        "main", "wallet:ACC1", "wallet", {"KES"}, parse_date("2026-11-20").value()};
    JournalEntry entry;
    entry.seq = 812;
    entry.id = "0e";
    entry.type = "payment_received";
    entry.stream = "payment:mpesa:R1";
    entry.booked_on = account.opened_on;
    entry.postings = {
        {"cash:mpesa:600901", "main", "KES", 150'005}, {"wallet:ACC1", "other", "KES", -150'005}};
    JournalText hledger(JournalFormat::hledger, "main");
    CHECK(hledger.heading("sav") == "; sav\ndecimal-mark .\n\n");
    CHECK(
        hledger.declaration(account).value() == "commodity 1000.00 KES\n"
                                                "account Liabilities:Wallet:ACC1  "
                                                "; code:wallet:ACC1\n"
    );
    CHECK(
        hledger.declaration(account).value() ==
        "account Liabilities:Wallet:ACC1  ; code:wallet:ACC1\n"
    );
    CHECK(
        hledger.entry(entry).value() ==
        "\n2026-11-20 * (812) payment_received  ; seq:812, id:0e, stream:payment:mpesa:R1\n"
        "    Assets:Cash:Mpesa:600901  1500.05 KES\n"
        "    Liabilities:Entity:Other:Wallet:ACC1  -1500.05 KES\n"
    );
    JournalText beancount(JournalFormat::beancount, "main");
    CHECK(
        beancount.declaration(account).value() == "1970-01-01 commodity KES\n"
                                                  "2026-11-20 open Liabilities:Wallet:ACC1 KES\n"
                                                  "  code: \"wallet:ACC1\"\n"
    );
    CHECK(
        beancount.entry(entry).value() ==
        "\n2026-11-20 * \"payment_received\"\n  seq: 812\n  id: \"0e\"\n"
        "  stream: \"payment:mpesa:R1\"\n"
        "    Assets:Cash:Mpesa:600901  1500.05 KES\n"
        "    Liabilities:Entity:Other:Wallet:ACC1  -1500.05 KES\n"
    );
    entry.stream = "a\"\\,\nb";
    CHECK(hledger.entry(entry).value().find("stream:a????b\n") != std::string::npos);
    entry.postings[0].account = "nothing";
    CHECK(beancount.entry(entry).error().code == Errc::internal);
}

TEST_CASE("report: amounts are exact decimals") {
    CHECK(decimal(0) == "0.00");
    CHECK(decimal(5) == "0.05");
    CHECK(decimal(-5) == "-0.05");
    CHECK(decimal(-150'005) == "-1500.05");
    CHECK(decimal(std::numeric_limits<std::int64_t>::max()) == "92233720368547758.07");
    CHECK(decimal(std::numeric_limits<std::int64_t>::min()) == "-92233720368547758.08");
}

TEST_CASE("report: no text of a CSV line is a formula, and every number is a number") {
    CHECK(csv_cell({"-12.00", -1'200}) == "-12.00");
    for (const std::string text : {"=1", "+1", "-dash", "@home", "\tx"})
        CHECK(csv_cell({text, {}}) == "'" + text);
    CHECK(csv_cell({"=a,\"b\"", {}}) == "\"'=a,\"\"b\"\"\"");
    CHECK(csv_cell({"a\nb", {}}) == "\"a\nb\"");
    CHECK(csv_cell({"plain", {}}) == "plain");
    CHECK(csv_cell({}).empty());
}

TEST_CASE("report: JSON that is passed on is the same") {
    const std::string text =
        R"({"a":[1,-2,null,true,false],"b":{"c":"x\"\u00e9"},"d":[],"e":{},"f":9007199254740993})";
    JsonDocument document;
    const Result<JsonNode> root = document.parse(text);
    REQUIRE(root);
    std::string again;
    write_node(again, *root);
    JsonDocument second;
    std::string third;
    const Result<JsonNode> copy = second.parse(again);
    REQUIRE(copy);
    write_node(third, *copy);
    CHECK(third == again);
    CHECK(again.starts_with(R"({"a":[1,-2,null,true,false],"b":{"c":"x\")"));
    CHECK(again.ends_with(R"("d":[],"e":{},"f":9007199254740993})"));
}

TEST_CASE("report: a table's columns fit what is in them, page by page") {
    const ScratchDirectory directory;
    const std::string path = directory.path + "/table";
    const ReportShape& shape = *report_named("mrr");
    {
        Result<OutFile> out = OutFile::open(path);
        REQUIRE(out);
        const auto writer = make_text_writer(*out, shape);
        REQUIRE(writer->add(
            {{{"HOME", {}}, {"KES", {}}, {"2", 2}, {"0", 0}, {"1", 1}, {"1500.00", 150'000}}}
        ));
        REQUIRE(writer->finish(
            {{{"", {}}, {"KES", {}}, {"2", 2}, {"0", 0}, {"", {}}, {"1500.00", 150'000}}}
        ));
        CHECK_FALSE(std::filesystem::exists(path));
        REQUIRE(out->keep());
    }
    CHECK(
        contents(path) == "plan   currency  services  add-ons  customers      mrr\n"
                          "HOME   KES              2        0          1  1500.00\n"
                          "total  KES              2        0             1500.00\n"
    );
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path), {}) == 1);
}

TEST_CASE("report: a file that is not kept leaves nothing, and one that cannot be is refused") {
    const ScratchDirectory directory;
    {
        Result<OutFile> out = OutFile::open(directory.path + "/x");
        REQUIRE(out);
        out->write("half");
    }
    CHECK(std::filesystem::is_empty(directory.path));
    CHECK(OutFile::open("/nowhere/x").error().code == Errc::config_invalid);
    std::filesystem::create_directory(directory.path + "/taken");
    Result<OutFile> out = OutFile::open(directory.path + "/taken");
    REQUIRE(out);
    CHECK(out->keep().error().code == Errc::config_invalid);
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path), {}) == 1);
}
