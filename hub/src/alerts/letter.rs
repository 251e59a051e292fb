//! What messages say. Invariant: what was raised or ended together and is the same is one message; it names pillars and
//! nobody else. A roll-out that stopped is a message of its own.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zuil_wire::system::UpdateRefusal;

use super::limits::Limits;
use super::machine::{Step, Why};
use super::stops::Stop;
use crate::desk::{Lang, Moment};
use crate::store::{Alert, AlertKind, Channel, NewMessage, UpdateFailure};

/// An e-mail as it waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// What a program is told.
#[derive(Debug, Serialize)]
struct Told<'a> {
    id: Uuid,
    event: &'static str,
    kind: &'static str,
    at: Timestamp,
    /// It ended because nobody knows any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_known: Option<bool>,
    text: &'a str,
    pillars: Vec<ToldPillar<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<ToldUpdate>,
}

#[derive(Debug, Serialize)]
struct ToldPillar<'a> {
    name: &'a str,
    began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// What went wrong with which version of the system, in the words of the protocol.
#[derive(Debug, Serialize)]
struct ToldUpdate {
    version: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

/// Something that is told at once: one kind, that begins or is over, at one pillar or many.
struct News<'a> {
    kind: AlertKind,
    alerts: Vec<&'a Alert>,
    turn: Turn,
}

/// Which turn a trouble takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Begins,
    Over,
    /// Nobody knows any more.
    NotKnown,
}

/// To whom and how messages go.
pub(super) struct Letters {
    pub lang: Lang,
    pub email_to: Vec<String>,
    pub webhook: bool,
}

impl Letters {
    /// The messages about what happened at pillars, and about roll-outs.
    pub(super) fn about(&self, step: &Step, stops: &[Stop], now: Timestamp) -> Vec<NewMessage> {
        let raised: Vec<&Alert> = step.raised.iter().collect();
        let ended = |why: Why| -> Vec<&Alert> {
            step.ended.iter().filter(|ended| ended.why == why).map(|ended| &ended.alert).collect()
        };
        let news = together(&raised, Turn::Begins).into_iter();
        let news = news.chain(together(&ended(Why::Gone), Turn::Over));
        let news = news.chain(together(&ended(Why::NotTold), Turn::NotKnown));
        let about_pillars = news.flat_map(|news| {
            let subject = news.subject(self.lang);
            self.messages(&subject, &news.text(self.lang, now), |id| news.told(id, &subject, now))
        });
        let about_stops = stops.iter().flat_map(|stop| {
            let subject = stop.subject(self.lang);
            self.messages(&subject, &stop.text(self.lang, now), |id| stop.told(id, &subject, now))
        });
        about_pillars.chain(about_stops).collect()
    }

    fn messages<'a>(
        &self,
        subject: &str,
        text: &str,
        told: impl FnOnce(Uuid) -> Told<'a>,
    ) -> Vec<NewMessage> {
        let mut messages = Vec::new();
        for to in &self.email_to {
            let mail = Mail { to: to.clone(), subject: subject.to_owned(), text: text.to_owned() };
            messages.extend(message(Channel::Email, &mail, Uuid::now_v7()));
        }
        if self.webhook {
            let id = Uuid::now_v7();
            messages.extend(message(Channel::Webhook, &told(id), id));
        }
        messages
    }
}

fn message(channel: Channel, body: &impl Serialize, id: Uuid) -> Option<NewMessage> {
    let body =
        serde_json::to_string(body).inspect_err(|error| tracing::error!(%error, "a message has no form"));
    Some(NewMessage { id, channel, body: body.ok()? })
}

/// Pillars that are lost or back together are one piece of news, everything else is one each.
fn together<'a>(alerts: &[&'a Alert], turn: Turn) -> Vec<News<'a>> {
    let (down, others): (Vec<&Alert>, Vec<&Alert>) =
        alerts.iter().copied().partition(|alert| alert.kind == AlertKind::Down);
    let one = |alert: &'a Alert| News { kind: alert.kind, alerts: vec![alert], turn };
    let mut news: Vec<News<'_>> = if down.len() >= Limits::MANY {
        vec![News { kind: AlertKind::Down, alerts: down, turn }]
    } else {
        down.into_iter().map(one).collect()
    };
    news.extend(others.into_iter().map(one));
    news
}

