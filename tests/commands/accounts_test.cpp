#include "ledger/account_kind.hpp"
#include "ledger/posting.hpp"
#include "tests/support/show_result.hpp"

#include <fstream>
#include <sstream>
#include <string>

using namespace tollbook;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(std::string(TOLLBOOK_SOURCE "/") + path);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_CASE("accounts: docs/accounts.md has a row for every kind that a posting may name") {
    const std::string page = text_of("docs/accounts.md");
    for (const AccountKind& known : account_kinds) {
        const std::string kind(known.name);
        CAPTURE(kind);
        const bool alone = page.find("\n| `" + kind + "` |") != std::string::npos;
        CHECK((alone || page.find("\n| `" + kind + ":") != std::string::npos));
        const Currency kes = Currency::parse("KES").value();
        const Postings both{{kind + ":x", 1, kes, {}}, {kind + ":y", -1, kes, {}}};
        CHECK(check_postings(both) == Status{Done{}});
    }
}
