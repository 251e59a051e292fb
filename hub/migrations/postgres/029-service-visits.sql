-- The key of each pillar's service codes, sealed; the one before it makes way.
CREATE TABLE service_keys (
    pillar      text PRIMARY KEY REFERENCES pillars (name),
    number      bigint NOT NULL,
    sealed      bytea NOT NULL,
    made_at     bigint NOT NULL,
    -- How many codes were made with it.
    codes       bigint NOT NULL
);

-- Who made which service code; the code itself is kept nowhere.
CREATE TABLE service_codes (
    pillar      text NOT NULL REFERENCES pillars (name),
    key_number  bigint NOT NULL,
    -- The first of a key is 1. The code says its last three digits.
    number      bigint NOT NULL,
    made_by     text NOT NULL,
    made_at     bigint NOT NULL,
    valid_until bigint NOT NULL,
    PRIMARY KEY (pillar, key_number, number)
);

-- What was done at pillars in service visits.
CREATE TABLE service_entries (
    id          uuid PRIMARY KEY,
    pillar      text NOT NULL REFERENCES pillars (name),
    -- Of the code with which it was done.
    serial      bigint,
    key_number  bigint NOT NULL,
    -- By the pillar's clock.
    at          bigint NOT NULL,
    received_at bigint NOT NULL,
    deed        text NOT NULL,
    outcome     text NOT NULL
);

CREATE INDEX service_entries_by_pillar ON service_entries (pillar, received_at);

-- Whether pillars found themselves ready to serve, the newest reports.
CREATE TABLE readiness (
    id          uuid PRIMARY KEY,
    pillar      text NOT NULL REFERENCES pillars (name),
    received_at bigint NOT NULL,
    -- The report, as JSON.
    report      text NOT NULL
);

CREATE INDEX readiness_by_pillar ON readiness (pillar, received_at);
