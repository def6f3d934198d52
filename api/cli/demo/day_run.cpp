#include "api/cli/demo/day_run.hpp"

#include "commands/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook::api {

namespace {

constexpr std::size_t batch_items_max = 2'000;
constexpr std::size_t openings_of_one_command = 500;

template <class T>
std::string body_of(const T& command) {
    return to_json(command);
}

} // namespace

DayRun::DayRun(const Day& day, DayAccess access, ClientNow client, DayProgress progress)
    : day_(day)
    , access_(std::move(access))
    , client_(std::move(client))
    , progress_(std::move(progress))
    , clock_(std::min(
          day.arrivals.empty() ? day.tenant.renewal_run_at : day.arrivals.front().at,
          day.tenant.renewal_run_at
      )) {}

std::string DayRun::path(std::string_view rest) const {
    return fmt::format("/v1/tenants/{}{}", day_.tenant.tenant, rest);
}

Status DayRun::open_tenant() {
    OpenTenant open;
    open.name = day_.tenant.name;
    open.timezone = day_.tenant.timezone;
    open.currency = day_.tenant.currency;
    open.legal_entity = day_.tenant.legal_entity;
    open.mpesa_shortcodes = day_.tenant.mpesa_shortcodes;
    open.tills = day_.tenant.tills;
    open.policies = day_.tenant.policies;
    open.test_clock = clock_;
    const auto opened = client_().post(path(""), body_of(open), "day:open");
    if (!opened) return opened.error();
    return Done{};
}

Status DayRun::import_provider() {
    if (const Status status = open_tenant(); !status) return status;
    std::vector<Item> items;
    for (const DayPlan& plan : day_.plans)
        items.push_back(
            {"day:plan:" + plan.code,
             "define_plan",
             body_of(DefinePlan{
                 plan.code,
                 1,
                 plan.name,
                 plan.price_minor,
                 day_.tenant.currency,
                 plan.tax_percent,
                 std::nullopt,
                 plan.down_mbps,
                 plan.up_mbps})}
        );
    for (const DayRouter& router : day_.routers) {
        const auto port = std::ranges::find(access_.routers, router.name, &RouterPort::router);
        if (port == access_.routers.end()) return Error{Errc::router_unknown, router.name};
        items.push_back(
            {"day:router:" + router.name,
             "register_router",
             body_of(RegisterRouter{
                 router.name,
                 router.driver,
                 router.address,
                 port->port,
                 std::nullopt,
                 access_.router_user,
                 access_.router_password})}
        );
    }
    if (const Status status = send_batches("plans and routers", items); !status) return status;

    items.clear();
    for (const DayCustomer& customer : day_.customers)
        items.push_back(
            {"day:customer:" + customer.account_no,
             "register_customer",
             body_of(RegisterCustomer{
                 customer.account_no,
                 customer.name,
                 customer.phone,
                 std::nullopt,
                 {customer.account_no}})}
        );
    if (const Status status = send_batches("customers", items); !status) return status;

    items.clear();
    for (const DayService& service : day_.services) {
        const Result<Date> renews_on = parse_date(service.renews_on);
        if (!renews_on) return renews_on.error();
        AddService add{
            service.service_no,
            service.account_no,
            service.plan,
            std::nullopt,
            std::nullopt,
            *renews_on,
            std::nullopt,
            service.blocked};
        ProvisionSite provision{
            service.service_no,
            "ppp",
            service.router,
            service.username,
            service.password,
            std::nullopt};
        items.push_back({"day:service:" + service.service_no, "add_service", body_of(add)});
        items.push_back({"day:site:" + service.service_no, "provision_site", body_of(provision)});
    }
    if (const Status status = send_batches("services", items); !status) return status;
    return send_batches("opening balances", openings());
}

// Booked the day before, in as many commands as it takes.
std::vector<DayRun::Item> DayRun::openings() const {
    std::vector<PostOpeningBalances> parts(1);
    for (const auto& [channel, minor] : day_.tenant.opening_cash_minor)
        if (minor != 0) parts.back().cash.push_back({channel, minor});
    for (const DayCustomer& customer : day_.customers) {
        if (customer.opening_minor == 0) continue;
        if (parts.back().wallets.size() == openings_of_one_command) parts.emplace_back();
        parts.back().wallets.push_back({customer.account_no, customer.opening_minor});
    }
    parts.back().complete = true;
    std::vector<Item> items;
    for (PostOpeningBalances& part : parts) {
        part.booked_on = day_.tenant.day - 1;
        items.push_back(
            {fmt::format("day:opening:{}", items.size()), "post_opening_balances", body_of(part)}
        );
    }
    return items;
}