impl News<'_> {
    fn subject(&self, lang: Lang) -> String {
        let is_one = self.alerts.len() == 1;
        let who = match self.alerts.as_slice() {
            [one] => one.pillar.clone(),
            many => lang.so_many_pillars(many.len()),
        };
        let what = match self.turn {
            Turn::Begins => lang.alert(self.kind, is_one),
            Turn::Over => lang.alert_over(self.kind, is_one),
            Turn::NotKnown => lang.warmth_not_told(),
        };
        format!("{who} {what}")
    }

    fn text(&self, lang: Lang, now: Timestamp) -> String {
        let mut lines = vec![format!("{}.", self.subject(lang))];
        if self.turn == Turn::NotKnown {
            lines.push(lang.warmth_not_told_remedy().to_owned());
        } else if let [alert] = self.alerts.as_slice() {
            lines.push(self.when(alert, lang, now));
        } else {
            lines.extend(
                self.alerts.iter().map(|alert| {
                    format!("- {}: {}", alert.pillar, self.when(alert, lang, now).to_lowercase())
                }),
            );
        }
        if self.turn == Turn::Begins {
            if self.alerts.len() > 1 {
                lines.push(lang.many_down().to_owned());
            }
            lines.push(lang.alert_remedy(self.kind).to_owned());
        }
        lines.join("\n") + "\n"
    }

    fn when(&self, alert: &Alert, lang: Lang, now: Timestamp) -> String {
        match alert.ended_at {
            Some(ended) => lang.it_lasted(lasted(alert, ended)),
            None => since(alert.began_at, lang, now),
        }
    }

    fn told<'a>(&'a self, id: Uuid, text: &'a str, now: Timestamp) -> Told<'a> {
        let pillar = |alert: &&'a Alert| ToldPillar {
            name: &alert.pillar,
            began_at: alert.began_at,
            ended_at: alert.ended_at,
        };
        Told {
            id,
            event: if self.turn == Turn::Begins { "raised" } else { "ended" },
            kind: self.kind.as_str(),
            at: now,
            not_known: (self.turn == Turn::NotKnown).then_some(true),
            text,
            pillars: self.alerts.iter().map(pillar).collect(),
            update: None,
        }
    }
}

impl Stop {
    fn subject(&self, lang: Lang) -> String {
        let UpdateFailure { version, pillar, .. } = &self.failure;
        match self.stopped_at {
            Some(_) => lang.rollout_stopped(version, pillar),
            None => lang.rollout_goes_on(version),
        }
    }

    fn text(&self, lang: Lang, now: Timestamp) -> String {
        let mut lines = vec![format!("{}.", self.subject(lang))];
        match self.stopped_at {
            Some(stopped) => lines.extend([
                lang.rollout_failure(&self.failure),
                since(stopped, lang, now),
                lang.rollout_remedy().to_owned(),
            ]),
            None => lines.push(lang.rollout_goes_on_help().to_owned()),
        }
        lines.join("\n") + "\n"
    }

    fn told<'a>(&'a self, id: Uuid, text: &'a str, now: Timestamp) -> Told<'a> {
        let UpdateFailure { version, pillar, state, why, at } = &self.failure;
        let ended_at = self.stopped_at.is_none().then_some(now);
        Told {
            id,
            event: if ended_at.is_none() { "raised" } else { "ended" },
            kind: "rollout",
            at: now,
            not_known: None,
            text,
            pillars: vec![ToldPillar { name: pillar, began_at: *at, ended_at }],
            update: Some(ToldUpdate {
                version: version.to_string(),
                state: state.word(),
                why: why.map(UpdateRefusal::word),
            }),
        }
    }
}

/// "Sinds vandaag 10:15."
fn since(at: Timestamp, lang: Lang, now: Timestamp) -> String {
    let since = lang.since_when(&Moment::new(at, now, lang).text);
    let mut letters = since.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

fn lasted(alert: &Alert, ended: Timestamp) -> SignedDuration {
    ended.duration_since(alert.began_at)
}
