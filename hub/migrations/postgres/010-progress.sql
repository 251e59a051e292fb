-- How far requests are in the systems that they were handed over to, as far as those can be asked.
CREATE TABLE progress (
    number      bigint PRIMARY KEY REFERENCES transactions (number),
    system      text NOT NULL,
    -- Under which address, or id, it is asked there.
    address     text NOT NULL,
    -- What was told last, and since when it stands so there.
    words       text,
    since       bigint,
    is_done     boolean NOT NULL DEFAULT false,
    -- When it is asked next; nothing when it is asked no more.
    look_at     bigint,
    CHECK ((words IS NULL) = (since IS NULL))
);

CREATE INDEX progress_to_look_at ON progress (look_at) WHERE look_at IS NOT NULL;
CREATE UNIQUE INDEX progress_by_address ON progress (system, address);
