// What a router answers: for one command any number of items, then the end of it.
#pragma once

#include "projections/enforcement/routeros/failure.hpp"
#include "projections/enforcement/routeros/sentence.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::routeros {

// The attributes of one sentence. RouterOS leaves out what is empty or default.
struct Item {
    std::vector<std::pair<std::string, std::string>> fields;

    std::optional<std::string_view> find(std::string_view name) const;

    // The value, or empty when the router left it out.
    std::string_view get(std::string_view name) const { return find(name).value_or(""); }

    // Routers print true/false, older ones yes/no.
    bool is_true(std::string_view name) const;
};

struct Reply {
    std::vector<Item> items;
    std::string ret; // The id of what an add made.
};

enum class ReplyKind { item, done, trap, empty, fatal };

// One sentence from the router, understood but not yet joined to its command.
struct ReplySentence {
    ReplyKind kind{};
    std::optional<std::uint64_t> tag;
    Item attributes;
    std::string text; // Of !fatal only: it is a bare word.
};

Result<ReplySentence> read_reply(const Sentence& sentence);

Trap trap_of(const Item& attributes);

} // namespace tollbook::routeros
