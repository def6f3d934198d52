#include "tests/support/book_run.hpp"

#include "ledger/ensure.hpp"

#include <sodium/utils.h>

namespace tollbook {

namespace {

Record record_of(const Fact& fact) {
    Record record;
    record.command.tenant = fact.tenant;
    record.command.idempotency_key = fact.cause.key;
    record.command.causation = fact.cause.causation;
    record.index = fact.index;
    record.seq = fact.seq;
    record.stream = fact.stream;
    record.type = type_of(fact.event);
    record.schema_version = schema_version_of(fact.event);
    record.effective_at = fact.effective_at;
    record.booked_on = fact.booked_on;
    return record;
}

} // namespace

BookRun::BookRun(PrivateHash private_hash) : decider_(std::move(private_hash)) {}

Result<std::vector<Fact>> BookRun::send(
    std::string_view tenant, std::string_view type, std::string_view body
) {
    const auto prepared = decider_.prepare(tenant, type, body);
    if (!prepared) return prepared.error();
    Result<std::vector<NewEvent>> decided = decider_.decide(**prepared, tenant, recorded_at);
    if (!decided) return decided.error();
    ensure(!decided->empty());
    for (const NewEvent& event : *decided)
        if (const Postings* postings = postings_of(event.event))
            if (const Status status = check_postings(*postings); !status) return status.error();

    std::vector<Fact> made;
    for (NewEvent& event : *decided) {
        Fact fact{
            facts_.size() + 1,
            std::string(tenant),
            std::move(event.stream),
            std::move(event.event),
            event.effective_at,
            event.booked_on,
            event.personal ? event.personal->json : std::string{},
            static_cast<std::uint32_t>(made.size()),
            static_cast<std::uint32_t>(decided->size()),
            cause,
            std::string(type)};
        decider_.evolve(fact.event, record_of(fact));
        made.push_back(fact);
        facts_.push_back(std::move(fact));
    }
    return made;
}

void BookRun::replay(const Fact& fact) {
    Result<Event> event =
        decode_event(type_of(fact.event), schema_version_of(fact.event), payload_of(fact.event));
    ensure(event.has_value());
    facts_.push_back(fact);
    facts_.back().event = std::move(*event);
    decider_.evolve(facts_.back().event, record_of(fact));
}

std::string test_hash(std::string_view tenant, std::string_view text) {
    return std::string(tenant).append("|").append(text);
}

std::string base64(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(
        text.data(),
        text.size(),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size(),
        sodium_base64_VARIANT_ORIGINAL
    );
    text.pop_back(); // Its NUL.
    return text;
}

} // namespace tollbook
