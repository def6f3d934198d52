-- Reports for finance. Their days are accounting days (booked_on), but those of services, which run
-- by the civil days of their tenant's zone. A NULL sets no limit; `known_seq` is the newest record
-- that is known.

-- Of another shape than before.
DROP FUNCTION IF EXISTS invoice_tax_lines(date, date, bigint), charge_lines(date, date, bigint),
    other_postings(text, date, date, bigint), net_of_price(bigint, bigint);

-- Whom a legal entity invoices.
CREATE OR REPLACE FUNCTION customers_of(of_entity text)
RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT c.customer FROM customers c JOIN tenants t USING (tenant)
    WHERE coalesce(c.entity, t.legal_entity) = of_entity
$$;

CREATE OR REPLACE FUNCTION known_seq(at timestamptz)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN at IS NOT NULL THEN seq_recorded_at(at) END
$$;

-- The tenant's day of now. `clock_at` is its test clock, or NULL.
CREATE OR REPLACE FUNCTION book_today(clock_at timestamptz, timezone text)
RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (coalesce(clock_at, now()) AT TIME ZONE timezone)::date
$$;

-- What an account held before a posting, in the order of the general ledger.
CREATE OR REPLACE FUNCTION balance_before(
    of_tenant text, of_entity text, of_account text, of_currency text,
    day date, before_seq bigint, before_leg integer, known_seq bigint
)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN known_seq IS NULL THEN
        coalesce((
            SELECT sum(d.debit_minor) - sum(d.credit_minor) FROM account_days d
            WHERE d.tenant = of_tenant AND d.entity = of_entity AND d.account = of_account
              AND d.currency = of_currency AND d.booked_on < day
        ), 0)::bigint + coalesce((
            SELECT sum(p.minor) FROM postings p
            WHERE p.tenant = of_tenant AND p.account = of_account AND p.entity = of_entity
              AND p.currency = of_currency AND p.booked_on = day
              AND (p.seq, p.leg) < (before_seq, before_leg)
        ), 0)::bigint
    ELSE
        coalesce((
            SELECT sum(p.minor) FROM postings p
            WHERE p.tenant = of_tenant AND p.account = of_account AND p.entity = of_entity
              AND p.currency = of_currency AND p.seq <= known_seq
              AND (p.booked_on, p.seq, p.leg) < (day, before_seq, before_leg)
        ), 0)::bigint
    END
$$;

-- What stands open of each debit that took a wallet below zero. Credits repay the oldest first.
CREATE OR REPLACE FUNCTION wallet_debts(through date, known_seq bigint)
RETURNS TABLE (
    tenant text, entity text, currency text, customer text, arose_on date, minor bigint
) LANGUAGE sql STABLE AS $$
    WITH owing AS (
        SELECT d.tenant, d.entity, d.account, d.currency FROM account_days d
        WHERE known_seq IS NULL AND d.account LIKE 'wallet:%' AND d.booked_on <= through
        GROUP BY 1, 2, 3, 4 HAVING sum(d.debit_minor) > sum(d.credit_minor)
        UNION ALL
        SELECT p.tenant, p.entity, p.account, p.currency FROM postings p
        WHERE p.seq <= known_seq AND p.account LIKE 'wallet:%' AND p.booked_on <= through
        GROUP BY 1, 2, 3, 4 HAVING sum(p.minor) > 0
    ), moved AS (
        SELECT p.tenant, p.entity, p.account, p.currency, p.booked_on, p.seq, p.leg, p.minor,
               sum(p.minor) OVER (
                   PARTITION BY p.tenant, p.entity, p.account, p.currency
                   ORDER BY p.booked_on, p.seq, p.leg
               ) AS owed
        FROM owing o JOIN postings p USING (tenant, entity, account, currency)
        WHERE p.booked_on <= through AND (known_seq IS NULL OR p.seq <= known_seq)
    ), steps AS (
        SELECT m.*, greatest(m.owed, 0) - greatest(m.owed - m.minor, 0) AS change FROM moved m
    ), debts AS (
        SELECT s.*, greatest(s.change, 0) AS opened,
               sum(greatest(s.change, 0)) OVER (
                   PARTITION BY s.tenant, s.entity, s.account, s.currency
                   ORDER BY s.booked_on, s.seq, s.leg
               ) AS opened_so_far,
               sum(greatest(-s.change, 0)) OVER (
                   PARTITION BY s.tenant, s.entity, s.account, s.currency
               ) AS repaid
        FROM steps s
    )
    SELECT d.tenant, d.entity, d.currency, substr(d.account, 8), d.booked_on,
           sum(least(d.opened, d.opened_so_far - d.repaid))::bigint
    FROM debts d
    WHERE d.opened > 0 AND d.opened_so_far > d.repaid
    GROUP BY 1, 2, 3, 4, 5
