#include "api/cli/import_rows.hpp"

#include "api/http/secret_file.hpp"

#include <boost/describe/enum_from_string.hpp>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t key_hash_bytes = 16;
constexpr std::size_t opening_wallets_per_command = 1'000;

// One line, asked by column name. The first thing that is wrong is kept.
class Row {
public:
    Row(const CsvFile& file, const CsvLine& line) : file_(file), line_(line) {}

    std::string optional_text(std::string_view column) const {
        const auto at = file_.column(column);
        return at ? line_.fields[*at] : std::string{};
    }

    std::string text(std::string_view column) {
        std::string value = optional_text(column);
        if (value.empty()) complain(std::string(column) + " is empty");
        return value;
    }

    std::int64_t number(std::string_view column, std::int64_t fallback = 0) {
        const std::string value = optional_text(column);
        std::int64_t number = fallback;
        const char* end = value.data() + value.size();
        const auto [stop, ec] = std::from_chars(value.data(), end, number);
        if (!value.empty() && (ec != std::errc{} || stop != end))
            complain(std::string(column) + " is not a whole number: " + value);
        return number;
    }

    // Absent when it is empty.
    template <class T>
    std::optional<T> optional_number(std::string_view column) {
        if (optional_text(column).empty()) return std::nullopt;
        const std::int64_t value = number(column);
        if (!std::in_range<T>(value)) complain(std::string(column) + " is out of range");
        return static_cast<T>(value);
    }

    BillingPeriod period(std::string_view column) {
        const std::string value = text(column);
        BillingPeriod period{};
        if (!value.empty() && !boost::describe::enum_from_string(value.c_str(), period))
            complain(std::string(column) + " is not day, week, month, quarter or year: " + value);
        return period;
    }

    Date date(std::string_view column) {
        const Result<Date> day = parse_date(optional_text(column));
        if (!day) complain(std::string(column) + " is not a date (YYYY-MM-DD)");
        return day ? *day : Date{};
    }

    Currency currency(std::string_view column) {
        const Result<Currency> currency = Currency::parse(optional_text(column));
        if (!currency) complain(std::string(column) + " is not a currency");
        return currency ? *currency : Currency{};
    }

    void complain(std::string reason) {
        if (reason_.empty()) reason_ = std::move(reason);
    }

    const std::string& reason() const { return reason_; }

    std::size_t number_of_line() const { return line_.number; }

private:
    const CsvFile& file_;
    const CsvLine& line_;
    std::string reason_;
};

// What the lines of one file add up to.
struct Building {
    const ImportOptions& options;
    ImportPlan plan;
    std::vector<WalletAmount> openings;
    std::vector<ImportCommand> of_line;

    // What no node could read is wrong with the line: a byte that is no text, a NUL.
    template <class T>
    void add(Row& row, const T& command) {
        add(row.number_of_line(), command);
        if (const auto read = read_command(T::type, of_line.back().body); !read)
            row.complain(read.error().detail);
    }

    template <class T>
    void add(std::size_t line, const T& command) {
        const std::string body = to_json(command);
        of_line.push_back(
            {line, import_key(options.tenant, T::type, body), std::string(T::type), body}
        );
    }
};

void plan_line(Row& row, Building& building) {
    DefinePlan plan;
    plan.plan = row.text("code");
    plan.name = row.text("name");
    plan.price_minor = row.number("price_minor");
    plan.currency = row.currency("currency");
    plan.tax_percent = row.number("tax_percent_included");
    plan.period = row.period("period");
    plan.down_mbps = row.number("down_mbps");
    plan.up_mbps = row.number("up_mbps");
    plan.period_count = row.optional_number<std::uint32_t>("period_count");
    plan.setup_minor = row.optional_number<std::int64_t>("setup_minor");
    plan.trial_days = row.optional_number<std::uint32_t>("trial_days");
    building.add(row, plan);
}

