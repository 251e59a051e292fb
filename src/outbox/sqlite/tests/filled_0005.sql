-- An outbox as the fifth schema left it: a request that waits, one that was tried in vain, and a survey. Made-up
-- data. Never edited: it is what lies on disks.
UPDATE counter SET value = 2 WHERE name = 'sequence';
INSERT INTO transactions (sequence, id, state, header, encapsulated_key, ciphertext) VALUES
    (1, unhex('00000000000000000000000000000001'), 'saved', '{"version":1,"id":"00000000-0000-0000-0000-000000000001","pillar":"voorbeeld","sequence":1,"reference":"1000-0000-002","committed_at":"2026-03-02T08:00:00Z","key_id":"k1"}', unhex('6B6579'), unhex('7365616C6564')),
    (2, unhex('00000000000000000000000000000002'), 'saved', '{"version":1,"id":"00000000-0000-0000-0000-000000000002","pillar":"voorbeeld","sequence":2,"reference":"2000-0000-004","committed_at":"2026-03-02T09:00:00Z","key_id":"k1"}', unhex('6B6579'), unhex('7365616C6564'));
INSERT INTO attempts (id, tries, last_at, why) VALUES
    (unhex('00000000000000000000000000000002'), 4, 1772442000, 'the hub cannot be reached (no connection); look at the network if this lasts');
INSERT INTO surveys (id, task, answers) VALUES
    ('00000000-0000-4000-8000-000000000007', 'bulky-waste', '{"clear":4,"helped":null}');