$$;

-- What is owed for each invoice, from the day on which it is due.
CREATE OR REPLACE FUNCTION invoice_debts(through date, known_seq bigint)
RETURNS TABLE (
    tenant text, entity text, currency text, customer text, arose_on date, minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT m.tenant, m.entity, m.currency, m.customer, i.due_on, sum(m.owed_minor)::bigint
    FROM invoice_moves m JOIN invoices i USING (tenant, invoice)
    WHERE (through IS NULL OR m.booked_on <= through)
      AND (known_seq IS NULL OR m.seq <= known_seq)
    GROUP BY m.tenant, m.entity, m.currency, m.customer, m.invoice, i.due_on
    HAVING sum(m.owed_minor) <> 0
$$;

-- The lines of invoices that were issued on these days, one for each tax with the net on the first;
-- `base` is the net with each. What credit notes and voids took back on them stands as lines below
-- zero. `rate_ppm` is 0 where no rate is told.
CREATE OR REPLACE FUNCTION invoice_tax_lines(first_day date, last_day date, known_seq bigint)
RETURNS TABLE (
    tenant text, invoice text, customer text, currency text, component text, plan text,
    net bigint, tax_code text, tax bigint, service_from date, service_to date, rate_ppm bigint,
    base bigint
) LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT m.tenant, m.invoice, m.customer, m.currency, l.place::integer AS line,
               (l.value->>'net')::bigint AS net, l.value->'taxes' AS taxes, i.lines, 1 AS sign,
               l.value AS days
        FROM invoice_moves m JOIN invoices i USING (tenant, invoice)
        CROSS JOIN LATERAL jsonb_array_elements(i.lines) WITH ORDINALITY AS l (value, place)
        WHERE m.kind = 'issued'
          AND (first_day IS NULL OR m.booked_on >= first_day)
          AND (last_day IS NULL OR m.booked_on <= last_day)
          AND (known_seq IS NULL OR m.seq <= known_seq)
        UNION ALL
        SELECT m.tenant, m.invoice, m.customer, m.currency, (l.value->>'line')::integer,
               (l.value->>'net')::bigint, l.value->'taxes', i.lines, -1,
               -- A credit note may be over some of the line's days.
               CASE WHEN l.value ? 'service_from' THEN l.value
                    ELSE i.lines->((l.value->>'line')::integer - 1) END
        FROM invoice_moves m JOIN invoices i USING (tenant, invoice)
        CROSS JOIN LATERAL jsonb_array_elements(m.lines) AS l (value)
        WHERE m.kind IN ('credit_note', 'voided')
          AND (first_day IS NULL OR m.booked_on >= first_day)
          AND (last_day IS NULL OR m.booked_on <= last_day)
          AND (known_seq IS NULL OR m.seq <= known_seq)
    )
    SELECT m.tenant, m.invoice, m.customer, m.currency, m.lines->(m.line - 1)->>'component',
           m.lines->(m.line - 1)->>'plan',
           CASE WHEN coalesce(t.place, 1) = 1 THEN m.sign * m.net ELSE 0 END,
           t.value->>'code', coalesce(m.sign * (t.value->>'minor')::bigint, 0),
           (m.days->>'service_from')::date, (m.days->>'service_to')::date,
           coalesce((t.value->>'rate_ppm')::bigint, 0), m.sign * m.net
    FROM moved m
    LEFT JOIN LATERAL jsonb_array_elements(m.taxes) WITH ORDINALITY AS t (value, place) ON true
