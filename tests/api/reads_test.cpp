// Reads over HTTP from a whole node: log, writer, read models in a private PostgreSQL.
#include "api/cli/cli.hpp"
#include "api/client.hpp"
#include "api/http/api_keys.hpp"
#include "api/http/hooks.hpp"
#include "api/http/routes.hpp"
#include "api/node.hpp"
#include "ledger/json.hpp"
#include "ledger/store.hpp"
#include "projections/sql_session.hpp"
#include "tests/api/raw_client.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>

using namespace tollbook;
using namespace tollbook::api;

namespace {

constexpr int customers = 7;
constexpr std::string_view opening_time = "2026-11-19T20:00:00Z";

// One node for all cases: a tenant with something in every table, and a second one with a customer
// of the same name.
class SeededNode {
public:
    SeededNode() {
        // PostgreSQL does not run as root: its user passes through.
        std::filesystem::permissions(directory_.path, std::filesystem::perms(0711));
        REQUIRE(Store::create(directory_.path));
        NodeOptions options;
        options.data_directory = directory_.path;
        options.http.listen = "127.0.0.1:0";
        const std::string key = key_for("*", Role::platform);
        hook_ = create_hook(directory_.path + "/hooks", "savanna").value();
        node_ = Node::start(std::move(options)).value();
        client = client_with(key);
        seed();
        wait_for_reads();
    }

    std::unique_ptr<Client> client_with(std::string key) const {
        return std::make_unique<Client>(ClientOptions{
            "http://127.0.0.1:" + std::to_string(node_->port()), std::move(key)});
    }

    std::string key_for(std::string_view tenant, Role role) const {
        return create_api_key(directory_.path + "/apikeys", tenant, role).value();
    }

    // GET of the newest state, below the first tenant.
    Result<ClientReply> get(const std::string& path) const {
        const char* mark = path.find('?') == std::string::npos ? "?" : "&";
        return client->get("/v1/tenants/savanna" + path + mark + "min_position=" + newest_);
    }

    void pay(const std::string& receipt, const std::string& customer) {
        post(
            "/v1/tenants/savanna/payments",
            fmt::format(
                R"({{"channel":"till:main","receipt":"{}","customer":"{}","minor":1500,)"
                R"("occurred_at":"2026-11-19T20:00:00Z","user":"c"}})",
                receipt,
                customer
            )
        );
    }

    // Head and body as they stand on the wire.
    std::string wire(const std::string& path) const {
        test::RawClient raw(node_->port());
        REQUIRE(raw.send(fmt::format(
            "GET {} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {}\r\n\r\n",
            path,
            key_for("*", Role::platform)
        )));
        return raw.answer();
    }

    std::unique_ptr<SqlSession> sql() const {
        return SqlSession::connect(node_->dsn(), "test").value();
    }

    // A command line beside the node.
    int command_line(std::vector<const char*> words) const {
        words.insert(words.begin(), "tollbook");
        words.insert(words.end(), {"--quiet", "--data", directory_.path.c_str()});
        return run(static_cast<int>(words.size()), words.data());
    }

    std::unique_ptr<Client> client;

private:
    void post(const std::string& path, const std::string& body) {
        const auto reply = client->post(path, body, "seed-" + std::to_string(++commands_));
        REQUIRE_MESSAGE(reply, (path + " " + body));
        if (!reply->position.empty()) newest_ = reply->position;
    }

    // PostgreSQL is being made meanwhile, which takes a while on a busy machine.
    void wait_for_reads() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (!get("") && std::chrono::steady_clock::now() < deadline) {
        }
    }

    void seed_customer(const std::string& base, int i) {
        post(
            base + "/customers",
            fmt::format(
                R"({{"customer":"ACC{0}","name":"N{0}","phone":"","references":["ACC{0}"]}})", i
            )
        );
        post(
            base + "/services",
            fmt::format(
                R"({{"service":"ACC{0}-1","customer":"ACC{0}","plan":"HOME","renews_on":"2026-11-20"}})",
                i
            )
        );
    }

