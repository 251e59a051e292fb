-- How often it has changed how a pillar's transactions stand, so that the pillar asks only when there is something new.
CREATE TABLE changes (
    pillar  TEXT PRIMARY KEY NOT NULL REFERENCES pillars (name),
    count   INTEGER NOT NULL
) STRICT;

CREATE TRIGGER transactions_change AFTER UPDATE OF state, case_number ON transactions
WHEN old.state IS NOT new.state OR old.case_number IS NOT new.case_number
BEGIN
    INSERT INTO changes (pillar, count) VALUES (new.pillar, 1)
    ON CONFLICT (pillar) DO UPDATE SET count = count + 1;
END;
