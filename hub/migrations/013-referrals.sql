-- Six digits with which an agent opens one task at some pillars. Nothing here tells of the caller.
CREATE TABLE referrals (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    code        TEXT NOT NULL,
    task        TEXT NOT NULL,
    -- The names of the pillars, with commas between them.
    pillars     TEXT NOT NULL,
    -- The account of the agent.
    made_by     TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX referrals_by_end ON referrals (expires_at);

-- Which requests were made with them. The request may come in later, or never.
CREATE TABLE referral_uses (
    request     BLOB PRIMARY KEY NOT NULL CHECK (length(request) = 16),
    referral    BLOB NOT NULL REFERENCES referrals (id),
    pillar      TEXT NOT NULL,
    -- By the pillar's clock.
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX referral_uses_by_referral ON referral_uses (referral);
