-- Answers that editors are writing, as files of a catalogue. They come into no catalogue by themselves.
CREATE TABLE drafts (
    -- The name of the file, without its ending.
    id          TEXT COLLATE "C" PRIMARY KEY,
    -- What residents searched for, and the code of the language in which they did.
    question    TEXT COLLATE "C" NOT NULL,
    language    TEXT COLLATE "C" NOT NULL,
    text        TEXT COLLATE "C" NOT NULL,
    made_by     TEXT COLLATE "C" NOT NULL,
    made_at     BIGINT NOT NULL,
    changed_by  TEXT COLLATE "C" NOT NULL,
    changed_at  BIGINT NOT NULL,
    -- When somebody put it into the catalogue, and said so.
    done_at     BIGINT
);
