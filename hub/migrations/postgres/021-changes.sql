-- How often it has changed how a pillar's transactions stand, so that the pillar asks only when there is something new.
CREATE TABLE changes (
    pillar  TEXT COLLATE "C" PRIMARY KEY REFERENCES pillars (name),
    count   BIGINT NOT NULL
);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes AS known (pillar, count) VALUES (NEW.pillar, 1)
    ON CONFLICT (pillar) DO UPDATE SET count = known.count + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER transactions_change AFTER UPDATE OF state, case_number ON transactions
FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.case_number IS DISTINCT FROM NEW.case_number)
EXECUTE FUNCTION note_change();
