CREATE TABLE payments (
    tenant text NOT NULL,
    payment text NOT NULL,
    channel text NOT NULL,
    receipt text NOT NULL,
    currency text NOT NULL,
    received_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL,
    standing_minor bigint NOT NULL GENERATED ALWAYS AS (received_minor - reversed_minor) STORED,
    suspended_minor bigint NOT NULL,
    customer text,
    suspense_reason text,
    reference_hash text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    reported_by text NOT NULL,
    confirmed boolean NOT NULL,
    confirmed_by text,
    payer_number text,   -- NULL: typed at the desk, or the payer was forgotten.
    payer_name text,
    payer_reference text,
    received_seq bigint NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 90);

CREATE TABLE payment_allocations (
    tenant text NOT NULL,
    payment text NOT NULL,
    customer text NOT NULL,
    minor bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE suspense_items (
    tenant text NOT NULL,
    payment text NOT NULL,
    account text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    opened_minor bigint NOT NULL,
    remaining_minor bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    emptied_at timestamptz,
    seq bigint NOT NULL
);

CREATE TABLE arrivals (
    tenant text NOT NULL,
    arrival text NOT NULL,
    kind text NOT NULL,
    provider text,
    source text,
    body_hash text,
    channel text,
    receipt text,
    minor bigint,
    customer text,
    typed_by text,
    outcome text,
    payment text,
    reason text,
    recorded_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    seq bigint NOT NULL,
    resolved_seq bigint
);

-- after the rows

ALTER TABLE payments ADD PRIMARY KEY (tenant, payment);
ALTER TABLE payment_allocations ADD PRIMARY KEY (tenant, payment, customer);
ALTER TABLE suspense_items ADD PRIMARY KEY (tenant, payment);
ALTER TABLE arrivals ADD PRIMARY KEY (tenant, arrival);
CREATE INDEX ON payments (tenant, received_seq);
CREATE INDEX ON payments (tenant, customer);
CREATE INDEX ON payment_allocations (tenant, customer);
CREATE INDEX ON suspense_items (tenant, opened_at) WHERE remaining_minor > 0;
CREATE INDEX ON arrivals (tenant, seq);
CREATE INDEX ON arrivals (tenant, payment);
CALL tollbook.isolate_tenants('payments');
CALL tollbook.isolate_tenants('payment_allocations');
CALL tollbook.isolate_tenants('suspense_items');
CALL tollbook.isolate_tenants('arrivals');