Status DayRun::send_batches(std::string_view step, const std::vector<Item>& items) {
    for (std::size_t begin = 0; begin < items.size(); begin += batch_items_max) {
        progress_(step, begin, items.size());
        const std::size_t end = std::min(begin + batch_items_max, items.size());
        if (const Status status = send_batch(items, begin, end); !status) return status;
    }
    progress_(step, items.size(), items.size());
    return Done{};
}

Status DayRun::send_batch(const std::vector<Item>& items, std::size_t begin, std::size_t end) {
    std::string body = "[";
    for (std::size_t i = begin; i < end; ++i) {
        body += i == begin ? "{\"key\":" : ",{\"key\":";
        write_json_string(body, items[i].key);
        body += ",\"type\":";
        write_json_string(body, items[i].type);
        body += ",\"body\":" + items[i].body + "}";
    }
    body += "]";
    const std::string key = fmt::format("day:batch:{}", items[begin].key);
    const auto answer = client_().post(path("/batch"), body, key);
    if (!answer) return answer.error();
    const std::string& told = answer->body;
    if (told.find("\"refused\":0") != std::string::npos) return Done{};
    return Error{Errc::internal, told.substr(std::min(told.find("\"problem\""), told.size()), 400)};
}

Status DayRun::advance(Timestamp to) {
    if (to <= clock_) return Done{};
    clock_ = to;
    const auto moved = client_().post(
        path("/clock/advance"), body_of(AdvanceTestClock{to}), "day:clock:" + to_string(to)
    );
    if (!moved) return moved.error();
    return Done{};
}

Status DayRun::arrive(const DayArrival& arrival, std::size_t number) {
    if (const Status status = advance(arrival.at); !status) return status;
    if (arrival.kind == "c2b_confirmation") {
        // M-Pesa knows no keys; the one sent here only lets the client try again safely.
        const auto answer = client_().post(
            access_.hook_path, arrival.raw.value_or(""), fmt::format("day:{}", number)
        );
        if (!answer) return answer.error();
        return Done{};
    }
    const RecordPayment entry{
        arrival.channel.value_or(""),
        arrival.receipt.value_or(""),
        std::nullopt,
        arrival.account_no,
        arrival.amount_minor.value_or(0),
        arrival.at,
        arrival.user.value_or("")};
    const auto typed =
        client_().post(path("/payments"), body_of(entry), fmt::format("day:desk:{}", number));
    if (!typed) return typed.error();
    return Done{};
}

Status DayRun::run_renewals() {
    if (const Status status = advance(day_.tenant.renewal_run_at); !status) return status;
    const auto run =
        client_().post(path("/renewal-runs"), "{}", "day:renewals:" + to_string(day_.tenant.day));
    if (!run) return run.error();
    return Done{};
}

Status DayRun::close_previous_day() {
    if (const Status status = advance(day_.tenant.close_previous_day_at); !status) return status;
    const ClosePeriod close{day_.tenant.day - 1};
    const auto closed = client_().post(path("/periods/close"), body_of(close), "day:close");
    if (!closed) return closed.error();
    return Done{};
}

Status DayRun::live(const std::function<Status()>& between) {
    bool ran = false;
    bool closed = false;
    for (std::size_t i = 0; i <= day_.arrivals.size(); ++i) {
        const bool over = i == day_.arrivals.size();
        if (!ran && (over || day_.arrivals[i].at >= day_.tenant.renewal_run_at)) {
            ran = true;
            for (int again = 0; again < 2; ++again)
                if (const Status status = run_renewals(); !status) return status;
        }
        if (!closed && (over || day_.arrivals[i].at >= day_.tenant.close_previous_day_at)) {
            closed = true;
            if (const Status status = close_previous_day(); !status) return status;
        }
        if (i == day_.arrivals.size() / 2)
            if (const Status status = between(); !status) return status;
        if (over) break;
        if (i % 50 == 0) progress_("the day", i, day_.arrivals.size());
        if (const Status status = arrive(day_.arrivals[i], i); !status) return status;
    }
    progress_("the day", day_.arrivals.size(), day_.arrivals.size());
    return run_renewals(); // A scheduler that comes once more, at the end of the day.
}

} // namespace tollbook::api
