#pragma once

#include "projections/enforcement/routeros/failure.hpp"
#include "projections/enforcement/routeros/sentence.hpp"
#include "tests/routeros/table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::routeros {

struct StoreOptions {
    std::string identity = "rtr-01";
    std::string version = "7.18.2 (stable)";
    // Customers' equipment dials in as soon as its secret is enabled, and again after a kick.
    bool auto_session = false;
    // The API user lacks the `sensitive` policy.
    bool hide_passwords = false;
};

// One item of a menu that was made, changed or removed; what `listen` reports.
struct Change {
    std::string menu;
    Fields fields;
};

// What one command did.
struct Outcome {
    std::vector<Fields> items{};
    bool lists = false; // A print: it may say !empty.
    std::string ret{};
    std::optional<Trap> trap{};
    std::vector<Change> changes{};
};

struct SecretSeen {
    std::string name;
    std::string password;
    std::string profile;
    std::string comment;
    bool disabled = false;
};

struct SessionSeen {
    std::string name;
    std::string profile; // The one it dialled in with.
};

// The configuration of one router: the PPP menus, and enough of /system to be recognised. Holds
// what an operator could change behind our back, too.
class RouterStore {
public:
    explicit RouterStore(StoreOptions options);

    // The path and its words; queries and attributes as they came.
    Outcome run(const Sentence& command);

    std::vector<SecretSeen> secrets() const;
    std::vector<SessionSeen> sessions() const;

    void open_session(const std::string& name);

private:
    struct Menu;

    static std::optional<Trap> objection(const Menu& menu, const Fields& fields);
    std::optional<Trap> objection_to_secret(const Fields& fields) const;

    Menu menu(std::string_view path);
    Outcome print(const Menu& menu, const Sentence& command) const;
    Outcome add(const Menu& menu, Fields fields);
    Outcome set(const Menu& menu, Fields fields);
    Outcome remove(const Menu& menu, const Fields& fields);
    Outcome system(std::string_view path) const;
    Fields shown(const Menu& menu, Table::Id id, const Fields& fields) const;
    void follow_secret(Table::Id id, Outcome& outcome);
    void remove_one(const Menu& menu, Table::Id id, Outcome& outcome);

    StoreOptions options_;
    Table secrets_;
    Table sessions_;
    Table profiles_;
    std::uint64_t sessions_opened_ = 0;
};

} // namespace tollbook::routeros
