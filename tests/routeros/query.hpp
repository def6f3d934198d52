#pragma once

#include "tests/routeros/table.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tollbook::routeros {

// The query words of one print, "?name=alice" and the like, evaluated on a stack in their order.
// The stack begins with endless true; an item passes when no false is left on it.
class Query {
public:
    explicit Query(std::vector<std::string> words) : words_(std::move(words)) {}

    bool passes(const Fields& fields) const;

    // The name, when the query is nothing but one equality with it: such a print needs no search.
    std::optional<std::string> only_name() const;

private:
    std::vector<std::string> words_;
};

} // namespace tollbook::routeros
