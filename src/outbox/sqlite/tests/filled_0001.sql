-- An outbox as the first schema left it: one free transaction at the hub, one paid and not told
-- yet, one held and one held whose charge was approved. Made-up data. Never edited: it is what lies on disks.
UPDATE counter SET value = 5 WHERE name = 'sequence';
INSERT INTO journal (payment, amount, last_receipt, last_terminal, intended_at, state, terminal_id, receipt_number, card_scheme) VALUES
    ('00000000-0000-0000-0000-0000000000a2', 1735, 230, '52523535', '2026-03-02T09:00:00Z', 'paid', '52523535', 231, 'Maestro'),
    ('00000000-0000-0000-0000-0000000000a3', 1735, 231, '52523535', '2026-03-02T09:10:00Z', NULL, NULL, NULL, NULL),
    ('00000000-0000-0000-0000-0000000000a4', 1735, 231, '52523535', '2026-03-02T09:20:00Z', 'approved', '52523535', 232, 'Maestro');
INSERT INTO transactions (id, sequence, header, encapsulated_key, ciphertext, payment, state, answered) VALUES
    ('00000000-0000-0000-0000-000000000001', 1, '{"version":1,"id":"00000000-0000-0000-0000-000000000001","pillar":"voorbeeld","sequence":1,"reference":"1000-0000-002","committed_at":"2026-03-02T08:00:00Z","key_id":"k1"}', NULL, NULL, NULL, 'received', 1),
    ('00000000-0000-0000-0000-000000000002', 2, '{"version":1,"id":"00000000-0000-0000-0000-000000000002","pillar":"voorbeeld","sequence":2,"reference":"2000-0000-004","committed_at":"2026-03-02T09:00:00Z","key_id":"k1"}', 'a2V5', 'c2VhbGVk', '00000000-0000-0000-0000-0000000000a2', 'saved', 0),
    ('00000000-0000-0000-0000-000000000003', 3, '{"version":1,"id":"00000000-0000-0000-0000-000000000003","pillar":"voorbeeld","sequence":3,"reference":"3000-0000-006","committed_at":"2026-03-02T09:10:00Z","key_id":"k1"}', 'a2V5', 'c2VhbGVk', '00000000-0000-0000-0000-0000000000a3', 'held', 0),
    ('00000000-0000-0000-0000-000000000004', 4, '{"version":1,"id":"00000000-0000-0000-0000-000000000004","pillar":"voorbeeld","sequence":4,"reference":"4000-0000-008","committed_at":"2026-03-02T09:20:00Z","key_id":"k1"}', 'a2V5', 'c2VhbGVk', '00000000-0000-0000-0000-0000000000a4', 'held', 0);
