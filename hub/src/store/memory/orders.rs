//! What technicians order, in memory.

use jiff::Timestamp;
use zuil_wire::orders::Task;
use zuil_wire::{Order, OrderResult};

use super::super::StoreError;
use super::super::order::{Closed, Fate, OrderPlaced, OrderStore, PlacedOrder};
use super::MemoryStore;

/// The order about serving that each pillar has done last.
fn standing<'a>(orders: &'a [PlacedOrder], pillar: &str) -> Option<&'a PlacedOrder> {
    let done = orders.iter().filter(|order| order.pillar == pillar && order.fate == Fate::Done);
    done.filter(|order| order.what.is_about_serving()).max_by_key(|order| (order.placed_at, order.id))
}

impl OrderStore for MemoryStore {
    fn place_order(&self, order: &PlacedOrder) -> Result<OrderPlaced, StoreError> {
        let mut memory = self.lock();
        if memory.pillars.get(&order.pillar).is_none_or(|pillar| pillar.revoked_at.is_some()) {
            return Ok(OrderPlaced::NoSuchPillar);
        }
        let open =
            memory.orders.iter_mut().filter(|other| other.pillar == order.pillar && other.fate.is_open());
        if order.what.is_about_serving() {
            for other in open.filter(|other| other.what.is_about_serving()) {
                (other.fate, other.changed_at) = (Fate::Withdrawn, order.placed_at);
            }
        } else {
            let same = |other: &PlacedOrder| {
                other.what.kind() == order.what.kind() && !other.has_expired(order.placed_at)
            };
            if open.into_iter().any(|other| same(other)) {
                return Ok(OrderPlaced::Before);
            }
        }
        memory.orders.push(order.clone());
        Ok(OrderPlaced::Yes)
    }

    fn orders(&self, pillar: &str, limit: u32) -> Result<Vec<PlacedOrder>, StoreError> {
        let memory = self.lock();
        let mut orders: Vec<_> =
            memory.orders.iter().filter(|order| order.pillar == pillar).cloned().collect();
        orders.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
        orders.truncate(limit as usize);
        Ok(orders)
    }

    fn orders_to_do(&self, pillar: &str, now: Timestamp) -> Result<Vec<Order>, StoreError> {
        let orders = self.orders(pillar, u32::MAX)?;
        Ok(orders.iter().rev().filter_map(|order| order.to_do(now)).collect())
    }

    fn note_orders(&self, pillar: &str, results: &[OrderResult], now: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.lock();
        for result in results {
            let told = Fate::from(result);
            let mut orders = memory.orders.iter_mut();
            let order = orders.find(|order| order.id == result.id && order.pillar == pillar);
            if let Some(order) = order.filter(|order| order.fate != told && order.fate.gives_way_to(told)) {
                (order.fate, order.changed_at) = (told, now);
            }
        }
        drop(memory);
        super::super::Store::saw_pillar(self, pillar, now)
    }

    fn closed_pillars(&self) -> Result<Vec<Closed>, StoreError> {
        let memory = self.lock();
        let closed = memory.pillars.keys().filter_map(|pillar| {
            let order = standing(&memory.orders, pillar)?;
            let Task::Close(closure) = &order.what else { return None };
            Some(Closed { pillar: pillar.clone(), closure: closure.clone(), since: order.changed_at })
        });
        Ok(closed.collect())
    }

    fn forget_orders(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let orders = memory.orders.clone();
        let all = orders.len();
        memory.orders.retain(|order| {
            let ended = matches!(order.fate, Fate::Failed(_) | Fate::Withdrawn);
            let later =
                standing(&orders, &order.pillar).is_some_and(|standing| standing.placed_at > order.placed_at);
            order.placed_at >= before || (order.what.is_about_serving() && !ended && !later)
        });
        Ok((all - memory.orders.len()) as u64)
    }
}
