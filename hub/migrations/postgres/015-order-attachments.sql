-- What pillars made for orders: a picture of the first screen, a log. It holds nothing of a resident.
CREATE TABLE order_attachments (
    id          uuid PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
    media_type  text NOT NULL,
    content     bytea NOT NULL,
    kept_at     bigint NOT NULL
);
