//! What technicians order. Invariant: what a pillar has ended never changes again, at whichever hub.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::orders::Task;
use zuil_wire::{Order, OrderResult};

use super::super::StoreError;
use super::super::order::{Closed, Fate, OrderPlaced, OrderStore, PlacedOrder};
use super::super::values::{micros, optional_time, time, write_json};
use super::{PostgresStore, pillars, without_nul};

impl OrderStore for PostgresStore {
    fn place_order(&self, order: &PlacedOrder) -> Result<OrderPlaced, StoreError> {
        self.link.write(async |db| place(db, order).await)
    }

    fn orders(&self, pillar: &str, limit: u32) -> Result<Vec<PlacedOrder>, StoreError> {
        self.link.read(async |db| {
            let newest = query(
                "SELECT id, pillar, what, placed_by, placed_at, expires_at, fate, why, changed_at FROM orders
                 WHERE pillar = $1 ORDER BY placed_at DESC, id DESC LIMIT $2",
            );
            let newest = newest.bind(without_nul(pillar)).bind(i64::from(limit));
            newest.fetch_all(db).await?.iter().map(read).collect()
        })
    }

    fn orders_to_do(&self, pillar: &str, now: Timestamp) -> Result<Vec<Order>, StoreError> {
        let orders: Vec<PlacedOrder> = self.link.read(async |db| {
            let open = query(
                "SELECT id, pillar, what, placed_by, placed_at, expires_at, fate, why, changed_at FROM orders
                 WHERE pillar = $1 AND fate IN ('waiting', 'waits', 'taken') ORDER BY placed_at, id",
            );
            open.bind(without_nul(pillar)).fetch_all(db).await?.iter().map(read).collect()
        })?;
        Ok(orders.iter().filter_map(|order| order.to_do(now)).collect())
    }

    fn note_orders(&self, pillar: &str, results: &[OrderResult], now: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            for result in results {
                note(db, pillar, result, now).await?;
            }
            pillars::saw(db, pillar, now).await
        })
    }

    fn closed_pillars(&self) -> Result<Vec<Closed>, StoreError> {
        let orders: Vec<PlacedOrder> = self.link.read(async |db| {
            let last = query(
                "SELECT id, pillar, what, placed_by, placed_at, expires_at, fate, why, changed_at FROM (
                     SELECT DISTINCT ON (pillar) * FROM orders WHERE kind IN ('close', 'open') AND fate = 'done'
                     ORDER BY pillar, placed_at DESC, id DESC
                 ) AS last WHERE kind = 'close' ORDER BY pillar COLLATE \"C\"",
            );
            last.fetch_all(db).await?.iter().map(read).collect()
        })?;
        let closed = orders.into_iter().filter_map(|order| match order.what {
            Task::Close(closure) => Some(Closed { pillar: order.pillar, closure, since: order.changed_at }),
            _ => None,
        });
        Ok(closed.collect())
    }

    fn forget_orders(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let forget = query(
                "DELETE FROM orders AS old WHERE placed_at < $1 AND (kind NOT IN ('close', 'open')
                     OR fate IN ('failed', 'withdrawn') OR EXISTS (
                         SELECT 1 FROM orders AS later WHERE later.pillar = old.pillar AND later.fate = 'done'
                         AND later.kind IN ('close', 'open') AND (later.placed_at, later.id) > (old.placed_at, old.id)
                     ))",
            );
            Ok(forget.bind(micros(before)).execute(db).await?.rows_affected())
        })
    }
}

async fn place(db: &mut PgConnection, order: &PlacedOrder) -> Result<OrderPlaced, StoreError> {
    // Two hubs at once come one after the other.
    if pillars::lock(db, &without_nul(&order.pillar)).await? != Some(None) {
        return Ok(OrderPlaced::NoSuchPillar);
    }
    if order.what.is_about_serving() {
        let withdraw = query(
            "UPDATE orders SET fate = 'withdrawn', changed_at = $2
             WHERE pillar = $1 AND kind IN ('close', 'open') AND fate IN ('waiting', 'waits')",
        );
        withdraw.bind(&order.pillar).bind(micros(order.placed_at)).execute(&mut *db).await?;
    } else {
        let same = query(
            "SELECT 1 FROM orders
             WHERE pillar = $1 AND kind = $2 AND fate IN ('waiting', 'waits') AND expires_at > $3 LIMIT 1",
        );
        let same = same.bind(&order.pillar).bind(order.what.kind()).bind(micros(order.placed_at));
        if same.fetch_optional(&mut *db).await?.is_some() {
            return Ok(OrderPlaced::Before);
        }
    }
    let (fate, why) = order.fate.words()?;
    let place = query(
        "INSERT INTO orders (id, pillar, kind, what, placed_by, placed_at, expires_at, fate, why, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    let place = place.bind(order.id).bind(&order.pillar).bind(order.what.kind());
    let what = write_json(&order.what)?;
    let place = place.bind(without_nul(&what)).bind(&order.by).bind(micros(order.placed_at));
    let place = place.bind(order.expires_at.map(micros)).bind(fate).bind(why);
    place.bind(micros(order.changed_at)).execute(db).await?;
    Ok(OrderPlaced::Yes)
}

async fn note(
    db: &mut PgConnection,
    pillar: &str,
    result: &OrderResult,
    now: Timestamp,
) -> Result<(), StoreError> {
    let find = query(
        "SELECT id, pillar, what, placed_by, placed_at, expires_at, fate, why, changed_at FROM orders
         WHERE id = $1 AND pillar = $2",
    );
    let found = find.bind(result.id).bind(pillar).fetch_optional(&mut *db).await?;
    let Some(order) = found.as_ref().map(read).transpose()? else { return Ok(()) };
    let told = Fate::from(result);
    if order.fate == told || !order.fate.gives_way_to(told) {
        return Ok(());
    }
    let (fate, why) = told.words()?;
    let keep = query("UPDATE orders SET fate = $2, why = $3, changed_at = $4 WHERE id = $1");
    keep.bind(result.id).bind(fate).bind(why).bind(micros(now)).execute(db).await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<PlacedOrder, StoreError> {
    let what: &str = row.try_get("what")?;
    let (fate, why): (&str, Option<&str>) = (row.try_get("fate")?, row.try_get("why")?);
    Ok(PlacedOrder {
        id: row.try_get("id")?,
        pillar: row.try_get("pillar")?,
        what: serde_json::from_str(what).map_err(|_| StoreError::Damaged("order"))?,
        by: row.try_get("placed_by")?,
        placed_at: time(row.try_get("placed_at")?)?,
        expires_at: optional_time(row.try_get("expires_at")?)?,
        fate: Fate::read(fate, why)?,
        changed_at: time(row.try_get("changed_at")?)?,
    })
}
