-- How far each transaction is on its way into the municipality's own systems. A row is made for each transaction
-- that was looked at, when work is claimed: those up to `handover_entered.up_to` were considered. What was received
-- before this step stays with staff, who have seen to it already.
CREATE TABLE handovers (
    number          INTEGER PRIMARY KEY NOT NULL REFERENCES transactions (number),
    standing        TEXT NOT NULL CHECK (standing IN ('waiting', 'nothing', 'parked', 'registered')),
    system          TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    rounds          INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER NOT NULL,
    -- Since when it is tried; nothing before the first failure.
    failing_since   INTEGER,
    changed_at      INTEGER NOT NULL,
    -- Who works on it, and until when nobody else does.
    holder          BLOB CHECK (length(holder) = 16),
    leased_until    INTEGER,
    reason          TEXT,
    CHECK ((reason IS NULL) = (standing <> 'parked'))
) STRICT;

CREATE INDEX handovers_waiting ON handovers (attempts, due_at, number) WHERE standing = 'waiting';

-- What was done in the other system: the journal from which a handover goes on. Results are addresses and
-- identifications there, never what a resident filled in.
CREATE TABLE handover_steps (
    number      INTEGER NOT NULL REFERENCES handovers (number),
    step        TEXT NOT NULL,
    result      TEXT NOT NULL,
    done_at     INTEGER NOT NULL,
    PRIMARY KEY (number, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE handover_entered (
    only_row    INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    up_to       INTEGER NOT NULL
) STRICT;
INSERT INTO handover_entered (only_row, up_to) SELECT 1, coalesce(max(number), 0) FROM transactions;
