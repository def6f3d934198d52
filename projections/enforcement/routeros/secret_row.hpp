// What ppp.cpp and ppp_bulk.cpp share: a secret as the router prints it, and what it lacks.
#pragma once

#include "projections/enforcement/routeros/command.hpp"
#include "projections/enforcement/routeros/failure.hpp"
#include "projections/enforcement/routeros/ppp.hpp"
#include "projections/enforcement/routeros/reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tollbook::routeros {

struct SecretRow {
    std::string id;
    std::string name;
    std::string profile;
    std::string comment;
    std::optional<std::string> password{}; // Absent when the router hides it.
    bool disabled = false;
};

SecretRow row_of(const Item& item);

enum class Passwords { skipped, asked };

Command print_secrets(Passwords passwords);
Command print_sessions();
Command add_secret(const SecretWish& wish);

// `id` is a field of an earlier print.
Command remove_item(std::string_view menu, std::string_view id);

bool owned_by(const SecretRow& row, std::string_view mark);

// Nothing when the row is as wished. A hidden password is written every time: whether it differs
// cannot be seen.
std::optional<Command> correction(const SecretRow& row, const SecretWish& wish);

// A session that began before the secret became as wished still has its old speed, or all of it.
bool ends_session(const SecretWish& wish, const SecretRow* before);

SecretFact fact_of(const SecretRow& row, bool session_live);
SecretFact fact_of(const SecretRow& row, const SecretWish& wish, bool session_live);

// Why this wish is not for any router.
std::optional<Failure> objection(const SecretWish& wish);

// Why this fact is not the wish.
std::optional<Failure> shortfall(const SecretFact& fact, const SecretWish& wish);

Failure foreign_secret(std::string_view name);

// Names are unique on a router, so two of one name are a state that this driver does not
// understand.
Failure repeated_secret(std::string_view name);

// Whether another one added, changed or removed the item between our read and our write.
bool lost_race(const Failure& failure);

} // namespace tollbook::routeros
