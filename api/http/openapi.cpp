#include "api/http/openapi.hpp"

#include "api/http/problem.hpp"
#include "api/http/routes.hpp"
#include "commands/catalogue/plan_migration.hpp"
#include "commands/commands.hpp"
#include "commands/tariffs/tariff_preview.hpp"
#include "ledger/json.hpp"

#include <boost/mp11/algorithm.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace tollbook::api {

namespace {

std::string quoted(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

// --- the schema of a described type, as the codec reads it

template <class T>
struct Tag {};

std::string schema_of(Tag<bool>) { return R"({"type":"boolean"})"; }

std::string schema_of(Tag<std::string>) { return R"({"type":"string"})"; }

std::string schema_of(Tag<Date>) { return R"({"type":"string","format":"date"})"; }

std::string schema_of(Tag<Timestamp>) { return R"({"type":"string","format":"date-time"})"; }

std::string schema_of(Tag<Currency>) { return R"({"type":"string","pattern":"^[A-Z]{3}$"})"; }

template <std::integral T>

requires(!std::same_as<T, bool>) std::string schema_of(Tag<T>) {
    if constexpr (std::is_signed_v<T>)
        return R"({"type":"integer"})";
    else
        return R"({"type":"integer","minimum":0})";
}

template <codec::DescribedEnum T>
std::string schema_of(Tag<T>) {
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) {
        names += names.empty() ? "" : ",";
        names += quoted(e.name);
    });
    return R"({"type":"string","enum":[)" + names + "]}";
}

template <codec::DescribedStruct T>
std::string schema_of(Tag<T>);

template <class T>
std::string schema_of(Tag<std::optional<T>>) {
    return schema_of(Tag<T>{});
}

template <class T>
std::string schema_of(Tag<std::vector<T>>) {
    return R"({"type":"array","items":)" + schema_of(Tag<T>{}) + "}";
}

struct Property {
    std::string_view name;
    std::string schema;
    bool required{};
};

std::string object_schema(const std::vector<Property>& properties) {
    std::string required;
    std::string members;
    for (const Property& property : properties) {
        members += (members.empty() ? "" : ",") + quoted(property.name) + ":" + property.schema;
        if (property.required) required += (required.empty() ? "" : ",") + quoted(property.name);
    }
    return R"({"type":"object","additionalProperties":false,"required":[)" + required +
           R"(],"properties":{)" + members + "}}";
}

template <class T>
std::vector<Property> properties_of() {
    std::vector<Property> properties;
    boost::mp11::mp_for_each<codec::Members<T>>([&](auto member) {
        using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
        properties.push_back({member.name, schema_of(Tag<Field>{}), !codec::is_optional<Field>});
    });
    return properties;
}

template <codec::DescribedStruct T>
std::string schema_of(Tag<T>) {
    return object_schema(properties_of<T>());
}

using Bodies = std::map<std::string_view, std::vector<Property>>;

const Bodies& command_bodies() {
    static const Bodies all = [] {
        Bodies bodies;
        boost::mp11::mp_for_each<boost::mp11::mp_transform<Tag, CommandVariant>>(
            [&]<class T>(Tag<T>) { bodies[T::type] = properties_of<T>(); }
        );
        return bodies;
    }();
    return all;
}

// --- operations

std::vector<std::string> path_names(const Route& route) {
    std::vector<std::string> names;
    std::string_view path = route.path;
    while (true) {
        const std::size_t open = path.find('{');
        if (open == std::string_view::npos) return names;
        const std::size_t close = path.find('}', open);
        names.emplace_back(path.substr(open + 1, close - open - 1));
        path.remove_prefix(close + 1);
    }
}

std::string parameter(std::string_view name, std::string_view place, bool required) {
    return fmt::format(
        R"({{"name":{},"in":"{}","required":{},"schema":{{"type":"string"}}}})",
        quoted(name),
        place,
        required
    );
}

std::string parameters_json(const Route& route) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ",") + text; };
    for (const std::string& name : path_names(route))
        add(parameter(name, "path", true));
    for (const std::string_view name : parameters_of(route))
        add(parameter(name, "query", false));
    if (route.kind == Kind::command || (route.kind == Kind::run && route.method == Method::post))
        add(parameter("Idempotency-Key", "header", true));
    if (route.kind == Kind::command) add(parameter("If-Match", "header", false));
    return out;
}

// The members that the path gives are not part of the body.
std::string command_body(const Route& route) {
    std::vector<Property> properties = command_bodies().at(route.command);
    for (const std::string& name : path_names(route))
        std::erase_if(properties, [&](const Property& p) { return p.name == name; });
    return R"("requestBody":{"content":{"application/json":{"schema":)" +
           object_schema(properties) + "}}},";
}

