// Reads over HTTP from a whole node.
#include "api/http/routes.hpp"
#include "tests/api/seeded_node.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace tollbook;
using namespace tollbook::api;

TEST_CASE("reads: every read route answers with JSON and its position") {
    const std::map<std::string_view, std::string> names{
        {"{tenant}", "savanna"},
        {"{customer}", "ACC1"},
        {"{service}", "ACC1-1"},
        {"{invoice}", "I1"},
        {"{payment}", "till%3Amain%3AR1"},
        {"{lead}", "L1"},
        {"{ticket}", "T1"},
        {"{run}", page_of(body("/billing-runs"), "run").values.at(0)}};
    const std::map<std::string_view, std::string> values{
        {"limit", "5"},
        {"q", "a"},
        {"as_of", "2026-11-20T00:00:00Z"},
        {"known_at", "2100-01-01T00:00:00Z"},
        {"status", "active"},
        {"customer", "ACC1"},
        {"entity", "main"},
        {"router", "r1"},
        {"receipt", "R1"},
        {"outcome", "accepted"},
        {"kind", "desk"},
        {"service", "ACC1-1"},
        {"stream", "wallet:ACC1"},
        {"type", "wallet_charged"},
        {"difference", "paid_but_cut"},
        {"from", "2026-11-01"},
        {"to", "2026-11-30"},
        {"account", "wallet:ACC1"},
        {"by", "plan"},
        {"policy", "slow"},
        {"due_before", "2026-12-31"},
        {"fiscal", "pending"},
        {"state", "refused"},
        {"invoice", "I1"},
        {"stage", "open"},
        {"source", "web"},
        {"priority", "high"},
        {"min_position", "0:1"}};
    body(""); // Everything that was seeded is there from here on.
    std::size_t checked = 0;
    for (const Route& route : routes()) {
        if (route.kind != Kind::read) continue;
        std::string path(route.path);
        for (const auto& [name, value] : names)
            if (const std::size_t at = path.find(name); at != std::string::npos)
                path.replace(at, name.size(), value);
        CAPTURE(path);
        const auto plain = node().client->get(path);
        REQUIRE(plain);
        CHECK(plain->position.starts_with("0:"));
        const bool is_json = route.content_type == "application/json";
        JsonDocument document;
        CHECK((is_json ? document.parse(plain->body).has_value() : !plain->body.empty()));
        for (const std::string_view parameter : parameters_of(route)) {
            if (parameter == "cursor") continue;
            CAPTURE(parameter);
            const bool by_day = parameter == "as_of" && (path.ends_with("/accounts") ||
                                                         path.find("/reports/") != path.npos);
            const std::string value = by_day ? "2026-11-20" : values.at(parameter);
            CHECK(node().client->get(path + "?" + std::string(parameter) + "=" + value));
        }
        ++checked;
    }
    CHECK(checked > 20);
}

TEST_CASE("reads: a legal entity that the tenant does not have is refused, not an empty answer") {
    std::size_t checked = 0;
    for (const Route& route : routes()) {
        const std::vector<std::string_view> parameters = parameters_of(route);
        if (std::ranges::find(parameters, "entity") == parameters.end()) continue;
        const std::string path(route.path.substr(std::string_view("/v1/tenants/{tenant}").size()));
        CAPTURE(path);
        CHECK(node().get(path + "?entity=main"));
        for (const char* entity : {"hills", "Main", ""}) {
            const auto answer = node().get(path + "?entity=" + entity);
            REQUIRE_FALSE(answer);
            CHECK(answer.error().code == Errc::legal_entity_unknown);
            CHECK(answer.error().detail == entity);
        }
        ++checked;
    }
    CHECK(checked == 13);
    CHECK(
        node().client->get("/v1/tenants/nobody/customers?entity=main").error().code ==
        Errc::tenant_unknown
    );
}

