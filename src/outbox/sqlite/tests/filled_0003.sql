-- An outbox as the third schema left it: a refused transaction, one whose payment is unknown at the hub, with
-- the turnover before it, and a survey. Made-up data. Never edited: it is what lies on disks.
UPDATE counter SET value = 2 WHERE name = 'sequence';
INSERT INTO journal (payment, amount, last_receipt, last_terminal, intended_at, state, terminal_id, receipt_number, card_scheme, turnover_terminal, turnover_count, turnover_total, trace) VALUES
    ('00000000-0000-0000-0000-000000a00002', 1735, 230, '52523535', '1970-01-01T00:00:00Z', 'unknown', '52523535', 231, 'Maestro', '52523535', 3, 5205, 41);
INSERT INTO transactions (id, sequence, header, encapsulated_key, ciphertext, payment, state, refusal, answered) VALUES
    ('00000000-0000-0000-0000-000000000001', 1, '{"version":1,"id":"00000000-0000-0000-0000-000000000001","pillar":"voorbeeld","sequence":1,"reference":"1000-0000-002","committed_at":"2026-03-02T08:00:00Z","key_id":"k1"}', 'a2V5', 'c2VhbGVk', NULL, 'parked', '"unknown_key"', 1),
    ('00000000-0000-0000-0000-000000000002', 2, '{"version":1,"id":"00000000-0000-0000-0000-000000000002","pillar":"voorbeeld","sequence":2,"reference":"2000-0000-004","committed_at":"2026-03-02T09:00:00Z","key_id":"k1"}', 'a2V5', 'c2VhbGVk', '00000000-0000-0000-0000-000000a00002', 'parked', NULL, 1);
INSERT INTO surveys (id, task, answers) VALUES
    ('00000000-0000-4000-8000-000000000007', 'bulky-waste', '{"clear":4,"helped":null}');