void router_line(Row& row, Building& building) {
    const ImportOptions& options = building.options;
    RegisterRouter router;
    router.router = row.text("name");
    router.driver = row.text("driver");
    router.address = row.text("address");
    const auto given = options.router_ports.find(router.router);
    const std::int64_t known = given == options.router_ports.end() ? 0 : given->second;
    const std::int64_t port = row.number("port", known);
    if (port < 1 || port > 65'535)
        row.complain("port is missing: use --port " + router.router + "=N");
    router.port = static_cast<std::uint16_t>(port);
    router.username = row.optional_text("username");
    router.password = row.optional_text("password");
    if (router.username.empty()) router.username = options.router_username;
    if (router.password.empty()) router.password = options.router_password;
    if (router.username.empty()) row.complain("username is missing: use --username");
    building.add(row, router);
}

void customer_line(Row& row, Building& building) {
    RegisterCustomer customer;
    customer.customer = row.text("account_no");
    customer.name = row.text("name");
    customer.phone = row.optional_text("phone");
    customer.references = {customer.customer};
    const std::int64_t opening = row.number("opening_balance_minor");
    if (opening < 0) row.complain("opening_balance_minor is negative");
    if (opening != 0 && !building.options.opening_booked_on)
        row.complain("opening_balance_minor needs --opening-booked-on");
    building.add(row, customer);
    if (opening > 0 && row.reason().empty())
        building.openings.push_back({customer.customer, opening});
}

std::vector<std::string> split_blocks(std::string_view text) {
    std::vector<std::string> blocks;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('+'), text.size());
        blocks.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return blocks;
}

void service_line(Row& row, Building& building) {
    AddService service;
    service.service = row.text("service_no");
    service.customer = row.text("account_no");
    service.plan = row.text("plan");
    service.renews_on = row.date("renews_on");
    const std::vector<std::string> blocks = split_blocks(row.optional_text("blocked"));
    if (!blocks.empty()) service.blocks = blocks;
    building.add(row, service);
    if (row.optional_text("router").empty()) return;

    ProvisionSite site;
    site.site = service.service;
    site.kind = "ppp";
    site.target = row.text("router");
    site.username = row.text("ppp_username");
    site.password = row.text("ppp_password");
    building.add(row, site);
}

struct Shape {
    std::string_view name;
    ImportKind kind;
    void (*line)(Row&, Building&);
    std::vector<std::string_view> columns;
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all{
        {"plans",
         ImportKind::plans,
         &plan_line,
         {"code", "name", "price_minor", "currency", "period", "down_mbps", "up_mbps"}},
        {"routers", ImportKind::routers, &router_line, {"name", "driver", "address", "port"}},
        {"customers", ImportKind::customers, &customer_line, {"account_no", "name", "phone"}},
        {"services",
         ImportKind::services,
         &service_line,
         {"service_no", "account_no", "plan", "renews_on"}},
    };
    return all;
}

const Shape& shape_of(ImportKind kind) { return *std::ranges::find(shapes(), kind, &Shape::kind); }

// Opening wallets come last: their customers must stand. Line 0: no line of its own.
void add_openings(Building& building) {
    const std::span<const WalletAmount> all = building.openings;
    for (std::size_t from = 0; from < all.size(); from += opening_wallets_per_command) {
        const auto part =
            all.subspan(from, std::min(opening_wallets_per_command, all.size() - from));
        PostOpeningBalances opening;
        opening.booked_on = *building.options.opening_booked_on;
        opening.wallets.assign(part.begin(), part.end());
        building.add(0, opening);
    }
    std::ranges::move(building.of_line, std::back_inserter(building.plan.commands));
    building.of_line.clear();
}

} // namespace

std::optional<ImportKind> import_kind_named(std::string_view name) {
    const auto found = std::ranges::find(shapes(), name, &Shape::name);
    if (found == shapes().end()) return {};
    return found->kind;
}

std::string import_key(std::string_view tenant, std::string_view type, std::string_view body) {
    std::string text(tenant);
    text += '\n';
    text += type;
    text += '\n';
    text += body;
    const Hash hash = secret_hash(text);
    return "import:" + std::string(type) + ":" + hex(std::span(hash).first(key_hash_bytes));
}

ImportPlan plan_import(const CsvFile& file, const ImportOptions& options) {
    const Shape& shape = shape_of(options.kind);
    Building building{options, {}, {}, {}};
    std::vector<CsvProblem>& problems = building.plan.problems;
    building.plan.lines = file.lines.size() + file.problems.size();
    for (const std::string_view column : shape.columns)
        if (!file.column(column))
            problems.push_back({1, "there is no column " + std::string(column)});
    const bool is_incomplete = !problems.empty();
    problems.insert(problems.end(), file.problems.begin(), file.problems.end());
    if (is_incomplete) return std::move(building.plan);

    for (const CsvLine& line : file.lines) {
        Row row(file, line);
        shape.line(row, building);
        if (row.reason().empty())
            std::ranges::move(building.of_line, std::back_inserter(building.plan.commands));
        else
            problems.push_back({line.number, row.reason()});
        building.of_line.clear();
    }
    add_openings(building);
    std::ranges::sort(problems, {}, &CsvProblem::line);
    return std::move(building.plan);
}

} // namespace tollbook::api
