CREATE TABLE leads (
    tenant text NOT NULL,
    lead text NOT NULL,
    name text,                      -- NULL: the person was forgotten.
    phone text,
    mail text,
    address text,
    source text NOT NULL,           -- '': nobody said.
    plan text,                      -- That they ask for.
    stage text NOT NULL,            -- open, contacted, surveyed, offered, converted, lost
    customer text,                  -- Once converted.
    service text,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE lead_steps (
    tenant text NOT NULL,
    lead text NOT NULL,
    seq bigint NOT NULL,
    stage text NOT NULL,
    note text NOT NULL,             -- Of a lost one: why.
    taken_at timestamptz NOT NULL
);

-- after the rows

ALTER TABLE leads ADD PRIMARY KEY (tenant, lead);
ALTER TABLE lead_steps ADD PRIMARY KEY (tenant, lead, seq);
CREATE INDEX ON leads (tenant, stage);
CREATE INDEX ON leads (tenant, lead) WHERE stage NOT IN ('converted', 'lost');
CALL tollbook.isolate_tenants('leads');
CALL tollbook.isolate_tenants('lead_steps');
