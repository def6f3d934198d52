#include "bench/http_charges.hpp"

#include "bench/load.hpp"

#include <fmt/format.h>

namespace tollbook::bench {

namespace {

constexpr std::size_t set_up_connections = 512;
constexpr std::size_t openings_of_one_command = 1'000;

std::string customer(std::size_t number) {
    return fmt::format("ACC{:06}", number % http_customers);
}

} // namespace

void open_book(const NodeProcess& node) {
    const std::string open =
        node.request("/bench", "open", R"({"name":"Bench","timezone":"UTC","currency":"KES"})");
    send_load(node.port(), 1, {&open, 1});
    std::vector<std::string> people;
    std::vector<std::string> openings;
    std::string wallets;
    for (std::size_t i = 0; i < http_customers; ++i) {
        const std::string id = customer(i);
        people.push_back(node.request(
            "/bench/customers",
            "customer:" + id,
            fmt::format(R"({{"customer":"{0}","name":"N","phone":"1","references":["{0}"]}})", id)
        ));
        wallets += fmt::format(
            R"({}{{"customer":"{}","minor":1000000000000}})", wallets.empty() ? "" : ",", id
        );
        if ((i + 1) % openings_of_one_command != 0) continue;
        openings.push_back(node.request(
            "/bench/opening-balances",
            "openings:" + id,
            fmt::format(
                R"({{"booked_on":"2026-01-01","wallets":[{}],"cash":[],"complete":false}})", wallets
            )
        ));
        wallets.clear();
    }
    send_load(node.port(), set_up_connections, people);
    send_load(node.port(), 1, openings);
}

std::vector<std::string> charges(const NodeProcess& node, std::size_t first, std::size_t count) {
    std::vector<std::string> requests;
    requests.reserve(count);
    for (std::size_t i = first; i < first + count; ++i)
        requests.push_back(node.request(
            "/bench/wallets/" + customer(i * 7919) + "/charge",
            fmt::format("charge:{}:2026-11-21", i),
            fmt::format(
                R"({{"charge":"{}","lines":[{{"component":"period","net":215517,)"
                R"("tax_code":"vat16","tax":34483,"service_from":"2026-11-20",)"
                R"("service_to":"2026-12-20"}}]}})",
                i
            )
        ));
    return requests;
}

} // namespace tollbook::bench
