-- What residents thought, counted by week, pillar and task. A survey itself names no pillar and must not: only these
-- counts do, and nothing shorter than a week is in them. A week is named by its Monday. The pillar is empty where it
-- is not known, which is so of all surveys from before they were counted.
CREATE TABLE survey_counts (
    week        TEXT NOT NULL,
    pillar      TEXT NOT NULL,
    task        TEXT NOT NULL,
    times       INTEGER NOT NULL,
    clear_1     INTEGER NOT NULL,
    clear_2     INTEGER NOT NULL,
    clear_3     INTEGER NOT NULL,
    clear_4     INTEGER NOT NULL,
    clear_5     INTEGER NOT NULL,
    helped      INTEGER NOT NULL,
    not_helped  INTEGER NOT NULL,
    PRIMARY KEY (week, pillar, task)
) STRICT, WITHOUT ROWID;

INSERT INTO survey_counts
SELECT date(day, 'weekday 0', '-6 days'), '', task, count(*),
    count(*) FILTER (WHERE clear = 1), count(*) FILTER (WHERE clear = 2), count(*) FILTER (WHERE clear = 3),
    count(*) FILTER (WHERE clear = 4), count(*) FILTER (WHERE clear = 5),
    count(*) FILTER (WHERE helped = 1), count(*) FILTER (WHERE helped = 0)
FROM surveys GROUP BY 1, task;
