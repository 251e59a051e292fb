//! Which pages there are and who may open them, from `docs/permissions.md`, and what to open of each. Invariant: a page
//! whose address is not known here is told as an error in the end, so that none is left out unseen.

use rusqlite::Connection;

use super::Failure;

const TABLE: &str = include_str!("../../../docs/permissions.md");

/// The columns of the table, from the third on.
pub const PEOPLE: [&str; 6] =
    ["without account", "half way", "agent", "technician", "editor", "administrator"];

/// These lead to an identity provider, and the bench has none; to what a pillar made for an order, and no pillar made any;
/// to a code that lives for an hour, and nobody makes one; or they tell of changes for as long as somebody listens, so that
/// there is no last byte to wait for.
const ELSEWHERE: [&str; 5] = [
    "/login/sso",
    "/login/sso/done",
    "/pillars/{name}/attachments/{id}",
    "/enrolment/{code}",
    "/live/pillars",
];

/// The draft that [`super::fill`] makes.
pub const DRAFT: &str = "vliegen-met-een-drone";

/// A page that can be opened.
pub struct Route {
    pub path: String,
    /// Whether each of [`PEOPLE`] may.
    pub may: Vec<bool>,
}

/// Every page that the table names.
pub fn all() -> Vec<Route> {
    let pages = TABLE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let path = cells.get(2)?.trim_matches('`').strip_prefix("GET ")?;
        let may = cells.get(3..9)?.iter().map(|cell| *cell == "yes").collect();
        Some(Route { path: path.to_owned(), may })
    });
    pages.filter(|route| !ELSEWHERE.contains(&route.path.as_str())).collect()
}

/// What the store holds to be opened.
pub struct Examples {
    references: Vec<String>,
    to_close: String,
    payment: String,
}

impl Examples {
    /// Finds them in the SQLite store at `path`.
    pub fn find(path: &std::path::Path) -> Result<Self, Failure> {
        let database = Connection::open(path)?;
        let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0));
        let reference =
            |which: &str| one(&format!("SELECT reference FROM transactions WHERE {which} LIMIT 1"));
        let hex =
            one("SELECT pillar || '/' || lower(hex(payment)) FROM open_payments WHERE closed_at IS NULL
                 AND happened_at < 1000000 * (unixepoch() - 2 * 86400) LIMIT 1")?;
        let (pillar, id) = hex.split_once('/').ok_or("no open payment")?;
        let id = uuid::Uuid::parse_str(id)?;
        Ok(Self {
            references: vec![
                reference("number = 50")?,
                reference("state = 'parked' ORDER BY number DESC")?,
                reference("state = 'registered' ORDER BY number DESC")?,
            ],
            to_close: reference("state = 'parked' AND coalesce(payment ->> 'state', '') <> 'unknown'")?,
            payment: format!("{pillar}/{id}"),
        })
    }

    /// The addresses to open for a route: those of the page itself, then with what can be chosen on it.
    /// Nothing when that is not known here.
    pub fn addresses(&self, route: &str) -> Option<Vec<String>> {
        let of = |words: &[&str]| words.iter().map(|word| format!("{route}{word}")).collect();
        Some(match route {
            "/" => of(&["", "?show=today", "?show=parked", "?page=1000", "?page=2000"]),
            "/transactions/{reference}" => {
                self.references.iter().map(|reference| format!("/transactions/{reference}")).collect()
            }
            "/transactions/{reference}/close" => vec![format!("/transactions/{}/close", self.to_close)],
            // Nothing that the filled store holds waits for this decision; it is the same page.
            "/transactions/{reference}/send-anyway" => Vec::new(),
            "/pillars" => of(&["", "?show=works", "?show=silent"]),
            "/pillars/{name}" => vec!["/pillars/zuil-003".into(), "/pillars/zuil-041".into()],
            "/staff/{name}" => vec!["/staff/collega-07".into()],
            "/payments/{pillar}/{payment}/{finding}" => ["paid", "not-paid"]
                .iter()
                .map(|finding| format!("/payments/{}/{finding}", self.payment))
                .collect(),
            "/audit" => of(&[
                "",
                "?before=5000",
                "?who=collega-07",
                "?who=sso:voormalig",
                "?who=niemand",
                "?deed=registered-by-hand",
                "?deed=removed-app",
                "?from=2025-03-01&to=2025-03-02",
            ]),
            "/pillars/{name}/orders/{kind}" => vec!["/pillars/zuil-003/orders/test-print".into()],
            "/pillars/{name}/visits" => vec!["/pillars/zuil-003/visits".into()],
            "/pillars/{name}/service" => vec!["/pillars/zuil-003/service".into()],
            "/pillars/{name}/revoke" => vec!["/pillars/zuil-003/revoke".into()],
            "/drafts/{id}" => vec![format!("/drafts/{DRAFT}")],
            "/drafts/{id}/file" => vec![format!("/drafts/{DRAFT}/file")],
            route if route.contains('{') => return None,
            route => vec![route.to_owned()],
        })
    }
}
