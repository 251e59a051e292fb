-- Which certificates pillars have or had. A pillar may have two for a while: the one it renews, until the new one was
-- used. `pillars.fingerprint` and `public_key` are those of the last one.
CREATE TABLE certificates (
    fingerprint bytea PRIMARY KEY CHECK (octet_length(fingerprint) = 32),
    pillar      text COLLATE "C" NOT NULL REFERENCES pillars (name),
    public_key  text NOT NULL,
    issued_at   bigint NOT NULL,
    -- Nothing for those from before this table.
    expires_at  bigint,
    -- From when on it counts as revoked; the pillar itself may be revoked earlier.
    ended_at    bigint
);

CREATE INDEX certificates_by_pillar ON certificates (pillar);

INSERT INTO certificates (fingerprint, pillar, public_key, issued_at)
SELECT fingerprint, name, public_key, added_at FROM pillars;

-- The codes with which pillars are enrolled. Of a code only what follows from it is kept, and the key of its proofs no
-- longer than it may be of use. `again`: the pillar of that name gets new keys, and its old certificates end.
CREATE TABLE enrolments (
    code_id      bytea PRIMARY KEY CHECK (octet_length(code_id) = 16),
    key          bytea NOT NULL CHECK (octet_length(key) = 32),
    pillar       text COLLATE "C" NOT NULL,
    place        text NOT NULL,
    again        boolean NOT NULL,
    made_by      text NOT NULL,
    made_at      bigint NOT NULL,
    expires_at   bigint NOT NULL,
    tries        bigint NOT NULL DEFAULT 0,
    cancelled_at bigint,
    used_at      bigint,
    -- What was asked with the code, and answered: the same is answered again.
    digest       bytea,
    certificate  text,
    CHECK ((used_at IS NULL) = (digest IS NULL) AND (used_at IS NULL) = (certificate IS NULL))
);

CREATE INDEX enrolments_by_time ON enrolments (made_at);