    void seed() {
        const std::string base = "/v1/tenants/savanna";
        const std::string opening = fmt::format(
            R"({{"name":"S","timezone":"Africa/Nairobi","currency":"KES",)"
            R"("mpesa_shortcodes":["600901"],"tills":["main"],"test_clock":"{}"}})",
            opening_time
        );
        post(base, opening);
        post("/v1/tenants/other", R"({"name":"O","timezone":"UTC","currency":"KES"})");
        post(
            "/v1/tenants/other/customers",
            R"({"customer":"ACC1","name":"Elsewhere","phone":"","references":[]})"
        );
        for (const char* price : {"1000", "1100"})
            post(
                base + "/plans",
                fmt::format(
                    R"({{"plan":"HOME","name":"Home","price_minor":{},"currency":"KES",)"
                    R"("down_mbps":1,"up_mbps":1}})",
                    price
                )
            );
        post(
            base + "/routers",
            R"({"router":"r1","driver":"routeros-api","address":"127.0.0.1",)"
            R"("port":1,"username":"u","password":"p"})"
        );
        for (int i = 1; i <= customers; ++i)
            seed_customer(base, i);
        post(
            base + "/sites",
            R"({"site":"ACC1-1","kind":"ppp","target":"r1","username":"u",)"
            R"("password":"p"})"
        );
        for (int i = 1; i <= 3; ++i)
            post(
                base + "/payments",
                fmt::format(
                    R"({{"channel":"till:main","receipt":"R{0}","customer":"ACC{0}","minor":1500,)"
                    R"("occurred_at":"2026-11-19T20:00:0{0}Z","user":"c"}})",
                    i
                )
            );
        post(
            hook_,
            R"({"TransactionType":"Pay Bill","TransID":"UKJHW75G8L",)"
            R"("TransTime":"20261119230500","TransAmount":"25.00",)"
            R"("BusinessShortCode":"600901","BillRefNumber":"NOBODY","MSISDN":"254 7"})"
        );
        seed_dunning(base);
        post(base + "/clock/advance", R"({"to":"2026-11-19T21:05:00Z"})");
        post(base + "/renewal-runs", "{}");
        post(base + "/periods/close", R"({"through":"2026-11-19"})");
        post(
            base + "/invoices",
            R"({"invoice":"I1","customer":"ACC4","lines":[{"component":"x","minor":100}]})"
        );
        post(base + "/invoices/I1/issue", "{}");
    }

    // ACC7 is reminded where others are cut.
    void seed_dunning(const std::string& base) {
        post(
            base + "/dunning-policies",
            R"({"policy":"slow","steps":[{"step":"mail","after_days":0,"action":"remind"},)"
            R"({"step":"fee","after_days":3,"action":"late_fee","fee_minor":200}]})"
        );
        post(base + "/dunning-assignments", R"({"policy":"slow","group":"late"})");
        post(base + "/customers/ACC7/group", R"({"group":"late"})");
    }

    ScratchDirectory directory_;
    std::string hook_;
    std::string newest_;
    int commands_{};
    std::unique_ptr<Node> node_;
};

SeededNode& node() {
    static SeededNode seeded;
    return seeded;
}

std::string body(const std::string& path) {
    const Result<ClientReply> reply = node().get(path);
    REQUIRE_MESSAGE(reply, path);
    return reply->body;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// What stands in a field of every item of a list, and where the next page begins.
struct Page {
    std::vector<std::string> values;
    std::string next;
};

Page page_of(const std::string& text, std::string_view name) {
    JsonDocument document;
    const Result<JsonNode> root = document.parse(text);
    REQUIRE(root);
    Page page;
    for (const JsonField& field : fields_of(*root)) {
        if (field.name == "next_cursor") page.next = as_text(field.value).value_or("");
        if (field.name != "data") continue;
        for (const JsonNode item : items_of(field.value))
            for (const JsonField& entry : fields_of(item))
                if (entry.name == name)
                    page.values.push_back(
                        as_text(entry.value) ? std::string(*as_text(entry.value))
                                             : std::to_string(as_int64(entry.value).value_or(0))
                    );
    }
    return page;
}

} // namespace

TEST_CASE("reads: every read route answers with JSON and its position") {
    const std::map<std::string_view, std::string> names{
        {"{tenant}", "savanna"},
        {"{customer}", "ACC1"},
        {"{service}", "ACC1-1"},
        {"{invoice}", "I1"},
        {"{payment}", "till%3Amain%3AR1"}};
    const std::map<std::string_view, std::string> values{
        {"limit", "5"},
        {"q", "a"},
        {"as_of", "2026-11-20T00:00:00Z"},
        {"known_at", "2100-01-01T00:00:00Z"},
        {"status", "active"},
        {"customer", "ACC1"},
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

TEST_CASE("reads: pages cover a list once, in order") {
    for (const auto& [path, name, total] :
         {std::tuple{"/customers", "customer", std::size_t{customers}},
          std::tuple{"/plans", "version", std::size_t{2}},
          std::tuple{"/services", "service", std::size_t{customers}},
          std::tuple{"/payments", "received_seq", std::size_t{4}},
          std::tuple{"/wallets/ACC1/statement", "seq", std::size_t{2}},
          std::tuple{"/arrivals", "seq", std::size_t{4}}}) {
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

TEST_CASE("reads: a tenant sees its own rows, and a stranger none") {
    const auto other = node().client_with(node().key_for("other", Role::viewer));
    CHECK(other->get("/v1/tenants/savanna/customers").error().code == Errc::tenant_unknown);
    const auto own = other->get("/v1/tenants/other/customers");
    REQUIRE(own);
    CHECK(page_of(own->body, "name").values == std::vector<std::string>{"Elsewhere"});
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
    CHECK(has(body("/wallets/ACC6"), R"("balance_minor" : 400)"));
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