$$;

-- The lines of the charges that were booked on these days, one for each tax as above; what of a
-- charge was given back on them stands as lines below zero. A line without dated taxes has the rate
-- of its plan.
CREATE OR REPLACE FUNCTION charge_lines(first_day date, last_day date, known_seq bigint)
RETURNS TABLE (
    tenant text, charge text, customer text, currency text, component text, plan text,
    net bigint, tax_code text, tax bigint, service_from date, service_to date, rate_ppm bigint,
    base bigint
) LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT c.tenant, c.charge, c.customer, c.currency, c.lines, 1 AS sign FROM charges c
        WHERE (first_day IS NULL OR c.booked_on >= first_day)
          AND (last_day IS NULL OR c.booked_on <= last_day)
          AND (known_seq IS NULL OR c.charged_seq <= known_seq)
        UNION ALL
        SELECT s.tenant, s.charge, s.customer, s.currency, s.lines, -1 FROM wallet_statement s
        WHERE s.kind = 'credit'
          AND (first_day IS NULL OR s.booked_on >= first_day)
          AND (last_day IS NULL OR s.booked_on <= last_day)
          AND (known_seq IS NULL OR s.seq <= known_seq)
    )
    SELECT m.tenant, m.charge, m.customer, m.currency, l.component, l.plan,
           CASE WHEN coalesce(t.place, 1) = 1 THEN m.sign * l.net ELSE 0 END,
           CASE WHEN l.taxes IS NULL THEN l.tax_code ELSE t.value->>'code' END,
           CASE WHEN l.taxes IS NULL THEN m.sign * l.tax
                ELSE coalesce(m.sign * (t.value->>'minor')::bigint, 0) END,
           l.service_from, l.service_to,
           coalesce((t.value->>'rate_ppm')::bigint, p.tax_percent * 10000, 0), m.sign * l.net
    FROM moved m CROSS JOIN LATERAL jsonb_to_recordset(m.lines) AS l (
        component text, plan text, plan_version integer, net bigint, tax_code text, tax bigint,
        service_from date, service_to date, taxes jsonb
    )
    LEFT JOIN LATERAL jsonb_array_elements(l.taxes) WITH ORDINALITY AS t (value, place) ON true
    LEFT JOIN plans p ON l.taxes IS NULL AND p.tenant = m.tenant AND p.plan = l.plan
        AND p.version = l.plan_version AND p.tax_code = l.tax_code
        AND strpos(m.charge, 'manual#') <> 1
    UNION ALL
    SELECT l.tenant, l.invoice, l.customer, l.currency, l.component, l.plan, l.net, l.tax_code,
           l.tax, l.service_from, l.service_to, l.rate_ppm, l.base
    FROM invoice_tax_lines(first_day, last_day, known_seq) l
$$;

-- What other events than charges and their credits posted to accounts of one kind, by the account's second part.
CREATE OR REPLACE FUNCTION other_postings(
    of_kind text, first_day date, last_day date, known_seq bigint
)
RETURNS TABLE (
    tenant text, part text, type text, entity text, currency text, minor bigint
)
LANGUAGE sql STABLE AS $$
    SELECT p.tenant, nullif(substr(p.account, length(of_kind) + 2), ''), p.type, p.entity,
           p.currency, p.minor
    FROM postings p
    WHERE p.type NOT IN (
          'wallet_charged', 'charge_credited',
          'invoice_issued', 'credit_note_issued', 'invoice_voided'
      ) AND split_part(p.account, ':', 1) = of_kind
      AND (first_day IS NULL OR p.booked_on >= first_day)
      AND (last_day IS NULL OR p.booked_on <= last_day)
      AND (known_seq IS NULL OR p.seq <= known_seq)
$$;

