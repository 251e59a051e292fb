-- Surveys until the hub has them. Ordered by their random id, without row numbers or times, so that
-- nothing here tells which visit one belongs to.
CREATE TABLE surveys (
    id      TEXT PRIMARY KEY,
    task    TEXT NOT NULL,
    answers TEXT NOT NULL
) STRICT, WITHOUT ROWID;
