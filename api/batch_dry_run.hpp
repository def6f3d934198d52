#pragma once

#include "api/run_order.hpp"
#include "ledger/partition.hpp"

#include <optional>
#include <string>

namespace tollbook::api {

// A command of a batch that is only tried out. One that is refused before it reaches the book says
// why: the slug of the problem, and its detail.
struct DryRunItem {
    std::string key;
    std::string type;
    std::string body;
    std::optional<std::string> refused{};
    std::optional<std::string> detail{};
};
BOOST_DESCRIBE_STRUCT(DryRunItem, (), (key, type, body, refused, detail))

// What each command of a batch would come to, decided in order on the state that those before it
// would leave; the order's body is their array. Appends nothing. As JSON:
// {"object":"batch_dry_run","accepted":1,"replayed":0,"refused":1,"data":[
//   {"key":"..","status":201,"replayed":false},{"key":"..","status":409,"problem":{...}}]}
Result<std::string> try_batch(Partition& partition, const RunOrder& order);

} // namespace tollbook::api
