-- How far each transaction is on its way into the municipality's own systems: as in SQLite. What was received before
-- this step stays with staff, who have seen to it already.

-- Whether what was looked at is to be handed over.
ALTER TABLE to_check ADD COLUMN hand_over BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE to_check ALTER COLUMN hand_over SET DEFAULT TRUE;

-- What was looked at, and that nobody who hands over has considered yet. SQLite remembers only up to which number it
-- has; here a smaller number may be looked at after a larger one, by another hub.
CREATE TABLE to_hand_over (
    number      BIGINT PRIMARY KEY REFERENCES transactions (number)
);

-- Claimed with `FOR UPDATE SKIP LOCKED`. Whoever changes a row here and one in `transactions` locks this one first.
CREATE TABLE handovers (
    number          BIGINT PRIMARY KEY REFERENCES transactions (number),
    standing        TEXT NOT NULL CHECK (standing IN ('waiting', 'nothing', 'parked', 'registered')),
    system          TEXT,
    attempts        BIGINT NOT NULL DEFAULT 0,
    rounds          BIGINT NOT NULL DEFAULT 0,
    due_at          BIGINT NOT NULL,
    -- Since when it is tried; nothing before the first failure.
    failing_since   BIGINT,
    changed_at      BIGINT NOT NULL,
    -- Who works on it, and until when nobody else does, by the clocks of the hubs.
    holder          UUID,
    leased_until    BIGINT,
    reason          TEXT,
    CHECK ((reason IS NULL) = (standing <> 'parked'))
) WITH (fillfactor = 70);
CREATE INDEX handovers_waiting ON handovers (attempts, due_at, number) WHERE standing = 'waiting';

-- What was done in the other system: the journal from which a handover goes on. Results are addresses and
-- identifications there, never what a resident filled in.
CREATE TABLE handover_steps (
    number      BIGINT NOT NULL REFERENCES handovers (number),
    step        TEXT COLLATE "C" NOT NULL,
    result      TEXT NOT NULL,
    done_at     BIGINT NOT NULL,
    PRIMARY KEY (number, step)
);
