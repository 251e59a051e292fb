-- How often answers of the catalogue were opened from a search at a pillar, by day and language: no word that somebody
-- typed, and ordered by a random id, so that nothing tells which visits were counted. Deleted after 90 days.
CREATE TABLE asked (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    language    TEXT NOT NULL,
    answer      TEXT NOT NULL,
    day         TEXT NOT NULL,
    times       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX asked_by_day ON asked (day);
-- In the order in which they are counted.
CREATE INDEX asked_by_answer ON asked (pillar, answer, language, day, times);
