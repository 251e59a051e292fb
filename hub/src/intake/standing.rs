//! Reads of which transactions a pillar wants to know how they stand. Invariant: it hears of its own only.

use zuil_wire::StandingRequest;

use super::list::{self, List, ListError};

impl List for StandingRequest {
    const NAME: &'static str = "StandingRequest";
    const MOST: usize = Self::MAX_IDS;

    fn count(&self) -> usize {
        self.ids.len()
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When it cannot be answered.
pub fn parse(body: &[u8]) -> Result<StandingRequest, ListError> {
    list::read(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn a_request_that_cannot_be_answered_says_why() {
        let refused = |body: serde_json::Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(parse(b"{").unwrap_err(), ListError::Form("StandingRequest"));
        assert_eq!(refused(json!({"version": 1})), ListError::Form("StandingRequest"));
        assert_eq!(refused(json!({"version": 1, "ids": [], "more": 1})), ListError::Form("StandingRequest"));
        assert_eq!(refused(json!({"version": 6, "of": "later"})), ListError::Version);
        let many = vec![Uuid::nil(); StandingRequest::MAX_IDS + 1];
        assert_eq!(refused(json!({"version": 1, "ids": many})), ListError::TooMany(StandingRequest::MAX_IDS));
    }
}
