-- What technicians order pillars to do from afar. It holds nothing of a resident.
CREATE TABLE orders (
    id          uuid PRIMARY KEY,
    pillar      text NOT NULL REFERENCES pillars (name),
    kind        text NOT NULL,
    -- The order itself, as JSON.
    what        text NOT NULL,
    placed_by   text NOT NULL,
    placed_at   bigint NOT NULL,
    -- Until when it may be begun; for ever when nothing.
    expires_at  bigint,
    fate        text NOT NULL,
    -- Why it failed, as JSON.
    why         text,
    changed_at  bigint NOT NULL,
    CHECK ((fate = 'failed') = (why IS NOT NULL))
);

CREATE INDEX orders_by_pillar ON orders (pillar, placed_at);
CREATE INDEX orders_to_do ON orders (pillar) WHERE fate IN ('waiting', 'waits', 'taken');
CREATE INDEX orders_about_serving ON orders (pillar, placed_at) WHERE kind IN ('close', 'open') AND fate = 'done';
