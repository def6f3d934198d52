#pragma once

#include "api/run_order.hpp"
#include "ledger/partition.hpp"

#include <string>

namespace tollbook::api {

// What a command would come to now, as JSON: the events that it would append, and what each wallet
// would gain or lose. Refuses as the command itself would; appends nothing.
Result<std::string> dry_run(Partition& partition, const RunOrder& order);

} // namespace tollbook::api
