// What the independent model (tests/model) reads: the clear facts of a run, one JSON object per
// line, and the figures of our Book after them.
//   book_dump seed <seed> <steps> <facts.ndjson> <book.json>
//   book_dump changes <seed> <turns> <facts.ndjson> <book.json>
//   book_dump day <directory> <facts.ndjson> <book.json>
#include "tests/support/book_clerk.hpp"
#include "tests/support/book_day.hpp"
#include "tests/support/book_proofs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
#include <random>
#include <span>

namespace json = boost::json;

namespace tollbook {

namespace {

void write_facts(const std::vector<Fact>& facts, const std::string& path) {
    std::ofstream file(path);
    for (const Fact& fact : facts) {
        const json::object head{
            {"seq", fact.seq},
            {"tenant", fact.tenant},
            {"type", type_of(fact.event)},
            {"command", fact.command},
            {"index", fact.index},
            {"causation", fact.cause.causation},
            {"booked_on", to_string(fact.booked_on)},
            {"effective_at", to_string(fact.effective_at)}};
        std::string line = json::serialize(head);
        line.back() = ',';
        file << line << R"("payload":)" << payload_of(fact.event) << "}\n";
    }
}

json::object wallets_of(const Book& book, std::size_t prefix) {
    json::object wallets;
    book.wallets.for_each([&](std::string_view key, const WalletRow& row) {
        json::array lots;
        for (const LotTaken& lot : row.lots)
            lots.push_back(json::array{lot.lot, lot.minor});
        wallets[key.substr(prefix)] = {{"lots", lots}, {"overdrawn", row.overdrawn}};
    });
    return wallets;
}

json::object addons_of(const Book& book, std::string_view service) {
    json::object addons;
    if (const ServiceAddonsRow* row = book.addons.find(service))
        for (const AddonRow& addon : row->addons)
            addons[addon.addon] = addon.quantity;
    return addons;
}

json::object services_of(const Book& book, std::size_t prefix) {
    json::object services;
    book.services.for_each([&](std::string_view key, const ServiceRow& row) {
        json::array blocks;
        for (const std::string& block : row.blocks)
            blocks.emplace_back(block);
        services[key.substr(prefix)] = {
            {"blocks", blocks},
            {"renews_on", to_string(row.renews_on)},
            {"addons", addons_of(book, key)}};
    });
    return services;
}

// What stands of each payment: in suspense, and by customer.
json::object payments_of(const BookRun& run, const std::string& tenant) {
    json::object payments;
    for (const Fact& fact : run.facts()) {
        const auto* received = std::get_if<PaymentReceived>(&fact.event);
        if (received == nullptr) continue;
        const PaymentRow* row = run.book().payments.find(book_key(tenant, received->payment));
        std::map<std::string, std::int64_t> standing;
        for (const PaymentPart& part : row->parts)
            standing[part.customer] += part.standing;
        json::object parts;
        for (const auto& [customer, minor] : standing)
            if (minor != 0) parts[customer] = minor;
        payments[received->payment] = {{"suspended", row->suspended}, {"standing", parts}};
    }
    return payments;
}

// What is owed for each invoice.
json::object invoices_of(const BookRun& run, const std::string& tenant) {
    json::object invoices;
    for (const Fact& fact : run.facts())
        if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event))
            invoices[issued->invoice] =
                run.book().invoices.find(book_key(tenant, issued->invoice))->open;
    return invoices;
}

json::object booked_on(const std::vector<Fact>& facts) {
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> days;
    for (const Fact& fact : facts) {
        const auto* received = std::get_if<PaymentReceived>(&fact.event);
        if (received == nullptr) continue;
        auto& [count, minor] = days[to_string(fact.booked_on)];
        ++count;
        minor += received->minor;
    }
    json::object booked;
    for (const auto& [date, sums] : days)
        booked[date] = {{"count", sums.first}, {"minor", sums.second}};
    return booked;
}

void write_book(const BookRun& run, const std::string& path) {
    const std::string& tenant = run.facts().front().tenant;
    json::object accounts;
    for (const auto& [account, minor] : accounts_of(run.facts()))
        if (minor != 0) accounts[account] = minor;
    const json::object book{
        {"wallets", wallets_of(run.book(), tenant.size() + 1)},
        {"services", services_of(run.book(), tenant.size() + 1)},
        {"payments", payments_of(run, tenant)},
        {"invoices", invoices_of(run, tenant)},
        {"accounts", accounts},
        {"booked_on", booked_on(run.facts())}};
    std::ofstream(path) << json::serialize(book) << "\n";
}

