// A whole node for the tests of reads: log, writer, read models in a private PostgreSQL.
#pragma once

#include "api/cli/cli.hpp"
#include "api/client.hpp"
#include "api/http/api_keys.hpp"
#include "api/http/hooks.hpp"
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
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

inline constexpr int customers = 7;
inline constexpr std::string_view opening_time = "2026-11-19T20:00:00Z";

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
        seed_other("/v1/tenants/other");
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
        seed_relations(base);
        seed_deposits(base);
        seed_top_ups(base);
        seed_addons(base);
    }

    // A second tenant, with a customer who pays in dollars and something of its in many tables.
    void seed_other(const std::string& base) {
        post(
            base,
            fmt::format(
                R"({{"name":"O","timezone":"UTC","currency":"KES","tills":["main"],)"
                R"("test_clock":"{}"}})",
                opening_time
            )
        );
        post(
            base + "/customers",
            R"({"customer":"ACC1","name":"Elsewhere","phone":"","references":[]})"
        );
        post(
            base + "/customers",
            R"({"customer":"USD1","name":"Abroad","phone":"","references":[],"currency":"USD"})"
        );
        post(
            base + "/plans",
            R"({"plan":"HOME","name":"Home","price_minor":130000,"currency":"KES",)"
            R"("prices":[{"currency":"USD","price_minor":1000}],"down_mbps":1,"up_mbps":1})"
        );
        post(
            base + "/plans",
            R"({"plan":"TV","name":"Television","price_minor":50000,"currency":"KES",)"
            R"("prices":[{"currency":"USD","price_minor":400}],"kind":"addon",)"
            R"("down_mbps":0,"up_mbps":0})"
        );
        for (const char* customer : {"ACC1", "USD1"})
            post(
                base + "/services",
                fmt::format(
                    R"({{"service":"{0}-1","customer":"{0}","plan":"HOME",)"
                    R"("renews_on":"2026-11-20"}})",
                    customer
                )
            );
        post(base + "/services/USD1-1/addons", R"({"addon":"TV"})");
        post(
            base + "/payments",
            R"({"channel":"till:main","receipt":"O1","customer":"USD1","minor":900,"user":"c"})"
        );
        post(base + "/wallets/USD1/hold", R"({"hold":"H1","minor":100,"reason":"an order"})");
        post(
            base + "/invoices",
            R"({"invoice":"I1","customer":"USD1","lines":[{"component":"x","minor":2500}]})"
        );
        post(base + "/invoices/I1/issue", "{}");
        post(
            base + "/invoices",
            R"({"invoice":"I2","customer":"USD1","lines":[{"component":"x","minor":700}]})"
        );
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

    // ACC4 has two of an add-on, with the period that it does not pay for.
    void seed_addons(const std::string& base) {
        post(
            base + "/plans",
            R"({"plan":"TV","name":"Television","price_minor":500,"currency":"KES",)"
            R"("kind":"addon","down_mbps":0,"up_mbps":0})"
        );
        post(base + "/services/ACC4-1/addons", R"({"addon":"TV","quantity":2})");
    }

    // The payer of ACC4 is to be asked for money.
    void seed_top_ups(const std::string& base) {
        const std::string rules = base + "/wallets/ACC4/top-up-rules";
        post(
            rules,
            R"({"rule":"low","terms":{"trigger":"threshold","below_minor":500,"action":"request",)"
            R"("amount_minor":900,"at_most":2}})"
        );
        post(rules + "/low/take", "{}");
    }

    // ACC3 turns out to be ACC2; its deposit came back to ACC2, but for a scratch.
    void seed_deposits(const std::string& base) {
        post(
            base + "/payments",
            R"({"channel":"till:main","receipt":"R6","customer":"ACC3","minor":500,"user":"c"})"
        );
        post(
            base + "/deposits",
            R"({"deposit":"D1","customer":"ACC3","equipment":"ONT 7","minor":300})"
        );
        post(base + "/customers/ACC3/merge", R"({"into":"ACC2","reason":"one person"})");
        post(base + "/deposits/D1/return", R"({"minor":200,"reason":"back"})");
        post(base + "/deposits/D1/keep", R"({"reason":"scratched"})");
    }

    // A lead in the pipeline and one that was lost; a ticket that was closed and opened again, and
    // one that stays closed.
    void seed_relations(const std::string& base) {
        post(
            base + "/leads",
            R"({"lead":"L1","name":"Dan","phone":"2547","address":"plot 7","source":"web"})"
        );
        post(base + "/leads/L1/move", R"({"stage":"surveyed","note":"a pole is near"})");
        post(base + "/leads", R"({"lead":"L2","name":"Eve","phone":"2547"})");
        post(base + "/leads/L2/lose", R"({"reason":"too far"})");
        post(
            base + "/tickets",
            R"({"ticket":"T1","customer":"ACC1","subject":"No internet","text":"Since today.",)"
            R"("service":"ACC1-1","priority":"high"})"
        );
        post(base + "/tickets/T1/answers", R"({"text":"Is it on?","user":"ann"})");
        post(base + "/tickets/T1/close", R"({"user":"ann"})");
        post(base + "/tickets/T1/answers", R"({"text":"It is."})");
        post(base + "/tickets/T1/service", "{}");
        post(
            base + "/tickets",
            R"({"ticket":"T2","customer":"ACC3","subject":"Thanks","text":"All is well."})"
        );
        post(base + "/tickets/T2/close", R"({"user":"ann"})");
    }

    ScratchDirectory directory_;
    std::string hook_;
    std::string newest_;
    int commands_{};
    std::unique_ptr<Node> node_;
};

inline SeededNode& node() {
    static SeededNode seeded;
    return seeded;
}

inline std::string body(const std::string& path) {
    const Result<ClientReply> reply = node().get(path);
    REQUIRE_MESSAGE(reply, path);
    return reply->body;
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// What stands in a field of every item of a list, and where the next page begins.
struct Page {
    std::vector<std::string> values;
    std::string next;
};

inline Page page_of(const std::string& text, std::string_view name) {
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

} // namespace tollbook::api
