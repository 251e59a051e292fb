//! A table and its columns as they are in both stores. Invariant: what a column is on the one side follows from what it is
//! on the other.

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

const fn same(name: &'static str, kind: Kind) -> Column {
    Column { name, from: name, kind }
}

pub(super) const fn text(name: &'static str) -> Column {
    same(name, Kind::Text)
}

pub(super) const fn integer(name: &'static str) -> Column {
    same(name, Kind::Integer)
}

pub(super) const fn bytes(name: &'static str) -> Column {
    same(name, Kind::Bytes)
}

pub(super) const fn flag(name: &'static str) -> Column {
    same(name, Kind::Flag)
}

pub(super) const fn id(name: &'static str) -> Column {
    same(name, Kind::Id)
}

pub(super) const fn day(name: &'static str) -> Column {
    same(name, Kind::Day)
}
