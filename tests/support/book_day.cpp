#include "tests/support/book_day.hpp"

#include "ledger/ensure.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <sstream>

namespace tollbook {

namespace {

namespace json = boost::json;

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    ensure(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells{""};
    for (const char c : line) {
        if (c == ',')
            cells.emplace_back();
        else if (c != '\r')
            cells.back() += c;
    }
    return cells;
}

std::vector<DayFiles::Row> rows_of(const std::string& path) {
    std::istringstream lines(text_of(path));
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> names = cells_of(line);
    std::vector<DayFiles::Row> rows;
    while (std::getline(lines, line)) {
        const std::vector<std::string> cells = cells_of(line);
        ensure(cells.size() == names.size());
        DayFiles::Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i)
            row[names[i]] = cells[i];
    }
    return rows;
}

std::string text(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

Timestamp instant(const json::object& object, std::string_view name) {
    return parse_timestamp(text(object, name)).value();
}

std::vector<std::string> reasons_of(const std::string& cell) {
    std::vector<std::string> reasons;
    std::istringstream parts(cell);
    for (std::string reason; std::getline(parts, reason, '+');)
        reasons.push_back(reason);
    return reasons;
}

// One provider's day, sent command by command.
class Day {
public:
    Day(const DayFiles& files, LivedDay& lived)
        : files_(files), lived_(lived), tenant_(text(files.tenant, "tenant")) {}

    void set_up() {
        open();
        for (const auto& row : files_.plans)
            define(row);
        for (const auto& row : files_.routers)
            send(RegisterRouter{
                row.at("name"), row.at("driver"), row.at("address"), 8728, {}, "admin", "secret"});
        for (const auto& row : files_.customers)
            send(RegisterCustomer{
                row.at("account_no"), row.at("name"), row.at("phone"), {}, {row.at("account_no")}});
        for (const auto& row : files_.services)
            add_service(row);
        open_balances();
    }

    // Arrivals in file order; the run and the close at their times, after what came before them.
    void live_through() {
        const Timestamp run_at = instant(files_.tenant, "renewal_run_at");
        const Timestamp close_at = instant(files_.tenant, "close_previous_day_at");
        bool ran = false;
        bool closed = false;
        for (const json::object& arrival : files_.arrivals) {
            const Timestamp at = instant(arrival, "at");
            if (!ran && run_at <= at) renew_all(run_at);
            ran = ran || run_at <= at;
            if (!closed && close_at <= at) close(close_at);
            closed = closed || close_at <= at;
            advance(at);
            arrive(arrival);
        }
        ensure(ran && closed);
    }

private:
    std::vector<Fact> send(const Command& command) {
        auto made = lived_.run.send(tenant_, command);
        if (made) return std::move(*made);
        std::cerr << type_of(command) << ": " << info(made.error().code).slug << " "
                  << made.error().detail << " for " << canonical_json(command) << std::endl;
        ensure(false);
        return {};
    }

    void advance(Timestamp to) { send(AdvanceTestClock{to}); }

    void open() {
        OpenTenant open;
        open.name = text(files_.tenant, "name");
        open.timezone = text(files_.tenant, "timezone");
        open.currency = Currency::parse(text(files_.tenant, "currency")).value();
        open.legal_entity = text(files_.tenant, "legal_entity");
        open.mpesa_shortcodes.emplace();
        for (const json::value& shortcode : files_.tenant.at("mpesa_shortcodes").as_array())
            open.mpesa_shortcodes->emplace_back(shortcode.as_string());
        open.tills.emplace();
        for (const json::value& till : files_.tenant.at("tills").as_array())
            open.tills->emplace_back(till.as_string());
        const json::object& policies = files_.tenant.at("policies").as_object();
        open.policies = Policies{text(policies, "recognition"), text(policies, "renewal_anchor")};
        const Timestamp run_at = instant(files_.tenant, "renewal_run_at");
        open.test_clock = Timestamp{run_at.micros - 12LL * 3'600 * 1'000'000};
        send(open);
    }

    void define(const DayFiles::Row& row) {
        DefinePlan plan;
        plan.plan = row.at("code");
        plan.name = row.at("name");
        plan.price_minor = std::stoll(row.at("price_minor"));
        plan.currency = Currency::parse(row.at("currency")).value();
        plan.tax_percent = std::stoll(row.at("tax_percent_included"));
        ensure(boost::describe::enum_from_string(row.at("period").c_str(), plan.period.emplace()));
        plan.down_mbps = std::stoll(row.at("down_mbps"));
        plan.up_mbps = std::stoll(row.at("up_mbps"));
        send(plan);
    }

    void add_service(const DayFiles::Row& row) {
        const std::string& service = row.at("service_no");
        AddService add;
        add.service = service;
        add.customer = row.at("account_no");
        add.plan = row.at("plan");
        add.renews_on = parse_date(row.at("renews_on")).value();
        add.blocks = reasons_of(row.at("blocked"));
        send(add);
        const auto requested = send(ProvisionSite{
            service, "ppp", row.at("router"), row.at("ppp_username"), row.at("ppp_password"), {}});
        const Fact& wish = requested.back();
        const bool enabled = std::get<SiteRequested>(wish.event).enabled;
        send(ReportSite{service, SiteOutcome::provisioned, wish.seq, enabled, {}, {}, {}});
    }

    void open_balances() {
        PostOpeningBalances openings;
        openings.booked_on = parse_date(text(files_.tenant, "day")).value() - 1;
        openings.complete = true;
        for (const auto& row : files_.customers)
            if (const std::int64_t minor = std::stoll(row.at("opening_balance_minor")); minor != 0)
                openings.wallets.push_back({row.at("account_no"), minor});
        for (const auto& opening : files_.tenant.at("opening_cash_minor").as_object())
            openings.cash.push_back({std::string(opening.key()), opening.value().as_int64()});
        send(openings);
    }

    void renew_all(Timestamp at) {
        advance(at);
        lived_.run_begins = lived_.run.facts().size();
        for (int again = 0; again < 3; ++again) {
            const auto due = lived_.run.decider().due_services(tenant_, at);
            for (const DueService& service : due.value())
                renew(service.service);
        }
        lived_.run_ends = lived_.run.facts().size();
    }

    // An earlier service of the same wallet may have been renewed with another one.
    void renew(const std::string& service) {
        const auto made = lived_.run.send(tenant_, RenewService{service});
        if (made) return;
        ensure(made.error().code == Errc::service_not_due);
    }

    void close(Timestamp at) {
        advance(at);
        send(ClosePeriod{parse_date(text(files_.tenant, "day")).value() - 1});
    }

    void arrive(const json::object& arrival) {
        const Timestamp at = instant(arrival, "at");
        if (arrival.at("kind").as_string() == "c2b_confirmation") {
            send(RecordCallback{
                fmt::format("a{}", ++arrivals_), "mpesa", "127.0.0.1", base64(text(arrival, "raw"))}
            );
            return;
        }
        RecordPayment payment;
        payment.channel = text(arrival, "channel");
        payment.receipt = text(arrival, "receipt");
        payment.reference = text(arrival, "account_no");
        payment.minor = arrival.at("amount_minor").as_int64();
        payment.occurred_at = at;
        payment.user = text(arrival, "user");
        send(payment);
    }

    const DayFiles& files_;
    LivedDay& lived_;
    std::string tenant_;
    int arrivals_{};
};

} // namespace

DayFiles::DayFiles(const std::string& directory)
    : tenant(json::parse(text_of(directory + "/tenant.json")).as_object())
    , expected(json::parse(text_of(directory + "/expected.json")).as_object())
    , plans(rows_of(directory + "/plans.csv"))
    , routers(rows_of(directory + "/routers.csv"))
    , customers(rows_of(directory + "/customers.csv"))
    , services(rows_of(directory + "/services.csv")) {
    std::istringstream lines(text_of(directory + "/arrivals.ndjson"));
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) arrivals.push_back(json::parse(line).as_object());
}

void live(const DayFiles& files, LivedDay& day) {
    Day lived(files, day);
    lived.set_up();
    lived.live_through();
}

} // namespace tollbook
