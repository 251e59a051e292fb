-- Requests to be called back, as the hub knows them since it looked at them, and how far staff are with them. It holds
-- nothing of the resident. Those from before this step are not in it.
CREATE TABLE call_backs (
    number      INTEGER PRIMARY KEY NOT NULL REFERENCES transactions (number),
    -- Who calls, and since when.
    holder      TEXT,
    held_at     INTEGER,
    -- How often somebody called in vain.
    tries       INTEGER NOT NULL DEFAULT 0,
    -- What came of the last call.
    told        TEXT CHECK (told IN ('reached', 'not-reached', 'wrong-number')),
    told_by     TEXT,
    told_at     INTEGER,
    is_done     INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),
    CHECK ((holder IS NULL) = (held_at IS NULL)),
    CHECK ((told IS NULL) = (told_by IS NULL) AND (told IS NULL) = (told_at IS NULL))
) STRICT;

CREATE INDEX call_backs_to_do ON call_backs (number) WHERE is_done = 0;