TEST_CASE("reads: pages cover a list once, in order") {
    for (const auto& [path, name, total] :
         {std::tuple{"/customers", "customer", std::size_t{customers}},
          std::tuple{"/plans", "price_minor", std::size_t{3}},
          std::tuple{"/services", "service", std::size_t{customers}},
          std::tuple{"/payments", "received_seq", std::size_t{5}},
          std::tuple{"/wallets/ACC1/statement", "seq", std::size_t{2}},
          std::tuple{"/arrivals", "seq", std::size_t{5}}}) {
        CAPTURE(path);
        std::vector<std::string> all;
        std::string next;
        do {
            const std::string cursor = next.empty() ? "" : "&cursor=" + next;
            const Page page = page_of(body(std::string(path) + "?limit=2" + cursor), name);
            CHECK(page.values.size() <= 2);
            all.insert(all.end(), page.values.begin(), page.values.end());
            next = page.next;
        } while (!next.empty());
        CHECK(all.size() == total);
        CHECK(std::set(all.begin(), all.end()).size() == total);
    }
}

TEST_CASE("reads: a cursor of another list, a broken one and a bad limit are refused") {
    const std::string next = page_of(body("/customers?limit=1"), "customer").next;
    REQUIRE(!next.empty());
    CHECK(node().get("/services?cursor=" + next).error().code == Errc::invalid_cursor);
    CHECK(node().get("/customers?cursor=%25").error().code == Errc::invalid_cursor);
    CHECK(node().get("/payments?cursor=cGF5bWVudHM6eA").error().code == Errc::invalid_cursor);
    CHECK(node().get("/customers?limit=0").error().code == Errc::value_out_of_range);
    CHECK(node().get("/customers?limit=1001").error().code == Errc::value_out_of_range);
    CHECK(node().get("/customers?limit=1x").error().code == Errc::value_out_of_range);
    CHECK(node().get("/customers?limt=1").error().code == Errc::unknown_parameter);
}

TEST_CASE("reads: a wallet says what it holds now, held then, and was known to hold") {
    CHECK(has(body("/wallets/ACC1"), R"("balance_minor" : 400)"));
    CHECK(has(body("/wallets/ACC1"), R"("remaining_minor":400)"));
    CHECK(has(body("/wallets/ACC1?as_of=2026-11-19T20:30:00Z"), R"("balance_minor" : 1500)"));
    CHECK(has(body("/wallets/ACC1?known_at=2020-01-01T00:00:00Z"), R"("balances" : [])"));
    CHECK(node().get("/wallets/ACC1?as_of=now").error().code == Errc::value_out_of_range);
    CHECK(node().get("/wallets/nobody").error().code == Errc::customer_unknown);
}

TEST_CASE("reads: a payment without an owner is in suspense, and its payer can be read") {
    const std::string text = body("/suspense");
    CHECK(has(text, R"("remaining_minor":2500)"));
    CHECK(has(text, R"("payer_reference":"NOBODY")"));
    CHECK(has(body("/payments/mpesa%3AUKJHW75G8L"), R"("suspense_reason":"unknown_reference")"));
    CHECK(node().get("/payments/none").error().code == Errc::payment_unknown);
}

TEST_CASE("reads: the trial balance sums to zero on any day, and the controls agree") {
    for (const char* path :
         {"/accounts",
          "/accounts?as_of=2026-11-19",
          "/accounts?as_of=2026-11-20&known_at=2100-01-01T00:00:00Z"}) {
        CAPTURE(path);
        JsonDocument document;
        const std::string text = body(path);
        const Result<JsonNode> root = document.parse(text);
        REQUIRE(root);
        std::int64_t sum = 0;
        std::size_t accounts = 0;
        for (const JsonField& field : fields_of(*root)) {
            if (field.name != "accounts") continue;
            for (const JsonNode account : items_of(field.value))
                for (const JsonField& entry : fields_of(account))
                    if (entry.name == "balance_minor") {
                        sum += as_int64(entry.value).value_or(0);
                        ++accounts;
                    }
        }
        CHECK(accounts >= 3);
        CHECK(sum == 0);
    }
    CHECK(has(body("/control-checks"), R"("balanced" : true)"));
    CHECK(node().get("/accounts?as_of=2026-11-31").error().code == Errc::value_out_of_range);
}