// Customers who pay in time, and whose plans and add-ons change at days that were named before.
class DatedChanges {
public:
    DatedChanges(BookRun& run, std::uint64_t seed) : run_(run), random_(seed) {}

    void live(int turns) {
        set_up();
        for (; turns > 0; --turns) {
            change();
            today_ = today_ + 1 + some(20);
            send(AdvanceTestClock{parse_timestamp(to_string(today_) + "T09:00:00Z").value()});
            for (const DueService& due : run_.decider().due_services(clerk_tenant, {}).value())
                send(RenewService{due.service, {}});
        }
    }

private:
    static constexpr int services = 6;

    int some(int most) { return static_cast<int>(random_() % static_cast<std::uint64_t>(most)); }

    void send(const Command& command) {
        static_cast<void>(run_.send(clerk_tenant, command)); // What is refused leaves no fact.
    }

    void set_up() {
        const Currency kes = Currency::parse("KES").value();
        OpenTenant open;
        open.name = "Bahati Net";
        open.timezone = "Africa/Nairobi";
        open.currency = kes;
        open.tills = {"main"};
        open.policies = Policies{"on_charge", some(2) == 0 ? "rolling" : "fixed"};
        open.test_clock = parse_timestamp("2026-11-20T06:00:00Z").value();
        send(open);
        for (const auto& [plan, price_minor] :
             {std::pair("P1", 900'00), {"P2", 1'500'00}, {"P3", 4'000'01}})
            send(DefinePlan{plan, {}, plan, price_minor, kes, {}, {}, 1, 1});
        DefinePlan addon{"TV", {}, "TV", 200'00, kes, {}, {}, 1, 1};
        addon.kind = PlanKind::addon;
        send(addon);
        for (int i = 1; i <= services; ++i) {
            const std::string id = "C" + std::to_string(i);
            send(RegisterCustomer{id, "N", "2547", {}, {id}});
            send(RecordPayment{"till:main", "R" + id, id, {}, 9'000'000'00, {}, "cashier-1"});
            send(AddService{id + "-1", id, "P1", 1, {}, today_ + some(9), {}, {}});
            send(AddAddon{id + "-1", "TV", {}, 1, {}});
        }
    }

    void change() {
        const std::string service = "C" + std::to_string(1 + some(services)) + "-1";
        std::optional<ChangeTime> when;
        std::optional<Date> not_before;
        if (some(8) == 0)
            when = ChangeTime::now;
        else
            not_before = today_ + some(90);
        if (some(9) == 0) return send(CancelSchedule{service, {}});
        if (some(2) == 0) {
            ChangeAddon change;
            change.service = service;
            change.addon = "TV";
            change.quantity = 1 + static_cast<std::uint32_t>(some(5));
            change.when = when;
            change.not_before = not_before;
            return send(change);
        }
        ChangePlan change{service, "P" + std::to_string(1 + some(3)), {}, when};
        change.not_before = not_before;
        send(change);
    }

    BookRun& run_;
    std::mt19937_64 random_;
    Date today_{parse_date("2026-11-20").value()};
};

int dump(std::span<char*> arguments) {
    if (arguments.size() == 6 && std::string_view(arguments[1]) == "changes") {
        BookRun run;
        DatedChanges(run, std::stoull(arguments[2])).live(std::stoi(arguments[3]));
        write_facts(run.facts(), arguments[4]);
        write_book(run, arguments[5]);
        return 0;
    }
    if (arguments.size() == 6 && std::string_view(arguments[1]) == "seed") {
        BookRun run;
        BookClerk clerk(run, std::stoull(arguments[2]));
        clerk.set_up();
        for (int left = std::stoi(arguments[3]); left > 0; --left)
            clerk.step();
        write_facts(run.facts(), arguments[4]);
        write_book(run, arguments[5]);
        return 0;
    }
    if (arguments.size() == 5 && std::string_view(arguments[1]) == "day") {
        LivedDay lived;
        live(DayFiles(arguments[2]), lived);
        write_facts(lived.run.facts(), arguments[3]);
        write_book(lived.run, arguments[4]);
        return 0;
    }
    std::cerr << "book_dump seed <seed> <steps> | changes <seed> <turns> | day <directory>, "
                 "<facts> <book>\n";
    return 2;
}

} // namespace

} // namespace tollbook

int main(int argc, char** argv) { return tollbook::dump({argv, static_cast<std::size_t>(argc)}); }
