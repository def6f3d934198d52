CREATE TABLE legal_entities (
    tenant text NOT NULL,
    entity text NOT NULL,
    seq bigint NOT NULL,             -- Counts for documents that were issued after it.
    name text NOT NULL,
    tax_registration text,
    address text,
    channels text[] NOT NULL,        -- Whose cash is its own.
    defined_at timestamptz NOT NULL
);

CREATE TABLE entity_closings (
    tenant text NOT NULL,
    entity text NOT NULL,
    closed_through date NOT NULL,    -- For it alone; what tenants.closed_through says counts too.
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE legal_entities ADD PRIMARY KEY (tenant, entity, seq);
CALL tollbook.isolate_tenants('legal_entities');
ALTER TABLE entity_closings ADD PRIMARY KEY (tenant, entity);
CALL tollbook.isolate_tenants('entity_closings');
