#include "commands/commands.hpp"

#include <array>

namespace tollbook {

namespace {

struct Known {
    std::string_view type;
    Result<Command> (*read)(std::string_view);
};

template <class T>
Result<Command> read_as(std::string_view body) {
    Result<T> command = from_json<T>(body);
    if (!command) return command.error();
    return Command{std::move(*command)};
}

template <class... Types>
constexpr auto table_of(const std::variant<Types...>*) {
    return std::array{Known{Types::type, &read_as<Types>}...};
}

constexpr auto known = table_of(static_cast<const Command*>(nullptr));

} // namespace

Command::Command() = default;
Command::Command(const Command& other) = default;
Command::Command(Command&& other) noexcept = default;
Command& Command::operator=(const Command& other) = default;
Command& Command::operator=(Command&& other) noexcept = default;
Command::~Command() = default;

Result<Command> read_command(std::string_view type, std::string_view body) {
    for (const Known& entry : known)
        if (entry.type == type) return entry.read(body);
    return Error{Errc::not_found, "no command " + std::string(type.substr(0, 40))};
}

std::string_view type_of(const Command& command) { return known.at(command.index()).type; }

std::string canonical_json(const Command& command) {
    return std::visit([](const auto& c) { return to_json(c); }, command);
}

} // namespace tollbook
