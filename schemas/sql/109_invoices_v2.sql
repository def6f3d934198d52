CREATE TABLE invoices (
    tenant text NOT NULL,
    invoice text NOT NULL,
    customer text NOT NULL,
    status text NOT NULL,
    number text,                     -- Of the entity, without gaps; NULL: not issued.
    entity text,
    currency text,
    issued_on date,
    due_on date,
    tax_rounding text,
    minor bigint NOT NULL,           -- With tax; of a draft: as it was drafted.
    net_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    open_minor bigint NOT NULL,      -- minor = open + applied + withheld + credited + written off.
    applied_minor bigint NOT NULL,
    withheld_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    written_off_minor bigint NOT NULL,
    lines jsonb NOT NULL,
    note text,
    drafted_at timestamptz NOT NULL,
    issued_at timestamptz,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE invoice_moves (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    line integer NOT NULL,
    invoice text NOT NULL,
    customer text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL,
    minor bigint NOT NULL,
    owed_minor bigint NOT NULL,      -- What it adds to what is owed.
    open_minor bigint NOT NULL,      -- After it, in the order of the log.
    document text,
    payment text,
    reason text,
    lines jsonb,
    lots jsonb,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    booked_on date NOT NULL
);

CREATE TABLE taxes (
    tenant text NOT NULL,
    tax text NOT NULL,
    valid_from date NOT NULL,
    rates jsonb NOT NULL,
    exempt_reason text,
    seq bigint NOT NULL
);

CREATE TABLE invoicing_terms (
    tenant text NOT NULL,
    entity text NOT NULL,            -- Empty: the tenant's own.
    valid_from date NOT NULL,
    tax_rounding text NOT NULL,
    halves text NOT NULL,
    due_days integer NOT NULL,
    number_prefix text NOT NULL,
    credit_prefix text NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE billing_modes (
    tenant text NOT NULL,
    customer text NOT NULL,
    mode text NOT NULL,
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE invoices ADD PRIMARY KEY (tenant, invoice);
ALTER TABLE invoice_moves ADD PRIMARY KEY (tenant, seq, line);
ALTER TABLE taxes ADD PRIMARY KEY (tenant, tax, valid_from);
ALTER TABLE invoicing_terms ADD PRIMARY KEY (tenant, entity, valid_from);
ALTER TABLE billing_modes ADD PRIMARY KEY (tenant, customer);
CREATE INDEX ON invoices (tenant, customer);
CREATE UNIQUE INDEX ON invoices (tenant, entity, number);
CREATE INDEX ON invoices (tenant, due_on) WHERE open_minor > 0;
CREATE INDEX ON invoice_moves (tenant, invoice, seq);
CREATE INDEX ON invoice_moves (tenant, booked_on);
CALL tollbook.isolate_tenants('invoices');
CALL tollbook.isolate_tenants('invoice_moves');
CALL tollbook.isolate_tenants('taxes');
CALL tollbook.isolate_tenants('invoicing_terms');
CALL tollbook.isolate_tenants('billing_modes');
