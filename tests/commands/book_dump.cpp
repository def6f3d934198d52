// What the independent model (tests/model) reads: the clear facts of a run, one JSON object per
// line, and the figures of our Book after them.
//   book_dump seed <seed> <steps> <facts.ndjson> <book.json>
//   book_dump day <directory> <facts.ndjson> <book.json>
#include "tests/support/book_clerk.hpp"
#include "tests/support/book_day.hpp"
#include "tests/support/book_proofs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
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

int dump(std::span<char*> arguments) {
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
    std::cerr << "book_dump seed <seed> <steps> | day <directory>, <facts> <book>\n";
    return 2;
}

} // namespace

} // namespace tollbook

int main(int argc, char** argv) { return tollbook::dump({argv, static_cast<std::size_t>(argc)}); }
