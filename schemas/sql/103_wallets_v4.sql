CREATE TABLE wallet_books (
    tenant text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL
);

CREATE TABLE wallet_owners (       -- Customers of another entity or currency than the tenant's own.
    tenant text NOT NULL,
    customer text NOT NULL,
    entity text,                   -- NULL: the tenant's own.
    currency text                  -- NULL: the tenant's.
);

CREATE TABLE wallets (
    tenant text NOT NULL,
    customer text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL,
    balance_minor bigint NOT NULL,   -- The sum of its lots less what is overdrawn.
    overdrawn_minor bigint NOT NULL,
    overdraft_limit_minor bigint NOT NULL,
    held_minor bigint NOT NULL,
    moved_at timestamptz,
    seq bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE lots (
    tenant text NOT NULL,
    customer text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL,
    lot text NOT NULL,
    source text NOT NULL,
    payment text,
    opened_minor bigint NOT NULL,
    remaining_minor bigint NOT NULL,
    priority integer NOT NULL,
    expires_on date,
    opened_at timestamptz NOT NULL,
    opened_seq bigint NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE wallet_statement (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    line integer NOT NULL,
    customer text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL,
    minor bigint NOT NULL,
    balance_minor bigint NOT NULL,   -- After it, in the order of the log.
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    payment text,
    charge text,
    service text,
    reason text,
    lines jsonb
);

CREATE TABLE holds (
    tenant text NOT NULL,
    hold text NOT NULL,
    customer text NOT NULL,
    minor bigint NOT NULL,
    remaining_minor bigint NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    expires_at timestamptz,
    held_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE refunds (
    tenant text NOT NULL,
    refund text NOT NULL,
    customer text NOT NULL,
    minor bigint NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    requested_by text NOT NULL,
    decided_by text,
    rejection text,
    channel text,
    receipt text,
    requested_at timestamptz NOT NULL,
    paid_at timestamptz,
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE wallet_books ADD PRIMARY KEY (tenant);
ALTER TABLE wallet_owners ADD PRIMARY KEY (tenant, customer);
ALTER TABLE wallets ADD PRIMARY KEY (tenant, customer, entity, currency);
ALTER TABLE lots ADD PRIMARY KEY (tenant, customer, entity, currency, lot);
ALTER TABLE wallet_statement ADD PRIMARY KEY (tenant, seq, line);
ALTER TABLE holds ADD PRIMARY KEY (tenant, hold);
ALTER TABLE refunds ADD PRIMARY KEY (tenant, refund);
CREATE INDEX ON holds (tenant, customer);
CREATE INDEX ON refunds (tenant, customer);
CREATE INDEX ON wallet_statement (tenant, customer, seq);
CREATE INDEX ON wallet_statement (tenant, booked_on) WHERE kind = 'credit';
CREATE INDEX ON wallet_statement USING brin (recorded_at);
CALL tollbook.isolate_tenants('wallet_books');
CALL tollbook.isolate_tenants('wallet_owners');
CALL tollbook.isolate_tenants('wallets');
CALL tollbook.isolate_tenants('lots');
CALL tollbook.isolate_tenants('wallet_statement');
CALL tollbook.isolate_tenants('holds');
CALL tollbook.isolate_tenants('refunds');
