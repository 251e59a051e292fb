-- What pillars made for orders: a picture of the first screen, a log. It holds nothing of a resident.
CREATE TABLE order_attachments (
    id          BLOB PRIMARY KEY NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    media_type  TEXT NOT NULL,
    content     BLOB NOT NULL,
    kept_at     INTEGER NOT NULL
) STRICT;
