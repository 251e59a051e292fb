//! Who may open which page and do what: one table. Invariant: what does not stand in it is closed to everybody, and
//! `docs/permissions.md` says the same.

use crate::store::{Role, Roles};

use Role::{Administrator, Agent, Editor, Technician};

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Everybody, also without an account.
    Everybody,
    /// Somebody who gave a password, and has to give a code or set up an app.
    HalfWay,
    /// Everybody who has signed in.
    Staff,
    /// Staff with one of these roles.
    With(&'static [Role]),
}

impl Who {
    /// Whether somebody with these roles, who has signed in, may.
    pub(super) fn admits(self, roles: Roles) -> bool {
        match self {
            Self::Everybody | Self::Staff => true,
            Self::HalfWay => false,
            Self::With(those) => those.iter().any(|role| roles.has(*role)),
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// `GET` (and `HEAD`) or `POST`.
    pub method: &'static str,
    /// The route, as the router names it.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// What it is, in English, for the documentation.
    pub what: &'static str,
}

const fn rule(method: &'static str, path: &'static str, who: Who, what: &'static str) -> Rule {
    Rule { method, path, who, what }
}

/// Every page and every deed.
pub(super) const TABLE: &[Rule] = &[
    rule("GET", "/login", Who::Everybody, "sign in"),
    rule("POST", "/login", Who::Everybody, "give name and password"),
    rule("GET", "/login/sso", Who::Everybody, "go to the identity provider"),
    rule("GET", "/login/sso/done", Who::Everybody, "come back from the identity provider"),
    rule("GET", "/login/code", Who::HalfWay, "be asked for the code"),
    rule("POST", "/login/code", Who::HalfWay, "give the code"),
    rule("GET", "/login/app", Who::HalfWay, "see what the authenticator app needs"),
    rule("POST", "/login/app", Who::HalfWay, "set up the authenticator app"),
    rule("POST", "/logout", Who::Everybody, "sign out"),
    rule("POST", "/callbacks/zgw", Who::Everybody, "messages of Open Notificaties, with the agreed header"),
    rule("GET", "/status", Who::Everybody, "ask how a request stands"),
    rule("POST", "/status", Who::Everybody, "how a request stands, with its reference"),
    rule("GET", "/health", Who::Everybody, "whether the hub works"),
    rule("GET", "/style.css", Who::Everybody, "how pages look"),
    rule("GET", "/branding.css", Who::Everybody, "the municipality's own colours"),
    rule("GET", "/icon.svg", Who::Everybody, "the icon"),
    rule("GET", "/live.js", Who::Everybody, "how pages bring themselves up to date"),
    rule("GET", "/", Who::With(&[Agent, Technician]), "the list of requests"),
    rule("GET", "/transactions/{reference}", Who::With(&[Agent, Technician]), "how a request stands"),
    rule("POST", "/transactions/{reference}", Who::With(&[Agent]), "what a resident filled in"),
    rule("POST", "/transactions/{reference}/send-again", Who::With(&[Agent]), "sending a request on again"),
    rule("POST", "/transactions/{reference}/by-hand", Who::With(&[Agent]), "registering a request by hand"),
    rule(
        "GET",
        "/transactions/{reference}/send-anyway",
        Who::With(&[Agent]),
        "be asked about letting a request go on that is not paid or in trouble",
    ),
    rule(
        "POST",
        "/transactions/{reference}/send-anyway",
        Who::With(&[Agent]),
        "letting a request go on that is not paid or in trouble",
    ),
    rule(
        "GET",
        "/transactions/{reference}/close",
        Who::With(&[Agent]),
        "be asked whether a request is dealt with",
    ),
    rule(
        "POST",
        "/transactions/{reference}/close",
        Who::With(&[Agent]),
        "saying that a request is dealt with",
    ),
    rule("GET", "/handover", Who::With(&[Agent, Technician]), "what could not be sent on"),
    rule(
        "POST",
        "/handover/{system}/{reason}",
        Who::With(&[Agent, Technician]),
        "sending all of it on again",
    ),
    rule("GET", "/finder", Who::With(&[Agent]), "find a pillar for a caller"),
    rule("GET", "/referrals", Who::With(&[Agent]), "one's own referrals"),
    rule("POST", "/referrals", Who::With(&[Agent]), "make a referral"),
    rule("POST", "/referrals/{id}/revoke", Who::With(&[Agent]), "take one's own referral back"),
    rule(
        "GET",
        "/worklist",
        Who::With(&[Agent]),
        "what is to do: calls, payments, decisions, requests not sent on",
    ),
    rule("POST", "/worklist/{reference}/take", Who::With(&[Agent]), "say that one calls a resident back"),
    rule("POST", "/worklist/{reference}/told", Who::With(&[Agent]), "say what came of the call"),
    rule("GET", "/pillars", Who::Staff, "the list of pillars"),
    rule("GET", "/pillars/map", Who::Staff, "where the pillars stand"),
    rule("GET", "/pillars/{name}", Who::Staff, "how a pillar is"),
    rule("GET", "/live/pillars", Who::Staff, "hear that something changed at the pillars"),
    rule(
        "GET",
        "/live/pillars/list",
        Who::Staff,
        "the list of pillars, for a page that brings itself up to date",
    ),
    rule("GET", "/enrolment", Who::With(&[Technician, Administrator]), "codes to enrol pillars"),
    rule("POST", "/enrolment", Who::With(&[Technician, Administrator]), "make a code to enrol a pillar"),
    rule("GET", "/enrolment/{code}", Who::With(&[Technician, Administrator]), "how such a code stands"),
    rule(
        "POST",
        "/enrolment/{code}/cancel",
        Who::With(&[Technician, Administrator]),
        "take such a code back",
    ),
    rule(
        "GET",
        "/pillars/{name}/visits",
        Who::With(&[Agent, Technician, Editor]),
        "what happened at a pillar",
    ),
    rule(
        "GET",
        "/pillars/{name}/orders/{kind}",
        Who::With(&[Technician, Administrator]),
        "be asked about an order to a pillar",
    ),
    rule(
        "POST",
        "/pillars/{name}/orders/{kind}",
        Who::With(&[Technician, Administrator]),
        "order a pillar to do something",
    ),
    rule(
        "GET",
        "/pillars/{name}/attachments/{id}",
        Who::With(&[Technician, Administrator]),
        "a picture of a pillar's first screen, or its log",
    ),
    rule(
        "GET",
        "/pillars/{name}/revoke",
        Who::With(&[Technician, Administrator]),
        "be asked about revoking a pillar",
    ),
    rule("POST", "/pillars/{name}/revoke", Who::With(&[Technician, Administrator]), "revoke a pillar"),
    rule(
        "GET",
        "/pillars/{name}/service",
        Who::With(&[Technician, Administrator]),
        "service visits at a pillar",
    ),
    rule(
        "POST",
        "/pillars/{name}/service/code",
        Who::With(&[Technician, Administrator]),
        "make a code for a service visit",
    ),
    rule(
        "POST",
        "/pillars/{name}/service/void",
        Who::With(&[Technician, Administrator]),
        "make all such codes of a pillar void",
    ),
    rule("GET", "/systems", Who::With(&[Technician, Administrator]), "versions of the pillars' system"),
    rule(
        "POST",
        "/systems/{version}",
        Who::With(&[Administrator]),
        "give a version to pillars, or stop that",
    ),
    rule("GET", "/payments", Who::With(&[Agent, Technician]), "payments to settle"),
    rule("GET", "/payments/{pillar}/{payment}/{finding}", Who::With(&[Agent]), "be asked about a payment"),
    rule("POST", "/payments/{pillar}/{payment}/{finding}", Who::With(&[Agent]), "decide about a payment"),
    rule("GET", "/questions", Who::With(&[Agent, Editor]), "what residents asked, in vain or not"),
    rule("GET", "/questions.csv", Who::With(&[Agent, Editor]), "what they did not find, as a file"),
    rule("GET", "/questions/found.csv", Who::With(&[Agent, Editor]), "which answers they found, as a file"),
    rule("POST", "/questions/draft", Who::With(&[Editor]), "begin an answer"),
    rule("GET", "/drafts", Who::With(&[Editor]), "drafts of answers"),
    rule("GET", "/drafts/{id}", Who::With(&[Editor]), "a draft, checked"),
    rule("POST", "/drafts/{id}", Who::With(&[Editor]), "change a draft"),
    rule("GET", "/drafts/{id}/file", Who::With(&[Editor]), "a draft as a file"),
    rule("POST", "/drafts/{id}/done", Who::With(&[Editor]), "note that a draft is in the catalogue"),
    rule("POST", "/drafts/{id}/delete", Who::With(&[Editor]), "delete a draft"),
    rule(
        "GET",
        "/surveys",
        Who::With(&[Agent, Editor, Administrator]),
        "what residents thought of their visits",
    ),
    rule("GET", "/surveys.csv", Who::With(&[Agent, Editor, Administrator]), "the same as a file"),
    rule("GET", "/account", Who::Staff, "one's own account"),
    rule("POST", "/account/password", Who::Staff, "a new password for oneself"),
    rule("POST", "/account/app", Who::Staff, "another authenticator app for oneself"),
    rule("GET", "/staff", Who::With(&[Administrator]), "the list of accounts"),
    rule("POST", "/staff", Who::With(&[Administrator]), "make an account"),
    rule("GET", "/staff/{name}", Who::With(&[Administrator]), "an account"),
    rule("POST", "/staff/{name}/roles", Who::With(&[Administrator]), "change its roles"),
    rule("POST", "/staff/{name}/password", Who::With(&[Administrator]), "make a new password for it"),
    rule("POST", "/staff/{name}/app", Who::With(&[Administrator]), "take its authenticator app away"),
    rule("POST", "/staff/{name}/access", Who::With(&[Administrator]), "disable or enable it"),
    rule("GET", "/audit", Who::With(&[Administrator]), "who saw and did what"),
];

/// The row of a page or a deed.
pub(super) fn of(method: &str, path: &str) -> Option<&'static Rule> {
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE.iter().find(|rule| rule.path == path && rule.method == method)
}

/// Whether a page may be opened by somebody with these roles.
pub(super) fn may_open(path: &str, roles: Roles) -> bool {
    of("GET", path).is_some_and(|rule| rule.who.admits(roles))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    /// The table as staff and auditors read it.
    fn as_a_page() -> String {
        let mut text = String::from(
            "# Who may do what\n\n\
             What stands here is what the hub does: a test writes this page from the table in\n\
             `hub/src/desk/permission.rs`, and another tries every cell of it on a running hub. What does not stand\n\
             here is closed to everybody.\n\n\
             An account may have several roles; then it may do what any of them may. \"half way\" is somebody who\n\
             gave the right password, and still has to give the code of the authenticator app, or to set one up.\n\n\
             | page or deed | route | without account | half way | agent | technician | editor | administrator |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for Rule { method, path, who, what } in TABLE {
            let everybody = *who == Who::Everybody;
            let mut cells = vec![everybody, everybody || *who == Who::HalfWay];
            cells.extend(Role::ALL.map(|role| who.admits([role].into_iter().collect())));
            let cells: Vec<&str> = cells.into_iter().map(|may| if may { "yes" } else { "–" }).collect();
            writeln!(text, "| {what} | `{method} {path}` | {} |", cells.join(" | ")).unwrap();
        }
        text
    }

    #[test]
    fn the_page_for_auditors_says_what_the_table_says() {
        let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/permissions.md"));
        if std::env::var_os("ZUIL_REGENERATE").is_some() {
            std::fs::write(page, as_a_page()).unwrap();
        }
        let known = std::fs::read_to_string(page).unwrap_or_default();
        assert!(known == as_a_page(), "docs/permissions.md is another: run the tests with ZUIL_REGENERATE=1");
    }

    #[test]
    fn every_page_and_deed_stands_in_the_table_once() {
        for rule in TABLE {
            let same = TABLE.iter().filter(|other| (other.method, other.path) == (rule.method, rule.path));
            assert_eq!(same.count(), 1, "{} {}", rule.method, rule.path);
        }
    }

    #[test]
    fn what_does_not_stand_in_the_table_is_closed() {
        assert_eq!(of("DELETE", "/"), None);
        assert_eq!(of("GET", "/elsewhere"), None);
        assert_eq!(of("HEAD", "/pillars").map(|rule| rule.method), Some("GET"));
    }
}
