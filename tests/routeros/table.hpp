#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tollbook::routeros {

// The properties of one item, as a router prints them.
using Fields = std::map<std::string, std::string, std::less<>>;

// The items of one menu in the order they were made, each with an id that is never used again.
// Found by id, or by the property "name" in constant time; names are unique.
class Table {
public:
    using Id = std::uint64_t;

    Id add(Fields fields);
    void set(Id id, std::string_view property, std::string_view value);
    void erase(Id id);

    const Fields* find(Id id) const;
    std::optional<Id> id_of(const std::string& name) const;

    const std::map<Id, Fields>& items() const { return items_; }

private:
    std::map<Id, Fields> items_;
    std::unordered_map<std::string, Id> by_name_;
    Id next_id_ = 1;
};

// "*1A", and back; nothing when it is not an id.
std::string shown_id(Table::Id id);
std::optional<Table::Id> read_id(std::string_view text);

} // namespace tollbook::routeros
