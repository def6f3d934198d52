CREATE TABLE billing_runs (
    tenant text NOT NULL,
    run text NOT NULL,
    seq bigint NOT NULL,            -- Of the first record that tells of it.
    state text NOT NULL,            -- running, finished, interrupted
    trigger text NOT NULL,          -- manual, confirmed, schedule
    by_whom text NOT NULL,
    preview text,                   -- That was confirmed.
    started_at timestamptz NOT NULL,
    finished_at timestamptz,        -- Or when it was found to have died.
    due bigint NOT NULL,
    counts jsonb NOT NULL,
    charged_minor bigint NOT NULL,  -- In the tenant's currency; none while it runs.
    invoiced_minor bigint NOT NULL,
    currency text NOT NULL,         -- Empty while it runs.
    others jsonb NOT NULL,          -- What it took in other currencies.
    parked jsonb NOT NULL           -- The first services that a person should look at.
);

-- after the rows

ALTER TABLE billing_runs ADD PRIMARY KEY (tenant, run);
CREATE INDEX ON billing_runs (tenant, seq);
CALL tollbook.isolate_tenants('billing_runs');
