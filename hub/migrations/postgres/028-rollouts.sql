-- How far each version of the pillars' system is rolled out.
CREATE TABLE rollouts (
    version     TEXT COLLATE "C" PRIMARY KEY,
    -- The pillar that gets it first.
    pillar      TEXT COLLATE "C" NOT NULL,
    stage       TEXT COLLATE "C" NOT NULL,
    changed_at  BIGINT NOT NULL,
    -- No pillar gets it any more, until somebody resumes it.
    stopped_at  BIGINT,
    -- Of which stop technicians were told, until they are told that it goes on.
    told_stop   BIGINT
);

-- What went wrong with a version at a pillar, the last time.
CREATE TABLE update_failures (
    version     TEXT COLLATE "C" NOT NULL,
    pillar      TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    why         TEXT COLLATE "C",
    at          BIGINT NOT NULL,
    PRIMARY KEY (version, pillar)
);
