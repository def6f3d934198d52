#include "projections/enforcement/routeros/reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tollbook::routeros {

namespace {

constexpr std::string_view tag_word = ".tag=";

struct NamedKind {
    std::string_view word;
    ReplyKind kind;
};

constexpr std::array named_kinds{
    NamedKind{"!re", ReplyKind::item},
    NamedKind{"!done", ReplyKind::done},
    NamedKind{"!trap", ReplyKind::trap},
    NamedKind{"!empty", ReplyKind::empty},
    NamedKind{"!fatal", ReplyKind::fatal},
};

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    return number;
}

Status read_attribute(std::string_view word, Item& attributes) {
    const std::size_t second = word.find('=', 1);
    if (second == std::string_view::npos)
        return Error{Errc::device_protocol, "an attribute without a value sign"};
    attributes.fields.emplace_back(word.substr(1, second - 1), word.substr(second + 1));
    return Done{};
}

// API attributes other than the tag are not ours to refuse: a later version may send more of them.
Status read_word(std::string_view word, ReplySentence& reply) {
    if (word.starts_with('=')) return read_attribute(word, reply.attributes);
    if (word.starts_with(tag_word)) {
        reply.tag = whole_number<std::uint64_t>(word.substr(tag_word.size()));
        if (!reply.tag) return Error{Errc::device_protocol, "a tag that was never sent"};
        return Done{};
    }
    if (word.starts_with('.')) return Done{};
    if (reply.kind != ReplyKind::fatal)
        return Error{Errc::device_protocol, "a reply word that is not an attribute"};
    reply.text = word;
    return Done{};
}

} // namespace

std::optional<std::string_view> Item::find(std::string_view name) const {
    const auto field = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
    if (field == fields.end()) return std::nullopt;
    return field->second;
}

bool Item::is_true(std::string_view name) const {
    const std::string_view value = get(name);
    return value == "true" || value == "yes";
}

Result<ReplySentence> read_reply(const Sentence& sentence) {
    const auto* const named = std::ranges::find(named_kinds, sentence.front(), &NamedKind::word);
    if (named == named_kinds.end()) return Error{Errc::device_protocol, "an unknown reply word"};

    ReplySentence reply{named->kind, {}, {}, {}};
    for (std::size_t i = 1; i < sentence.size(); ++i) {
        const Status read = read_word(sentence[i], reply);
        if (!read) return read.error();
    }
    return reply;
}

Trap trap_of(const Item& attributes) {
    return Trap{
        std::string(attributes.get("message")),
        whole_number<int>(attributes.get("category")).value_or(-1)};
}

} // namespace tollbook::routeros