std::string body_json(const Route& route) {
    switch (route.kind) {
    case Kind::command:
        return command_body(route);
    case Kind::batch:
        return R"("requestBody":{"required":true,"content":{"application/json":{"schema":)"
               R"({"type":"array","maxItems":8000,"items":{"$ref":"#/components/schemas/BatchItem"}})"
               "}}},";
    case Kind::node:
        return R"("requestBody":{"required":true,"content":{"application/json":{"schema":{}}}},)";
    case Kind::run:
        if (route.run == RunStep::migration_preview || route.run == RunStep::migrate)
            return R"("requestBody":{"required":true,"content":{"application/json":{"schema":)" +
                   schema_of(Tag<PlanMigration>{}) + "}}},";
        if (route.run == RunStep::tariff_preview || route.run == RunStep::tariff)
            return R"("requestBody":{"required":true,"content":{"application/json":{"schema":)" +
                   schema_of(Tag<TariffCorrection>{}) + "}}},";
        if (route.run != RunStep::confirm) return {};
        return R"("requestBody":{"required":true,"content":{"application/json":{"schema":)" +
               schema_of(Tag<Confirmation>{}) + "}}},";
    case Kind::hook:
        return R"("requestBody":{"content":{"*/*":{"schema":{}}}},)";
    default:
        return {};
    }
}

std::string answer_json(const Route& route) {
    if (route.kind == Kind::command)
        return R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/Receipt"}}},)"
               R"("headers":{"Tollbook-Position":{"schema":{"type":"string"}},)"
               R"("Idempotent-Replayed":{"schema":{"type":"string"}},)"
               R"("Request-Id":{"schema":{"type":"string"}}},)";
    if (route.kind == Kind::page) return {};
    if (route.kind == Kind::read)
        return R"("content":{)" + quoted(route.content_type) +
               (route.content_type == "application/json" ? R"(:{"schema":{"type":"object"}}},)"
                                                         : R"(:{"schema":{"type":"string"}}},)") +
               R"("headers":{"Tollbook-Position":{"schema":{"type":"string"}},)"
               R"("Tollbook-Parked-Keys":{"schema":{"type":"integer"},"description":)"
               R"("Keys of the tenant whose newest events wait; absent when there are none"}},)";
    if (route.kind == Kind::node) return R"("content":{"application/json":{"schema":{}}},)";
    return R"("content":{"application/json":{"schema":{"type":"object"}}},)";
}

std::string operation_id(const Route& route) {
    if (route.kind == Kind::command) return std::string(route.command);
    std::string id = route.method == Method::get ? "get" : "post";
    for (const char c : route.path) {
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_word)
            id += c;
        else if (!id.ends_with('_'))
            id += '_';
    }
    while (id.ends_with('_'))
        id.pop_back();
    return id;
}

std::string operation_json(const Route& route) {
    const std::string security =
        route.roles.empty() ? R"("security":[],)" : R"("security":[{"apiKey":[]}],)";
    return fmt::format(
        R"({}:{{"operationId":"{}","summary":{},{}"parameters":[{}],{}"responses":{{"{}":{{{})"
        R"("description":"Success"}},"default":{{"$ref":"#/components/responses/Problem"}}}}}})",
        route.method == Method::get ? R"("get")" : R"("post")",
        operation_id(route),
        quoted(route.summary),
        security,
        parameters_json(route),
        body_json(route),
        route.status,
        answer_json(route)
    );
}

std::string paths_json() {
    std::vector<std::pair<std::string_view, std::string>> paths; // In the order of the table.
    for (const Route& route : routes()) {
        const auto found =
            std::ranges::find(paths, route.path, [](const auto& p) { return p.first; });
        if (found == paths.end())
            paths.emplace_back(route.path, operation_json(route));
        else
            found->second += ",\n" + operation_json(route);
    }
    std::string out;
    for (const auto& [path, operations] : paths)
        out += (out.empty() ? "" : ",\n") + quoted(path) + ":{\n" + operations + "}";
    return out;
}

std::string problem_codes() {
    std::string out;
    for (const ErrcInfo& problem : errc_table)
        out += (out.empty() ? "" : ",") + quoted(problem.slug);
    return out;
}

std::string components_json() {
    return R"("securitySchemes":{"apiKey":{"type":"http","scheme":"bearer"}},
"responses":{"Problem":{"description":"RFC 9457","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}},
"schemas":{
"BatchItem":{"type":"object","additionalProperties":false,"required":["key","type","body"],"properties":{"key":{"type":"string"},"type":{"type":"string"},"body":{"type":"object"}}},
"Receipt":{"type":"object","required":["object","position","partition","first_seq","last_seq","term","hash","acknowledgement","replayed","events"],"properties":{"object":{"const":"receipt"},"position":{"type":"string"},"partition":{"type":"integer"},"first_seq":{"type":"integer"},"last_seq":{"type":"integer"},"term":{"type":"integer"},"hash":{"type":"string"},"acknowledgement":{"type":"string","enum":["local","replicated","both"]},"replayed":{"type":"boolean"},"events":{"type":"array","items":{"type":"object","required":["id","type","stream","revision"],"properties":{"id":{"type":"string"},"type":{"type":"string"},"stream":{"type":"string"},"revision":{"type":"integer"}}}}}},
"Problem":{"type":"object","required":["type","title","status","code","retryable"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string"},"request_id":{"type":"string"},"retryable":{"type":"boolean"},"code":{"type":"string","enum":[)" +
           problem_codes() + "]}}}}";
}

} // namespace

std::string openapi_document() {
    return R"({"openapi":"3.1.0","info":{"title":"Tollbook","version":"1","description":"The book of record of an internet provider."},
"paths":{
)" + paths_json() +
           "},\n\"components\":{" + components_json() + "}\n}\n";
}

} // namespace tollbook::api
