-- What staff settle themselves, and what waits too long.

-- Since when another system does not want it, or the hub cannot open it; nothing while neither is so.
ALTER TABLE handovers ADD COLUMN put_off_since INTEGER;
-- Staff are done with it, and it goes nowhere (`standing` is 'nothing').
ALTER TABLE handovers ADD COLUMN by_staff INTEGER NOT NULL DEFAULT 0 CHECK (by_staff IN (0, 1));
-- Somebody of the staff calls the resident: nobody hands it over meanwhile.
ALTER TABLE handovers ADD COLUMN kept_back INTEGER NOT NULL DEFAULT 0 CHECK (kept_back IN (0, 1));
-- Codes and names of fields that the other system found wrong, while it is parked for that; never a value.
ALTER TABLE handovers ADD COLUMN said TEXT;

CREATE INDEX handovers_by_staff ON handovers (number) WHERE by_staff = 1;
UPDATE handovers SET kept_back = 1 WHERE number IN (SELECT number FROM call_backs WHERE holder IS NOT NULL);

-- What is settled by nobody and has been here for long: when its content will be deleted. Staff see it until then.
CREATE TABLE to_forget (
    number      INTEGER PRIMARY KEY NOT NULL REFERENCES transactions (number),
    forget_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX to_forget_by_time ON to_forget (forget_at, number);
CREATE INDEX transactions_kept ON transactions (received_at) WHERE length(ciphertext) > 0;