-- Of a net amount for [first_day, end_day), what its days up to `through` have earned. It is split
-- over its days by largest remainder; they are all equal, so earlier days take the odd units.
CREATE OR REPLACE FUNCTION recognised_minor(
    net bigint, first_day date, end_day date, through date
)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN end_day > first_day THEN
        (CASE WHEN net < 0 THEN -1 ELSE 1 END)
        * (abs(net) / (end_day - first_day) * passed.days
           + least(passed.days, abs(net) % (end_day - first_day)))
    ELSE net END
    FROM (
        SELECT greatest(0, least(end_day - first_day, through + 1 - first_day)) AS days
    ) passed
$$;

-- A price for so many periods as one of a month, halves up. A year has 12 months and 365 days.
CREATE OR REPLACE FUNCTION monthly_minor(minor bigint, period text, period_count integer)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (2 * minor * f.numerator + f.denominator * period_count)
           / (2 * f.denominator * period_count)
    FROM (VALUES ('day', 365, 12), ('week', 365, 84), ('month', 1, 1), ('quarter', 1, 3),
                 ('year', 1, 12)) AS f (period, numerator, denominator)
    WHERE f.period = monthly_minor.period
$$;

-- What the taxes of a plan come to on a day for a net of 10^12: by the version of its tax that holds
-- then, or by the plan's own percentage. A compound rate falls on those that are not, too.
CREATE OR REPLACE FUNCTION taxes_of_plan(
    of_tenant text, of_tax text, percent bigint, day date, known_seq bigint
)
RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN v.rates IS NULL THEN percent * 10000000000::numeric ELSE (
        SELECT coalesce(
            sum(r.rate_ppm * (1000000 + CASE WHEN r.compound THEN r.simple ELSE 0 END)), 0
        )
        FROM (
            SELECT r.rate_ppm, r.compound,
                   coalesce(sum(r.rate_ppm) FILTER (WHERE NOT r.compound) OVER (), 0) AS simple
            FROM jsonb_to_recordset(v.rates) AS r (rate_ppm bigint, compound boolean)
        ) r
    ) END
    FROM (SELECT 1) one LEFT JOIN LATERAL (
        SELECT t.rates FROM taxes t
        WHERE t.tenant = of_tenant AND t.tax = of_tax AND t.valid_from <= day
          AND (known_seq IS NULL OR t.seq <= known_seq)
        ORDER BY t.valid_from DESC LIMIT 1
    ) v ON true
$$;

-- A price that includes taxes, without them: halves up, as charges are split.
CREATE OR REPLACE FUNCTION net_of_price(price bigint, taxes numeric)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT div(2000000000000 * price::numeric + 1000000000000 + taxes,
               2 * (1000000000000 + taxes))::bigint
$$;

-- What recurs at the end of `day`, one line for each part of a service's price, in its customer's
-- currency: the services that run, and are not in a trial that nothing has been charged for yet,
-- and their add-ons.
CREATE OR REPLACE FUNCTION recurring_parts(day date, known_seq bigint)
RETURNS TABLE (
    tenant text, service text, customer text, plan text, addon boolean, currency text,
    monthly_minor bigint
) LANGUAGE sql STABLE AS $$
    WITH running AS (
        SELECT h.tenant, h.service, v.customer, h.plan, h.plan_version
        FROM (
            SELECT DISTINCT ON (h.tenant, h.service)
                   h.tenant, h.service, h.status, h.plan, h.plan_version, h.renews_on, t.timezone,
                   bool_or(h.kind = 'renewed') OVER (PARTITION BY h.tenant, h.service) AS renewed
            FROM tenants t JOIN service_history h USING (tenant)
            WHERE h.effective_at < ((day + 1)::timestamp AT TIME ZONE t.timezone)
              AND (known_seq IS NULL OR h.seq <= known_seq)
            ORDER BY h.tenant, h.service, h.seq DESC
        ) h
        JOIN services v ON v.tenant = h.tenant AND v.service = h.service
        JOIN plans p ON p.tenant = h.tenant AND p.plan = h.plan AND p.version = h.plan_version
        WHERE h.status = 'active' AND (
            h.renewed OR p.trial_days = 0
            OR h.renews_on <> (v.added_at AT TIME ZONE h.timezone)::date + p.trial_days
        )
    ), parts AS (
        SELECT r.tenant, r.service, r.customer, r.plan, r.plan_version, false AS addon,
               1 AS quantity
        FROM running r
        UNION ALL
        SELECT r.tenant, r.service, r.customer, c.addon, c.plan_version, true, c.quantity
        FROM (
            SELECT DISTINCT ON (c.tenant, c.service, c.addon) c.*
            FROM addon_changes c
            WHERE c.on_day <= day AND (known_seq IS NULL OR c.seq <= known_seq)
            ORDER BY c.tenant, c.service, c.addon, c.seq DESC
        ) c
        JOIN running r ON r.tenant = c.tenant AND r.service = c.service
        WHERE c.kind <> 'removed'
    ), prices AS MATERIALIZED (
        SELECT p.*, taxes_of_plan(p.tenant, p.tax_code, p.tax_percent, day, known_seq) AS taxes
        FROM plan_prices p
    )
    SELECT n.tenant, n.service, n.customer, n.plan, n.addon, p.currency,
           monthly_minor(
               net_of_price(p.price_minor * n.quantity, p.taxes), p.period, p.period_count
           )
    FROM parts n
    JOIN customer_currencies c ON c.tenant = n.tenant AND c.customer = n.customer
    JOIN prices p ON p.tenant = n.tenant AND p.plan = n.plan AND p.version = n.plan_version
        AND p.currency = c.currency
