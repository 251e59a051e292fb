-- Which certificates pillars have or had. A pillar may have two for a while: the one it renews, until the new one was
-- used. `pillars.fingerprint` and `public_key` are those of the last one.
CREATE TABLE certificates (
    fingerprint BLOB PRIMARY KEY NOT NULL CHECK (length(fingerprint) = 32),
    pillar      TEXT NOT NULL REFERENCES pillars (name),
    public_key  TEXT NOT NULL,
    issued_at   INTEGER NOT NULL,
    -- Nothing for those from before this table.
    expires_at  INTEGER,
    -- From when on it counts as revoked; the pillar itself may be revoked earlier.
    ended_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX certificates_by_pillar ON certificates (pillar);

INSERT INTO certificates (fingerprint, pillar, public_key, issued_at)
SELECT fingerprint, name, public_key, added_at FROM pillars;

-- The codes with which pillars are enrolled. Of a code only what follows from it is kept, and the key of its proofs no
-- longer than it may be of use. `again`: the pillar of that name gets new keys, and its old certificates end.
CREATE TABLE enrolments (
    code_id      BLOB PRIMARY KEY NOT NULL CHECK (length(code_id) = 16),
    key          BLOB NOT NULL CHECK (length(key) = 32),
    pillar       TEXT NOT NULL,
    place        TEXT NOT NULL,
    again        INTEGER NOT NULL CHECK (again IN (0, 1)),
    made_by      TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    cancelled_at INTEGER,
    used_at      INTEGER,
    -- What was asked with the code, and answered: the same is answered again.
    digest       BLOB,
    certificate  TEXT,
    CHECK ((used_at IS NULL) = (digest IS NULL) AND (used_at IS NULL) = (certificate IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX enrolments_by_time ON enrolments (made_at);
