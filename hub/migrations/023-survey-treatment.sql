-- How residents say that they were treated, and what they missed: as words with each survey, which names no pillar,
-- and counted by week, pillar and task. Surveys from before were not asked.
ALTER TABLE surveys ADD COLUMN treated TEXT;
ALTER TABLE surveys ADD COLUMN missing TEXT;

ALTER TABLE survey_counts ADD COLUMN treated_yes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN treated_a_little INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN treated_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_errand INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_explanation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_way_to_pay INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_peace INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey_counts ADD COLUMN missed_nothing INTEGER NOT NULL DEFAULT 0;
