-- Keys whose newest events wait, because one of them cannot be folded or cannot be written. Written
-- with the checkpoint, in one transaction.
CREATE TABLE parked_keys (
    projection text NOT NULL,
    partition integer NOT NULL,
    tenant text NOT NULL,
    key text NOT NULL,              -- '*': everything of the tenant.
    group_seq bigint NOT NULL,      -- Keys that share events wait, and are resumed, together.
    first_seq bigint NOT NULL,      -- The first event that waits here ...
    event_id uuid NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,           -- ... and why.
    waiting bigint NOT NULL,        -- Events that wait here, the first among them.
    from_state text NOT NULL,       -- A reader state before the first: a resume reads on from there.
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, partition, tenant, key)
);
CALL isolate_tenants('parked_keys');

-- Those of the tables that a rebuild replaced: the way back.
CREATE TABLE parked_keys_previous (LIKE parked_keys);
CALL isolate_tenants('parked_keys_previous');
