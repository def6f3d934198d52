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

TEST_CASE("import: a plan says of what kind it is, and a bundle what it includes") {
    const CsvFile file =
        read_csv("code,name,price_minor,currency,period,down_mbps,up_mbps,kind,includes,proration,"
                 "first_period,valid_from\n"
                 "TV,Television,60000,KES,month,,,addon,,,,2027-01-01\n"
                 "CABLE,Cable,25000,KES,,,,one_time,,,,\n"
                 "ALL,All,250000,KES,month,20,20,bundle,TV+IP*2+VOIP/3*4,thirty_days,prorated,\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
    CHECK(plan.problems.empty());
    REQUIRE(plan.commands.size() == 3);
    CHECK(
        plan.commands[0].body == R"({"plan":"TV","name":"Television","price_minor":60000,)"
                                 R"("currency":"KES","tax_percent":0,"period":"month",)"
                                 R"("down_mbps":0,"up_mbps":0,"kind":"addon",)"
                                 R"("valid_from":"2027-01-01"})"
    );
    CHECK(
        plan.commands[1].body == R"({"plan":"CABLE","name":"Cable","price_minor":25000,)"
                                 R"("currency":"KES","tax_percent":0,"down_mbps":0,"up_mbps":0,)"
                                 R"("kind":"one_time"})"
    );
    CHECK(
        plan.commands[2].body ==
        R"({"plan":"ALL","name":"All","price_minor":250000,"currency":"KES","tax_percent":0,)"
        R"("period":"month","down_mbps":20,"up_mbps":20,"proration":"thirty_days",)"
        R"("first_period":"prorated","kind":"bundle","includes":[)"
        R"({"addon":"TV","plan_version":1,"quantity":1},)"
        R"({"addon":"IP","plan_version":1,"quantity":2},)"
        R"({"addon":"VOIP","plan_version":3,"quantity":4}]})"
    );
}

TEST_CASE("import: what is no kind, and what a bundle cannot include, is said of its line") {
    const CsvFile file =
        read_csv("code,name,price_minor,currency,period,down_mbps,up_mbps,kind,includes,"
                 "valid_from\n"
                 "A,A,100,KES,month,1,1,phone,,\n"
                 "B,B,100,KES,month,1,1,bundle,TV*0,\n"
                 "C,C,100,KES,month,1,1,bundle,TV/x,\n"
                 "D,D,100,KES,month,1,1,bundle,TV++IP,\n"
                 "E,E,100,KES,,1,1,addon,,\n"
                 "F,F,100,KES,month,1,1,,,January\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
    CHECK(plan.commands.empty());
    std::vector<std::string> reasons;
    for (const CsvProblem& problem : plan.problems)
        reasons.push_back(problem.reason);
    const std::string form = "includes is not like TV+IP*2+VOIP/3: ";
    CHECK(
        reasons ==
        std::vector<std::string>{
            "kind is not internet, hosting, recurring, addon, one_time or bundle: phone",
            form + "TV*0",
            form + "TV/x",
            form,
            "period is empty",
            "valid_from is not a date (YYYY-MM-DD)"}
    );
}

TEST_CASE("import: a plan has a price in each currency") {
    const CsvFile file = read_csv("code,name,price_minor,currency,period,down_mbps,up_mbps,prices\n"
                                  "HOME,Home,150000,KES,month,10,10,USD:1500/200+EUR:1400\n"
                                  "DAY,Day,5000,KES,day,10,10,\n");
    const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
    CHECK(plan.problems.empty());
    REQUIRE(plan.commands.size() == 2);
    CHECK(
        plan.commands[0].body ==
        R"({"plan":"HOME","name":"Home","price_minor":150000,"currency":"KES","tax_percent":0,)"
        R"("period":"month","down_mbps":10,"up_mbps":10,"prices":[)"
        R"({"currency":"USD","price_minor":1500,"setup_minor":200},)"
        R"({"currency":"EUR","price_minor":1400}]})"
    );
    CHECK(plan.commands[1].body.find("prices") == std::string::npos);
}

TEST_CASE("import: what is no price in a currency is said of its line") {
    for (const std::string_view bad :
         {"USD",
          "USD:",
          "USD1500",
          ":1500",
          "ABC:1500",
          "usd:1500",
          "USD:1500.00",
          "USD:1500/",
          "USD:1500/x",
          "USD:1500/2/3",
          "USD:99999999999999999999",
          "EUR:1400+USD",
          "EUR:1400++USD:1"}) {
        CAPTURE(bad);
        const CsvFile file = read_csv(
            "code,name,price_minor,currency,period,down_mbps,up_mbps,prices\n"
            "HOME,Home,150000,KES,month,10,10," +
            std::string(bad) + "\n"
        );
        const ImportPlan plan = plan_import(file, options_for(ImportKind::plans));
        CHECK(plan.commands.empty());
        REQUIRE(plan.problems.size() == 1);
        CHECK(plan.problems[0].line == 2);
        CHECK(plan.problems[0].reason.starts_with("prices is not like USD:1500/200+EUR:1400: "));
    }
}

TEST_CASE("import: a customer's currency, and its opening wallet in that one") {
    const CsvFile file = read_csv("account_no,name,phone,currency,opening_balance_minor\n"
                                  "A1,CAROL,2547,USD,2500\n"
                                  "A2,KEVIN,2548,,100\n"
                                  "A3,AMINA,2549,shilling,\n");
    ImportOptions options = options_for(ImportKind::customers);
    options.opening_booked_on = parse_date("2026-11-19").value();
    const ImportPlan plan = plan_import(file, options);
    REQUIRE(plan.problems.size() == 1);
    CHECK(plan.problems[0].line == 4);
    CHECK(plan.problems[0].reason == "currency is not a currency");
    REQUIRE(plan.commands.size() == 3);
    CHECK(
        plan.commands[0].body ==
        R"({"customer":"A1","name":"CAROL","phone":"2547","references":["A1"],"currency":"USD"})"
    );
    CHECK(plan.commands[1].body.find("currency") == std::string::npos);
    CHECK(
        plan.commands[2].body ==
        R"({"booked_on":"2026-11-19","wallets":[{"customer":"A1","minor":2500},)"
        R"({"customer":"A2","minor":100}],"cash":[],"complete":false})"
    );
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
