#include "api/cli/import_rows.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

using namespace tollbook;
using namespace tollbook::api;

namespace {

ImportOptions options_for(ImportKind kind) {
    ImportOptions options;
    options.kind = kind;
    options.tenant = "savanna";
    return options;
}

} // namespace

TEST_CASE("import: plans become define_plan") {
    const CsvFile file =
        read_csv("code,name,price_minor,currency,tax_percent_included,period,down_mbps,up_mbps\n"
                 "HOME10,Home 10 Mbps,150000,KES,16,month,10,5\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
    CHECK(plan.problems.empty());
    REQUIRE(plan.commands.size() == 1);
    CHECK(plan.commands[0].type == "define_plan");
    CHECK(plan.commands[0].line == 2);
    CHECK(
        plan.commands[0].body == R"({"plan":"HOME10","name":"Home 10 Mbps","price_minor":150000,)"
                                 R"("currency":"KES","tax_percent":16,"period":"month",)"
                                 R"("down_mbps":10,"up_mbps":5})"
    );
}

TEST_CASE("import: a plan says how often it is paid for, and what comes before") {
    const CsvFile file = read_csv("code,name,price_minor,currency,period,period_count,setup_minor,"
                                  "trial_days,down_mbps,up_mbps\n"
                                  "W2,Two weeks,70000,KES,week,2,50000,7,10,5\n"
                                  "BAD1,Bad,70000,KES,weekly,,,,10,5\n"
                                  "BAD2,Bad,70000,KES,week,-1,,,10,5\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
    REQUIRE(plan.commands.size() == 1);
    CHECK(
        plan.commands[0].body == R"({"plan":"W2","name":"Two weeks","price_minor":70000,)"
                                 R"("currency":"KES","tax_percent":0,"period":"week",)"
                                 R"("down_mbps":10,"up_mbps":5,"period_count":2,)"
                                 R"("setup_minor":50000,"trial_days":7})"
    );
    REQUIRE(plan.problems.size() == 2);
    CHECK(plan.problems[0].reason == "period is not day, week, month, quarter or year: weekly");
    CHECK(plan.problems[1].reason == "period_count is out of range");
}

TEST_CASE("import: customers come with their reference, and their opening wallets at the end") {
    const CsvFile file = read_csv("account_no,name,phone,opening_balance_minor\n"
                                  "ACC1,CAROL,2547,49975\n"
                                  "ACC2,KEVIN,2548,0\n"
                                  "ACC3,AMINA,,10\n");
    ImportOptions options = options_for(ImportKind::customers);
    CHECK(plan_import(file, options).problems.size() == 2);
    options.opening_booked_on = parse_date("2026-11-19").value();
    const ImportPlan plan = plan_import(file, options);
    CHECK(plan.problems.empty());
    REQUIRE(plan.commands.size() == 4);
    CHECK(
        plan.commands[0].body ==
        R"({"customer":"ACC1","name":"CAROL","phone":"2547","references":["ACC1"]})"
    );
    CHECK(plan.commands[3].type == "post_opening_balances");
    CHECK(
        plan.commands[3].body ==
        R"({"booked_on":"2026-11-19","wallets":[{"customer":"ACC1","minor":49975},)"
        R"({"customer":"ACC3","minor":10}],"cash":[],"complete":false})"
    );
}

TEST_CASE("import: a service is added and its site asked for") {
    const CsvFile file =
        read_csv("service_no,account_no,plan,router,ppp_username,ppp_password,renews_on,blocked\n"
                 "ACC1-1,ACC1,NIGHT5,rtr-02,u@s,secret,2026-12-06,abuse+unpaid\n"
                 "ACC2-1,ACC2,NIGHT5,,,,2026-12-06,\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::services));
    CHECK(plan.problems.empty());
    REQUIRE(plan.commands.size() == 3);
    CHECK(
        plan.commands[0].body == R"({"service":"ACC1-1","customer":"ACC1","plan":"NIGHT5",)"
                                 R"("renews_on":"2026-12-06","blocks":["abuse","unpaid"]})"
    );
    CHECK(
        plan.commands[1].body == R"({"site":"ACC1-1","kind":"ppp","target":"rtr-02",)"
                                 R"("username":"u@s","password":"secret"})"
    );
    CHECK(plan.commands[2].type == "add_service");
}

TEST_CASE("import: routers take ports and credentials from the command line where the file has none"
) {
    const CsvFile file = read_csv("name,driver,address,port\nr1,routeros-api,127.0.0.1,\n"
                                  "r2,routeros-api,127.0.0.1,8729\n");
    ImportOptions options = options_for(ImportKind::routers);
    options.router_username = "admin";
    options.router_password = "pw";
    CHECK(plan_import(file, options).problems.size() == 1);
    options.router_ports["r1"] = 9001;
    const ImportPlan plan = plan_import(file, options);
    REQUIRE(plan.commands.size() == 2);
    CHECK(plan.commands[0].body.find(R"("port":9001)") != std::string::npos);
    CHECK(plan.commands[1].body.find(R"("port":8729)") != std::string::npos);
}

TEST_CASE("import: bad lines are named and bring no command") {
    const CsvFile file = read_csv("service_no,account_no,plan,renews_on\n"
                                  "S1,,NIGHT5,2026-12-06\n"
                                  "S2,ACC2,NIGHT5,2026-13-06\n"
                                  "S3,ACC3,NIGHT5,2026-12-06\n"
                                  "S4,ACC4\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::services));
    CHECK(plan.lines == 4);
    REQUIRE(plan.problems.size() == 3);
    CHECK(plan.problems[0].line == 2);
    CHECK(plan.problems[0].reason == "account_no is empty");
    CHECK(plan.problems[1].line == 3);
    CHECK(plan.problems[2].line == 5);
    REQUIRE(plan.commands.size() == 1);
    CHECK(plan.commands[0].line == 4);
}

TEST_CASE("import: a missing column is said once") {
    const ImportPlan plan =
        plan_import(read_csv("account_no,name\nACC1,X\n"), options_for(ImportKind::customers));
    REQUIRE(plan.problems.size() == 1);
    CHECK(plan.problems[0].reason == "there is no column phone");
    CHECK(plan.commands.empty());
}

TEST_CASE("import: keys follow from the content alone") {
    const std::string key = import_key("savanna", "define_plan", "{}");
    CHECK(key == import_key("savanna", "define_plan", "{}"));
    CHECK(key.starts_with("import:define_plan:"));
    CHECK(key.size() == std::string("import:define_plan:").size() + 32);
    const std::set<std::string> others{
        key,
        import_key("coastal", "define_plan", "{}"),
        import_key("savanna", "add_service", "{}"),
        import_key("savanna", "define_plan", "{ }"),
    };
    CHECK(others.size() == 4);
}
