-- Who may do what, who did what, and for how long what was handed over is kept.

-- Staff. Times are microseconds since 1970 (UTC). `password_hash` is nothing for those who sign in with the
-- municipality's identity provider. `totp_step` is the last time step whose code was used: none is used twice.
CREATE TABLE accounts (
    name            TEXT PRIMARY KEY NOT NULL,
    shown_name      TEXT NOT NULL,
    roles           TEXT NOT NULL,
    password_hash   TEXT,
    totp_secret     BLOB,
    totp_step       INTEGER,
    created_at      INTEGER NOT NULL,
    disabled_at     INTEGER,
    signed_in_at    INTEGER
) STRICT;

-- The staff password of before becomes the account `beheer`, which may do everything.
INSERT INTO accounts (name, shown_name, roles, password_hash, created_at)
    SELECT 'beheer', 'beheer', 'agent technician editor administrator', password_hash, 0 FROM staff;
DROP TABLE staff;

-- Each opens its account once, without the authenticator app. As hashes only.
CREATE TABLE recovery_codes (
    account     TEXT NOT NULL REFERENCES accounts (name),
    code_hash   BLOB NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (account, code_hash)
) STRICT, WITHOUT ROWID;

-- `stage` says how far its owner has come: 'code' and 'enrol' are for somebody who has only given a password.
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash      BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
    account         TEXT NOT NULL REFERENCES accounts (name),
    stage           TEXT NOT NULL CHECK (stage IN ('code', 'enrol', 'open')),
    opened_at       INTEGER NOT NULL,
    last_used_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);

-- Who did or saw what. Only ever added to, but for the oldest, which are forgotten after a time.
-- `hash` covers the row and the hash of the row before it.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    deed    TEXT NOT NULL,
    about   TEXT NOT NULL,
    detail  TEXT NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_by_who ON audit (who, number);
CREATE INDEX audit_by_about ON audit (about, number);
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;

-- Where the chain begins and ends: the last row that was forgotten, and the last one that was added.
CREATE TABLE audit_ends (
    only_row        INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    begin_number    INTEGER NOT NULL,
    begin_hash      BLOB NOT NULL CHECK (length(begin_hash) = 32),
    end_number      INTEGER NOT NULL,
    end_hash        BLOB NOT NULL CHECK (length(end_hash) = 32)
) STRICT;
INSERT INTO audit_ends (only_row, begin_number, begin_hash, end_number, end_hash)
    VALUES (1, 0, zeroblob(32), 0, zeroblob(32));

-- Since when a transaction is known to be handed over. When its content was deleted, `ciphertext` is empty.
CREATE TABLE handed_over (
    number  INTEGER PRIMARY KEY NOT NULL,
    since   INTEGER NOT NULL
) STRICT;
