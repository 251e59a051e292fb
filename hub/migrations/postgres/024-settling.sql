-- What staff settle themselves, and what waits too long: as in SQLite.

-- Since when another system does not want it, or the hub cannot open it; nothing while neither is so.
ALTER TABLE handovers ADD COLUMN put_off_since BIGINT;
-- Staff are done with it, and it goes nowhere (`standing` is 'nothing').
ALTER TABLE handovers ADD COLUMN by_staff BOOLEAN NOT NULL DEFAULT FALSE;
-- Somebody of the staff calls the resident: nobody hands it over meanwhile.
ALTER TABLE handovers ADD COLUMN kept_back BOOLEAN NOT NULL DEFAULT FALSE;
-- Codes and names of fields that the other system found wrong, while it is parked for that; never a value.
ALTER TABLE handovers ADD COLUMN said TEXT;

CREATE INDEX handovers_by_staff ON handovers (number) WHERE by_staff;
UPDATE handovers SET kept_back = TRUE WHERE number IN (SELECT number FROM call_backs WHERE holder IS NOT NULL);

-- What is settled by nobody and has been here for long: when its content will be deleted. Staff see it until then.
CREATE TABLE to_forget (
    number      BIGINT PRIMARY KEY REFERENCES transactions (number),
    forget_at   BIGINT NOT NULL
);

CREATE INDEX to_forget_by_time ON to_forget (forget_at, number);
CREATE INDEX transactions_kept ON transactions (received_at) WHERE octet_length(ciphertext) > 0;