TEST_CASE("reads: how far dunning is with a service, and what comes next") {
    const std::string dunned = body("/dunning");
    CHECK(page_of(dunned, "service").values == std::vector<std::string>{"ACC7-1"});
    CHECK(has(dunned, R"("steps":["mail"])"));
    CHECK(has(dunned, R"("next_step":"fee","next_action":"late_fee","next_on":"2026-11-23")"));
    CHECK(page_of(body("/dunning?customer=ACC1"), "service").values.empty());
    CHECK(page_of(body("/dunning?status=settled"), "service").values.empty());
    CHECK(has(body("/dunning-policies"), R"("policy":"slow","version":1)"));
    CHECK(has(body("/dunning-assignments"), R"("customer_group":"late","plan":"*","policy":"slow")")
    );
    CHECK(has(body("/customers/ACC7"), R"("customer_group":"late")"));
    CHECK(has(body("/services/ACC7-1"), R"("kind":"dunned","reason":"mail","status":"active")"));
}

TEST_CASE("reads: the kind of a plan, and what a service has beyond its own") {
    const std::string plans = body("/plans");
    CHECK(has(
        plans,
        R"("first_period":"full","kind":"internet","includes":[],"prices":[],"valid_from":null)"
    ));
    CHECK(has(
        plans, R"("first_period":"full","kind":"addon","includes":[],"prices":[],"valid_from":null)"
    ));
    CHECK(
        has(body("/services/ACC4-1"),
            R"("addons":[{"addon":"TV","plan_version":1,"quantity":2,"price_minor":500,)"
            R"("currency":"KES","from":"2026-11-20","ending_on":null,"next_version":null,)")
    );
    CHECK(has(body("/services/ACC1-1"), R"("addons":[])"));
}

TEST_CASE("reads: an amount has its customer's currency, and those of two are never added up") {
    body(""); // Everything that was seeded is there from here on.
    const auto other = [](const std::string& path) {
        const auto reply = node().client->get("/v1/tenants/other" + path);
        REQUIRE_MESSAGE(reply, path);
        return reply->body;
    };
    const std::vector<std::string> both{"KES", "USD"};
    CHECK(has(other("/plans"), R"("prices":[{"currency": "USD", "price_minor": 1000}])"));
    CHECK(page_of(other("/customers"), "currency").values == both);
    CHECK(has(other("/customers/USD1"), R"("currency":"USD","registered_at")"));
    CHECK(has(other("/customers/ACC1"), R"("currency":"KES","registered_at")"));
    CHECK(has(other("/services/USD1-1"), R"("quantity":1,"price_minor":400,"currency":"USD")"));
    CHECK(has(other("/wallets/USD1"), R"("currency" : "USD", "balance_minor" : 100)"));
    CHECK(has(other("/holds"), R"("hold":"H1","customer":"USD1","currency":"USD","minor":100)"));
    const std::string invoices = other("/invoices");
    CHECK(page_of(invoices, "status").values == std::vector<std::string>{"open", "draft"});
    CHECK(page_of(invoices, "currency").values == std::vector<std::string>{"USD", "USD"});
    const std::string mrr = other("/reports/mrr?as_of=2026-11-20");
    CHECK(page_of(mrr, "plan").values == std::vector<std::string>{"HOME", "HOME", "TV"});
    CHECK(page_of(mrr, "mrr_minor").values == std::vector<std::string>{"130000", "1000", "400"});
    CHECK(has(mrr, R"({"currency":"KES","services":1,"addons":0,"mrr_minor":130000})"));
    CHECK(has(mrr, R"({"currency":"USD","services":1,"addons":1,"mrr_minor":1400})"));
    const std::string summary = other("/summary");
    CHECK(has(summary, R"("days_30_minor" : 0, "all_time_minor" : 0)"));
    CHECK(
        has(summary,
            R"("others" : [{"currency" : "USD", "days_30_minor" : 2500, "all_time_minor" : 2500, )"
            R"("pending_minor" : 1700}])")
    );
    CHECK(has(other("/control-checks"), R"("balanced" : true)"));
    for (const char* path :
         {"/top-ups", "/top-up-rules", "/notices", "/dunning", "/billing-runs"}) {
        CAPTURE(path);
        CHECK(page_of(body(path), "currency").values == std::vector<std::string>{"KES"});
    }
    CHECK(has(body("/billing-runs"), R"("others":[])"));
}

