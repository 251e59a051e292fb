-- Pages stay fast with years of requests: as in SQLite, which gets indexes with this step that were here before.

CREATE INDEX audit_by_deed ON audit (deed, number);
-- In the order of their words, which tells no more of when they were asked than the random id does.
CREATE INDEX questions_by_words ON questions (language, words, day, pillar);
