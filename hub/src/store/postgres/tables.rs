//! Which tables are copied from SQLite, and how their columns are called on both sides. Invariant: each table of the
//! SQLite store stands here, in [`TABLES`] or in [`LEFT_OUT`]; one that does not keeps everything from being copied.

/// A table of both stores.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns by which its rows are in order, the same in both.
    pub(super) key: &'static str,
    pub(super) columns: &'static [Column],
}

/// A column in PostgreSQL.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// What it is in SQLite: a column, or what follows from others.
    pub(super) from: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Integer,
    /// 0 or 1 in SQLite.
    Flag,
    Text,
    Bytes,
    /// 16 bytes in SQLite.
    Id,
    /// Such as `2026-11-22` in SQLite.
    Day,
}

/// Tables that help SQLite, or of which only what follows from them is copied.
pub(super) const LEFT_OUT: &[&str] =
    &["checked", "entered", "handover_entered", "reference_index", "pulse", "alert_watch"];

/// What stands in an empty database from the start, and gives way to what is copied.
pub(super) const GIVES_WAY: &str = "DELETE FROM audit_ends WHERE begin_number = 0 AND end_number = 0";

/// In an order in which what is referred to comes first.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "pillars",
        key: "name",
        columns: &[
            text("name"),
            bytes("fingerprint"),
            text("public_key"),
            integer("added_at"),
            integer("revoked_at"),
            integer("last_seen_at"),
            integer("last_sequence"),
            integer("after_revocation"),
        ],
    },
    Table {
        name: "certificates",
        key: "fingerprint",
        columns: &[
            bytes("fingerprint"),
            text("pillar"),
            text("public_key"),
            integer("issued_at"),
            integer("expires_at"),
            integer("ended_at"),
        ],
    },
    Table {
        name: "enrolments",
        key: "code_id",
        columns: &[
            bytes("code_id"),
            bytes("key"),
            text("pillar"),
            text("place"),
            flag("again"),
            text("made_by"),
            integer("made_at"),
            integer("expires_at"),
            integer("tries"),
            integer("cancelled_at"),
            integer("used_at"),
            bytes("digest"),
            text("certificate"),
        ],
    },
    Table {
        name: "transactions",
        key: "number",
        columns: &[
            integer("number"),
            id("id"),
            text("reference"),
            text("pillar"),
            integer("sequence"),
            bytes("digest"),
            text("payment"),
            Column {
                name: "payment_unknown",
                from: "coalesce(payment ->> 'state' = 'unknown', 0)",
                kind: Kind::Flag,
            },
            text("state"),
            text("trouble"),
            text("case_number"),
            integer("committed_at"),
            integer("received_at"),
            integer("payment_settled_at"),
            text("payment_settled_by"),
            bytes("signature"),
            text("content"),
            text("header"),
            bytes("encapsulated_key"),
            bytes("ciphertext"),
        ],
    },
    Table {
        name: "refusals",
        key: "pillar, id",
        columns: &[
            text("pillar"),
            id("id"),
            text("reference"),
            text("reason"),
            integer("first_at"),
            integer("last_at"),
            integer("times"),
        ],
    },
    Table {
        name: "surveys",
        key: "id",
        columns: &[
            id("id"),
            text("task"),
            integer("clear"),
            flag("helped"),
            text("treated"),
            text("missing"),
            day("day"),
            // They come by one commit, in the order of their ids: nothing tells more of them.
            Column { name: "mixed", from: "1", kind: Kind::Flag },
        ],
    },
    Table {
        name: "survey_counts",
        key: "week, pillar, task",
        columns: &[
            day("week"),
            text("pillar"),
            text("task"),
            integer("times"),
            integer("clear_1"),
            integer("clear_2"),
            integer("clear_3"),
            integer("clear_4"),
            integer("clear_5"),
            integer("helped"),
            integer("not_helped"),
            integer("treated_yes"),
            integer("treated_a_little"),
            integer("treated_no"),
            integer("missed_errand"),
            integer("missed_explanation"),
            integer("missed_person"),
            integer("missed_way_to_pay"),
            integer("missed_peace"),
            integer("missed_nothing"),
        ],
    },
    Table {
        name: "questions",
        key: "id",
        columns: &[
            id("id"),
            text("pillar"),
            text("language"),
            text("words"),
            day("day"),
            Column { name: "mixed", from: "1", kind: Kind::Flag },
        ],
    },
    Table {
        name: "reports",
        key: "pillar",
        columns: &[text("pillar"), text("report"), integer("received_at")],
    },
    Table {
        name: "open_payments",
        key: "pillar, payment",
        columns: &[
            text("pillar"),
            id("payment"),
            text("reference"),
            integer("amount"),
            integer("receipt_number"),
            integer("happened_at"),
            integer("first_seen_at"),
            text("decision"),
            text("decided_by"),
            integer("decided_at"),
            integer("closed_at"),
        ],
    },
    Table {
        name: "handovers",
        key: "number",
        columns: &[
            integer("number"),
            text("standing"),
            text("system"),
            integer("attempts"),
            integer("rounds"),
            integer("due_at"),
            integer("failing_since"),
            integer("changed_at"),
            id("holder"),
            integer("leased_until"),
            text("reason"),
            text("attempting"),
        ],
    },
    Table {
        name: "handover_steps",
        key: "number, step",
        columns: &[integer("number"), text("step"), text("result"), integer("done_at")],
    },
    Table { name: "handover_turns", key: "system, at", columns: &[text("system"), integer("at")] },
    Table {
        name: "progress",
        key: "number",
        columns: &[
            integer("number"),
            text("system"),
            text("address"),
            text("words"),
            integer("since"),
            flag("is_done"),
            integer("look_at"),
        ],
    },
    Table {
        name: "referrals",
        key: "id",
        columns: &[
            id("id"),
            text("code"),
            text("task"),
            text("pillars"),
            text("made_by"),
            integer("made_at"),
            integer("expires_at"),
            integer("revoked_at"),
        ],
    },
    Table {
        name: "referral_uses",
        key: "request",
        columns: &[id("request"), id("referral"), text("pillar"), integer("at")],
    },
    Table {
        name: "call_backs",
        key: "number",
        columns: &[
            integer("number"),
            text("holder"),
            integer("held_at"),
            integer("tries"),
            text("told"),
            text("told_by"),
            integer("told_at"),
            flag("is_done"),
        ],
    },
    Table {
        name: "drafts",
        key: "id",
        columns: &[
            text("id"),
            text("question"),
            text("language"),
            text("text"),
            text("made_by"),
            integer("made_at"),
            text("changed_by"),
            integer("changed_at"),
            integer("done_at"),
        ],
    },
    Table { name: "changes", key: "pillar", columns: &[text("pillar"), integer("count")] },
    Table {
        name: "accounts",
        key: "name",
        columns: &[
            text("name"),
            text("shown_name"),
            text("roles"),
            text("password_hash"),
            bytes("totp_secret"),
            integer("totp_step"),
            integer("created_at"),
            integer("disabled_at"),
            integer("signed_in_at"),
        ],
    },
    Table {
        name: "recovery_codes",
        key: "account, code_hash",
        columns: &[text("account"), bytes("code_hash")],
    },
    Table {
        name: "sessions",
        key: "token_hash",
        columns: &[
            bytes("token_hash"),
            text("account"),
            text("stage"),
            integer("opened_at"),
            integer("last_used_at"),
        ],
    },
    Table {
        name: "audit",
        key: "number",
        columns: &[
            integer("number"),
            integer("at"),
            text("who"),
            text("deed"),
            text("about"),
            text("detail"),
            bytes("hash"),
        ],
    },
    Table {
        name: "audit_ends",
        key: "only_row",
        columns: &[
            flag("only_row"),
            integer("begin_number"),
            bytes("begin_hash"),
            integer("end_number"),
            bytes("end_hash"),
        ],
    },
    Table {
        name: "orders",
        key: "id",
        columns: &[
            id("id"),
            text("pillar"),
            text("kind"),
            text("what"),
            text("placed_by"),
            integer("placed_at"),
            integer("expires_at"),
            text("fate"),
            text("why"),
            integer("changed_at"),
        ],
    },
    Table {
        name: "order_attachments",
        key: "id",
        columns: &[id("id"), text("media_type"), bytes("content"), integer("kept_at")],
    },
    Table { name: "visit_log", key: "id", columns: &[id("id"), text("pillar"), day("day"), text("what")] },
    Table { name: "handed_over", key: "number", columns: &[integer("number"), integer("since")] },
    Table {
        name: "alerts",
        key: "number",
        columns: &[
            integer("number"),
            text("pillar"),
            text("kind"),
            integer("began_at"),
            integer("raised_at"),
            integer("ended_at"),
        ],
    },
    Table {
        name: "alert_messages",
        key: "number",
        columns: &[
            integer("number"),
            id("id"),
            text("channel"),
            text("body"),
            integer("since"),
            integer("due_at"),
            integer("tries"),
        ],
    },
];

const fn same(name: &'static str, kind: Kind) -> Column {
    Column { name, from: name, kind }
}

const fn text(name: &'static str) -> Column {
    same(name, Kind::Text)
}

const fn integer(name: &'static str) -> Column {
    same(name, Kind::Integer)
}

const fn bytes(name: &'static str) -> Column {
    same(name, Kind::Bytes)
}

const fn flag(name: &'static str) -> Column {
    same(name, Kind::Flag)
}

const fn id(name: &'static str) -> Column {
    same(name, Kind::Id)
}

const fn day(name: &'static str) -> Column {
    same(name, Kind::Day)
}