TEST_CASE("reads: a tenant sees its own rows, and a stranger none") {
    const auto other = node().client_with(node().key_for("other", Role::viewer));
    CHECK(other->get("/v1/tenants/savanna/customers").error().code == Errc::tenant_unknown);
    const auto own = other->get("/v1/tenants/other/customers");
    REQUIRE(own);
    CHECK(page_of(own->body, "name").values == std::vector<std::string>{"Elsewhere", "Abroad"});
    CHECK(other->get("/v1/tenants").error().code == Errc::permission_denied);
    CHECK(other->get("/v1/tenants/other/events").error().code == Errc::permission_denied);
    CHECK(node().client->get("/v1/tenants/nobody/plans").error().code == Errc::tenant_unknown);
    const auto all = node().client->get("/v1/tenants");
    REQUIRE(all);
    CHECK(page_of(all->body, "tenant").values == std::vector<std::string>{"other", "savanna"});
}

TEST_CASE("reads: a position that does not come in time is projection-lag") {
    CHECK(
        node().client->get("/v1/tenants/savanna/plans?min_position=0:999999999").error().code ==
        Errc::projection_lag
    );
    CHECK(
        node().client->get("/v1/tenants/savanna/plans?min_position=soon").error().code ==
        Errc::malformed_request
    );
}

TEST_CASE("reads: a parked key is told everywhere, its newest rows wait, and it is resumed") {
    const auto sql = node().sql();
    REQUIRE(sql->run("ALTER TABLE wallets ADD CONSTRAINT poison "
                     "CHECK (customer <> 'ACC5' OR balance_minor = 0)"));
    node().pay("P1", "ACC5");
    node().pay("P2", "ACC6");
    const std::string parked = body("/parked-keys");
    CHECK(page_of(parked, "projection").values == std::vector<std::string>{"wallets"});
    CHECK(page_of(parked, "key").values == std::vector<std::string>{"customer:ACC5"});
    CHECK(page_of(parked, "type").values == std::vector<std::string>{"payment_received"});
    CHECK(has(body("/wallets/ACC5"), R"("balance_minor" : 0)"));
    const std::string other = body("/wallets/ACC6");
    CAPTURE(other);
    CHECK(has(other, R"("balance_minor" : 400)"));
    const std::string controls = body("/control-checks");
    CHECK(has(controls, R"("balanced" : false)"));
    CHECK(has(controls, R"("parked_keys" : 1)"));
    CHECK(has(node().wire("/v1/tenants/savanna/plans"), "Tollbook-Parked-Keys: 1\r\n"));
    CHECK_FALSE(has(node().wire("/v1/tenants/other/customers"), "Tollbook-Parked-Keys"));
    const std::string health = node().wire("/readyz?verbose");
    CHECK(has(health, R"({"name":"parked-keys","status":"degraded","detail":"wallets: 1 keys)"));
    CHECK(has(health, "200 OK"));
    CHECK(has(node().wire("/metrics"), "tollbook_projection_parked_keys{projection=\"wallets\"} 1")
    );

    constexpr int differences = 3;
    CHECK(node().command_line({"project", "parked"}) == 0);
    CHECK(node().command_line({"project", "diff", "wallets"}) == differences);
    CHECK(node().command_line({"project", "resume", "wallets"}) == differences);
    REQUIRE(sql->run("ALTER TABLE wallets DROP CONSTRAINT poison"));
    CHECK(node().command_line({"project", "resume", "wallets", "customer:ACC5"}) == 0);
    CHECK(node().command_line({"project", "diff", "wallets"}) == 0);
    CHECK(has(body("/wallets/ACC5"), R"("balance_minor" : 400)"));
    CHECK(has(body("/control-checks"), R"("balanced" : true)"));
    CHECK(page_of(body("/parked-keys"), "key").values.empty());
}
