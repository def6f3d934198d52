-- What all read models stand on: who has read how far, which tables belong to which projection, and
-- how a tenant sees its own rows only.

CREATE TABLE projection_checkpoints (
    projection text NOT NULL,
    version integer NOT NULL,
    partition integer NOT NULL,
    state text NOT NULL,              -- The reader state, whole: compared and set in every batch.
    seq bigint NOT NULL,
    hash text NOT NULL,               -- Of the record seq.
    recorded_at timestamptz,          -- Of the record seq.
    generation bigint NOT NULL,       -- Rises when the tables are swapped for rebuilt ones.
    PRIMARY KEY (projection, version, partition)
);

CREATE TABLE projection_tables (
    projection text NOT NULL,
    position integer NOT NULL,
    table_name text NOT NULL,
    PRIMARY KEY (projection, position)
);

-- What a rebuild replaced: the way back.
CREATE TABLE projection_previous (
    projection text PRIMARY KEY,
    version integer NOT NULL,
    partition integer NOT NULL,
    state text NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    recorded_at timestamptz,
    table_names text[] NOT NULL
);

-- The role under which a tenant's reads run. It owns nothing, so row-level security holds for it.
-- Sessions of several nodes may come here at once.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tollbook_reader') THEN
        CREATE ROLE tollbook_reader NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
GRANT tollbook_reader TO CURRENT_USER;
GRANT USAGE ON SCHEMA tollbook TO tollbook_reader;
GRANT SELECT ON projection_checkpoints TO tollbook_reader;

-- Rows of other tenants do not exist for a reader; without a tenant there are none at all.
CREATE PROCEDURE isolate_tenants(isolated regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', isolated);
    EXECUTE format(
        'CREATE POLICY tenant_rows ON %s FOR SELECT TO tollbook_reader '
        'USING (tenant = current_setting(''tollbook.tenant'', true))', isolated);
    EXECUTE format('GRANT SELECT ON %s TO tollbook_reader', isolated);
END
$$;