$$;

-- The services that recur at the end of `day`, with their add-ons.
CREATE OR REPLACE FUNCTION recurring_services(day date, known_seq bigint)
RETURNS TABLE (
    tenant text, service text, customer text, plan text, currency text, monthly_minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT p.tenant, p.service, p.customer, max(p.plan) FILTER (WHERE NOT p.addon), p.currency,
           sum(p.monthly_minor)::bigint
    FROM recurring_parts(day, known_seq) p
    GROUP BY p.tenant, p.service, p.customer, p.currency
$$;

-- Whether a service recurred at some time before `day` began.
CREATE OR REPLACE FUNCTION recurred_before(
    of_tenant text, of_service text, day date, known_seq bigint
)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_or(
        h.status = 'active' AND (
            h.renewed OR p.trial_days = 0
            OR h.renews_on <> (v.added_at AT TIME ZONE h.timezone)::date + p.trial_days
        )
    ), false)
    FROM (
        SELECT h.*, t.timezone,
               bool_or(h.kind = 'renewed') OVER (ORDER BY h.seq) AS renewed
        FROM tenants t JOIN service_history h USING (tenant)
        WHERE h.tenant = of_tenant AND h.service = of_service
          AND h.effective_at < (day::timestamp AT TIME ZONE t.timezone)
          AND (known_seq IS NULL OR h.seq <= known_seq)
    ) h
    JOIN services v ON v.tenant = h.tenant AND v.service = h.service
    JOIN plans p ON p.tenant = h.tenant AND p.plan = h.plan AND p.version = h.plan_version
$$;

-- Each service that recurred before `first_day` began or recurs at the end of `last_day`, and what
-- became of it. Without a first day there was nothing before.
CREATE OR REPLACE FUNCTION recurring_changes(first_day date, last_day date, known_seq bigint)
RETURNS TABLE (
    tenant text, service text, customer text, currency text, before_minor bigint,
    after_minor bigint, movement text
) LANGUAGE sql STABLE AS $$
    SELECT tenant, service, coalesce(b.customer, a.customer), currency, b.monthly_minor,
           a.monthly_minor,
           CASE WHEN a.service IS NULL THEN 'churned'
                WHEN b.service IS NULL
                    AND recurred_before(tenant, service, first_day, known_seq) THEN 'reactivated'
                WHEN b.service IS NULL THEN 'new'
                WHEN a.monthly_minor > b.monthly_minor THEN 'expansion'
                WHEN a.monthly_minor < b.monthly_minor THEN 'contraction'
                ELSE 'kept' END
    FROM recurring_services(first_day - 1, known_seq) b
    FULL JOIN recurring_services(last_day, known_seq) a USING (tenant, service, currency)
$$;
