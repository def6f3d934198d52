#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::routeros {

// One request to a router, without its tag:
//
//     Command{"/ppp/secret/print"}.where("name", "alice").attribute(".proplist", ".id,name")
struct Command {
    std::string path;
    std::vector<std::string> words{};

    Command attribute(std::string_view name, std::string_view value) && {
        words.push_back(std::string("=").append(name).append("=").append(value));
        return std::move(*this);
    }

    // Only print takes these; their order matters to the router.
    Command where(std::string_view name, std::string_view value) && {
        words.push_back(std::string("?").append(name).append("=").append(value));
        return std::move(*this);
    }

    // Whether a lost answer leaves the router in a state that nobody knows.
    bool writes() const {
        static constexpr std::array<std::string_view, 3> reading{"/print", "/getall", "/login"};
        return std::ranges::none_of(reading, [&](std::string_view end) {
            return path.ends_with(end);
        });
    }
};

} // namespace tollbook::routeros
