//! Subscriptions at Open Notificaties, so that the hub hears at once when a case has another status. Invariant: of one
//! callback there is one subscription in the end, and there is no time without any: a new one is made, which Open
//! Notificaties tries with two messages, before an old one is taken away.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::api::{Api, Key};
use super::{Obstacle, OpenZaakConfig};
use crate::handover::courier::Courier;
use crate::store::ParkReason;

/// Where subscriptions are.
const PATH: &str = "/api/v1/abonnement";

/// Open Notificaties.
pub struct Notifications {
    api: Api,
    bronorganisatie: String,
}

/// A subscription, as Open Notificaties tells it: without the header that it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its address.
    pub url: String,
    /// Where messages go.
    pub callback: String,
    /// Of what: channels with filters, as they came.
    pub channels: Value,
}

/// Which subscription the hub made last, and with what; so that it knows whether one that it finds is as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The subscription's address.
    url: String,
    /// The SHA-256 of what was asked for, with the header; base64.
    digest: String,
}

/// What became of subscribing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// There was such a subscription already.
    Before,
    /// There is one now.
    New,
    /// There is one now, in place of so many.
    InPlaceOf(usize),
}

impl Notifications {
    /// Open Notificaties at an address, with the hub's name and secret there, which are those at Open Zaak.
    #[must_use]
    pub fn new(
        config: &OpenZaakConfig,
        url: &str,
        secret: Zeroizing<String>,
        courier: Arc<dyn Courier>,
    ) -> Self {
        let base = url.trim_end_matches('/').to_owned();
        let key = Key::Signed { client_id: config.client_id.clone(), secret };
        let api = Api { courier, name: "Open Notificaties", base, key };
        Self { api, bronorganisatie: config.bronorganisatie.clone() }
    }

    /// The subscriptions whose messages go to a callback.
    ///
    /// # Errors
    /// [`Obstacle`].
    pub async fn list(&self, callback: &str, now: Timestamp) -> Result<Vec<Subscription>, Obstacle> {
        let all = self.api.list(PATH, now).await?;
        let read = all.iter().map(|one| subscription(one).ok_or(Obstacle::Unknown));
        let mut all = read.collect::<Result<Vec<_>, _>>()?;
        all.retain(|one| one.callback == callback);
        Ok(all)
    }

    /// Sees to it that messages about the municipality's cases go to a callback with a header. The hub must run and take
    /// that header. What it made is to be kept, and given the next time.
    ///
    /// # Errors
    /// [`Obstacle`]; what there was before is there still.
    pub async fn subscribe(
        &self,
        callback: &str,
        header: &str,
        made: Option<&Made>,
        now: Timestamp,
    ) -> Result<(Subscribed, Made), Obstacle> {
        let channels = json!([{"naam": "zaken", "filters": {"bronorganisatie": self.bronorganisatie}}]);
        let digest = digest(callback, header, &channels);
        let before = self.list(callback, now).await?;
        let is_it = |one: &Subscription| {
            let made = made.is_some_and(|made| made.url == one.url && made.digest == digest);
            made && same_channels(&one.channels, &channels)
        };
        let (subscribed, url) = if let Some(found) = before.iter().find(|one| is_it(one)) {
            (Subscribed::Before, found.url.clone())
        } else {
            let body = json!({"callbackUrl": callback, "auth": header, "kanalen": channels});
            let new = subscription(&self.api.post(PATH, &body, now).await?).ok_or(Obstacle::Unknown)?;
            let how = if before.is_empty() { Subscribed::New } else { Subscribed::InPlaceOf(before.len()) };
            (how, new.url)
        };
        for other in before.iter().filter(|other| other.url != url) {
            self.end(other, now).await?;
        }
        Ok((subscribed, Made { url, digest }))
    }

    /// Ends all subscriptions whose messages go to a callback; how many those were.
    ///
    /// # Errors
    /// [`Obstacle`]; what was ended stays so.
    pub async fn unsubscribe(&self, callback: &str, now: Timestamp) -> Result<usize, Obstacle> {
        let all = self.list(callback, now).await?;
        for one in &all {
            self.end(one, now).await?;
        }
        Ok(all.len())
    }

    async fn end(&self, subscription: &Subscription, now: Timestamp) -> Result<(), Obstacle> {
        // Only its id is used: where it leads to is not for the answer to say.
        let id = subscription.url.rsplit('/').next().and_then(|id| id.parse::<Uuid>().ok());
        let id = id.ok_or(Obstacle::Refused(ParkReason::WrongAddress))?;
        self.api.delete(&format!("{PATH}/{id}"), now).await
    }
}

fn subscription(told: &Value) -> Option<Subscription> {
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    Some(Subscription {
        url: text("url")?,
        callback: text("callbackUrl")?,
        channels: told["kanalen"].clone(),
    })
}

/// Whether both ask for the same, whatever else is told of a channel.
fn same_channels(told: &Value, wanted: &Value) -> bool {
    let of = |channels: &Value| -> Vec<(Value, Value)> {
        let all = channels.as_array().into_iter().flatten();
        all.map(|channel| (channel["naam"].clone(), channel["filters"].clone())).collect()
    };
    of(told) == of(wanted)
}

