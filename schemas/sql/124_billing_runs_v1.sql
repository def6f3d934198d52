CREATE TABLE billing_runs (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    run text NOT NULL,
    trigger text NOT NULL,          -- manual, confirmed, schedule
    by_whom text NOT NULL,
    preview text,                   -- That was confirmed.
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    due bigint NOT NULL,
    counts jsonb NOT NULL,
    charged_minor bigint NOT NULL,
    invoiced_minor bigint NOT NULL,
    currency text NOT NULL,
    parked jsonb NOT NULL           -- The first services that a person should look at.
);

-- after the rows

ALTER TABLE billing_runs ADD PRIMARY KEY (tenant, seq);
CREATE INDEX ON billing_runs (tenant, run);
CALL tollbook.isolate_tenants('billing_runs');
