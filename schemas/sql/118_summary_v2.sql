-- How the provider stands, counted as it happens: what a dashboard asks for.

CREATE TABLE summary_counts (
    tenant text NOT NULL,
    customers bigint NOT NULL,            -- Registered, and not merged into another.
    customers_active bigint NOT NULL,     -- With a subscription that runs.
    services_active bigint NOT NULL,
    services_suspended bigint NOT NULL,
    invoices_pending bigint NOT NULL,     -- Issued, and owed for.
    seq bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE summary_days (
    tenant text NOT NULL,
    booked_on date NOT NULL,
    currency text NOT NULL,
    revenue_minor bigint NOT NULL,        -- Posted to revenue and fees, without taxes.
    owed_minor bigint NOT NULL,           -- By how much more is owed for invoices.
    seq bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE summary_invoices (           -- The last that were issued, one for each slot.
    tenant text NOT NULL,
    slot bigint NOT NULL,
    invoice text NOT NULL,
    number_seq bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE summary_services (
    tenant text NOT NULL,
    service text NOT NULL,
    status text NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE summary_customers (          -- Those that ever had a service.
    tenant text NOT NULL,
    customer text NOT NULL,
    services_active bigint NOT NULL,
    seq bigint NOT NULL
) WITH (fillfactor = 80);

-- after the rows

ALTER TABLE summary_counts ADD PRIMARY KEY (tenant);
ALTER TABLE summary_days ADD PRIMARY KEY (tenant, booked_on, currency);
ALTER TABLE summary_invoices ADD PRIMARY KEY (tenant, slot);
ALTER TABLE summary_services ADD PRIMARY KEY (tenant, service);
ALTER TABLE summary_customers ADD PRIMARY KEY (tenant, customer);
CALL tollbook.isolate_tenants('summary_counts');
CALL tollbook.isolate_tenants('summary_days');
CALL tollbook.isolate_tenants('summary_invoices');
CALL tollbook.isolate_tenants('summary_services');
CALL tollbook.isolate_tenants('summary_customers');
