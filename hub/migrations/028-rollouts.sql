-- How far each version of the pillars' system is rolled out.
CREATE TABLE rollouts (
    version     TEXT PRIMARY KEY NOT NULL,
    -- The pillar that gets it first.
    pillar      TEXT NOT NULL,
    stage       TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    -- No pillar gets it any more, until somebody resumes it.
    stopped_at  INTEGER,
    -- Of which stop technicians were told, until they are told that it goes on.
    told_stop   INTEGER
) STRICT;

-- What went wrong with a version at a pillar, the last time.
CREATE TABLE update_failures (
    version     TEXT NOT NULL,
    pillar      TEXT NOT NULL,
    state       TEXT NOT NULL,
    why         TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (version, pillar)
) STRICT, WITHOUT ROWID;
