-- Alerts about pillars, the messages that tell of them, and which hub watches.

CREATE TABLE alerts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    pillar TEXT NOT NULL,
    kind TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- Of one trouble at one pillar there is one open alert.
CREATE UNIQUE INDEX alerts_open ON alerts (pillar, kind) WHERE ended_at IS NULL;
CREATE INDEX alerts_raised ON alerts (raised_at);
CREATE INDEX alerts_of ON alerts (pillar, raised_at);

CREATE TABLE alert_messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX alert_messages_due ON alert_messages (due_at);

CREATE TABLE alert_watch (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    hub BLOB NOT NULL,
    until INTEGER NOT NULL
) STRICT;
