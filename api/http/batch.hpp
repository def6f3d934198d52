#pragma once

#include "api/http/admission.hpp"

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
// too many or one too few, or there are more than batch_commands_max: nothing was submitted then.
Result<std::vector<BatchItem>> read_batch(std::string_view text);

// Submits every command in order and answers when all are decided:
// {"object":"batch","accepted":2,"replayed":0,"refused":1,"data":[
//   {"key":"..","status":201,"position":"0:7","replayed":false},
//   {"key":"..","status":409,"problem":{...}}]}
// With ?atomic=true all are accepted, in one frame, or none: then the answer is the problem of the
// first that was refused, which its detail names ("item 3: ..."); more than a frame holds is 413.
void run_batch(const Services& services, Request request, Admitted admitted, Reply reply);

} // namespace tollbook::api
