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

-- after the rows

ALTER TABLE legal_entities ADD PRIMARY KEY (tenant, entity, seq);
CALL tollbook.isolate_tenants('legal_entities');
