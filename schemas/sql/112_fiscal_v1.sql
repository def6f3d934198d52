CREATE TABLE fiscal_devices (
    tenant text NOT NULL,
    entity text NOT NULL,
    enabled boolean NOT NULL,
    kind text NOT NULL,
    url text NOT NULL,
    device text NOT NULL,
    from_number bigint NOT NULL,     -- Invoices from this number on are transmitted.
    set_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE fiscal_documents (
    tenant text NOT NULL,
    document text NOT NULL,          -- The invoice, or "note#" and the credit note.
    invoice text NOT NULL,
    credit_note text,                -- NULL: it is the invoice itself.
    entity text NOT NULL,
    place bigint NOT NULL,           -- In the order in which the entity's are transmitted.
    number text NOT NULL,
    currency text NOT NULL,
    issued_on date NOT NULL,
    minor bigint NOT NULL,
    state text NOT NULL,             -- pending, refused, transmitted, voided
    attempt integer NOT NULL,        -- 1, and one more with each retry by a person.
    code text,                       -- Of the newest refusal ...
    reason text,                     -- ... and what the device said with it.
    control_number text,
    signature text,
    qr text,
    device_time timestamptz,
    requested_at timestamptz NOT NULL,
    changed_at timestamptz,          -- When it was refused, retried, transmitted or void.
    seq bigint NOT NULL
) WITH (fillfactor = 80);

-- after the rows

ALTER TABLE fiscal_devices ADD PRIMARY KEY (tenant, entity);
ALTER TABLE fiscal_documents ADD PRIMARY KEY (tenant, document);
CREATE INDEX ON fiscal_documents (tenant, invoice);
CREATE INDEX ON fiscal_documents (tenant, state) WHERE state IN ('pending', 'refused');
CALL tollbook.isolate_tenants('fiscal_devices');
CALL tollbook.isolate_tenants('fiscal_documents');
