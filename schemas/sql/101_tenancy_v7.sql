CREATE TABLE tenants (
    tenant text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL,
    legal_entity text NOT NULL,
    mpesa_shortcodes text[] NOT NULL,
    tills text[] NOT NULL,
    recognition text NOT NULL,
    renewal_anchor text NOT NULL,
    test_clock boolean NOT NULL,
    clock_at timestamptz,
    closed_through date,
    billing_from_hour integer,      -- NULL: only when a run is asked for.
    partition integer NOT NULL,
    opened_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE plans (
    tenant text NOT NULL,
    plan text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    tax_code text NOT NULL,
    tax_percent bigint NOT NULL,
    period text NOT NULL,
    period_count integer NOT NULL,
    setup_minor bigint NOT NULL,
    trial_days integer NOT NULL,
    proration text NOT NULL,
    first_period text NOT NULL,
    kind text NOT NULL,
    includes jsonb NOT NULL,        -- Add-ons that a bundle's price pays for.
    prices jsonb NOT NULL,          -- In other currencies; setup_minor absent: none.
    valid_from date,                -- Nothing begins on it before; NULL: at once.
    down_mbps bigint NOT NULL,
    up_mbps bigint NOT NULL,
    defined_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE routers (
    tenant text NOT NULL,
    router text NOT NULL,
    driver text NOT NULL,
    address text NOT NULL,
    port integer NOT NULL,
    tls boolean NOT NULL,
    username text NOT NULL,
    registered_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

-- after the rows

ALTER TABLE tenants ADD PRIMARY KEY (tenant);
ALTER TABLE plans ADD PRIMARY KEY (tenant, plan, version);
ALTER TABLE routers ADD PRIMARY KEY (tenant, router);
CALL tollbook.isolate_tenants('tenants');
CALL tollbook.isolate_tenants('plans');
CALL tollbook.isolate_tenants('routers');
