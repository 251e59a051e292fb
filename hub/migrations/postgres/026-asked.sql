-- How often answers of the catalogue were opened from a search at a pillar, by day and language: no word that somebody
-- typed. A day is told when it is over, so that what is written together tells of no visit. Deleted after 90 days.
CREATE TABLE asked (
    id          UUID PRIMARY KEY,
    pillar      TEXT COLLATE "C" NOT NULL REFERENCES pillars (name),
    language    TEXT COLLATE "C" NOT NULL,
    answer      TEXT COLLATE "C" NOT NULL,
    day         DATE NOT NULL,
    times       BIGINT NOT NULL
);

CREATE INDEX asked_by_day ON asked (day);
-- In the order in which they are counted.
CREATE INDEX asked_by_answer ON asked (pillar, answer, language, day, times);
