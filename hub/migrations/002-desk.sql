-- Who may look: one staff password, and the sessions that it opened. Both only as hashes.

CREATE TABLE staff (
    only_row        INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    password_hash   TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash      BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
    last_used_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written by every health check: a store that can only be read is not healthy.
CREATE TABLE pulse (
    only_row    INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    at          INTEGER NOT NULL
) STRICT;
