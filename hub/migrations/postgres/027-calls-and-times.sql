-- What is over is not gone through again, and nothing tells any more when exactly somebody was at a pillar: as in SQLite.

-- Another system has it, or staff closed it: nobody is to call. Noted when the next one comes in, so that whoever
-- counts what is to do does not go through all that ever were.
ALTER TABLE call_backs ADD COLUMN is_over BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE call_backs SET is_over = TRUE
WHERE EXISTS (SELECT 1 FROM transactions AS t WHERE t.number = call_backs.number AND t.state = 'registered')
    OR EXISTS (SELECT 1 FROM handovers AS h WHERE h.number = call_backs.number AND h.by_staff);
DROP INDEX call_backs_to_do;
CREATE INDEX call_backs_to_do ON call_backs (number) WHERE NOT is_done AND NOT is_over;

-- Visits that were kept with their quarter of an hour and their minutes are kept as newer ones are.
UPDATE visit_log SET what = (what::jsonb || jsonb_build_object(
    'quarter', (what::jsonb ->> 'quarter')::integer / 24 * 24,
    'minutes', CASE
        WHEN (what::jsonb ->> 'minutes')::integer <= 5 THEN 5
        WHEN (what::jsonb ->> 'minutes')::integer <= 15 THEN 15
        WHEN (what::jsonb ->> 'minutes')::integer <= 30 THEN 30
        ELSE 60
    END))::text
WHERE what::jsonb ->> 'kind' = 'visit';
