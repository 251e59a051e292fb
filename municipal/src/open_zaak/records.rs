//! What stands in Open Zaak's database, and how a case is told with all its parts.
//!
//! Invariant: a row was answered with 201 or is about to be; only a property is ever taken out again.

use serde_json::{Value, json};

use crate::exchange::text;

/// How confidential a case or document is, from anybody's to hardly anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // The names are the standard's own.
pub enum Confidentiality {
    Openbaar,
    BeperktOpenbaar,
    Intern,
    Zaakvertrouwelijk,
    Vertrouwelijk,
    Confidentieel,
    Geheim,
    ZeerGeheim,
}

impl Confidentiality {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Openbaar, "openbaar"),
        (Self::BeperktOpenbaar, "beperkt_openbaar"),
        (Self::Intern, "intern"),
        (Self::Zaakvertrouwelijk, "zaakvertrouwelijk"),
        (Self::Vertrouwelijk, "vertrouwelijk"),
        (Self::Confidentieel, "confidentieel"),
        (Self::Geheim, "geheim"),
        (Self::ZeerGeheim, "zeer_geheim"),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, name)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(one, _)| *one)
    }
}

/// The tables. Each row is what the API tells of it; a case's row lacks what follows from the others.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub cases: Vec<Value>,
    pub roles: Vec<Value>,
    pub properties: Vec<Value>,
    pub statuses: Vec<Value>,
    pub documents: Vec<Value>,
    pub links: Vec<Value>,
    /// What was added to a case after its first status: URL of the case, and what.
    pub late: Vec<(String, String)>,
}

impl Records {
    pub fn of_case<'a>(rows: &'a [Value], case: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        let case = case.to_owned();
        rows.iter().filter(move |row| row["zaak"] == case)
    }

    pub fn case(&self, url: &str) -> Option<&Value> {
        self.cases.iter().find(|case| case["url"] == url)
    }

    /// Whether a row has the same values in these fields.
    pub fn has_same(rows: &[Value], new: &Value, fields: &[&str]) -> bool {
        rows.iter().any(|row| fields.iter().all(|field| row[*field] == new[*field]))
    }

    /// The status that was set last, by its own moment.
    pub fn latest_status(&self, case: &str) -> Option<&Value> {
        Self::of_case(&self.statuses, case).max_by_key(|status| text(status, "datumStatusGezet").to_owned())
    }

    /// A status as it is told now.
    pub fn status_view(&self, status: &Value) -> Value {
        let latest = self.latest_status(text(status, "zaak")).is_some_and(|one| one["url"] == status["url"]);
        let mut view = status.clone();
        view["indicatieLaatstGezetteStatus"] = json!(latest);
        view
    }

    /// A case as it is told now, with the URLs of its parts.
    pub fn case_view(&self, case: &Value) -> Value {
        let url = text(case, "url");
        let urls = |rows: &[Value]| -> Value {
            Self::of_case(rows, url).map(|row| row["url"].clone()).collect::<Vec<_>>().into()
        };
        let mut view = case.clone();
        view["eigenschappen"] = urls(&self.properties);
        view["rollen"] = urls(&self.roles);
        view["zaakinformatieobjecten"] = urls(&self.links);
        view["status"] = self.latest_status(url).map_or(Value::Null, |status| status["url"].clone());
        view
    }
}
