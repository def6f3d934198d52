CREATE TABLE customers (
    tenant text NOT NULL,
    customer text NOT NULL,
    name text,     -- NULL: the person was forgotten.
    phone text,
    mail text,
    entity text,   -- Which invoices it; NULL: the tenant's own.
    currency text, -- Of all its money; NULL: the tenant's.
    registered_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE payment_references (
    tenant text NOT NULL,
    normalised text NOT NULL,
    reference text NOT NULL,
    customer text NOT NULL,
    added_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE merged_customers (
    tenant text NOT NULL,
    customer text NOT NULL,
    merged_into text NOT NULL,
    reason text NOT NULL,
    merged_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE customers ADD PRIMARY KEY (tenant, customer);
ALTER TABLE payment_references ADD PRIMARY KEY (tenant, normalised);
CREATE INDEX ON payment_references (tenant, customer);
ALTER TABLE merged_customers ADD PRIMARY KEY (tenant, customer);
CREATE INDEX ON merged_customers (tenant, merged_into);
CALL tollbook.isolate_tenants('merged_customers');
CALL tollbook.isolate_tenants('customers');
CALL tollbook.isolate_tenants('payment_references');
