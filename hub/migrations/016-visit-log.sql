-- What happens at pillars. Nothing tells which entries belong to one visit, and none is tied to a transaction.
CREATE TABLE visit_log (
    id      BLOB PRIMARY KEY NOT NULL,
    pillar  TEXT NOT NULL REFERENCES pillars (name),
    day     TEXT NOT NULL,
    -- What happened, as JSON.
    what    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX visit_log_by_pillar ON visit_log (pillar, day);
