// Looks back on all tests of this program: files run in the order of their names, and this one is
// the last.
#include "tests/support/book_builders.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace tollbook;

namespace {

// Every "Errc::name" in the sources of commands/ and its folders.
std::set<std::string> named_in_sources() {
    std::set<std::string> names;
    const std::filesystem::path commands = TOLLBOOK_SOURCE "/commands";
    for (const auto& file : std::filesystem::recursive_directory_iterator(commands)) {
        if (file.path().extension() != ".cpp") continue;
        std::ifstream source(file.path());
        REQUIRE(source.good());
        std::ostringstream text;
        text << source.rdbuf();
        const std::string code = text.str();
        for (std::size_t i = code.find("Errc::"); i != std::string::npos;
             i = code.find("Errc::", i)) {
            i += 6;
            names.insert(
                code.substr(i, code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", i) - i)
            );
        }
    }
    return names;
}

} // namespace

TEST_CASE("commands: every refusal that the sources name is produced by a test") {
    std::set<std::string> seen;
    for (const Errc code : refusals_seen()) {
        std::string name(info(code).slug);
        std::ranges::replace(name, '-', '_');
        seen.insert(name);
    }
    const std::set<std::string> named = named_in_sources();
    CHECK(named.size() > 100);
    for (const std::string& name : named)
        CHECK_MESSAGE(seen.contains(name), "no test is refused with " << name);
}
