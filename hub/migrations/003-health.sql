-- How pillars are, and the payments whose outcome nobody knows yet.

-- The newest report of each pillar. Times are microseconds since 1970 (UTC) by the hub's clock.
CREATE TABLE reports (
    pillar      TEXT PRIMARY KEY NOT NULL REFERENCES pillars (name),
    report      TEXT NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

-- A payment is open while `closed_at` is null. A row without a decision is deleted when it is no
-- longer open; one with a decision stays, as the account of what was decided, when, and where (desk or command line).
CREATE TABLE open_payments (
    pillar          TEXT NOT NULL REFERENCES pillars (name),
    payment         BLOB NOT NULL CHECK (length(payment) = 16),
    reference       TEXT NOT NULL,
    amount          INTEGER NOT NULL,
    receipt_number  INTEGER,
    happened_at     INTEGER NOT NULL,
    first_seen_at   INTEGER NOT NULL,
    decision        TEXT CHECK (decision IN ('paid', 'not-paid')),
    decided_by      TEXT CHECK (decided_by IN ('desk', 'command-line')),
    decided_at      INTEGER,
    closed_at       INTEGER,
    PRIMARY KEY (pillar, payment),
    CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL))
) STRICT;

CREATE INDEX open_payments_by_transaction ON open_payments (pillar, reference);
