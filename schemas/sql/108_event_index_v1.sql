CREATE TABLE event_index (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    tenant_seq bigint NOT NULL,
    partition integer NOT NULL,
    stream text NOT NULL,
    revision bigint NOT NULL,
    type text NOT NULL,
    schema_version integer NOT NULL,
    event_id uuid NOT NULL,
    command_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    recorded_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    actor text NOT NULL,
    correlation text NOT NULL,
    causation text NOT NULL,
    hash bytea NOT NULL
);

-- after the rows

ALTER TABLE event_index ADD PRIMARY KEY (tenant, seq);
CREATE INDEX ON event_index (tenant, stream, revision);
CREATE INDEX ON event_index USING brin (recorded_at);
CALL tollbook.isolate_tenants('event_index');
