#pragma once

#include "ledger/guarded.hpp"
#include "tests/routeros/router_store.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::routeros {

// What can go wrong with a router. The first group lasts until it is taken back; the second happens
// to the next command that writes, once.
enum class Fault {
    none,
    refuse,       // Nobody listens, and who is connected is thrown out.
    never_answer, // Accepts and reads, and says nothing.
    garbage,      // Answers with bytes that are no sentence.
    drop_halfway, // Carries out any command, sends half of the answer, then closes.

    trap_next_write,      // "not enough permissions (9)"
    interrupt_next_write, // Category 2, "interrupted".
    lose_next_write,      // Closes instead of carrying it out.
    drop_next_write,      // Carries it out, then closes without an answer.
    race_next_add,        // Somebody else adds that secret first.
    vanish_next_set,      // Somebody else removes that secret first.
    keep_next_session,    // Says that a session was removed, but it was not.
};

struct NamedFault {
    std::string_view name;
    Fault fault;
};

inline constexpr std::array named_faults{
    NamedFault{"none", Fault::none},
    NamedFault{"refuse", Fault::refuse},
    NamedFault{"never_answer", Fault::never_answer},
    NamedFault{"garbage", Fault::garbage},
    NamedFault{"drop_halfway", Fault::drop_halfway},
    NamedFault{"trap_next_write", Fault::trap_next_write},
    NamedFault{"interrupt_next_write", Fault::interrupt_next_write},
    NamedFault{"lose_next_write", Fault::lose_next_write},
    NamedFault{"drop_next_write", Fault::drop_next_write},
    NamedFault{"race_next_add", Fault::race_next_add},
    NamedFault{"vanish_next_set", Fault::vanish_next_set},
    NamedFault{"keep_next_session", Fault::keep_next_session},
};

struct RouterOptions {
    std::string name = "rtr-01";
    std::uint16_t port = 0; // 0: any free one.
    std::string user = "api";
    std::string password = "router-secret";
    bool tls = false;
    bool legacy_login = false; // Before 6.43.
    bool pre_718 = false;      // Never says !empty.
    bool split = false;        // Cuts and joins its writes at random.
    std::uint64_t seed = 1;
    bool auto_session = false;
    bool hide_passwords = false;
};

// What all connections of one router share, and what a test may look at meanwhile.
struct RouterState {
    explicit RouterState(const RouterOptions& router)
        : options(router)
        , store(StoreOptions{
              .identity = router.name,
              .version = router.pre_718 ? "7.17 (stable)" : "7.18.2 (stable)",
              .auto_session = router.auto_session,
              .hide_passwords = router.hide_passwords}) {}

    RouterOptions options;
    Guarded<RouterStore> store;
    // Commands in the order they came, words joined by spaces, passwords starred.
    Guarded<std::vector<std::string>> journal;
    std::atomic<Fault> fault{Fault::none};
};

inline constexpr std::size_t journal_lines_max = 1'000;

} // namespace tollbook::routeros
