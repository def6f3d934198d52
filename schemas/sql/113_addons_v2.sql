CREATE TABLE service_addons (
    tenant text NOT NULL,
    service text NOT NULL,
    addon text NOT NULL,
    plan_version integer NOT NULL,
    quantity integer NOT NULL,
    from_day date NOT NULL,
    ending_on date,
    next_version integer,
    next_quantity integer,
    next_not_before date,
    removed_on date,                -- Set: the service has it no more.
    added_at timestamptz NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE addon_changes (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    service text NOT NULL,
    addon text NOT NULL,
    kind text NOT NULL,             -- added, changed, removed
    plan_version integer NOT NULL,
    quantity integer NOT NULL,
    on_day date NOT NULL
);

-- after the rows

ALTER TABLE service_addons ADD PRIMARY KEY (tenant, service, addon);
ALTER TABLE addon_changes ADD PRIMARY KEY (tenant, seq);
CREATE INDEX ON addon_changes (tenant, service, addon, seq);
CALL tollbook.isolate_tenants('service_addons');
CALL tollbook.isolate_tenants('addon_changes');
