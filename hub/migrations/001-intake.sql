-- What pillars send, and who they are.

CREATE TABLE pillars (
    name            TEXT PRIMARY KEY NOT NULL,
    fingerprint     BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    public_key      TEXT NOT NULL,
    added_at        INTEGER NOT NULL,
    revoked_at      INTEGER,
    last_seen_at    INTEGER,
    last_sequence   INTEGER
) STRICT;

-- Times are microseconds since 1970 (UTC). `digest` is the SHA-256 of header and sealed content:
-- by it a second upload is known to be the same.
CREATE TABLE transactions (
    id                  BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    reference           TEXT NOT NULL UNIQUE,
    pillar              TEXT NOT NULL REFERENCES pillars (name),
    sequence            INTEGER NOT NULL,
    task                TEXT NOT NULL,
    digest              BLOB NOT NULL CHECK (length(digest) = 32),
    content             TEXT NOT NULL,
    payment             TEXT,
    state               TEXT NOT NULL CHECK (state IN ('received', 'registered', 'parked')),
    case_number         TEXT,
    committed_at        INTEGER NOT NULL,
    received_at         INTEGER NOT NULL,
    payment_settled_at  INTEGER
) STRICT;

CREATE INDEX transactions_newest_first ON transactions (received_at DESC, committed_at DESC, id DESC);
CREATE INDEX transactions_waiting ON transactions (received_at DESC) WHERE state = 'parked';

-- Kept by day and ordered by a random id, so that no survey can be matched to a transaction.
CREATE TABLE surveys (
    id      BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    task    TEXT NOT NULL,
    clear   INTEGER CHECK (clear BETWEEN 1 AND 5),
    helped  INTEGER CHECK (helped IN (0, 1)),
    day     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
