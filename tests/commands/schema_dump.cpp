// The shapes of all events and commands as JSON Schema fragments, from their described members:
// what scripts/schemas makes the files of schemas/ from, and checks them against.
#include "commands/commands.hpp"
#include "ledger/events.hpp"

#include <boost/mp11/list.hpp>

#include <iostream>
#include <type_traits>

namespace tollbook {

namespace {

template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;

template <class T>
std::string schema_of();

std::string quoted(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

template <class T>
std::string integer_schema() {
    std::string schema = R"({"type":"integer")";
    if constexpr (std::is_unsigned_v<T>) schema += R"(,"minimum":0)";
    if constexpr (sizeof(T) < 8)
        schema += R"(,"maximum":)" + std::to_string(std::numeric_limits<T>::max());
    return schema + "}";
}

template <class T>
std::string enum_schema() {
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) {
        names += (names.empty() ? "" : ",") + quoted(e.name);
    });
    return R"({"enum":[)" + names + "]}";
}

template <class T>
std::string object_schema() {
    std::string required;
    std::string properties;
    boost::mp11::mp_for_each<codec::Members<T>>([&](auto member) {
        using Field = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        properties += (properties.empty() ? "" : ",") + quoted(member.name) + ":";
        if constexpr (codec::is_optional<Field>) {
            properties += schema_of<typename Field::value_type>();
        } else {
            properties += schema_of<Field>();
            required += (required.empty() ? "" : ",") + quoted(member.name);
        }
    });
    return R"({"type":"object","additionalProperties":false,"required":[)" + required +
           R"(],"properties":{)" + properties + "}}";
}

template <class T>
std::string schema_of() {
    if constexpr (std::same_as<T, bool>)
        return R"({"type":"boolean"})";
    else if constexpr (std::integral<T>)
        return integer_schema<T>();
    else if constexpr (std::same_as<T, std::string>)
        return R"({"type":"string"})";
    else if constexpr (std::same_as<T, Currency>)
        return R"({"type":"string","pattern":"^[A-Z]{3}$"})";
    else if constexpr (std::same_as<T, Date>)
        return R"({"type":"string","format":"date","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})";
    else if constexpr (std::same_as<T, Timestamp>)
        return R"({"type":"string","format":"date-time","pattern":"^[0-9-]{10}T[0-9:.]{8,15}Z$"})";
    else if constexpr (std::is_enum_v<T>)
        return enum_schema<T>();
    else if constexpr (is_vector<T>)
        return R"({"type":"array","items":)" + schema_of<typename T::value_type>() + "}";
    else
        return object_schema<T>();
}

template <class T>
std::string entry() {
    std::string text = R"({"type":)" + quoted(T::type);
    if constexpr (requires { T::schema_version; })
        text += R"(,"version":)" + std::to_string(T::schema_version);
    return text + R"(,"schema":)" + schema_of<T>() + "}";
}

template <class... Types>
std::string entries(const std::variant<Types...>*) {
    std::string text;
    ((text += (text.empty() ? "" : ",\n") + entry<Types>()), ...);
    return text;
}

} // namespace

} // namespace tollbook

int main() {
    using namespace tollbook;
    std::cout << "{\"events\":[\n"
              << entries(static_cast<const Event*>(nullptr)) << "],\n\"commands\":[\n"
              << entries(static_cast<const Command*>(nullptr)) << "]}\n";
}
