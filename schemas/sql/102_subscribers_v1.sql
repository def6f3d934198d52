CREATE TABLE customers (
    tenant text NOT NULL,
    customer text NOT NULL,
    name text,   -- NULL: the person was forgotten.
    phone text,
    mail text,
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

-- after the rows

ALTER TABLE customers ADD PRIMARY KEY (tenant, customer);
ALTER TABLE payment_references ADD PRIMARY KEY (tenant, normalised);
CREATE INDEX ON payment_references (tenant, customer);
CALL tollbook.isolate_tenants('customers');
CALL tollbook.isolate_tenants('payment_references');
