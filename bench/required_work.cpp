#include "bench/required_work.hpp"

#include "bench/figure.hpp"
#include "commands/commands.hpp"
#include "ledger/ensure.hpp"
#include "ledger/events.hpp"
#include "ledger/frame.hpp"

#include <algorithm>
#include <utility>

namespace tollbook::bench {

namespace {

// As the caller of the engine does it.
void prepare(const KeyStore& keys, const Submission& submission) {
    const Result<Command> command = read_command(submission.type, submission.body);
    ensure(command.has_value());
    const std::string canonical = submission.type + '\0' + canonical_json(*command);
    ensure(keys.fingerprint(submission.tenant, canonical).has_value());
    ensure(command_id_of(submission.tenant, submission.key) != Uuid{});
}

struct Written {
    std::vector<Record> command;
    Event event;
};

void write(FrameBuilder& builder, Written& written) {
    for (Record& record : written.command) {
        const CommandHeader& header = record.command;
        record.event_id = event_id_of(header.tenant, header.idempotency_key, record.index);
        record.payload = payload_of(written.event);
    }
    const auto added = [&] { return builder.add(written.command, Ids::of_their_keys); };
    if (added()) return;
    const std::uint64_t seq = builder.last_seq();
    const Hash hash = builder.last_hash();
    (void)builder.finish(1, {});
    builder.start(seq, hash);
    ensure(added().has_value());
}

} // namespace

double required_seconds(
    const Engine& engine, std::uint64_t first, const std::vector<std::vector<StoredFrame>>& groups
) {
    std::vector<Submission> submissions;
    std::vector<Written> all;
    std::uint64_t head = 0;
    const auto take = [&](Record& record) {
        if (all.empty()) head = record.seq - 1;
        Event event = *decode_event(record.type, record.schema_version, record.payload);
        submissions.push_back(charge_of(first + all.size()));
        all.push_back({{std::move(record)}, std::move(event)});
    };
    for (const auto& group : groups)
        for (const StoredFrame& stored : group) {
            Frame frame = *decode_frame(stored.bytes);
            std::ranges::for_each(frame.records, take);
        }
    FrameBuilder builder(engine.store->log().identity(), {});
    builder.start(head, {});
    return seconds([&] {
        for (std::size_t i = 0; i < all.size(); ++i) {
            prepare(*engine.keys, submissions[i]);
            write(builder, all[i]);
        }
    });
}

} // namespace tollbook::bench
