#pragma once

#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>

namespace tollbook::bench {

inline constexpr std::size_t engine_customers = 100'000;

// A store that exists, opened with the Book's one writer on it.
struct Engine {
    // Where the writer appends; null or absent: to the store's own log.
    using LogOf = std::function<Log*(Store&)>;

    Engine(
        const std::string& directory,
        std::size_t group_commands_max,
        const StoreOptions& store_options = {},
        const LogOf& log_of = {}
    );

    std::unique_ptr<Store> store;
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<Partition> partition;
};

// A command of the tenant "bench".
Submission submission(std::string key, std::string type, std::string body);

// Sends commands in order, many on their way at once; a refusal ends the bench. Waits for the last
// answer when it ends.
class Sender {
public:
    explicit Sender(Partition& partition) : partition_(partition) {}

    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    ~Sender();

    void operator()(Submission command);

private:
    static constexpr std::ptrdiff_t waiting_max = 10'000;

    Partition& partition_;
    std::counting_semaphore<> room_{waiting_max};
};

// What opens the tenant "bench" with all its customers, each with money for every charge to come.
void each_opening(const std::function<void(Submission)>& take);

// One wallet charge, another for every number.
Submission charge_of(std::uint64_t number);

void open_book(Partition& partition);

// `count` wallet charges from number `first` on, `waiting` of them on their way at once; a refusal
// ends the bench. Returns the seconds until the last was answered.
struct Charges {
    std::uint64_t first{};
    std::size_t count{};
    std::size_t waiting{};
};

double charge(Partition& partition, const Charges& charges);

} // namespace tollbook::bench
