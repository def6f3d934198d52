CREATE TABLE top_up_rules (
    tenant text NOT NULL,
    customer text NOT NULL,
    rule text NOT NULL,
    status text NOT NULL,           -- active, ended
    trigger text NOT NULL,          -- threshold, interval
    action text NOT NULL,           -- grant, request
    terms jsonb NOT NULL,
    next_on date,                   -- Of an interval.
    taken integer NOT NULL,         -- So often; due days that passed are not among them.
    set_at timestamptz NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE top_ups (
    tenant text NOT NULL,
    top_up text NOT NULL,
    customer text NOT NULL,
    rule text NOT NULL,
    action text NOT NULL,
    status text NOT NULL,           -- granted; open, and then paid, cancelled, rule_ended
    minor bigint NOT NULL,
    available_minor bigint NOT NULL, -- In the wallet before it.
    due_on date,                    -- Of an interval.
    payment text,                   -- That came.
    reason text NOT NULL,
    taken_at timestamptz NOT NULL,
    ended_at timestamptz,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

-- after the rows

ALTER TABLE top_up_rules ADD PRIMARY KEY (tenant, customer, rule);
ALTER TABLE top_ups ADD PRIMARY KEY (tenant, top_up);
CREATE INDEX ON top_ups (tenant, customer);
CREATE INDEX ON top_ups (tenant, taken_at) WHERE status = 'open';
CALL tollbook.isolate_tenants('top_up_rules');
CALL tollbook.isolate_tenants('top_ups');
