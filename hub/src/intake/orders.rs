//! Looks at what a pillar says became of orders. Invariant: one result that is of no use hinders no other, and a
//! pillar speaks of its own orders only.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use zuil_wire::{OrderResult, OrderResults, OrdersAnswer};

use super::list::{self, List, ListError};
use crate::store::{Pillar, Store, StoreError};

/// Results that were looked at.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    usable: Vec<OrderResult>,
    /// Orders whose results will never be of use.
    unusable: Vec<Uuid>,
}

/// A request in which anything may stand for a result.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loose {
    #[expect(dead_code, reason = "a part of the form, read before the rest by `list::read`")]
    version: u16,
    results: Vec<Value>,
}

impl List for Loose {
    const NAME: &'static str = "OrderResults";
    const MOST: usize = OrderResults::MAX_RESULTS;

    fn count(&self) -> usize {
        self.results.len()
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad result in it is no error.
pub fn parse(body: &[u8]) -> Result<Told, ListError> {
    let Loose { results, .. } = list::read(body)?;
    let mut told = Told { usable: Vec::new(), unusable: Vec::new() };
    for result in results {
        let id: Option<Uuid> = result.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        match serde_json::from_value(result) {
            Ok(result) => told.usable.push(result),
            Err(_) => told.unusable.extend(id),
        }
    }
    Ok(told)
}

impl Told {
    /// Keeps the results and says which ones the pillar need not tell again. When it returns, they are durable.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was kept.
    pub fn take_in(
        self,
        pillar: &Pillar,
        store: &dyn Store,
        now: jiff::Timestamp,
    ) -> Result<OrdersAnswer, StoreError> {
        store.note_orders(&pillar.name, &self.usable, now)?;
        let kept = self.usable.into_iter().map(|result| result.id);
        Ok(OrdersAnswer { orders: kept.chain(self.unusable).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn result(number: u128, state: &str) -> Value {
        json!({"id": Uuid::from_u128(number), "state": state})
    }

    #[test]
    fn one_result_that_is_none_hinders_no_other() {
        let mut why = result(3, "failed");
        why["why"] = json!("the dog ate it");
        let body = json!({"version": 1, "results": [result(2, "eaten"), why, 7, result(1, "done")]});
        let told = parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(told.usable.iter().map(|result| result.id.as_u128()).collect::<Vec<_>>(), [1]);
        assert_eq!(told.unusable, [Uuid::from_u128(2), Uuid::from_u128(3)]);
    }

    #[test]
    fn a_request_that_cannot_be_understood_is_refused_as_a_whole() {
        let refused = |body: &Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(parse(b"{").unwrap_err(), ListError::Form("OrderResults"));
        assert_eq!(
            refused(&json!({"version": 1, "results": [], "more": 1})),
            ListError::Form("OrderResults")
        );
        assert_eq!(refused(&json!({"version": 5, "of": "later"})), ListError::Version);
        let many = vec![result(1, "done"); OrderResults::MAX_RESULTS + 1];
        assert_eq!(
            refused(&json!({"version": 1, "results": many})),
            ListError::TooMany(OrderResults::MAX_RESULTS)
        );
    }
}
