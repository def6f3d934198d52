// The Submit port over HTTP: how a process with another role sends commands to the one that keeps
// the log. Both ends of the wire are here.
//
//   POST /v1/submissions  [{"tenant","key","type","body","actor","correlation","causation",
//                           "expected_revision","with_next"}, ...]
//                         body: the command's JSON as a string; with_next: accepted or refused with
//                         the one behind it, as those of an atomic batch are
//   200                   [{"receipt":{...}} or {"problem":{"code","detail"}}, ...]  in order
#pragma once

#include "api/http/admission.hpp"
#include "ledger/json.hpp"
#include "ledger/submit.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// Commands that are accepted or refused together: an atomic batch, or one alone.
using SubmissionUnit = std::vector<Submission>;

std::string encode_submissions(std::span<const SubmissionUnit> units);

// Refuses, whole, what is no such array or longer than batch_commands_max.
Result<std::vector<SubmissionUnit>> decode_submissions(std::string_view text);

std::string encode_outcomes(std::span<const Result<Receipt>> outcomes);
Result<std::vector<Result<Receipt>>> decode_outcomes(std::string_view text);

// Submits them in order; what they say of tenant and actor is believed. Answers when all are
// answered. Blocks for no longer than it takes to read them.
void run_submissions(const Services& services, Request request, Admitted admitted, Reply reply);

// {"tenant","actor","correlation"}: renews what is due, for another process that was asked to.
void run_remote_renewals(const Services& services, Request request, Admitted admitted, Reply reply);

// The body of such a request.

} // namespace tollbook::api
