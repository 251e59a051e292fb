//! The outbox: committed transactions until the hub has them, and the payment journal.
//!
//! Contract: a method that changes something returns `Ok` only when the change is durable
//! (`journal_mode=WAL`, `synchronous=FULL`). What is kept is sealed; nothing plain is ever written.
//! States go forward only: saved → received → registered, or parked.
