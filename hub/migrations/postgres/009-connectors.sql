-- A step of a handover that was begun and of which nobody could find out how it ended.
ALTER TABLE handovers ADD COLUMN attempting text;

-- When something was sent to a system that takes only so much in a time; older ones are forgotten.
CREATE TABLE handover_turns (
    system  text NOT NULL,
    at      bigint NOT NULL
);

CREATE INDEX handover_turns_by_system ON handover_turns (system, at);
CREATE INDEX handovers_parked ON handovers (system, reason) WHERE standing = 'parked';
