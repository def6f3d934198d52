#pragma once

#include "api/run_record.hpp"

namespace tollbook::api {

// What a run does when all that was due is renewed: it issues the invoices on which it put periods,
// cuts for `unpaid` who pays by invoice and owes for one that is overdue, and books what lapsed in
// wallets. Each happens once, however often runs come; what a run that was cut off left is done by
// the next. Adds to the report.
Status follow_up(Partition& partition, RunTally& tally);

} // namespace tollbook::api
