-- The key of each pillar's service codes, sealed; the one before it makes way.
CREATE TABLE service_keys (
    pillar      TEXT PRIMARY KEY NOT NULL REFERENCES pillars (name),
    number      INTEGER NOT NULL,
    sealed      BLOB NOT NULL,
    made_at     INTEGER NOT NULL,
    -- How many codes were made with it.
    codes       INTEGER NOT NULL
) STRICT;

-- Who made which service code; the code itself is kept nowhere.
CREATE TABLE service_codes (
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    key_number  INTEGER NOT NULL,
    -- The first of a key is 1. The code says its last three digits.
    number      INTEGER NOT NULL,
    made_by     TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    PRIMARY KEY (pillar, key_number, number)
) STRICT;

-- What was done at pillars in service visits.
CREATE TABLE service_entries (
    id          BLOB PRIMARY KEY NOT NULL,
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    -- Of the code with which it was done.
    serial      INTEGER,
    key_number  INTEGER NOT NULL,
    -- By the pillar's clock.
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    deed        TEXT NOT NULL,
    outcome     TEXT NOT NULL
) STRICT;

CREATE INDEX service_entries_by_pillar ON service_entries (pillar, received_at);

-- Whether pillars found themselves ready to serve, the newest reports.
CREATE TABLE readiness (
    id          BLOB PRIMARY KEY NOT NULL,
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    received_at INTEGER NOT NULL,
    -- The report, as JSON.
    report      TEXT NOT NULL
) STRICT;

CREATE INDEX readiness_by_pillar ON readiness (pillar, received_at);
