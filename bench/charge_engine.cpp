#include "bench/charge_engine.hpp"

#include "bench/figure.hpp"
#include "commands/book_decider.hpp"
#include "ledger/ensure.hpp"

#include <latch>
#include <semaphore>

namespace tollbook::bench {

namespace {

constexpr std::size_t openings_of_one_command = 1'000;

std::string customer(std::size_t number) {
    return fmt::format("ACC{:06}", number % engine_customers);
}

} // namespace

Submission submission(std::string key, std::string type, std::string body) {
    Submission made;
    made.tenant = "bench";
    made.key = std::move(key);
    made.type = std::move(type);
    made.body = std::move(body);
    made.actor = "key:bench";
    return made;
}

Sender::~Sender() {
    for (std::ptrdiff_t i = 0; i < waiting_max; ++i)
        room_.acquire();
}

void Sender::operator()(Submission command) {
    room_.acquire();
    partition_.submit(std::move(command), [this](const Result<Receipt>& receipt) {
        ensure(receipt.has_value());
        room_.release();
    });
}

Engine::Engine(
    const std::string& directory,
    std::size_t group_commands_max,
    const StoreOptions& store_options,
    const LogOf& log_of
) {
    store = *Store::open(directory, store_options);
    keys = *KeyStore::open(directory, false);
    PartitionOptions options;
    options.group_commands_max = group_commands_max;
    if (log_of) options.log = log_of(*store);
    auto decider =
        std::make_unique<BookDecider>([this](std::string_view tenant, std::string_view text) {
            return keys->private_hash(tenant, text);
        });
    partition = *Partition::open(*store, *keys, std::move(decider), options);
}

Submission charge_of(std::uint64_t number) {
    return submission(
        fmt::format("charge:{}:2026-11-21", number),
        "charge_wallet",
        fmt::format(
            R"({{"customer":"{}","charge":"{}","lines":[{{"component":"period","net":215517,)"
            R"("tax_code":"vat16","tax":34483,"service_from":"2026-11-20","service_to":"2026-12-20"}}]}})",
            customer(number * 7919),
            number
        )
    );
}

void each_opening(const std::function<void(Submission)>& take) {
    take(submission(
        "open",
        "open_tenant",
        R"({"name":"Bench","timezone":"UTC","currency":"KES",)"
        R"("policies":{"recognition":"on_charge","renewal_anchor":"fixed"}})"
    ));
    std::string openings;
    for (std::size_t i = 0; i < engine_customers; ++i) {
        const std::string id = customer(i);
        take(submission(
            "c" + id,
            "register_customer",
            fmt::format(R"({{"customer":"{0}","name":"N","phone":"1","references":["{0}"]}})", id)
        ));
        openings += fmt::format(
            R"({}{{"customer":"{}","minor":1000000000000}})", openings.empty() ? "" : ",", id
        );
        if ((i + 1) % openings_of_one_command != 0) continue;
        take(submission(
            "o" + id,
            "post_opening_balances",
            fmt::format(
                R"({{"booked_on":"2026-01-01","wallets":[{}],"cash":[],"complete":false}})",
                openings
            )
        ));
        openings.clear();
    }
}

void open_book(Partition& partition) {
    Sender send(partition);
    each_opening([&](Submission command) { send(std::move(command)); });
}

double charge(Partition& partition, const Charges& charges) {
    std::vector<Submission> made; // By clients, whose time this is not.
    made.reserve(charges.count);
    for (std::size_t i = 0; i < charges.count; ++i)
        made.push_back(charge_of(charges.first + i));
    std::counting_semaphore<> room(static_cast<std::ptrdiff_t>(charges.waiting));
    std::latch answered(static_cast<std::ptrdiff_t>(charges.count));
    return seconds([&] {
        for (Submission& one : made) {
            room.acquire();
            partition.submit(std::move(one), [&](const Result<Receipt>& receipt) {
                ensure(receipt.has_value() && !receipt->replayed);
                room.release();
                answered.count_down();
            });
        }
        answered.wait();
    });
}

} // namespace tollbook::bench
