#pragma once

#include "api/cli/context.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace tollbook::api {

// export, replay, verify, project and demo, as they are typed. Each sets `chosen` when it was.
void add_audit(CLI::App& app, std::function<Exit(const Context&)>& chosen);
void add_project(CLI::App& app, std::function<Exit(const Context&)>& chosen);
void add_demo(CLI::App& app, std::function<Exit(const Context&)>& chosen);

} // namespace tollbook::api
