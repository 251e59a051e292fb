//! Looks at what a pillar says became of orders. Invariant: one result that is of no use hinders no other, and a
//! pillar speaks of its own orders only.

use uuid::Uuid;
use zuil_wire::{OrderResult, OrderResults, OrdersAnswer};

use super::list::{self, Item, ListError, Sorted};
use crate::store::{Pillar, Store, StoreError};

impl Item for OrderResult {
    const LIST: &'static str = "OrderResults";
    const FIELD: &'static str = "results";
    const MOST: usize = OrderResults::MAX_RESULTS;

    fn id(&self) -> Uuid {
        self.id
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad result in it is no error.
pub fn parse(body: &[u8]) -> Result<Sorted<OrderResult>, ListError> {
    list::sort(body)
}

/// Keeps the results and says which ones the pillar need not tell again. When it returns, they are durable.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    told: Sorted<OrderResult>,
    pillar: &Pillar,
    store: &dyn Store,
    now: jiff::Timestamp,
) -> Result<OrdersAnswer, StoreError> {
    store.note_orders(&pillar.name, &told.usable, now)?;
    Ok(OrdersAnswer { orders: list::ids(told) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

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
        assert_eq!(refused(&json!({"version": 6, "of": "later"})), ListError::Version);
        let many = vec![result(1, "done"); OrderResults::MAX_RESULTS + 1];
        assert_eq!(
            refused(&json!({"version": 1, "results": many})),
            ListError::TooMany(OrderResults::MAX_RESULTS)
        );
    }
}
