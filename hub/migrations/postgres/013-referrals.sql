-- Six digits with which an agent opens one task at some pillars. Nothing here tells of the caller.
CREATE TABLE referrals (
    id          uuid PRIMARY KEY,
    code        text NOT NULL,
    task        text NOT NULL,
    -- The names of the pillars, with commas between them.
    pillars     text NOT NULL,
    -- The account of the agent.
    made_by     text NOT NULL,
    made_at     bigint NOT NULL,
    expires_at  bigint NOT NULL,
    revoked_at  bigint
);

CREATE INDEX referrals_by_end ON referrals (expires_at);

-- Which requests were made with them. The request may come in later, or never.
CREATE TABLE referral_uses (
    request     uuid PRIMARY KEY,
    referral    uuid NOT NULL REFERENCES referrals (id),
    pillar      text NOT NULL,
    -- By the pillar's clock.
    at          bigint NOT NULL
);

CREATE INDEX referral_uses_by_referral ON referral_uses (referral);
