#pragma once

#include "api/cli/audit.hpp"
#include "api/cli/context.hpp"
#include "api/cli/open_log.hpp"

#include <string>

namespace tollbook::api {

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
