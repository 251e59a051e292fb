-- What residents asked at a pillar and did not find, without personal data. As with surveys: kept by day and
-- ordered by a random id, so that no question can be matched to a transaction. The pillar is kept to count at
-- how many pillars the same was asked. Deleted after 90 days.
CREATE TABLE questions (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    language    TEXT NOT NULL,
    words       TEXT NOT NULL,
    day         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX questions_by_day ON questions (day);
