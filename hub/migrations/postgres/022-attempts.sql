-- Attempts to get in, and to find out, so that all hubs on one database count them together. Neither an address nor what
-- was typed is in it. Old ones are forgotten.
CREATE TABLE attempts (
    tried       TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    count       BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    PRIMARY KEY (tried, digest)
);

CREATE INDEX attempts_by_time ON attempts (tried, last_at);
