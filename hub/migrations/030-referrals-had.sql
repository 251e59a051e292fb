-- Which pillars have fetched which referral.
CREATE TABLE referral_fetches (
    referral    BLOB NOT NULL REFERENCES referrals (id),
    pillar      TEXT NOT NULL,
    PRIMARY KEY (referral, pillar)
) STRICT, WITHOUT ROWID;

-- It was a text with commas.
WITH RECURSIVE names (referral, pillar, rest) AS (
    SELECT id, '', had_by || ',' FROM referrals
    UNION ALL
    SELECT referral, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1)
    FROM names WHERE rest <> ''
)
INSERT OR IGNORE INTO referral_fetches (referral, pillar)
    SELECT referral, pillar FROM names WHERE pillar <> '';

ALTER TABLE referrals DROP COLUMN had_by;
