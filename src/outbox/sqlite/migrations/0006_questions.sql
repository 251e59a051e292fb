-- What residents asked and did not find, until the hub has it. As with surveys: ordered by a random id, with a
-- day and no time, so that nothing here tells which visit a question belongs to.
CREATE TABLE questions (
    id       TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    words    TEXT NOT NULL,
    day      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
