-- What pillars seal is kept sealed, and opened when somebody looks at it.

-- As before, but for the content: `header`, `encapsulated_key` and `ciphertext` are as the pillar sent
-- them. Rows from before this step have `content` (plain) instead, until the running hub has sealed them.
-- `number` counts rows in the order in which they came in; `trouble` says why a person must look, besides
-- the payment. The large columns come last, so that the small ones are read without them.
CREATE TABLE sealed_transactions (
    number              INTEGER PRIMARY KEY NOT NULL,
    id                  BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    reference           TEXT NOT NULL UNIQUE,
    pillar              TEXT NOT NULL REFERENCES pillars (name),
    sequence            INTEGER NOT NULL,
    digest              BLOB NOT NULL CHECK (length(digest) = 32),
    payment             TEXT,
    state               TEXT NOT NULL CHECK (state IN ('received', 'registered', 'parked')),
    trouble             TEXT CHECK (trouble IN ('unreadable', 'mismatch', 'after-revocation')),
    case_number         TEXT,
    committed_at        INTEGER NOT NULL,
    received_at         INTEGER NOT NULL,
    payment_settled_at  INTEGER,
    payment_settled_by  TEXT CHECK (payment_settled_by IN ('desk', 'command-line')),
    content             TEXT,
    header              TEXT,
    encapsulated_key    BLOB,
    ciphertext          BLOB,
    CHECK ((content IS NULL) = (ciphertext IS NOT NULL)),
    CHECK ((header IS NULL) = (ciphertext IS NULL) AND (encapsulated_key IS NULL) = (ciphertext IS NULL))
) STRICT;

INSERT INTO sealed_transactions (id, reference, pillar, sequence, digest, payment, state, case_number,
        committed_at, received_at, payment_settled_at, content)
    SELECT id, reference, pillar, sequence, digest, payment, state, case_number,
        committed_at, received_at, payment_settled_at, content
    FROM transactions ORDER BY received_at, committed_at, id;

DROP TABLE transactions;
ALTER TABLE sealed_transactions RENAME TO transactions;

-- Times come in nearly in order, so each of these is written at its end only.
CREATE INDEX transactions_by_time ON transactions (received_at);
CREATE INDEX transactions_waiting ON transactions (received_at) WHERE state = 'parked';

-- How many transactions came in after the pillar was revoked. Every commit asks who is revoked.
ALTER TABLE pillars ADD COLUMN after_revocation INTEGER NOT NULL DEFAULT 0;
CREATE INDEX pillars_revoked ON pillars (name) WHERE revoked_at IS NOT NULL;

-- Up to which number the content was opened once, to see whether it can be.
CREATE TABLE checked (
    only_row    INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    up_to       INTEGER NOT NULL
) STRICT;
INSERT INTO checked (only_row, up_to) VALUES (1, 0);

-- What was refused for good, the newest of each pillar, so that not only the pillar knows. `pillar` is who
-- sent it, whatever it says of itself.
CREATE TABLE refusals (
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    id          BLOB NOT NULL CHECK (length(id) = 16),
    reference   TEXT,
    reason      TEXT NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    times       INTEGER NOT NULL,
    PRIMARY KEY (pillar, id)
) STRICT, WITHOUT ROWID;
