#include "ledger/posting.hpp"
#include "tests/support/show_result.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <vector>

using namespace tollbook;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(std::string(TOLLBOOK_SOURCE "/") + path);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The kinds in the table of ledger/posting.cpp.
std::vector<std::string> kinds() {
    const std::string source = text_of("ledger/posting.cpp");
    const std::size_t begin = source.find("account_kinds{");
    REQUIRE(begin != std::string::npos);
    const std::string table = source.substr(begin, source.find("};", begin) - begin);
    const std::regex name("\"([a-z_]+)\"");
    std::vector<std::string> names;
    for (std::sregex_iterator at(table.begin(), table.end(), name), end; at != end; ++at)
        names.push_back((*at)[1]);
    return names;
}

} // namespace

TEST_CASE("accounts: docs/accounts.md has a row for every kind that a posting may name") {
    const std::string page = text_of("docs/accounts.md");
    CHECK(kinds().size() == 26);
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        const bool alone = page.find("\n| `" + kind + "` |") != std::string::npos;
        CHECK((alone || page.find("\n| `" + kind + ":") != std::string::npos));
        const Currency kes = Currency::parse("KES").value();
        const Postings both{{kind + ":x", 1, kes, {}}, {kind + ":y", -1, kes, {}}};
        CHECK(check_postings(both) == Status{Done{}});
    }
}
