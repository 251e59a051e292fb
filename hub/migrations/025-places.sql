-- Where a technician said that a pillar stands, when it was enrolled.
ALTER TABLE pillars ADD COLUMN place TEXT;
UPDATE pillars SET place = (
    SELECT place FROM enrolments
    WHERE enrolments.pillar = pillars.name AND used_at IS NOT NULL
    ORDER BY used_at DESC, code_id LIMIT 1
);

-- The names of the pillars that have fetched it, with commas between them.
ALTER TABLE referrals ADD COLUMN had_by TEXT NOT NULL DEFAULT '';
