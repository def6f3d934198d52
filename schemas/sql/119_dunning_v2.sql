CREATE TABLE dunning_policies (
    tenant text NOT NULL,
    policy text NOT NULL,
    version integer NOT NULL,
    steps jsonb NOT NULL,
    calendar jsonb,
    suspended_time text NOT NULL,
    catch_up text NOT NULL,
    defined_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE dunning_assignments (
    tenant text NOT NULL,
    customer_group text NOT NULL,   -- '*': every one.
    plan text NOT NULL,             -- '*': every one.
    policy text,                    -- NULL: none any more.
    assigned_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE customer_groups (
    tenant text NOT NULL,
    customer text NOT NULL,
    customer_group text,            -- NULL: of none any more.
    set_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE dunning_services (
    tenant text NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    policy text NOT NULL,
    policy_version integer NOT NULL,
    status text NOT NULL,           -- open, settled, ended
    due_since date NOT NULL,
    steps text[] NOT NULL,          -- Taken for this due date, in their order.
    step text NOT NULL,             -- The newest.
    action text NOT NULL,
    taken_at timestamptz NOT NULL,
    fees_minor bigint NOT NULL,     -- Late fees that are owed.
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE dunning_notices (
    tenant text NOT NULL,
    service text NOT NULL,
    due_since date NOT NULL,
    step text NOT NULL,
    customer text NOT NULL,
    owed_minor bigint NOT NULL,
    status text NOT NULL,           -- pending, sent
    asked_at timestamptz NOT NULL,
    sent_at timestamptz,
    channel text,
    message text,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

-- after the rows

ALTER TABLE dunning_policies ADD PRIMARY KEY (tenant, policy, version);
ALTER TABLE dunning_assignments ADD PRIMARY KEY (tenant, customer_group, plan);
ALTER TABLE customer_groups ADD PRIMARY KEY (tenant, customer);
ALTER TABLE dunning_services ADD PRIMARY KEY (tenant, service);
CREATE INDEX ON dunning_services (tenant, customer);
ALTER TABLE dunning_notices ADD PRIMARY KEY (tenant, service, due_since, step);
CREATE INDEX ON dunning_notices (tenant, asked_at) WHERE status = 'pending';
CALL tollbook.isolate_tenants('dunning_policies');
CALL tollbook.isolate_tenants('dunning_assignments');
CALL tollbook.isolate_tenants('customer_groups');
CALL tollbook.isolate_tenants('dunning_services');
CALL tollbook.isolate_tenants('dunning_notices');
