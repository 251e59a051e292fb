-- The signature of what pillars upload is kept with it, and verified when it is looked at. References are
-- entered in their index many at once.

-- As before, but for `signature` (nothing in rows whose signature was verified at the door, as it was before)
-- and the trouble that it can tell of. The large columns come last.
CREATE TABLE signed_transactions (
    number              INTEGER PRIMARY KEY NOT NULL,
    id                  BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    reference           TEXT NOT NULL,
    pillar              TEXT NOT NULL REFERENCES pillars (name),
    sequence            INTEGER NOT NULL,
    digest              BLOB NOT NULL CHECK (length(digest) = 32),
    payment             TEXT,
    state               TEXT NOT NULL CHECK (state IN ('received', 'registered', 'parked')),
    trouble             TEXT CHECK (trouble IN ('not-signed', 'unreadable', 'mismatch', 'after-revocation')),
    case_number         TEXT,
    committed_at        INTEGER NOT NULL,
    received_at         INTEGER NOT NULL,
    payment_settled_at  INTEGER,
    payment_settled_by  TEXT CHECK (payment_settled_by IN ('desk', 'command-line')),
    signature           BLOB,
    content             TEXT,
    header              TEXT,
    encapsulated_key    BLOB,
    ciphertext          BLOB,
    CHECK ((content IS NULL) = (ciphertext IS NOT NULL)),
    CHECK ((header IS NULL) = (ciphertext IS NULL) AND (encapsulated_key IS NULL) = (ciphertext IS NULL))
) STRICT;

INSERT INTO signed_transactions (number, id, reference, pillar, sequence, digest, payment, state, trouble,
        case_number, committed_at, received_at, payment_settled_at, payment_settled_by, content, header,
        encapsulated_key, ciphertext)
    SELECT number, id, reference, pillar, sequence, digest, payment, state, trouble,
        case_number, committed_at, received_at, payment_settled_at, payment_settled_by, content, header,
        encapsulated_key, ciphertext
    FROM transactions ORDER BY number;

DROP TABLE transactions;
ALTER TABLE signed_transactions RENAME TO transactions;

-- Which transaction has which reference, but for those with a number after `entered.up_to`.
CREATE TABLE reference_index (
    reference   TEXT PRIMARY KEY NOT NULL,
    number      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO reference_index (reference, number) SELECT reference, number FROM transactions ORDER BY reference;

CREATE TABLE entered (
    only_row    INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    up_to       INTEGER NOT NULL
) STRICT;
INSERT INTO entered (only_row, up_to) SELECT 1, coalesce(max(number), 0) FROM transactions;

CREATE INDEX transactions_by_time ON transactions (received_at);
CREATE INDEX transactions_waiting ON transactions (received_at) WHERE state = 'parked';
