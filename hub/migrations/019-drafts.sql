-- Answers that editors are writing, as files of a catalogue. They come into no catalogue by themselves.
CREATE TABLE drafts (
    -- The name of the file, without its ending.
    id          TEXT PRIMARY KEY NOT NULL,
    -- What residents searched for, and the code of the language in which they did.
    question    TEXT NOT NULL,
    language    TEXT NOT NULL,
    text        TEXT NOT NULL,
    made_by     TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    changed_by  TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    -- When somebody put it into the catalogue, and said so.
    done_at     INTEGER
) STRICT;
