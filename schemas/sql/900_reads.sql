-- Views and functions over the tables. Made anew when this file changes and after every swap of
-- rebuilt tables, because a view stays with the table that it was made on. Views run with the
-- rights of who reads (security_invoker), so row-level security reaches through them.

DROP VIEW IF EXISTS trial_balance, control_checks, paid_but_cut, unpaid_but_on, open_suspense,
    customer_currencies, plan_prices;

-- In which currency all money of a customer is.
CREATE VIEW customer_currencies WITH (security_invoker = true) AS
SELECT c.tenant, c.customer, coalesce(c.currency, t.currency) AS currency
FROM customers c JOIN tenants t USING (tenant);

-- What each version of a plan costs, in each currency that it has a price in.
CREATE VIEW plan_prices WITH (security_invoker = true) AS
SELECT p.tenant, p.plan, p.version, c.currency, c.price_minor, p.tax_code, p.tax_percent,
       p.period, p.period_count
FROM plans p CROSS JOIN LATERAL (
    SELECT p.currency, p.price_minor
    UNION ALL
    SELECT o.currency, o.price_minor
    FROM jsonb_to_recordset(p.prices) AS o (currency text, price_minor bigint)
) c;

-- One line for each account; wallets of customers together. The balances of an entity sum to zero.
CREATE VIEW trial_balance WITH (security_invoker = true) AS
SELECT tenant, entity, currency,
       CASE WHEN kind = 'wallet' THEN 'wallets' ELSE account END AS account, kind,
       sum(debit_minor)::bigint AS debit_minor, sum(credit_minor)::bigint AS credit_minor,
       sum(balance_minor)::bigint AS balance_minor
FROM account_balances
GROUP BY 1, 2, 3, 4, 5;

