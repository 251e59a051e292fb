-- Pages stay fast with years of requests: as in SQLite, which gets indexes with this step that were here before.

CREATE INDEX audit_by_deed ON audit (deed, number);
