#include "tests/routeros/table.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace tollbook::routeros {

Table::Id Table::add(Fields fields) {
    const Id id = next_id_++;
    const auto name = fields.find("name");
    ensure(name != fields.end() && by_name_.emplace(name->second, id).second);
    items_.emplace(id, std::move(fields));
    return id;
}

void Table::set(Id id, std::string_view property, std::string_view value) {
    const auto item = items_.find(id);
    ensure(item != items_.end());
    Fields& fields = item->second;
    if (property == "name") {
        by_name_.erase(fields["name"]);
        ensure(by_name_.emplace(value, id).second);
    }
    fields.insert_or_assign(std::string(property), std::string(value));
}

void Table::erase(Id id) {
    const auto item = items_.find(id);
    ensure(item != items_.end());
    by_name_.erase(item->second["name"]);
    items_.erase(item);
}

const Fields* Table::find(Id id) const {
    const auto item = items_.find(id);
    return item == items_.end() ? nullptr : &item->second;
}

std::optional<Table::Id> Table::id_of(const std::string& name) const {
    const auto named = by_name_.find(name);
    if (named == by_name_.end()) return std::nullopt;
    return named->second;
}

std::string shown_id(Table::Id id) { return fmt::format("*{:X}", id); }

std::optional<Table::Id> read_id(std::string_view text) {
    if (!text.starts_with('*')) return std::nullopt;
    text.remove_prefix(1);
    Table::Id id = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, id, 16);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    return id;
}

} // namespace tollbook::routeros
