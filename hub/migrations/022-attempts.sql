-- Attempts to get in, and to find out, so that all hubs on one database count them together. Neither an address nor what
-- was typed is in it. Old ones are forgotten.
CREATE TABLE attempts (
    tried       TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    count       INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    PRIMARY KEY (tried, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_time ON attempts (tried, last_at);
