//! What technicians order. Invariant: what a pillar has ended never changes again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;
use zuil_wire::orders::Task;
use zuil_wire::{Order, OrderResult};

use super::super::StoreError;
use super::super::order::{Closed, Fate, OrderPlaced, OrderStore, PlacedOrder};
use super::super::values::write_json;
use super::SqliteStore;
use super::values::{micros, optional_time, time};

const ORDER: &str = "id, pillar, what, placed_by, placed_at, expires_at, fate, why, changed_at";

impl OrderStore for SqliteStore {
    fn place_order(&self, order: &PlacedOrder) -> Result<OrderPlaced, StoreError> {
        self.write(|db| place(db, order))
    }

    fn orders(&self, pillar: &str, limit: u32) -> Result<Vec<PlacedOrder>, StoreError> {
        self.read(|db| newest(db, pillar, i64::from(limit)))
    }

    fn orders_to_do(&self, pillar: &str, now: Timestamp) -> Result<Vec<Order>, StoreError> {
        let open = format!(
            "SELECT {ORDER} FROM orders WHERE pillar = ?1 AND fate IN ('waiting', 'waits', 'taken')
             ORDER BY placed_at, id"
        );
        self.read(|db| {
            let mut query = db.prepare_cached(&open)?;
            let rows = query.query_map([pillar], |row| Ok(read(row)))?;
            let orders = rows.map(|row| row.map_err(StoreError::from)?);
            let orders = orders.collect::<Result<Vec<PlacedOrder>, _>>()?;
            Ok(orders.iter().filter_map(|order| order.to_do(now)).collect())
        })
    }

    fn note_orders(&self, pillar: &str, results: &[OrderResult], now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            for result in results {
                note(db, pillar, result, now)?;
            }
            super::pillars::saw(db, pillar, now)
        })
    }

    fn closed_pillars(&self) -> Result<Vec<Closed>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {ORDER} FROM orders AS last
                 WHERE kind = 'close' AND fate = 'done' AND NOT EXISTS ({LATER}) ORDER BY pillar"
            ))?;
            let rows = query.query_map([], |row| Ok(read(row)))?;
            let orders = rows.map(|row| row.map_err(StoreError::from)?);
            let orders = orders.collect::<Result<Vec<PlacedOrder>, _>>()?;
            let closed = orders.into_iter().filter_map(|order| match order.what {
                Task::Close(closure) => {
                    Some(Closed { pillar: order.pillar, closure, since: order.changed_at })
                }
                _ => None,
            });
            Ok(closed.collect())
        })
    }

    fn forget_orders(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(|db| {
            let forget = format!(
                "DELETE FROM orders AS last WHERE placed_at < ?1 AND (kind NOT IN ('close', 'open')
                     OR fate IN ('failed', 'withdrawn') OR EXISTS ({LATER}))"
            );
            Ok(db.execute(&forget, [micros(before)])? as u64)
        })
    }
}

/// One about serving that the same pillar has done and that was placed after `last`.
const LATER: &str = "SELECT 1 FROM orders AS later WHERE later.pillar = last.pillar AND later.fate = 'done'
    AND later.kind IN ('close', 'open') AND (later.placed_at, later.id) > (last.placed_at, last.id)";

fn place(db: &Transaction<'_>, order: &PlacedOrder) -> Result<OrderPlaced, StoreError> {
    let pillar = "SELECT count(*) FROM pillars WHERE name = ?1 AND revoked_at IS NULL";
    if db.prepare_cached(pillar)?.query_row([&order.pillar], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(OrderPlaced::NoSuchPillar);
    }
    if order.what.is_about_serving() {
        db.prepare_cached(
            "UPDATE orders SET fate = 'withdrawn', changed_at = ?2
             WHERE pillar = ?1 AND kind IN ('close', 'open') AND fate IN ('waiting', 'waits')",
        )?
        .execute(params![order.pillar, micros(order.placed_at)])?;
    } else {
        let same = "SELECT count(*) FROM orders
            WHERE pillar = ?1 AND kind = ?2 AND fate IN ('waiting', 'waits') AND expires_at > ?3";
        let names = params![order.pillar, order.what.kind(), micros(order.placed_at)];
        if db.prepare_cached(same)?.query_row(names, |row| row.get::<_, i64>(0))? > 0 {
            return Ok(OrderPlaced::Before);
        }
    }
    let (fate, why) = order.fate.words()?;
    db.prepare_cached(
        "INSERT INTO orders (id, pillar, kind, what, placed_by, placed_at, expires_at, fate, why, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        order.id.as_bytes(),
        order.pillar,
        order.what.kind(),
        write_json(&order.what)?,
        order.by,
        micros(order.placed_at),
        order.expires_at.map(micros),
        fate,
        why,
        micros(order.changed_at),
    ])?;
    Ok(OrderPlaced::Yes)
}

fn newest(db: &Connection, pillar: &str, limit: i64) -> Result<Vec<PlacedOrder>, StoreError> {
    let sql =
        format!("SELECT {ORDER} FROM orders WHERE pillar = ?1 ORDER BY placed_at DESC, id DESC LIMIT ?2");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![pillar, limit], |row| Ok(read(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn note(db: &Transaction<'_>, pillar: &str, result: &OrderResult, now: Timestamp) -> Result<(), StoreError> {
    let find = format!("SELECT {ORDER} FROM orders WHERE id = ?1 AND pillar = ?2");
    let names = params![result.id.as_bytes(), pillar];
    let order = db.prepare_cached(&find)?.query_row(names, |row| Ok(read(row))).optional()?;
    let Some(order) = order.transpose()? else { return Ok(()) };
    let told = Fate::from(result);
    if order.fate == told || !order.fate.gives_way_to(told) {
        return Ok(());
    }
    let (fate, why) = told.words()?;
    db.prepare_cached("UPDATE orders SET fate = ?2, why = ?3, changed_at = ?4 WHERE id = ?1")?
        .execute(params![result.id.as_bytes(), fate, why, micros(now)])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<PlacedOrder, StoreError> {
    let id: [u8; 16] = row.get("id")?;
    let what: String = row.get("what")?;
    let (fate, why): (String, Option<String>) = (row.get("fate")?, row.get("why")?);
    Ok(PlacedOrder {
        id: Uuid::from_bytes(id),
        pillar: row.get("pillar")?,
        what: serde_json::from_str(&what).map_err(|_| StoreError::Damaged("order"))?,
        by: row.get("placed_by")?,
        placed_at: time(row.get("placed_at")?)?,
        expires_at: optional_time(row.get("expires_at")?)?,
        fate: Fate::read(&fate, why.as_deref())?,
        changed_at: time(row.get("changed_at")?)?,
    })
}
