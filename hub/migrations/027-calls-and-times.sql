-- What is over is not gone through again, and nothing tells any more when exactly somebody was at a pillar.

-- Another system has it, or staff closed it: nobody is to call. Noted when the next one comes in, so that whoever
-- counts what is to do does not go through all that ever were.
ALTER TABLE call_backs ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0 CHECK (is_over IN (0, 1));
UPDATE call_backs SET is_over = 1
WHERE EXISTS (SELECT 1 FROM transactions WHERE transactions.number = call_backs.number AND state = 'registered')
    OR EXISTS (SELECT 1 FROM handovers WHERE handovers.number = call_backs.number AND by_staff = 1);
DROP INDEX call_backs_to_do;
CREATE INDEX call_backs_to_do ON call_backs (number) WHERE is_done = 0 AND is_over = 0;

-- Visits that were kept with their quarter of an hour and their minutes are kept as newer ones are.
UPDATE visit_log SET what = json_set(what,
    '$.quarter', (what ->> 'quarter') / 24 * 24,
    '$.minutes', CASE
        WHEN (what ->> 'minutes') <= 5 THEN 5
        WHEN (what ->> 'minutes') <= 15 THEN 15
        WHEN (what ->> 'minutes') <= 30 THEN 30
        ELSE 60
    END)
WHERE what ->> 'kind' = 'visit';