fn digest(callback: &str, header: &str, channels: &Value) -> String {
    let mut hash = Context::new(&SHA256);
    for part in [callback, header, &channels.to_string()] {
        hash.update(part.as_bytes());
        hash.update(b"\0");
    }
    BASE64.encode(hash.finish())
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, MutexGuard};

    use async_trait::async_trait;
    use fastrand::Rng;
    use http::{Request, Response, header};
    use zuil_municipal_doubles::jwt::Client;
    use zuil_municipal_doubles::{Double as _, Notificaties};

    use super::*;
    use crate::handover::courier::Lost;

    const CALLBACK: &str = "https://desk.example.nl/callbacks/zgw";
    const SECRET: &str = "a made-up secret that is long enough";

    /// Open Notificaties, and a desk that takes one header.
    struct Town(Mutex<(Notificaties, Rng)>);

    impl Town {
        fn new(header: &'static str) -> Arc<Self> {
            let double = Notificaties::new("https://notificaties.example.nl", Client::new("zuil", SECRET));
            let town = Arc::new(Self(Mutex::new((double, Rng::with_seed(1)))));
            town.desk_takes(header);
            town
        }

        fn lock(&self) -> MutexGuard<'_, (Notificaties, Rng)> {
            self.0.lock().unwrap()
        }

        fn desk_takes(&self, taken: &'static str) {
            self.lock().0.set_callback(Box::new(move |request: Request<Vec<u8>>| {
                let shown = request.headers().get(header::AUTHORIZATION);
                let status = if shown.is_some_and(|shown| shown == taken) { 204 } else { 401 };
                Response::builder().status(status).body(Vec::new()).unwrap()
            }));
        }

        fn subscriptions(&self) -> Vec<String> {
            self.lock().0.subscriptions().iter().map(|one| one.url.clone()).collect()
        }
    }

    #[async_trait]
    impl Courier for Town {
        async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
            let (double, dice) = &mut *self.lock();
            let begun = double.begin(request, now(), dice);
            Ok(double.finish(begun, now(), dice))
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn hub(town: &Arc<Town>, secret: &str) -> Notifications {
        let config = OpenZaakConfig {
            url: "https://openzaak.example.nl".into(),
            client_id: "zuil".into(),
            secret_file: "open-zaak.secret".into(),
            bronorganisatie: "002220647".into(),
            catalogus: None,
            informatieobjecttype: None,
            notifications_secret_file: None,
            notifications_url: None,
            callback_url: None,
            ca_file: None,
        };
        let courier: Arc<dyn Courier> = Arc::<Town>::clone(town);
        Notifications::new(&config, "https://notificaties.example.nl/", secret.to_owned().into(), courier)
    }

    #[tokio::test]
    async fn the_same_subscription_is_made_once_and_hears_of_the_municipalitys_cases_only() {
        let town = Town::new("Bearer one");
        let hub = hub(&town, SECRET);
        let (how, made) = hub.subscribe(CALLBACK, "Bearer one", None, now()).await.unwrap();
        assert_eq!(how, Subscribed::New);
        let again = hub.subscribe(CALLBACK, "Bearer one", Some(&made), now()).await.unwrap();
        assert_eq!(again, (Subscribed::Before, made));
        let told = hub.list(CALLBACK, now()).await.unwrap();
        assert_eq!(told.len(), 1);
        let wanted = json!([{"naam": "zaken", "filters": {"bronorganisatie": "002220647"}}]);
        assert!(same_channels(&told[0].channels, &wanted), "{told:?}");
        assert_eq!(town.lock().0.faults(), []);
    }

    #[tokio::test]
    async fn one_with_another_header_takes_the_place_of_the_old_one() {
        let town = Town::new("Bearer one");
        let hub = hub(&town, SECRET);
        let (_, made) = hub.subscribe(CALLBACK, "Bearer one", None, now()).await.unwrap();
        let first = town.subscriptions();
        // The hub was not started with the new one yet.
        assert!(hub.subscribe(CALLBACK, "Bearer two", Some(&made), now()).await.is_err());
        assert_eq!(town.subscriptions(), first, "there is no time without any");
        town.desk_takes("Bearer two");
        let (how, _) = hub.subscribe(CALLBACK, "Bearer two", Some(&made), now()).await.unwrap();
        assert_eq!(how, Subscribed::InPlaceOf(1));
        assert!(town.subscriptions().len() == 1 && town.subscriptions() != first);
    }

    #[tokio::test]
    async fn of_one_that_nobody_knows_how_it_was_made_another_is_made() {
        let town = Town::new("Bearer one");
        let hub = hub(&town, SECRET);
        for _ in 0..2 {
            hub.subscribe(CALLBACK, "Bearer one", None, now()).await.unwrap();
        }
        assert_eq!(town.subscriptions().len(), 1);
        assert_eq!(town.lock().0.doubled(), []);
        // Those of others are theirs.
        hub.subscribe("https://other.example.nl/hears", "Bearer one", None, now()).await.unwrap();
        assert_eq!(hub.unsubscribe(CALLBACK, now()).await.unwrap(), 1);
        assert_eq!(town.subscriptions().len(), 1);
        assert_eq!(hub.unsubscribe(CALLBACK, now()).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_wrong_secret_is_told_as_one() {
        let town = Town::new("Bearer one");
        let hub = hub(&town, "another made-up secret of some length");
        let refused = hub.subscribe(CALLBACK, "Bearer one", None, now()).await.unwrap_err();
        assert_eq!(refused, Obstacle::Refused(ParkReason::KeyRefused));
    }
}
