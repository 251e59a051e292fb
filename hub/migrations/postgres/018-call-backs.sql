-- Requests to be called back, as the hub knows them since it looked at them, and how far staff are with them. It holds
-- nothing of the resident. Those from before this step are not in it.
CREATE TABLE call_backs (
    number      BIGINT PRIMARY KEY REFERENCES transactions (number),
    -- Who calls, and since when.
    holder      TEXT COLLATE "C",
    held_at     BIGINT,
    -- How often somebody called in vain.
    tries       BIGINT NOT NULL DEFAULT 0,
    -- What came of the last call.
    told        TEXT COLLATE "C" CHECK (told IN ('reached', 'not-reached', 'wrong-number')),
    told_by     TEXT COLLATE "C",
    told_at     BIGINT,
    is_done     BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK ((holder IS NULL) = (held_at IS NULL)),
    CHECK ((told IS NULL) = (told_by IS NULL) AND (told IS NULL) = (told_at IS NULL))
);

CREATE INDEX call_backs_to_do ON call_backs (number) WHERE NOT is_done;
