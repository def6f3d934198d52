CREATE TABLE tickets (
    tenant text NOT NULL,
    ticket text NOT NULL,
    customer text NOT NULL,         -- Who asked, also after a merge.
    service text,
    subject text,                   -- NULL: the person was forgotten.
    status text NOT NULL,           -- open, closed
    priority text NOT NULL,
    texts integer NOT NULL,
    last_author text NOT NULL,      -- customer, staff
    opened_at timestamptz NOT NULL,
    answered_at timestamptz,        -- The newest text after the first.
    closed_at timestamptz,          -- NULL: it is open.
    closed_by text,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE ticket_texts (
    tenant text NOT NULL,
    ticket text NOT NULL,
    number integer NOT NULL,        -- The opening text is 1.
    author text NOT NULL,           -- customer, staff
    written_by text,                -- NULL: the customer.
    text text,                      -- NULL: the person was forgotten.
    written_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE tickets ADD PRIMARY KEY (tenant, ticket);
ALTER TABLE ticket_texts ADD PRIMARY KEY (tenant, ticket, number);
CREATE INDEX ON tickets (tenant, customer);
CREATE INDEX ON tickets (tenant, service);
CREATE INDEX ON tickets (tenant, ticket) WHERE status = 'open';
CALL tollbook.isolate_tenants('tickets');
CALL tollbook.isolate_tenants('ticket_texts');
