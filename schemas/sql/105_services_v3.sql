CREATE TABLE services (
    tenant text NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    plan text NOT NULL,
    plan_version integer NOT NULL,
    site text NOT NULL,
    renews_on date NOT NULL,
    anchor_day integer NOT NULL,
    blocks text[] NOT NULL,
    status text NOT NULL,
    status_since timestamptz NOT NULL,
    cut_at timestamptz,
    cut_seq bigint,
    scheduled text,
    next_plan text,
    next_plan_version integer,
    next_plan_not_before date,
    promised_until date,
    days_left integer,
    ended_on date,
    added_at timestamptz NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE service_history (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    service text NOT NULL,
    kind text NOT NULL,
    reason text,
    status text NOT NULL,
    blocks text[] NOT NULL,
    renews_on date NOT NULL,
    plan text NOT NULL,
    plan_version integer NOT NULL,
    charge text,
    payment text,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE TABLE cuts (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    reason text NOT NULL,
    cut_at timestamptz NOT NULL,
    booked_on date NOT NULL
);

CREATE TABLE reconnections (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    reason text NOT NULL,
    running boolean NOT NULL,
    reconnected_at timestamptz NOT NULL,
    payment text,
    paid_at timestamptz,
    cut_at timestamptz,
    cut_seq bigint,
    minutes_cut bigint,
    paid_before_cut_minutes bigint   -- Set when the payment had happened before the cut.
);

CREATE TABLE charges (
    tenant text NOT NULL,
    charge text NOT NULL,
    customer text NOT NULL,
    service text,
    currency text NOT NULL,
    net_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    minor bigint NOT NULL,
    service_from date,
    service_to date,   -- Half-open.
    lines jsonb NOT NULL,
    lots jsonb NOT NULL,
    payment text,
    unwound_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    charged_seq bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE renewals (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    charge text NOT NULL,
    service_from date NOT NULL,
    service_to date NOT NULL,
    payment text,
    effective_at timestamptz NOT NULL,
    booked_on date NOT NULL
);

-- after the rows

ALTER TABLE services ADD PRIMARY KEY (tenant, service);
ALTER TABLE service_history ADD PRIMARY KEY (tenant, seq);
ALTER TABLE cuts ADD PRIMARY KEY (tenant, seq);
ALTER TABLE reconnections ADD PRIMARY KEY (tenant, seq);
ALTER TABLE charges ADD PRIMARY KEY (tenant, charge);
ALTER TABLE renewals ADD PRIMARY KEY (tenant, seq);
CREATE INDEX ON services (tenant, customer);
CREATE INDEX ON services (tenant, renews_on);
CREATE INDEX ON service_history (tenant, service, seq);
CREATE INDEX ON cuts (tenant, service, seq);
CREATE INDEX ON reconnections (tenant, service, seq);
CREATE INDEX ON charges (tenant, charged_seq);
CREATE INDEX ON charges (tenant, service);
CREATE INDEX ON charges (tenant, customer);
CREATE INDEX ON renewals (tenant, service, seq);
CALL tollbook.isolate_tenants('services');
CALL tollbook.isolate_tenants('service_history');
CALL tollbook.isolate_tenants('cuts');
CALL tollbook.isolate_tenants('reconnections');
CALL tollbook.isolate_tenants('charges');
CALL tollbook.isolate_tenants('renewals');
