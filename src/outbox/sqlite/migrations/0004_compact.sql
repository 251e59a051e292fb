-- Ids as their 16 bytes instead of 36 letters, the sequence number as the row's own, sealed content as
-- bytes instead of base64, and no index but what is asked: a commit writes five pages instead of eight.

-- A line is deleted only long after it was settled, and never the newest one: so numbers only rise.
CREATE TABLE journal_new (
    entry             INTEGER PRIMARY KEY,
    payment           BLOB    NOT NULL UNIQUE CHECK (length(payment) = 16),
    amount            INTEGER NOT NULL CHECK (amount > 0),
    last_receipt      INTEGER CHECK (last_receipt BETWEEN 0 AND 9999),
    last_terminal     TEXT,
    intended_at       TEXT    NOT NULL,
    state             TEXT    CHECK (state IN ('approved', 'paid', 'not_paid', 'unknown')),
    terminal_id       TEXT,
    receipt_number    INTEGER CHECK (receipt_number BETWEEN 0 AND 9999),
    card_scheme       TEXT,
    turnover_terminal TEXT,
    turnover_count    INTEGER CHECK (turnover_count >= 0),
    turnover_total    INTEGER CHECK (turnover_total >= 0),
    trace             INTEGER CHECK (trace BETWEEN 0 AND 999999),
    -- When it was first seen to be settled, in seconds since 1970 by the pillar's clock.
    settled_at        INTEGER
) STRICT;

INSERT INTO journal_new
SELECT entry, unhex(replace(payment, '-', '')), amount, last_receipt, last_terminal, intended_at, state,
       terminal_id, receipt_number, card_scheme, turnover_terminal, turnover_count, turnover_total, trace, NULL
FROM journal;

CREATE TABLE transactions_new (
    sequence         INTEGER PRIMARY KEY CHECK (sequence > 0),
    id               BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    state            TEXT    NOT NULL CHECK (state IN ('held', 'saved', 'received', 'registered', 'parked')),
    header           TEXT    NOT NULL,
    payment          BLOB    REFERENCES journal_new (payment),
    case_number      TEXT,
    refusal          TEXT,
    revision         INTEGER NOT NULL DEFAULT 1,
    answered         INTEGER NOT NULL DEFAULT 0,
    -- When the hub's answer was first seen, in seconds since 1970 by the pillar's clock.
    answered_at      INTEGER,
    -- Bytes; base64 text in rows that an older program wrote.
    encapsulated_key ANY,
    ciphertext       ANY,
    CHECK (answered <= revision),
    CHECK ((encapsulated_key IS NULL) = (ciphertext IS NULL)),
    CHECK (answered = revision OR ciphertext IS NOT NULL)
) STRICT;

INSERT INTO transactions_new
SELECT sequence, unhex(replace(id, '-', '')), state, header, unhex(replace(payment, '-', '')), case_number,
       refusal, revision, answered, NULL, encapsulated_key, ciphertext
FROM transactions;

DROP TABLE transactions;
DROP TABLE journal;
ALTER TABLE journal_new RENAME TO journal;
ALTER TABLE transactions_new RENAME TO transactions;

CREATE INDEX journal_open ON journal (entry) WHERE state IS NULL OR state IN ('approved', 'unknown');
-- NULL first: what is settled and was not seen to be.
CREATE INDEX journal_settled ON journal (settled_at) WHERE state IN ('paid', 'not_paid');

-- Counts, and what was never told, in the order of its number.
CREATE INDEX transactions_state ON transactions (state);
-- What was told and has changed since.
CREATE INDEX transactions_again ON transactions (sequence)
    WHERE answered < revision AND state NOT IN ('held', 'saved');
CREATE UNIQUE INDEX transactions_payment ON transactions (payment) WHERE payment IS NOT NULL;
-- NULL first: what was answered and not seen to be. The content is kept for a while, and then the row.
CREATE INDEX transactions_kept ON transactions (answered_at)
    WHERE answered = revision AND refusal IS NULL AND ciphertext IS NOT NULL;
CREATE INDEX transactions_done ON transactions (answered_at)
    WHERE answered = revision AND refusal IS NULL AND ciphertext IS NULL;

-- What was tried to be told in vain.
CREATE TABLE attempts (
    id      BLOB    PRIMARY KEY CHECK (length(id) = 16),
    tries   INTEGER NOT NULL CHECK (tries > 0),
    last_at INTEGER NOT NULL,
    why     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
