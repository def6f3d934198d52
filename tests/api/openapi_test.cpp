#include "api/http/openapi.hpp"

#include "api/http/problem.hpp"
#include "api/http/routes.hpp"
#include "commands/commands.hpp"
#include "ledger/json.hpp"
#include "tests/support/show_result.hpp"

#include <boost/mp11/algorithm.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

using namespace tollbook;
using namespace tollbook::api;

namespace {

std::string committed() {
    std::ifstream in(TOLLBOOK_SOURCE "/schemas/openapi.json");
    return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<JsonNode> field(JsonNode object, std::string_view name) {
    for (const JsonField& entry : fields_of(object))
        if (entry.name == name) return entry.value;
    return {};
}

JsonNode at(JsonNode object, std::string_view name) {
    const std::optional<JsonNode> found = field(object, name);
    REQUIRE_MESSAGE(found, std::string(name));
    return *found;
}

// "path customer", "query limit", ... of one operation.
std::set<std::string> parameters(JsonNode operation) {
    std::set<std::string> names;
    for (const JsonNode entry : items_of(at(operation, "parameters")))
        names.insert(
            std::string(as_text(at(entry, "in")).value()) + " " +
            std::string(as_text(at(entry, "name")).value())
        );
    return names;
}

std::set<std::string> expected_parameters(const Route& route) {
    std::set<std::string> names;
    for (std::string_view path = route.path; path.find('{') != std::string_view::npos;) {
        const std::size_t open = path.find('{');
        const std::size_t close = path.find('}', open);
        names.insert("path " + std::string(path.substr(open + 1, close - open - 1)));
        path.remove_prefix(close + 1);
    }
    for (const std::string_view name : parameters_of(route))
        names.insert("query " + std::string(name));
    if (route.kind == Kind::command || (route.kind == Kind::run && route.method == Method::post))
        names.insert("header Idempotency-Key");
    if (route.kind == Kind::command) names.insert("header If-Match");
    return names;
}

} // namespace

TEST_CASE("openapi: the committed contract is what this binary serves") {
    // Two documents of 50 KB are not worth printing.
    const bool equal = committed() == openapi_document();
    CHECK_MESSAGE(
        equal, "run `tollbook openapi > schemas/openapi.json` and look at the difference"
    );
}

TEST_CASE("openapi: paths, methods, parameters and success codes are the route table's") {
    JsonDocument document;
    const std::string text = committed();
    const Result<JsonNode> root = document.parse(text);
    REQUIRE(root);
    CHECK(as_text(at(*root, "openapi")) == "3.1.0");
    const JsonNode paths = at(*root, "paths");
    std::size_t operations = 0;
    for (const JsonField& path : fields_of(paths))
        operations += fields_of(path.value).size();
    CHECK(operations == routes().size());
    for (const Route& route : routes()) {
        CAPTURE(route.path);
        const JsonNode operation =
            at(at(paths, route.path), route.method == Method::get ? "get" : "post");
        CHECK(parameters(operation) == expected_parameters(route));
        const JsonNode responses = at(operation, "responses");
        CHECK(field(responses, std::to_string(route.status)));
        CHECK(field(responses, "default"));
        CHECK(items_of(at(operation, "security")).empty() == route.roles.empty());
    }
}

TEST_CASE("openapi: every problem is named and has a page") {
    JsonDocument document;
    const std::string text = committed();
    const Result<JsonNode> root = document.parse(text);
    REQUIRE(root);
    const JsonNode problem = at(at(at(*root, "components"), "schemas"), "Problem");
    const auto codes = items_of(at(at(at(problem, "properties"), "code"), "enum"));
    CHECK(codes.size() == errc_table.size());
    for (const JsonNode code : codes)
        CHECK(problem_page(as_text(code).value()));
}

TEST_CASE("openapi: every command has its route, but those that only a part of us may send") {
    const std::set<std::string_view> inner{
        "report_site",
        "record_callback",
        "start_billing_run",
        "finish_billing_run",
        "interrupt_billing_run"};
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, CommandVariant>>(
        [&]<class T>(boost::mp11::mp_identity<T>) {
            CAPTURE(T::type);
            CHECK((command_route(T::type) != nullptr) == !inner.contains(T::type));
        }
    );
}
