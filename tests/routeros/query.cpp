#include "tests/routeros/query.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <compare>
#include <cstddef>
#include <string_view>

namespace tollbook::routeros {

namespace {

using Stack = std::vector<bool>;

bool pop(Stack& stack) {
    if (stack.empty()) return true;
    const bool top = stack.back();
    stack.pop_back();
    return top;
}

bool peek(const Stack& stack, std::size_t index) {
    return index >= stack.size() || stack[stack.size() - 1 - index];
}

// Clients send booleans either way; a router has one value for both.
std::string_view canonical(std::string_view value) {
    if (value == "yes") return "true";
    if (value == "no") return "false";
    return value;
}

std::optional<long long> number(std::string_view text) {
    long long value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (text.empty() || failed != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::strong_ordering order(std::string_view left, std::string_view right) {
    const auto left_number = number(left);
    const auto right_number = number(right);
    if (left_number && right_number) return *left_number <=> *right_number;
    return canonical(left) <=> canonical(right);
}

// "name=x" with the comparison that stood before it; '=' when none did.
bool compare(std::string_view text, char comparison, const Fields& fields) {
    const std::size_t sign = text.find('=');
    const auto field = fields.find(text.substr(0, sign));
    if (field == fields.end()) return false;
    const auto ordering = order(field->second, text.substr(sign + 1));
    if (comparison == '<') return ordering < 0;
    if (comparison == '>') return ordering > 0;
    return ordering == 0;
}

void operate(Stack& stack, char operation, char before) {
    switch (operation) {
    case '!':
        stack.push_back(!pop(stack));
        break;
    case '&': {
        const bool right = pop(stack);
        const bool left = pop(stack);
        stack.push_back(left && right);
        break;
    }
    case '|': {
        const bool right = pop(stack);
        const bool left = pop(stack);
        stack.push_back(left || right);
        break;
    }
    case '.':
        if (std::isdigit(static_cast<unsigned char>(before)) == 0) stack.push_back(peek(stack, 0));
        break;
    default:
        break;
    }
}

// An index pushes a copy of the value there; an index at the end of the word replaces all values.
void operate_all(Stack& stack, std::string_view operations) {
    char before = '\0';
    while (!operations.empty()) {
        std::size_t index = 0;
        const char* const end = operations.data() + operations.size();
        const auto [stop, failed] = std::from_chars(operations.data(), end, index);
        if (failed != std::errc{}) {
            operate(stack, operations.front(), before);
            before = operations.front();
            operations.remove_prefix(1);
            continue;
        }
        const bool value = peek(stack, index);
        if (stop == end)
            stack.assign(1, value);
        else
            stack.push_back(value);
        before = '0';
        operations.remove_prefix(static_cast<std::size_t>(stop - operations.data()));
    }
}

void apply(Stack& stack, std::string_view word, const Fields& fields) {
    word.remove_prefix(1);
    const char first = word.empty() ? '\0' : word.front();
    const std::string_view rest = word.substr(word.empty() ? 0 : 1);
    const bool has_value = rest.find('=') != std::string_view::npos;
    if (first == '#')
        operate_all(stack, rest);
    else if (first == '-')
        stack.push_back(!fields.contains(rest));
    else if (has_value && (first == '<' || first == '>' || first == '='))
        stack.push_back(compare(rest, first, fields));
    else if (has_value)
        stack.push_back(compare(word, '=', fields));
    else
        stack.push_back(fields.contains(word));
}

} // namespace

bool Query::passes(const Fields& fields) const {
    Stack stack;
    for (const std::string& word : words_)
        apply(stack, word, fields);
    return std::ranges::none_of(stack, [](bool value) { return !value; });
}

std::optional<std::string> Query::only_name() const {
    if (words_.size() != 1) return std::nullopt;
    for (const std::string_view start : {"?name=", "?=name="})
        if (words_.front().starts_with(start)) return words_.front().substr(start.size());
    return std::nullopt;
}

} // namespace tollbook::routeros
