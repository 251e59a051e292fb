-- Numbers that only rise. A number that was given out is never given out again.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('sequence', 0);

-- The payment journal. A line is written before the terminal is asked and never deleted.
CREATE TABLE journal (
    entry          INTEGER PRIMARY KEY AUTOINCREMENT,
    payment        TEXT    NOT NULL UNIQUE,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    -- The terminal's last payment before this one: its receipt (0: none) and its terminal.
    last_receipt   INTEGER CHECK (last_receipt BETWEEN 0 AND 9999),
    last_terminal  TEXT,
    intended_at    TEXT    NOT NULL,
    -- NULL until the terminal told something. `approved`: it told that it has charged, and may still
    -- undo it. What it told then stays when the outcome becomes unknown.
    state          TEXT    CHECK (state IN ('approved', 'paid', 'not_paid', 'unknown')),
    terminal_id    TEXT,
    receipt_number INTEGER CHECK (receipt_number BETWEEN 0 AND 9999),
    card_scheme    TEXT
) STRICT;

CREATE INDEX journal_open ON journal (entry) WHERE state IS NULL OR state IN ('approved', 'unknown');

-- Transactions, sealed. `held` is one whose payment has no outcome.
CREATE TABLE transactions (
    id               TEXT    PRIMARY KEY,
    sequence         INTEGER NOT NULL UNIQUE CHECK (sequence > 0),
    header           TEXT    NOT NULL,
    encapsulated_key TEXT,
    ciphertext       TEXT,
    payment          TEXT    UNIQUE REFERENCES journal (payment),
    state            TEXT    NOT NULL CHECK (state IN ('held', 'saved', 'received', 'registered', 'parked')),
    case_number      TEXT,
    refusal          TEXT,
    -- What there is to tell, and what the hub answered to. Settling a payment makes a new revision.
    revision         INTEGER NOT NULL DEFAULT 1,
    answered         INTEGER NOT NULL DEFAULT 0,
    CHECK (answered <= revision),
    CHECK ((encapsulated_key IS NULL) = (ciphertext IS NULL)),
    -- What is still to be told is still there.
    CHECK (answered = revision OR ciphertext IS NOT NULL)
) STRICT;

CREATE INDEX transactions_pending ON transactions (sequence) WHERE answered < revision AND state <> 'held';
