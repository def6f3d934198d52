#pragma once

#include "api/http/admission.hpp"
#include "api/http/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// One command of a batch: {"key": "...", "type": "register_customer", "body": {...}}.
struct BatchItem {
    std::string key;
    std::string type;
    std::string body; // As it stood in the text; read strictly when it is decided.
};

// Reads [{...}, ...]. Refuses the whole when it is no such array, an item has a field twice, one
// too many or one too few, or there are more than `commands_max`: nothing was submitted then.
Result<std::vector<BatchItem>> read_batch(
    std::string_view text, std::size_t commands_max = batch_commands_max
);

// How items stand in the answer. {"key":"..","status":409,"problem":{...}}
void write_refused_item(std::string& out, std::string_view key, const Error& error);

// {"key":"..","status":201  and the rest is the caller's.
void write_item_status(std::string& out, std::string_view key, std::int64_t status);

// Of a command that is accepted.
std::int64_t status_of_command(std::string_view type);

// Submits every command in order and answers when all are decided:
// {"object":"batch","accepted":2,"replayed":0,"refused":1,"data":[
//   {"key":"..","status":201,"position":"0:7","replayed":false},
//   {"key":"..","status":409,"problem":{...}}]}
// With ?atomic=true all are accepted, in one frame, or none: then the answer is the problem of the
// first that was refused, which its detail names ("item 3: ..."); more than a frame holds is 413.
// With ?dry_run=true each is told what it would come to behind those before it, and nothing is
// appended (api/batch_dry_run.hpp); up to batch_dry_run_commands_max.
void run_batch(const Services& services, Request request, Admitted admitted, Reply reply);

} // namespace tollbook::api
