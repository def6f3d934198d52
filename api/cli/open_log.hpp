#pragma once

#include "api/cli/context.hpp"
#include "ledger/source.hpp"
#include "ledger/store.hpp"
#include "ledger/topic.hpp"

#include <memory>
#include <string>

namespace tollbook::api {

// The log that an audit reads, always read-only: the data directory's, also beside a running node,
// or an export file, or the topic.
struct AuditInput {
    std::string export_file;
    bool topic{};
};

// What was opened, and the records in it.
struct OpenedLog {
    std::unique_ptr<Store> store; // Null for an export and a topic.
    std::unique_ptr<Topic> topic;
    std::unique_ptr<Source> source;
};

Result<OpenedLog> open_log(const Context& context, const AuditInput& input);

} // namespace tollbook::api
