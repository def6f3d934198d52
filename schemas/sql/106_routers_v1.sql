CREATE TABLE sites (
    tenant text NOT NULL,
    site text NOT NULL,
    service text NOT NULL,
    customer text NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    username text NOT NULL,
    profile text NOT NULL,
    phase text NOT NULL,
    wanted_enabled boolean NOT NULL,
    wanted_seq bigint NOT NULL,
    wanted_at timestamptz NOT NULL,
    applied_enabled boolean,   -- As read back from the device.
    applied_seq bigint,
    applied_at timestamptz,
    failed_error text,
    failed_detail text,
    failed_at timestamptz,
    repairs integer NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 70);

-- after the rows

ALTER TABLE sites ADD PRIMARY KEY (tenant, site);
CREATE INDEX ON sites (tenant, target);
CREATE INDEX ON sites (tenant, customer);
CREATE INDEX ON sites (tenant, service);
CALL tollbook.isolate_tenants('sites');
