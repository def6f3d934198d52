#include "tests/routeros/control.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

namespace tollbook::routeros {

namespace {

namespace json = boost::json;

std::string line_of(const json::object& object) { return json::serialize(object) + "\n"; }

std::string complaint(std::string_view text) { return line_of({{"error", text}}); }

TestRouter* find(const Routers& routers, std::string_view name) {
    const auto found =
        std::ranges::find_if(routers, [&](const auto& router) { return router->name() == name; });
    return found == routers.end() ? nullptr : found->get();
}

std::string dump(const TestRouter& router) {
    json::array secrets;
    for (const SecretSeen& secret : router.secrets())
        secrets.push_back(
            {{"name", secret.name},
             {"profile", secret.profile},
             {"comment", secret.comment},
             {"disabled", secret.disabled}}
        );
    json::array sessions;
    for (const SessionSeen& session : router.sessions())
        sessions.push_back({{"name", session.name}, {"profile", session.profile}});
    return line_of(
        {{"router", router.name()},
         {"secrets", std::move(secrets)},
         {"sessions", std::move(sessions)}}
    );
}

std::string set_fault(TestRouter& router, const std::string& name) {
    const auto* const named = std::ranges::find(named_faults, name, &NamedFault::name);
    if (named == named_faults.end()) return complaint("no such fault");
    router.set_fault(named->fault);
    return line_of({{"router", router.name()}, {"fault", named->name}});
}

std::string run(TestRouter& router, const Sentence& command) {
    const Outcome outcome = router.run(command);
    json::object done{{"router", router.name()}, {"items", outcome.items.size()}};
    if (outcome.trap) done["trap"] = outcome.trap->message;
    return line_of(done);
}

} // namespace

std::string announcement(const TestRouter& router) {
    json::object line{{"router", router.name()}, {"port", router.port()}, {"tls", router.tls()}};
    if (router.tls()) line["certificate_sha256"] = router.certificate().sha256;
    return line_of(line);
}

std::string control(const Routers& routers, const std::string& line) {
    std::istringstream text(line);
    const std::vector<std::string> words{
        std::istream_iterator<std::string>(text), std::istream_iterator<std::string>()};
    if (words.empty()) return {};
    if (words[0] == "dump") {
        std::string lines;
        for (const auto& router : routers)
            lines += dump(*router);
        return lines;
    }
    if (words.size() < 3) return complaint("no such control line");
    TestRouter* const router = find(routers, words[1]);
    if (router == nullptr) return complaint("no such router");
    if (words[0] == "fault") return set_fault(*router, words[2]);
    if (words[0] == "run") return run(*router, {words.begin() + 2, words.end()});
    return complaint("no such control line");
}

} // namespace tollbook::routeros
