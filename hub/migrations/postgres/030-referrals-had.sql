-- Which pillars have fetched which referral.
CREATE TABLE referral_fetches (
    referral    uuid NOT NULL REFERENCES referrals (id),
    pillar      text COLLATE "C" NOT NULL,
    PRIMARY KEY (referral, pillar)
);

-- It was a text with commas. The column stays for older hubs on this database, as long as they run; no newer one reads it.
INSERT INTO referral_fetches (referral, pillar)
    SELECT id, name FROM referrals, unnest(string_to_array(had_by, ',')) AS name WHERE name <> ''
    ON CONFLICT DO NOTHING;
