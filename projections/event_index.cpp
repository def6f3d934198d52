#include "projections/catalogue.hpp"

namespace tollbook {

namespace {

struct EventRow {
    std::string tenant;
    std::uint64_t seq{};
    std::uint64_t tenant_seq{};
    std::uint32_t partition{};
    std::string stream;
    std::uint64_t revision{};
    std::string type;
    std::uint16_t schema_version{};
    Uuid event_id{};
    Uuid command_id{};
    std::string idempotency_key;
    Timestamp recorded_at;
    Timestamp effective_at;
    Date booked_on;
    std::string actor;
    std::string correlation;
    std::string causation;
    Hash hash{};
};
BOOST_DESCRIBE_STRUCT(
    EventRow,
    (),
    (tenant,
     seq,
     tenant_seq,
     partition,
     stream,
     revision,
     type,
     schema_version,
     event_id,
     command_id,
     idempotency_key,
     recorded_at,
     effective_at,
     booked_on,
     actor,
     correlation,
     causation,
     hash)
)

// Where every event stands: what the audit trail is listed and filtered by.
class EventIndex final : public Projection {
public:
    explicit EventIndex(std::string_view schema)
        : Projection({"event_index", 1, "108_event_index_v1"}), events_(schema, "event_index", 2) {}

    Keys keys(const Fact& fact) const override { return {fact.record.stream}; }

    bool reads_events() const override { return false; }

    void apply(const Fact& fact) override {
        const Record& record = fact.record;
        const CommandHeader& command = record.command;
        events_.add(
            {command.tenant,
             record.seq,
             record.tenant_seq,
             fact.partition,
             valid_utf8(record.stream),
             record.revision,
             record.type,
             record.schema_version,
             record.event_id,
             command.command_id,
             valid_utf8(command.idempotency_key),
             command.recorded_at,
             record.effective_at,
             record.booked_on,
             valid_utf8(command.actor),
             valid_utf8(command.correlation),
             valid_utf8(command.causation),
             fact.hash}
        );
    }

    std::vector<RowSet*> tables() override { return {&events_}; }

private:
    AppendedRows<EventRow> events_;
};

} // namespace

std::unique_ptr<Projection> make_event_index(std::string_view schema) {
    return std::make_unique<EventIndex>(schema);
}

} // namespace tollbook
