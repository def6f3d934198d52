CREATE TABLE account_books (
    tenant text NOT NULL,
    entity text NOT NULL,
    currency text NOT NULL
);

CREATE TABLE account_balances (
    tenant text NOT NULL,
    entity text NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    balance_minor bigint NOT NULL,   -- Debit positive.
    seq bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE account_days (
    tenant text NOT NULL,
    entity text NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    booked_on date NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE postings (
    tenant text NOT NULL,
    seq bigint NOT NULL,
    leg integer NOT NULL,
    entity text NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    minor bigint NOT NULL,
    type text NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    booked_on date NOT NULL
);

-- after the rows

ALTER TABLE account_books ADD PRIMARY KEY (tenant);
ALTER TABLE account_balances ADD PRIMARY KEY (tenant, entity, account, currency);
ALTER TABLE account_days ADD PRIMARY KEY (tenant, entity, account, currency, booked_on);
ALTER TABLE postings ADD PRIMARY KEY (tenant, seq, leg);
CREATE INDEX ON account_days (tenant, booked_on);
CREATE INDEX ON postings (tenant, account, booked_on, seq, leg);
CALL tollbook.isolate_tenants('account_books');
CALL tollbook.isolate_tenants('account_balances');
CALL tollbook.isolate_tenants('account_days');
CALL tollbook.isolate_tenants('postings');
