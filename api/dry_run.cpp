#include "api/dry_run.hpp"

#include "api/http/receipt.hpp"
#include "api/machine_clock.hpp"
#include "commands/book_decider.hpp"
#include "ledger/json.hpp"
#include "ledger/position.hpp"

#include <map>

namespace tollbook::api {

namespace {

struct WalletChange {
    std::string customer;
    std::int64_t minor{}; // Above zero: it gains.
};
BOOST_DESCRIBE_STRUCT(WalletChange, (), (customer, minor))

std::vector<WalletChange> wallet_changes(const std::vector<NewEvent>& events) {
    constexpr std::string_view wallet = "wallet:";
    std::map<std::string, std::int64_t> sums;
    for (const NewEvent& event : events)
        if (const Postings* postings = postings_of(event.event))
            for (const Posting& posting : *postings)
                if (posting.account.starts_with(wallet))
                    sums[posting.account.substr(wallet.size())] -= posting.minor;
    std::vector<WalletChange> changes;
    for (const auto& [customer, minor] : sums)
        changes.push_back({customer, minor});
    return changes;
}

std::string told(const std::vector<NewEvent>& events, const Head& head) {
    std::string json = R"({"object":"dry_run","position":")" + to_string(Position{0, head.seq}) +
                       R"(","wallets":)";
    write_json(json, wallet_changes(events));
    json += R"(,"events":[)";
    for (const NewEvent& event : events) {
        if (json.back() == '}') json += ',';
        json += R"({"type":)";
        write_json_string(json, type_of(event.event));
        json += R"(,"stream":)";
        write_json_string(json, event.stream);
        json += R"(,"effective_at":)";
        write_json(json, event.effective_at);
        json += R"(,"booked_on":)";
        write_json(json, event.booked_on);
        json += R"(,"data":)" + payload_of(event.event) + "}";
    }
    return json + "]}";
}

Result<std::string> try_out(const Decider& decider, const Head& head, const RunOrder& order) {
    const auto prepared =
        decider.prepare(order.tenant, order.command.value_or(""), order.body.value_or(""));
    if (!prepared) return prepared.error();
    const auto events = decider.decide(**prepared, order.tenant, machine_clock());
    if (!events) return events.error();
    return told(*events, head);
}

} // namespace

Result<std::string> dry_run(Partition& partition, const RunOrder& order) {
    Result<std::string> answer = std::string{};
    const Status looked = partition.read([&](const Decider& decider, const Head& head) {
        answer = try_out(decider, head, order);
    });
    if (!looked) return looked.error();
    return answer;
}

} // namespace tollbook::api
