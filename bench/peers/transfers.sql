-- The peer of bench_peers: double entry in plain SQL. Accounts hold their balance, a transfer locks
-- both and writes two entries with the balances before and after. A key is used once for ever: the
-- same key again returns the first transfer. Whoever uses it sets search_path to peer.
CREATE SCHEMA peer;
SET search_path = peer;

CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    currency text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 0,
    may_be_negative boolean NOT NULL DEFAULT true,
    CONSTRAINT not_overdrawn CHECK (may_be_negative OR balance >= 0)
);

CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    from_account bigint NOT NULL REFERENCES accounts,
    to_account bigint NOT NULL REFERENCES accounts,
    minor bigint NOT NULL CHECK (minor > 0),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (from_account <> to_account)
);

CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer bigint NOT NULL REFERENCES transfers,
    account bigint NOT NULL REFERENCES accounts,
    minor bigint NOT NULL,
    balance_before bigint NOT NULL,
    balance_after bigint NOT NULL,
    revision bigint NOT NULL,
    UNIQUE (account, revision)
);
CREATE INDEX entries_by_transfer ON entries (transfer);

CREATE FUNCTION transfer(
    key_given text, from_given bigint, to_given bigint, minor_given bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    payer accounts;
    payee accounts;
BEGIN
    INSERT INTO transfers (key, from_account, to_account, minor)
    VALUES (key_given, from_given, to_given, minor_given)
    ON CONFLICT (key) DO NOTHING
    RETURNING id INTO made;
    IF made IS NULL THEN
        SELECT id INTO made FROM transfers WHERE key = key_given;
        RETURN made;
    END IF;

    -- Always in the same order, so that two transfers never wait for each other; not FOR UPDATE,
    -- which would wait for those who only refer to the account.
    PERFORM 1 FROM accounts WHERE id IN (from_given, to_given) ORDER BY id FOR NO KEY UPDATE;
    UPDATE accounts SET balance = balance - minor_given, revision = revision + 1
    WHERE id = from_given RETURNING * INTO payer;
    UPDATE accounts SET balance = balance + minor_given, revision = revision + 1
    WHERE id = to_given RETURNING * INTO payee;
    IF payer.currency <> payee.currency THEN
        RAISE EXCEPTION 'two currencies: % and %', payer.currency, payee.currency;
    END IF;
    INSERT INTO entries (transfer, account, minor, balance_before, balance_after, revision)
    VALUES
        (made, payer.id, -minor_given, payer.balance + minor_given, payer.balance, payer.revision),
        (made, payee.id, minor_given, payee.balance - minor_given, payee.balance, payee.revision);
    RETURN made;
END
$$;
