//! The form of an upload. Invariant: whatever stands in one envelope, the others are read.
//!
//! An upload of a pillar of this version is read at once. Only when that fails, it is taken apart and each
//! envelope is read on its own, which takes several times as long.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Envelope, PROTOCOL_VERSION, Reference, Refusal, UploadRequest, versions};

use crate::store::Refused;

/// An upload whose parts were not looked at yet.
#[derive(Debug)]
pub struct Upload {
    pub(super) envelopes: Vec<Item>,
    pub(super) surveys: Vec<SurveyItem>,
    /// Surveys that will never be of use: the pillar may forget them.
    pub(super) unusable_surveys: Vec<Uuid>,
}

/// What stands in the place of an envelope.
#[derive(Debug)]
pub(super) enum Item {
    /// An envelope.
    Readable(Box<Envelope>),
    /// Something else, or an envelope of another version.
    Refused(Refused),
}

/// Why an upload as a whole cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// It is no upload.
    #[error("this is not an upload; see UploadRequest in the protocol")]
    Form,
    /// It speaks another version of the protocol.
    #[error(
        "this hub speaks the versions {} of the protocol only; update the older of the two",
        versions::spoken()
    )]
    Version,
    /// It has too many envelopes or surveys.
    #[error("at most {} envelopes and as many surveys go into one upload", UploadRequest::MAX_ENVELOPES)]
    TooMany,
}

/// As much as uploads of all versions have in common.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// An upload in which anything may stand for an envelope or a survey.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loose {
    #[expect(dead_code, reason = "a part of the form, read before the rest as `OfSomeVersion`")]
    version: u16,
    envelopes: Vec<Value>,
    surveys: Vec<Value>,
}

impl Upload {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// When the request as a whole cannot be taken. A bad envelope in it is no error.
    pub fn parse(body: &[u8]) -> Result<Self, UploadError> {
        match serde_json::from_slice::<UploadRequest>(body) {
            Ok(upload) if versions::speaks(upload.version.into()) => Self::of_this_version(upload),
            _ => Self::taken_apart(body),
        }
    }

    /// How many envelopes it has.
    #[must_use]
    pub fn envelopes(&self) -> usize {
        self.envelopes.len()
    }

    fn of_this_version(upload: UploadRequest) -> Result<Self, UploadError> {
        within_bounds(upload.envelopes.len(), upload.surveys.len())?;
        let envelopes = upload.envelopes.into_iter().map(|envelope| Item::Readable(Box::new(envelope)));
        let (surveys, unusable): (Vec<_>, Vec<_>) = upload.surveys.into_iter().partition(is_possible);
        let unusable_surveys = unusable.into_iter().map(|survey| survey.id).collect();
        Ok(Self { envelopes: envelopes.collect(), surveys, unusable_surveys })
    }

    fn taken_apart(body: &[u8]) -> Result<Self, UploadError> {
        // Another version may have other fields, so this is asked before the rest is read.
        let OfSomeVersion { version } = serde_json::from_slice(body).map_err(|_| UploadError::Form)?;
        if !versions::speaks(version) {
            return Err(UploadError::Version);
        }
        let upload: Loose = serde_json::from_slice(body).map_err(|_| UploadError::Form)?;
        within_bounds(upload.envelopes.len(), upload.surveys.len())?;
        let (surveys, unusable_surveys) = sort_surveys(upload.surveys);
        let envelopes = upload.envelopes.into_iter().map(read_one).collect();
        Ok(Self { envelopes, surveys, unusable_surveys })
    }
}

fn within_bounds(envelopes: usize, surveys: usize) -> Result<(), UploadError> {
    if envelopes.max(surveys) > UploadRequest::MAX_ENVELOPES {
        return Err(UploadError::TooMany);
    }
    Ok(())
}

fn read_one(envelope: Value) -> Item {
    let id = parsed(&envelope, "/header/id").unwrap_or_default();
    let reference = parsed::<Reference>(&envelope, "/header/reference");
    let refused = |reason| Item::Refused(Refused { id, reference, reason });
    // Another version may have other fields, so this is asked before the rest is read.
    let version = envelope.pointer("/header/version").and_then(Value::as_u64);
    if version.is_some_and(|version| version != u64::from(PROTOCOL_VERSION)) {
        return refused(Refusal::UnsupportedVersion);
    }
    match serde_json::from_value(envelope) {
        Ok(envelope) => Item::Readable(Box::new(envelope)),
        Err(_) => refused(Refusal::Unreadable),
    }
}

/// What stands in a place of a value, as far as it can be read.
fn parsed<T: std::str::FromStr>(value: &Value, place: &str) -> Option<T> {
    value.pointer(place)?.as_str()?.parse().ok()
}

/// The surveys to store, and the ids of those that will never be of use.
fn sort_surveys(surveys: Vec<Value>) -> (Vec<SurveyItem>, Vec<Uuid>) {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for survey in surveys {
        let id: Option<Uuid> = parsed(&survey, "/id");
        match serde_json::from_value::<SurveyItem>(survey) {
            Ok(item) if is_possible(&item) => usable.push(item),
            _ => unusable.extend(id),
        }
    }
    (usable, unusable)
}

fn is_possible(survey: &SurveyItem) -> bool {
    survey.answers.clear.is_none_or(|clear| (1..=5).contains(&clear))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_upload_of_another_version_is_known_as_one_whatever_else_is_in_it() {
        let newer = [
            json!({"version": 6, "envelopes": [], "surveys": []}),
            json!({"version": 6, "envelopes": {}, "what nobody thought of": 1}),
            json!({"version": 70_000}),
        ];
        for upload in newer {
            let error = Upload::parse(upload.to_string().as_bytes()).unwrap_err();
            assert_eq!(error, UploadError::Version, "{upload}");
        }
    }

    #[test]
    fn an_upload_that_cannot_be_understood_is_no_upload() {
        let parse = |body: &Value| Upload::parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(Upload::parse(b"{").unwrap_err(), UploadError::Form);
        assert_eq!(parse(&json!({"envelopes": [], "surveys": []})), UploadError::Form);
        assert_eq!(
            parse(&json!({"version": 1, "envelopes": [], "surveys": [], "more": 1})),
            UploadError::Form
        );
        let many = vec![json!({}); UploadRequest::MAX_ENVELOPES + 1];
        assert_eq!(parse(&json!({"version": 1, "envelopes": many, "surveys": []})), UploadError::TooMany);
    }
}
