// PPP secrets of a router, converged instead of commanded: what the router has is read first, only
// what differs is written, and what is returned was read back afterwards. So every function here
// can be repeated after any failure, outcome_unknown included.
//
// A secret is ours when its comment is `isp:<mark>`, alone or followed by a space and an operator's
// own words. Nothing else is ever changed or removed.
#pragma once

#include "projections/enforcement/routeros/client.hpp"
#include "projections/enforcement/routeros/failure.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollbook::routeros {

inline constexpr std::size_t ppp_text_bytes_max = 255;

// Names and marks are printable ASCII: RouterOS versions disagree about anything else.
struct SecretWish {
    std::string name;
    std::string password;
    std::string profile;
    std::string mark;
    bool enabled = true;
};

struct SecretFact {
    std::string name;
    bool exists = false;
    bool disabled = false;
    bool ours = false;
    std::string mark{};
    std::string profile{};
    // Unknown when there is no wish to compare with, or when the API user lacks the `sensitive`
    // policy and the router hides passwords.
    std::optional<bool> password_matches{};
    bool session_live = false;
};

struct SecretKey {
    std::string name;
    std::string mark;
};

// Refused permanently when the secret is not ours, or when its profile does not exist (see
// ensure_profile). To suspend: disabled first, or the customer's equipment reconnects at once; then
// the live session is removed, because a password is only checked at connect. A changed profile
// ends the session too, since a live one keeps its old speed.
Answer<SecretFact> converge(Client& client, const SecretWish& wish);

// The same for many over one session, pipelined; answers in the order of the wishes. When two
// wishes have one name the later one is refused.
std::vector<Answer<SecretFact>> converge_many(Client& client, std::span<const SecretWish> wishes);

Answer<SecretFact> read_secret(Client& client, const std::string& name);

// In one print each of secrets and sessions. Passwords are not asked for.
Answer<std::vector<SecretFact>> read_all_secrets(Client& client);

// Its session ends with it. A secret that does not exist is success.
Answer<Done> remove_secret(Client& client, const SecretKey& key);

// `rate_limit` as RouterOS writes it, seen from the router: "upload/download", "5M/10M".
struct ProfileWish {
    std::string name;
    std::string rate_limit;
};

// Makes the profile, or corrects one that this function made. One that an operator made is used
// when its rate is the wished one, and otherwise left alone and refused.
Answer<Done> ensure_profile(Client& client, const ProfileWish& wish);

} // namespace tollbook::routeros
