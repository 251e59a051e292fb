-- What technicians order pillars to do from afar. It holds nothing of a resident.
CREATE TABLE orders (
    id          BLOB PRIMARY KEY NOT NULL,
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    kind        TEXT NOT NULL,
    -- The order itself, as JSON.
    what        TEXT NOT NULL,
    placed_by   TEXT NOT NULL,
    placed_at   INTEGER NOT NULL,
    -- Until when it may be begun; for ever when nothing.
    expires_at  INTEGER,
    fate        TEXT NOT NULL,
    -- Why it failed, as JSON.
    why         TEXT,
    changed_at  INTEGER NOT NULL,
    CHECK ((fate = 'failed') = (why IS NOT NULL))
) STRICT;

CREATE INDEX orders_by_pillar ON orders (pillar, placed_at);
CREATE INDEX orders_to_do ON orders (pillar) WHERE fate IN ('waiting', 'waits', 'taken');
CREATE INDEX orders_about_serving ON orders (pillar, placed_at) WHERE kind IN ('close', 'open') AND fate = 'done';
