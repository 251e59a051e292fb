-- What happens at pillars. Nothing tells which entries belong to one visit, and none is tied to a transaction.
CREATE TABLE visit_log (
    id      uuid PRIMARY KEY,
    pillar  text NOT NULL REFERENCES pillars (name),
    day     date NOT NULL,
    -- What happened, as JSON.
    what    text NOT NULL
);

CREATE INDEX visit_log_by_pillar ON visit_log (pillar, day);
