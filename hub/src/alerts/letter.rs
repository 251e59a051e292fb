//! What messages say. Invariant: what was raised or ended together and is the same is one message; it names pillars and
//! nobody else.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::limits::Limits;
use super::machine::{Step, Why};
use crate::desk::{Lang, Moment};
use crate::store::{Alert, AlertKind, Channel, NewMessage};

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
}

#[derive(Debug, Serialize)]
struct ToldPillar<'a> {
    name: &'a str,
    began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
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
    /// The messages about what happened.
    pub(super) fn about(&self, step: &Step, now: Timestamp) -> Vec<NewMessage> {
        let raised: Vec<&Alert> = step.raised.iter().collect();
        let ended = |why: Why| -> Vec<&Alert> {
            step.ended.iter().filter(|ended| ended.why == why).map(|ended| &ended.alert).collect()
        };
        let news = together(&raised, Turn::Begins).into_iter();
        let news = news.chain(together(&ended(Why::Gone), Turn::Over));
        let news = news.chain(together(&ended(Why::NotTold), Turn::NotKnown));
        news.flat_map(|news| self.messages(&news, now)).collect()
    }

    fn messages(&self, news: &News<'_>, now: Timestamp) -> Vec<NewMessage> {
        let (subject, text) = (news.subject(self.lang), news.text(self.lang, now));
        let mut messages = Vec::new();
        for to in &self.email_to {
            let mail = Mail { to: to.clone(), subject: subject.clone(), text: text.clone() };
            messages.extend(message(Channel::Email, &mail, Uuid::now_v7()));
        }
        if self.webhook {
            let id = Uuid::now_v7();
            messages.extend(message(Channel::Webhook, &news.told(id, &subject, now), id));
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
            None => {
                let since = lang.since_when(&Moment::new(alert.began_at, now, lang).text);
                let mut letters = since.chars();
                letters.next().map_or_else(String::new, |first| {
                    first.to_uppercase().chain(letters).chain(['.']).collect()
                })
            }
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
        }
    }
}

fn lasted(alert: &Alert, ended: Timestamp) -> SignedDuration {
    ended.duration_since(alert.began_at)
}
