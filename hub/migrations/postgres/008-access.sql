-- Who may do what, who did what, and for how long what was handed over is kept: as in SQLite.

-- Staff. `password_hash` is nothing for those who sign in with the municipality's identity provider. `totp_step` is
-- the last time step whose code was used: none is used twice, at whichever hub. Whoever changes an account first locks
-- all of them, in the order of names, so that of two hubs that take the last administrators away one is refused.
CREATE TABLE accounts (
    name            TEXT COLLATE "C" PRIMARY KEY,
    shown_name      TEXT NOT NULL,
    roles           TEXT NOT NULL,
    password_hash   TEXT,
    totp_secret     BYTEA,
    totp_step       BIGINT,
    created_at      BIGINT NOT NULL,
    disabled_at     BIGINT,
    signed_in_at    BIGINT
);

-- The staff password of before becomes the account `beheer`, which may do everything.
INSERT INTO accounts (name, shown_name, roles, password_hash, created_at)
    SELECT 'beheer', 'beheer', 'agent technician editor administrator', password_hash, 0 FROM staff;
DROP TABLE staff;

-- Each opens its account once, without the authenticator app. As hashes only.
CREATE TABLE recovery_codes (
    account     TEXT COLLATE "C" NOT NULL REFERENCES accounts (name),
    code_hash   BYTEA NOT NULL CHECK (octet_length(code_hash) = 32),
    PRIMARY KEY (account, code_hash)
);

-- `stage` says how far its owner has come: 'code' and 'enrol' are for somebody who has only given a password.
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash      BYTEA PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account         TEXT COLLATE "C" NOT NULL REFERENCES accounts (name),
    stage           TEXT NOT NULL CHECK (stage IN ('code', 'enrol', 'open')),
    opened_at       BIGINT NOT NULL,
    last_used_at    BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);

-- Who did or saw what. Only ever added to, but for the oldest, which are forgotten after a time.
-- `hash` covers the row and the hash of the row before it.
CREATE TABLE audit (
    number  BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    who     TEXT COLLATE "C" NOT NULL,
    deed    TEXT NOT NULL,
    about   TEXT COLLATE "C" NOT NULL,
    detail  TEXT NOT NULL,
    hash    BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE INDEX audit_by_who ON audit (who, number);
CREATE INDEX audit_by_about ON audit (about, number);
CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is never changed'; END $$;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes();

-- Where the chain begins and ends: the last row that was forgotten, and the last one that was added. Whoever adds to
-- the log or takes from it locks this row, as the last thing of its transaction: so several hubs make one chain.
CREATE TABLE audit_ends (
    only_row        BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    begin_number    BIGINT NOT NULL DEFAULT 0,
    begin_hash      BYTEA NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(begin_hash) = 32),
    end_number      BIGINT NOT NULL DEFAULT 0,
    end_hash        BYTEA NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(end_hash) = 32)
) WITH (fillfactor = 10);
INSERT INTO audit_ends DEFAULT VALUES;

-- Since when a transaction is known to be handed over. When its content was deleted, `ciphertext` is empty. On the
-- disk it is gone when the server has cleared up (autovacuum), and written over when it needs the room.
CREATE TABLE handed_over (
    number  BIGINT PRIMARY KEY REFERENCES transactions (number),
    since   BIGINT NOT NULL
);
CREATE INDEX handed_over_by_time ON handed_over (since, number);
-- So that what is handed over is found without going through everything that ever came in.
CREATE INDEX transactions_to_forget ON transactions (number)
    WHERE state = 'registered' AND octet_length(ciphertext) > 0;
