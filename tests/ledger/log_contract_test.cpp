#include "tests/ledger/log_contract.hpp"

#include "ledger/memory_log.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"

using namespace tollbook;

TEST_CASE("memory log: keeps the contract") {
    MemoryLog log({{1}, 0}, {2});
    const auto itself = [&]() -> Log& { return log; };
    check_log_contract({itself, itself});
}

TEST_CASE("rocks log: keeps the contract") {
    const ScratchDirectory scratch;
    REQUIRE(Store::create(scratch.path));
    std::unique_ptr<Store> store;
    bool again = false;
    const auto open = [&]() -> Log& {
        Result<std::unique_ptr<Store>> opened = Store::open(scratch.path);
        REQUIRE(opened);
        store = std::move(*opened);
        return store->log();
    };
    const auto fresh = [&]() -> Log& { return store ? store->log() : open(); };
    const auto reopened = [&]() -> Log& {
        if (again) return store->log();
        again = true;
        store.reset();
        return open();
    };
    check_log_contract({fresh, reopened});
}
