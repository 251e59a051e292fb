-- How far requests are in the systems that they were handed over to, as far as those can be asked.
CREATE TABLE progress (
    number      INTEGER PRIMARY KEY NOT NULL REFERENCES transactions (number),
    system      TEXT NOT NULL,
    -- Under which address, or id, it is asked there.
    address     TEXT NOT NULL,
    -- What was told last, and since when it stands so there.
    words       TEXT,
    since       INTEGER,
    is_done     INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),
    -- When it is asked next; nothing when it is asked no more.
    look_at     INTEGER,
    CHECK ((words IS NULL) = (since IS NULL))
) STRICT;

CREATE INDEX progress_to_look_at ON progress (look_at) WHERE look_at IS NOT NULL;
CREATE UNIQUE INDEX progress_by_address ON progress (system, address);
