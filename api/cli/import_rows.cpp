#include "api/cli/import_rows.hpp"

#include "api/cli/csv_row.hpp"
#include "api/cli/plan_rows.hpp"
#include "api/http/secret_file.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t key_hash_bytes = 16;
constexpr std::size_t opening_wallets_per_command = 1'000;

// What the lines of one file add up to.
struct Building {
    const ImportOptions& options;
    ImportPlan plan;
    std::vector<WalletAmount> openings;
    std::vector<ImportCommand> of_line;

    // What no node could read is wrong with the line: a byte that is no text, a NUL.
    template <class T>
    void add(CsvRow& row, const T& command) {
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

void plan_line(CsvRow& row, Building& building) { building.add(row, plan_of(row)); }

void router_line(CsvRow& row, Building& building) {
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

void customer_line(CsvRow& row, Building& building) {
    RegisterCustomer customer;
    customer.customer = row.text("account_no");
    customer.name = row.text("name");
    customer.phone = row.optional_text("phone");
    customer.references = {customer.customer};
    if (std::string entity = row.optional_text("entity"); !entity.empty())
        customer.entity = std::move(entity);
    customer.currency = row.optional_currency("currency");
    const std::int64_t opening = row.number("opening_balance_minor");
    if (opening < 0) row.complain("opening_balance_minor is negative");
    if (opening != 0 && !building.options.opening_booked_on)
        row.complain("opening_balance_minor needs --opening-booked-on");
    building.add(row, customer);
    if (opening > 0 && row.reason().empty())
        building.openings.push_back({customer.customer, opening});
}

void service_line(CsvRow& row, Building& building) {
    AddService service;
    service.service = row.text("service_no");
    service.customer = row.text("account_no");
    service.plan = row.text("plan");
    service.renews_on = row.date("renews_on");
    const std::vector<std::string> blocks = split_text(row.optional_text("blocked"), '+');
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
    void (*line)(CsvRow&, Building&);
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
        CsvRow row(file, line);
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
