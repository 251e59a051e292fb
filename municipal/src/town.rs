//! All four systems of one municipality side by side, told apart by their paths, and joined as they are
//! there: what happens in Open Zaak goes to Open Notificaties.
//!
//! Invariant: a request reaches one of them, or none.

use std::fmt::Write as _;

use http::{Request, Response};
use jiff::Timestamp;
use serde_json::json;

use crate::exchange::answer;
use crate::jwt::Client;
use crate::open_zaak::Catalogue;
use crate::{
    Begun, Double, Doubled, Fault, Notificaties, OpenKlant, OpenZaak, Orphan, Signalen, notificaties,
    open_klant, open_zaak,
};

/// A municipality's systems.
#[derive(Debug)]
pub struct Town {
    /// At `/zaken`, `/documenten` and `/catalogi`.
    pub open_zaak: OpenZaak,
    /// At `/klantinteracties`.
    pub open_klant: OpenKlant,
    /// At `/signals`.
    pub signalen: Signalen,
    /// At `/api/v1`.
    pub notificaties: Notificaties,
}

/// What is about to be written in one of them.
#[derive(Debug)]
pub enum Write {
    /// In Open Zaak.
    OpenZaak(open_zaak::Write),
    /// In Open Klant.
    OpenKlant(open_klant::Write),
    /// In Signalen.
    Signalen(serde_json::Value),
    /// In Open Notificaties.
    Notificaties(notificaties::Write),
}

impl Town {
    /// All four at one address (such as `http://127.0.0.1:8100`), with one client for Open Zaak and Open
    /// Notificaties, and a token for Open Klant.
    pub fn new(base: &str, client: Client, token: &str, catalogue: Catalogue) -> Self {
        Self {
            open_zaak: OpenZaak::new(base, client.clone(), catalogue),
            open_klant: OpenKlant::new(base, token),
            signalen: Signalen::new(base),
            notificaties: Notificaties::new(base, client),
        }
    }

    /// A page that lists what is registered, for somebody who watches a demonstration.
    pub fn page(&self) -> String {
        let mut rows = String::new();
        let mut row = |kind: &str, name: &str, parts: String| {
            let _ = writeln!(
                rows,
                "<tr><td>{kind}</td><td>{}</td><td>{}</td></tr>",
                escaped(name),
                escaped(&parts)
            );
        };
        for case in self.open_zaak.cases() {
            let (roles, properties) = (case.roles.len(), case.properties.len());
            let (documents, statuses) = (case.documents.len(), case.statuses.len());
            let parts = format!(
                "rollen {roles}, eigenschappen {properties}, documenten {documents}, statussen {statuses}"
            );
            row("zaak", &case.identification, parts);
        }
        for contact in self.open_klant.contacts() {
            let tasks = format!("internetaken {}", contact.tasks.len());
            row("klantcontact", contact.transaction.as_deref().unwrap_or(&contact.id), tasks);
        }
        for signal in self.signalen.signals() {
            let state = if signal.closed { "afgesloten" } else { "open" };
            row("melding", &format!("SIG-{}", signal.number), state.to_owned());
        }
        for fault in self.faults() {
            row("fout van de hub", &fault.operation, fault.what);
        }
        format!(
            "<!doctype html>\n<html lang=\"nl\">\n<head><meta charset=\"utf-8\"><title>Wat er geregistreerd \
             is</title></head>\n<body>\n<h1>Wat er geregistreerd is</h1>\n<p>Nagebootste systemen van een verzonnen \
             gemeente.</p>\n<table>\n<thead><tr><th scope=\"col\">Soort</th><th scope=\"col\">Kenmerk</th>\
             <th scope=\"col\">Onderdelen</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</body>\n</html>\n"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Turns what one system began into what the town began.
fn of<W>(begun: Begun<W>, wrap: impl FnOnce(W) -> Write) -> Begun<Write> {
    match begun {
        Begun::Answered(response) => Begun::Answered(response),
        Begun::Writing(write) => Begun::Writing(wrap(write)),
    }
}

impl Double for Town {
    type Write = Write;

    fn begin(&mut self, request: Request<Vec<u8>>, now: Timestamp, dice: &mut fastrand::Rng) -> Begun<Write> {
        let path = request.uri().path().to_owned();
        match path.split('/').nth(1).unwrap_or_default() {
            "zaken" | "documenten" | "catalogi" => {
                of(self.open_zaak.begin(request, now, dice), Write::OpenZaak)
            }
            "klantinteracties" => of(self.open_klant.begin(request, now, dice), Write::OpenKlant),
            "signals" => of(self.signalen.begin(request, now, dice), Write::Signalen),
            "api" => of(self.notificaties.begin(request, now, dice), Write::Notificaties),
            _ => Begun::Answered(answer(404, &json!({"detail": "None of the systems is here."}))),
        }
    }

    fn finish(&mut self, begun: Begun<Write>, now: Timestamp, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        let write = match begun {
            Begun::Answered(response) => return response,
            Begun::Writing(write) => write,
        };
        let response = match write {
            Write::OpenZaak(write) => self.open_zaak.finish(Begun::Writing(write), now, dice),
            Write::OpenKlant(write) => self.open_klant.finish(Begun::Writing(write), now, dice),
            Write::Signalen(write) => self.signalen.finish(Begun::Writing(write), now, dice),
            Write::Notificaties(write) => self.notificaties.finish(Begun::Writing(write), now, dice),
        };
        for message in self.open_zaak.take_notifications() {
            self.notificaties.publish(&message, now);
        }
        response
    }

    fn faults(&self) -> Vec<Fault> {
        let all = [
            self.open_zaak.faults(),
            self.open_klant.faults(),
            self.signalen.faults(),
            self.notificaties.faults(),
        ];
        all.concat()
    }

    fn doubled(&self) -> Vec<Doubled> {
        let all = [
            self.open_zaak.doubled(),
            self.open_klant.doubled(),
            self.signalen.doubled(),
            self.notificaties.doubled(),
        ];
        all.concat()
    }

    fn orphans(&self) -> Vec<Orphan> {
        let all = [
            self.open_zaak.orphans(),
            self.open_klant.orphans(),
            self.signalen.orphans(),
            self.notificaties.orphans(),
        ];
        all.concat()
    }
}
