#pragma once

#include "api/cli/audit.hpp"
#include "api/cli/context.hpp"

#include <string>

namespace tollbook::api {

// The log that an audit reads, always read-only: the data directory's, also beside a running node,
// or an export file, or the topic.
struct AuditInput {
    std::string export_file;
    bool topic{};
};

struct ReplayWords {
    AuditInput input;
    AuditLimit limit;
};

struct VerifyWords {
    AuditInput input;
    bool skip_views{}; // Do not compare the read models with a replay.
};

// Writes the whole log as an export file.
Exit run_export(const Context& context, const std::string& file);

// Prints head, state hash and trial balance as of a seq or time.
Exit run_replay(const Context& context, const ReplayWords& words);

// Chain, density, postings; of a data directory also the views. Differences exit with 3.
Exit run_verify(const Context& context, const VerifyWords& words);

} // namespace tollbook::api
