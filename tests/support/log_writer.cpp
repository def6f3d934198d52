#include "tests/support/log_writer.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

std::string random_text(std::mt19937_64& random, std::size_t bytes_max) {
    std::string text(random() % (bytes_max + 1), '\0');
    for (char& c : text)
        c = static_cast<char>(random() & 0xFFU);
    return text;
}

template <class Array>
void fill(std::mt19937_64& random, Array& array) {
    for (auto& byte : array)
        byte = static_cast<std::uint8_t>(random() & 0xFFU);
}

// Small and extreme numbers alike.
std::int64_t random_number(std::mt19937_64& random) {
    const std::uint64_t bits = random() >> (random() % 64U);
    return static_cast<std::int64_t>(random() % 2 == 0 ? bits : ~bits);
}

Sealed random_sealed(std::mt19937_64& random) {
    Sealed sealed;
    sealed.subject = random_text(random, 40);
    sealed.key_id = static_cast<std::uint32_t>(random());
    fill(random, sealed.nonce);
    sealed.ciphertext = random_text(random, 300);
    return sealed;
}

CommandHeader random_header(std::mt19937_64& random) {
    CommandHeader command;
    command.tenant = random() % 3 == 0 ? random_text(random, 30) : "acme";
    command.idempotency_key = random_text(random, 255);
    command.command_id = command_id_of(command.tenant, command.idempotency_key);
    if (random() % 4 == 0) fill(random, command.command_id);
    fill(random, command.fingerprint);
    command.count = static_cast<std::uint32_t>(1 + random() % 4);
    command.term = static_cast<std::uint64_t>(random_number(random));
    if (random() % 2 == 0) fill(random, command.leader);
    command.recorded_at = {random_number(random)};
    command.actor = random_text(random, 20);
    command.correlation = random_text(random, 20);
    command.causation = random_text(random, 20);
    return command;
}

} // namespace

LogWriter::LogWriter(Log& log, std::uint8_t node)
    : log_(log), builder_(log.identity(), log.incarnation()) {
    leader_.fill(node);
}

Status LogWriter::claim() { return log_.claim(leader_); }

std::vector<Record> LogWriter::place(const TestCommand& command, std::uint64_t after_seq) {
    CommandHeader header;
    header.tenant = command.tenant;
    header.idempotency_key = command.key;
    header.command_id = command_id_of(command.tenant, command.key);
    header.fingerprint = sha256(command.key);
    header.count = static_cast<std::uint32_t>(command.payloads.size());
    header.term = log_.leadership().term;
    header.leader = leader_;
    header.recorded_at = now;
    header.actor = "key:test";
    header.correlation = "request-" + command.key;
    now.micros += 1'000'003;
    std::vector<Record> records;
    for (const std::string& payload : command.payloads) {
        Record record;
        record.command = header;
        record.index = static_cast<std::uint32_t>(records.size());
        record.seq = after_seq + 1 + record.index;
        record.tenant_seq = ++tenant_seqs_[command.tenant];
        record.stream = "counter:" + command.tenant;
        record.revision = ++revisions_[command.tenant];
        record.event_id = event_id_of(command.tenant, command.key, record.index);
        record.type = "counted";
        record.schema_version = 1;
        record.effective_at = header.recorded_at;
        record.booked_on = local_day(header.recorded_at, "Africa/Nairobi");
        record.payload = payload;
        if (record.index == 0 && !command.personal.empty())
            record.sealed = Sealed{"customer:" + command.key, 7, {}, command.personal};
        records.push_back(std::move(record));
    }
    return records;
}

Status LogWriter::append(const std::vector<std::vector<TestCommand>>& frames) {
    Head head = log_.head();
    const Leadership led = log_.leadership();
    frames_.clear();
    records_.clear();
    for (const std::vector<TestCommand>& commands : frames) {
        builder_.start(head.seq, head.hash);
        for (const TestCommand& command : commands) {
            const std::vector<Record> records = place(command, builder_.last_seq());
            const Status added = builder_.add(records);
            if (!added) return added;
            records_.insert(records_.end(), records.begin(), records.end());
        }
        frames_.push_back({builder_.last_seq(), builder_.finish(led.term, led.leader)});
        head = {builder_.last_seq(), builder_.last_hash()};
    }
    return log_.append(frames_, head);
}

TestCommand numbered(std::uint64_t number, std::size_t payload_bytes) {
    std::string payload = fmt::format("{{\"number\":{},\"fill\":\"", number);
    if (payload.size() + 2 < payload_bytes) payload.append(payload_bytes - payload.size() - 2, 'x');
    return {"acme", fmt::format("key-{}", number), {payload + "\"}"}, {}};
}

std::vector<Record> random_command(
    std::mt19937_64& random, std::uint64_t after_seq, std::uint64_t tenant_seq
) {
    const CommandHeader header = random_header(random);
    std::vector<Record> records;
    for (std::uint32_t i = 0; i < header.count; ++i) {
        Record record;
        record.command = header;
        record.index = i;
        record.seq = after_seq + 1 + i;
        record.tenant_seq = tenant_seq + i;
        record.stream = random_text(random, 40);
        record.revision = static_cast<std::uint64_t>(random_number(random));
        record.event_id = event_id_of(header.tenant, header.idempotency_key, i);
        if (random() % 4 == 0) fill(random, record.event_id);
        record.type = random_text(random, 30);
        record.schema_version = static_cast<std::uint16_t>(random());
        record.effective_at = {random_number(random)};
        record.booked_on = {static_cast<std::int32_t>(random())};
        record.payload = random_text(random, 2000);
        if (random() % 2 == 0) record.sealed = random_sealed(random);
        records.push_back(std::move(record));
    }
    return records;
}

} // namespace tollbook
