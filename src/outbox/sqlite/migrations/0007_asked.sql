-- How often answers were opened from a search, by day, language and answer, until the hub has it. Ordered by a random
-- id, with a day and no time, so that nothing here tells which visits were counted.
CREATE TABLE asked (
    id       TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    answer   TEXT NOT NULL,
    day      TEXT NOT NULL,
    times    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