-- The same in the past: booked on or before `through`, as known at the record `known_seq`.
-- A NULL sets no limit.
CREATE OR REPLACE FUNCTION trial_balance_as_of(through date, known_seq bigint)
RETURNS TABLE (
    tenant text, entity text, currency text, account text, kind text,
    debit_minor bigint, credit_minor bigint, balance_minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT p.tenant, p.entity, p.currency,
           CASE WHEN p.account LIKE 'wallet:%' THEN 'wallets' ELSE p.account END,
           split_part(p.account, ':', 1),
           coalesce(sum(p.minor) FILTER (WHERE p.minor > 0), 0)::bigint,
           coalesce(-sum(p.minor) FILTER (WHERE p.minor < 0), 0)::bigint,
           sum(p.minor)::bigint
    FROM postings p
    WHERE (through IS NULL OR p.booked_on <= through)
      AND (known_seq IS NULL OR p.seq <= known_seq)
    GROUP BY 1, 2, 3, 4, 5
$$;

-- Booked on or before `through`, from the day sums: cheap whatever the length of the log.
CREATE OR REPLACE FUNCTION trial_balance_through(through date)
RETURNS TABLE (
    tenant text, entity text, currency text, account text, kind text,
    debit_minor bigint, credit_minor bigint, balance_minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT d.tenant, d.entity, d.currency,
           CASE WHEN d.account LIKE 'wallet:%' THEN 'wallets' ELSE d.account END,
           split_part(d.account, ':', 1),
           sum(d.debit_minor)::bigint, sum(d.credit_minor)::bigint,
           (sum(d.debit_minor) - sum(d.credit_minor))::bigint
    FROM account_days d
    WHERE d.booked_on <= through
    GROUP BY 1, 2, 3, 4, 5
$$;

-- The newest record that was recorded at or before `at`; 0 when there is none.
CREATE OR REPLACE FUNCTION seq_recorded_at(at timestamptz)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(seq), 0) FROM event_index WHERE recorded_at <= at
$$;

-- What each wallet held: movements that happened at or before `happened`, as known at `known_seq`.
-- A NULL sets no limit; NULL as customer means all.
CREATE OR REPLACE FUNCTION wallets_as_of(
    of_customer text, happened timestamptz, known_seq bigint
)
RETURNS TABLE (
    tenant text, customer text, entity text, currency text, balance_minor bigint, seq bigint
) LANGUAGE sql STABLE AS $$
    SELECT s.tenant, s.customer, s.entity, s.currency, sum(s.minor)::bigint, max(s.seq)
    FROM wallet_statement s
    WHERE (of_customer IS NULL OR s.customer = of_customer)
      AND (happened IS NULL OR s.effective_at <= happened)
      AND (known_seq IS NULL OR s.seq <= known_seq)
    GROUP BY 1, 2, 3, 4
$$;

-- A wallet's lines in the order in which things happened, with the balance in that order.
CREATE OR REPLACE FUNCTION wallet_statement_as_of(
    of_customer text, happened timestamptz, known_seq bigint
)
RETURNS TABLE (
    tenant text, customer text, entity text, currency text, seq bigint, line integer, kind text,
    minor bigint, balance_minor bigint, effective_at timestamptz, recorded_at timestamptz,
    booked_on date, payment text, charge text, service text, reason text, lines jsonb
) LANGUAGE sql STABLE AS $$
    SELECT s.tenant, s.customer, s.entity, s.currency, s.seq, s.line, s.kind, s.minor,
           sum(s.minor) OVER (
               PARTITION BY s.tenant, s.customer, s.entity, s.currency
               ORDER BY s.effective_at, s.seq, s.line
           )::bigint,
           s.effective_at, s.recorded_at, s.booked_on, s.payment, s.charge, s.service, s.reason,
           s.lines
    FROM wallet_statement s
    WHERE s.customer = of_customer
      AND (happened IS NULL OR s.effective_at <= happened)
      AND (known_seq IS NULL OR s.seq <= known_seq)
    ORDER BY s.entity, s.currency, s.effective_at, s.seq, s.line
$$;

-- How each service stood: after its newest event that happened at or before `happened`, as known
-- at `known_seq`. A NULL sets no limit.
CREATE OR REPLACE FUNCTION services_as_of(happened timestamptz, known_seq bigint)
RETURNS TABLE (
    tenant text, service text, status text, blocks text[], renews_on date, plan text,
    plan_version integer, effective_at timestamptz, seq bigint
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (h.tenant, h.service)
           h.tenant, h.service, h.status, h.blocks, h.renews_on, h.plan, h.plan_version,
           h.effective_at, h.seq
    FROM service_history h
    WHERE (happened IS NULL OR h.effective_at <= happened)
      AND (known_seq IS NULL OR h.seq <= known_seq)
    ORDER BY h.tenant, h.service, h.seq DESC
$$;

-- The customer, and all that were merged into it.
CREATE OR REPLACE FUNCTION same_customers(of_customer text)
RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE same(customer) AS (
        SELECT of_customer
        UNION
        SELECT m.customer FROM merged_customers m JOIN same s ON m.merged_into = s.customer
    )
    SELECT customer FROM same
$$;

CREATE VIEW open_suspense WITH (security_invoker = true) AS
SELECT s.*, p.receipt, p.occurred_at, p.payer_number, p.payer_name, p.payer_reference
FROM suspense_items s JOIN payments p USING (tenant, payment)
WHERE s.remaining_minor > 0;

-- The device holds another state than the book wants: who paid and is off, and who is on unpaid. A
-- line that no device ever answered for is off, too: once it was refused, or after a minute.
CREATE VIEW paid_but_cut WITH (security_invoker = true) AS
SELECT tenant, site, service, customer, target, wanted_at AS since, wanted_seq, applied_seq,
       failed_error
FROM sites
WHERE wanted_enabled AND phase <> 'removed' AND (
    NOT applied_enabled OR (
        applied_enabled IS NULL
        AND (failed_error IS NOT NULL OR wanted_at < now() - interval '1 minute')
    )
);

CREATE VIEW unpaid_but_on WITH (security_invoker = true) AS
SELECT tenant, site, service, customer, target, wanted_at AS since, wanted_seq, applied_seq,
       failed_error
FROM sites
WHERE NOT wanted_enabled AND applied_enabled AND phase <> 'removed';

-- The same as of a time, in whole minutes and in money: the plan's price for those minutes of the
-- month before the service's next renewal, halves up.
CREATE OR REPLACE FUNCTION line_differences(at timestamptz)
RETURNS TABLE (
    tenant text, difference text, site text, service text, customer text, target text,
    since timestamptz, minutes bigint, minor bigint, currency text
) LANGUAGE sql STABLE AS $$
    SELECT d.tenant, d.difference, d.site, d.service, d.customer, d.target, d.since, d.minutes,
           round(
               p.price_minor::numeric * d.minutes
               / ((v.renews_on - (v.renews_on - interval '1 month')::date) * 1440)
           )::bigint,
           p.currency
    FROM (
        SELECT x.*, floor(extract(epoch FROM at - x.since) / 60)::bigint AS minutes
        FROM (
            SELECT 'paid_but_cut' AS difference, c.* FROM paid_but_cut c
            UNION ALL
            SELECT 'unpaid_but_on', o.* FROM unpaid_but_on o
        ) x
    ) d
    LEFT JOIN services v ON v.tenant = d.tenant AND v.service = d.service
    LEFT JOIN customer_currencies c ON c.tenant = v.tenant AND c.customer = v.customer
    LEFT JOIN plan_prices p ON p.tenant = v.tenant AND p.plan = v.plan
        AND p.version = v.plan_version AND p.currency = c.currency
$$;

-- Figures that two tables must agree on. Every difference is zero, or something is wrong.
CREATE VIEW control_checks WITH (security_invoker = true) AS
WITH ledger AS (
    SELECT tenant, currency, kind, account, balance_minor FROM account_balances
), due_side AS ( -- What one entity owes another, the other one has coming.
    SELECT tenant, entity, substr(account, 12) AS other, currency, balance_minor AS minor
    FROM account_balances WHERE kind = 'due_entity'
), wallet_side AS (
    SELECT tenant, currency, -sum(balance_minor) AS minor
    FROM ledger WHERE kind = 'wallet' GROUP BY 1, 2
), lot_side AS (
    SELECT tenant, currency, sum(minor) AS minor FROM (
        SELECT tenant, currency, remaining_minor AS minor FROM lots
        UNION ALL
        SELECT tenant, currency, -overdrawn_minor FROM wallets
    ) l GROUP BY 1, 2
), suspense_side AS (
    SELECT tenant, currency, account, -sum(balance_minor) AS minor
    FROM ledger WHERE kind = 'suspense' GROUP BY 1, 2, 3
), item_side AS (
    SELECT tenant, currency, account, sum(remaining_minor) AS minor
    FROM suspense_items GROUP BY 1, 2, 3
), cash_side AS (
    SELECT tenant, currency, substr(account, 6) AS channel, sum(balance_minor) AS minor
    FROM ledger WHERE kind = 'cash' GROUP BY 1, 2, 3
), receipt_side AS (
    SELECT tenant, currency, channel, sum(minor) AS minor FROM (
        SELECT tenant, currency, channel, standing_minor AS minor FROM payments
        UNION ALL
        SELECT tenant, currency, substr(account, 6), minor FROM postings
        WHERE account LIKE 'cash:%' AND type NOT IN ('payment_received', 'payment_reversed')
    ) r GROUP BY 1, 2, 3
), receivable_side AS (
    SELECT tenant, currency, sum(balance_minor) AS minor
    FROM ledger WHERE kind = 'receivable' GROUP BY 1, 2
), invoice_side AS (
    SELECT tenant, currency, sum(open_minor) AS minor
    FROM invoices WHERE number IS NOT NULL GROUP BY 1, 2
), deposit_side AS (
    SELECT tenant, currency, account, -balance_minor AS minor FROM ledger WHERE kind = 'deposit'
), equipment_side AS (
    SELECT tenant, currency, account, sum(remaining_minor) AS minor FROM deposits GROUP BY 1, 2, 3
)
SELECT tenant, 'entries' AS name, entity AS part, currency, sum(balance_minor)::bigint AS minor,
       0::bigint AS expected_minor, sum(balance_minor)::bigint AS difference_minor
FROM account_balances GROUP BY tenant, entity, currency
UNION ALL
SELECT tenant, 'due_entity', least(entity, other) || ' ' || greatest(entity, other), currency,
       sum(minor)::bigint, 0::bigint, sum(minor)::bigint
FROM due_side GROUP BY 1, 2, 3, 4
UNION ALL
SELECT tenant, 'wallets', '', currency, coalesce(w.minor, 0)::bigint, coalesce(l.minor, 0)::bigint,
       (coalesce(w.minor, 0) - coalesce(l.minor, 0))::bigint
FROM wallet_side w FULL JOIN lot_side l USING (tenant, currency)
UNION ALL
SELECT tenant, 'suspense', account, currency, coalesce(s.minor, 0)::bigint,
       coalesce(i.minor, 0)::bigint, (coalesce(s.minor, 0) - coalesce(i.minor, 0))::bigint
FROM suspense_side s FULL JOIN item_side i USING (tenant, currency, account)
UNION ALL
SELECT tenant, 'cash', channel, currency, coalesce(c.minor, 0)::bigint,
       coalesce(r.minor, 0)::bigint, (coalesce(c.minor, 0) - coalesce(r.minor, 0))::bigint
FROM cash_side c FULL JOIN receipt_side r USING (tenant, currency, channel)
UNION ALL
SELECT tenant, 'invoices', '', currency, coalesce(r.minor, 0)::bigint, coalesce(i.minor, 0)::bigint,
       (coalesce(r.minor, 0) - coalesce(i.minor, 0))::bigint
FROM receivable_side r FULL JOIN invoice_side i USING (tenant, currency)
UNION ALL
SELECT tenant, 'deposits', account, currency, coalesce(d.minor, 0)::bigint,
       coalesce(e.minor, 0)::bigint, (coalesce(d.minor, 0) - coalesce(e.minor, 0))::bigint
FROM deposit_side d FULL JOIN equipment_side e USING (tenant, currency, account);

GRANT SELECT ON trial_balance, control_checks, paid_but_cut, unpaid_but_on, open_suspense,
    customer_currencies, plan_prices TO tollbook_reader;
