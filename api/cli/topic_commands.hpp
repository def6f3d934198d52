#pragma once

#include "api/cli/context.hpp"
#include "ledger/kafka/kafka_topic.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace tollbook::api {

// `topic create` and `topic check`.
void add_topic(CLI::App& app, std::function<Exit(const Context&)>& chosen);

// Makes the log's private topic.
Exit run_topic_create(const Context& context, const NewTopic& wanted);

// Whether it is there, whose it is, how far it reaches, and what of it is not safe.
Exit run_topic_check(const Context& context);

} // namespace tollbook::api
