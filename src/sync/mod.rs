//! Sync: brings what is in the outbox to the hub, as soon as it can and exactly once.
