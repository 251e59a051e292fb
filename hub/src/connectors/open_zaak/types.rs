//! What a case is made of at this municipality: the types of its catalogus. Invariant: a case is begun only when every
//! part that it needs has a type.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::Obstacle;
use super::super::api::{Api, query, text};
use crate::store::ParkReason;

/// How long what was looked up is used: editors of the catalogus see their change after that.
const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// The types of one kind of case, as addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaseType {
    pub(super) zaaktype: String,
    /// The role of who asks.
    pub(super) initiator: String,
    /// The first status.
    pub(super) first_status: String,
    /// Of the document with the request.
    pub(super) document: String,
    pub(super) properties: BTreeMap<String, Property>,
}

/// A property that cases of a type can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) url: String,
    pub(super) format: Format,
}

/// How the value of a property is written (`specificatie.formaat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Number,
    /// Eight digits: year, month, day.
    Day,
}

/// Looks types up, and keeps them for some minutes.
#[derive(Default)]
pub(super) struct Types {
    by_name: Mutex<BTreeMap<(String, Date), Kept>>,
    by_address: Mutex<BTreeMap<String, Kept>>,
}

type Kept = (Timestamp, Arc<CaseType>);

/// Where to look.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) api: &'a Api,
    pub(super) catalogus: Option<&'a str>,
    pub(super) document: Option<&'a str>,
    pub(super) now: Timestamp,
}

impl Types {
    /// The type with an `identificatie` that is valid on a day.
    pub(super) async fn named(
        &self,
        place: Place<'_>,
        name: &str,
        on: Date,
    ) -> Result<Arc<CaseType>, Obstacle> {
        let key = (name.to_owned(), on);
        if let Some(known) = fresh(&self.by_name, &key, place.now) {
            return Ok(known);
        }
        let catalogus = place.catalogus.map(|url| format!("&catalogus={}", query(url))).unwrap_or_default();
        let path = format!(
            "/catalogi/api/v1/zaaktypen?identificatie={}&status=definitief&datumGeldigheid={on}{catalogus}",
            query(name)
        );
        let found = place.api.list(&path, place.now).await?;
        let zaaktype = found.first().ok_or(Obstacle::Refused(ParkReason::TypeMissing))?;
        let read = Arc::new(read(place, zaaktype).await?);
        keep(&self.by_name, key, &read, place.now);
        Ok(read)
    }

    /// The type at an address, of a case that was begun.
    pub(super) async fn at(&self, place: Place<'_>, url: &str) -> Result<Arc<CaseType>, Obstacle> {
        if let Some(known) = fresh(&self.by_address, &url.to_owned(), place.now) {
            return Ok(known);
        }
        let id = super::id_of(url)?;
        let zaaktype = place.api.get(&format!("/catalogi/api/v1/zaaktypen/{id}"), place.now).await?;
        let read = Arc::new(read(place, &zaaktype).await?);
        keep(&self.by_address, url.to_owned(), &read, place.now);
        Ok(read)
    }
}

async fn read(place: Place<'_>, zaaktype: &Value) -> Result<CaseType, Obstacle> {
    let missing = || Obstacle::Refused(ParkReason::TypeMissing);
    let url = text(zaaktype, "url")?.to_owned();
    let of = |what: &str| format!("/catalogi/api/v1/{what}?zaaktype={}", query(&url));
    let roles = place.api.list(&(of("roltypen") + "&omschrijvingGeneriek=initiator"), place.now).await?;
    let statuses = place.api.list(&of("statustypen"), place.now).await?;
    let properties = place.api.list(&of("eigenschappen"), place.now).await?;
    let first = statuses.iter().min_by_key(|status| status["volgnummer"].as_u64().unwrap_or(u64::MAX));
    let own_document = zaaktype["informatieobjecttypen"][0].as_str();
    Ok(CaseType {
        initiator: text(roles.first().ok_or_else(missing)?, "url")?.to_owned(),
        first_status: text(first.ok_or_else(missing)?, "url")?.to_owned(),
        document: place.document.or(own_document).ok_or_else(missing)?.to_owned(),
        properties: properties.iter().map(read_property).collect::<Result<_, _>>()?,
        zaaktype: url,
    })
}

fn read_property(property: &Value) -> Result<(String, Property), Obstacle> {
    let format = match property["specificatie"]["formaat"].as_str() {
        Some("getal") => Format::Number,
        Some("datum") => Format::Day,
        _ => Format::Text,
    };
    Ok((text(property, "naam")?.to_owned(), Property { url: text(property, "url")?.to_owned(), format }))
}

fn fresh<K: Ord>(kept: &Mutex<BTreeMap<K, Kept>>, key: &K, now: Timestamp) -> Option<Arc<CaseType>> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let (at, known) = kept.get(key)?;
    // A clock that was put back makes it old too.
    (now >= *at && now.duration_since(*at) < KEPT).then(|| Arc::clone(known))
}

fn keep<K: Ord>(kept: &Mutex<BTreeMap<K, Kept>>, key: K, read: &Arc<CaseType>, now: Timestamp) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|_, (at, _)| now >= *at && now.duration_since(*at) < KEPT);
    kept.insert(key, (now, Arc::clone(read)));
}
