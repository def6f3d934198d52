CREATE TABLE deposits (
    tenant text NOT NULL,
    deposit text NOT NULL,
    customer text NOT NULL,         -- Who gave it; after a merge, to whom it went back last.
    account text NOT NULL,          -- In which it stands.
    currency text NOT NULL,
    equipment text NOT NULL,
    minor bigint NOT NULL,          -- remaining + returned + kept
    remaining_minor bigint NOT NULL,
    returned_minor bigint NOT NULL,
    kept_minor bigint NOT NULL,
    status text NOT NULL,           -- held, returned, kept: what became of the last of it.
    reason text NOT NULL,           -- Of the last change; empty: it is held whole.
    taken_at timestamptz NOT NULL,
    changed_at timestamptz,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

-- after the rows

ALTER TABLE deposits ADD PRIMARY KEY (tenant, deposit);
CREATE INDEX ON deposits (tenant, customer);
CALL tollbook.isolate_tenants('deposits');
