-- What residents thought, counted by week, pillar and task. A survey itself names no pillar and must not: only these
-- counts do, and nothing shorter than a week is in them. A week is named by its Monday. The pillar is empty where it
-- is not known, which is so of all surveys from before they were counted.
CREATE TABLE survey_counts (
    week        DATE NOT NULL,
    pillar      TEXT COLLATE "C" NOT NULL,
    task        TEXT COLLATE "C" NOT NULL,
    times       BIGINT NOT NULL,
    clear_1     BIGINT NOT NULL,
    clear_2     BIGINT NOT NULL,
    clear_3     BIGINT NOT NULL,
    clear_4     BIGINT NOT NULL,
    clear_5     BIGINT NOT NULL,
    helped      BIGINT NOT NULL,
    not_helped  BIGINT NOT NULL,
    PRIMARY KEY (week, pillar, task)
);

INSERT INTO survey_counts
SELECT date_trunc('week', day)::date, '', task, count(*),
    count(*) FILTER (WHERE clear = 1), count(*) FILTER (WHERE clear = 2), count(*) FILTER (WHERE clear = 3),
    count(*) FILTER (WHERE clear = 4), count(*) FILTER (WHERE clear = 5),
    count(*) FILTER (WHERE helped), count(*) FILTER (WHERE NOT helped)
FROM surveys GROUP BY 1, task;
