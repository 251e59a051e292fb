//! What the hub's desks hear of beside the uploads: orders, referrals, visits, service visits, and references that are
//! looked up.
//!
//! Invariant: whatever is sent here waits for its share of the line, as uploads do; but for a lookup, which is small and
//! for which somebody waits. Of a lookup nothing stays in a connection, and nothing of the key of service codes.

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use zeroize::Zeroizing;
use zuil_wire::orders::Attachment;
use zuil_wire::{
    LookupAnswer, LookupRequest, OrderResult, OrdersAnswer, ReadinessReport, Reference, ReferralList,
    ReferralsAnswer, ServiceEntries, ServiceEntry, ServiceKey, ServiceTaken, UsedReferral, UsedReferrals,
    VisitEntries, VisitEntry, VisitsAnswer,
};

use super::{HttpsHub, LOOKUP_TIME, Lines, SIGN_OF_LIFE_TIME, TOTAL_TIME, accepted, body_of, setup};
use crate::orders::Made;
use crate::sync::orders::{self, OrderDesk};
use crate::sync::visits::VisitDesk;
use crate::sync::{LookupDesk, ReferralDesk, ServiceDesk, SyncError};

/// How hard the log is compressed: level 3 is zstd's own.
const COMPRESSION: i32 = 3;

impl ReferralDesk for HttpsHub {
    async fn list(&self) -> Result<ReferralList, SyncError> {
        let response = self.send(|lines| lines.client.get(self.referrals.clone())).await?;
        self.agreed.hear(response.headers());
        let list = body_of(accepted(response)?).await?;
        serde_json::from_slice(&list).map_err(|_| SyncError::BadAnswer("it is no list of referrals"))
    }

    async fn tell(&self, used: Vec<UsedReferral>) -> Result<ReferralsAnswer, SyncError> {
        let told = UsedReferrals { version: self.agreed.version(), used };
        let body = self.write(&told)?;
        self.room_for(body.0.len()).await;
        self.post(&self.referrals, body, TOTAL_TIME, "it is no answer to used referrals").await
    }

    fn now(&self) -> Timestamp {
        self.time.now()
    }
}

impl OrderDesk for HttpsHub {
    async fn tell(&self, results: Vec<OrderResult>) -> Result<OrdersAnswer, SyncError> {
        let body = self.write(&orders::request(self.agreed.version(), results))?;
        self.room_for(body.0.len()).await;
        self.post(&self.orders, body, SIGN_OF_LIFE_TIME, "it is no answer to what became of orders").await
    }

    async fn attach(&self, made: &Made) -> Result<(), SyncError> {
        let bytes = match made.kind {
            Attachment::Picture => made.bytes.clone(),
            Attachment::Text => zstd::bulk::compress(&made.bytes, COMPRESSION)
                .map_err(|_| setup("a text cannot be compressed"))?,
        };
        let to = self.orders.join(&format!("orders/{}/attachment", made.order.id));
        let to = to.map_err(|_| setup("hub_url is not an address"))?;
        self.room_for(bytes.len()).await;
        let put = |lines: &Lines| {
            let request = lines.bulk.client().put(to.clone());
            request.header(CONTENT_TYPE, made.kind.media_type()).body(bytes.clone())
        };
        accepted(self.send(put).await?).map(drop)
    }
}

impl LookupDesk for HttpsHub {
    async fn look_up(&self, reference: Reference) -> Result<LookupAnswer, SyncError> {
        let request = LookupRequest { version: self.agreed.version(), reference };
        let no_answer = "it does not tell how a request stands";
        let body = self.write(&request)?;
        self.post_over(|lines| &lines.fleeting, &self.lookup, body, LOOKUP_TIME, no_answer).await
    }
}

impl VisitDesk for HttpsHub {
    async fn note(&self, entries: Vec<VisitEntry>) -> Result<VisitsAnswer, SyncError> {
        let body = self.write(&VisitEntries { version: self.agreed.version(), entries })?;
        self.room_for(body.0.len()).await;
        self.post(&self.visits, body, TOTAL_TIME, "it is no answer to what happened here").await
    }

    fn time(&self) -> Timestamp {
        self.time.now()
    }
}

impl ServiceDesk for HttpsHub {
    async fn fetch_key(&self) -> Result<ServiceKey, SyncError> {
        let fetch = |lines: &Lines| lines.fleeting.get(self.service_key.clone()).timeout(SIGN_OF_LIFE_TIME);
        let response = self.send(fetch).await?;
        self.agreed.hear(response.headers());
        let key = Zeroizing::new(body_of(accepted(response)?).await?);
        serde_json::from_slice(&key).map_err(|_| SyncError::BadAnswer("it is no key of service codes"))
    }

    async fn tell_done(&self, entries: Vec<ServiceEntry>) -> Result<ServiceTaken, SyncError> {
        let body = self.write(&ServiceEntries { version: self.agreed.version(), entries })?;
        self.room_for(body.0.len()).await;
        self.post(&self.service_visits, body, TOTAL_TIME, "it is no answer to service visits").await
    }

    async fn tell_ready(&self, report: ReadinessReport) -> Result<ServiceTaken, SyncError> {
        let body = self.write(&ReadinessReport { version: self.agreed.version(), ..report })?;
        self.room_for(body.0.len()).await;
        self.post(&self.readiness, body, TOTAL_TIME, "it is no answer to whether it is ready").await
    }
}
