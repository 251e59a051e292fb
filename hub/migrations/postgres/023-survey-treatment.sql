-- How residents say that they were treated, and what they missed: as words with each survey, which names no pillar,
-- and counted by week, pillar and task. Surveys from before were not asked.
ALTER TABLE surveys ADD COLUMN treated TEXT COLLATE "C";
ALTER TABLE surveys ADD COLUMN missing TEXT COLLATE "C";

ALTER TABLE survey_counts
    ADD COLUMN treated_yes BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN treated_a_little BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN treated_no BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_errand BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_explanation BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_person BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_way_to_pay BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_peace BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN missed_nothing BIGINT NOT NULL DEFAULT 0;
