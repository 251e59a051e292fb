//! Typing the six digits of a referral, which open one task.
//!
//! Invariant: after five wrong codes within ten minutes nobody can try another for a minute, also not in another visit
//! or after a code that opens; and what was typed leaves this screen only as a whole code.

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::ReferralCode;

use super::explaining::Explaining;
use super::form::Form;
use super::offering::Place;
use super::state::{Effects, Look, State};
use super::{CodeTrouble, CodeView, Effect, Event, Intent, Referred, Screen};

/// How many wrong codes there may be until a pause.
const TRIES: usize = 5;
/// How long the pause is.
const PAUSE: Duration = Duration::from_secs(60);
/// For how long a wrong code counts.
const COUNTS: Duration = Duration::from_secs(600);

/// A code that is being typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Referring {
    typed: String,
    trouble: Option<CodeTrouble>,
    /// A form that the resident came back from.
    kept: Option<Form>,
}

/// The wrong codes that were typed at this pillar.
#[derive(Debug, Default)]
pub(super) struct Tries {
    /// When, since the start: those that count, and some that do no more.
    wrong: Vec<Duration>,
    /// Until then nobody can try again.
    pause_until: Option<Duration>,
}

impl Tries {
    /// What a code came to, at a moment since the start.
    pub(super) fn note(&mut self, referred: &Referred, uptime: Duration) {
        // A code that opens makes up for no guess: it may be the guesser's own.
        if *referred != Referred::Unknown {
            return;
        }
        self.wrong.retain(|at| uptime.saturating_sub(*at) < COUNTS);
        self.wrong.push(uptime);
        if self.wrong.len() >= TRIES {
            *self = Self { wrong: Vec::new(), pause_until: Some(uptime + PAUSE) };
        }
    }

    /// How long nobody can try yet; nothing when anybody can.
    pub(super) fn pause(&self, uptime: Duration) -> Option<Duration> {
        self.pause_until?.checked_sub(uptime).filter(|left| !left.is_zero())
    }
}

impl Referring {
    /// Begins. The pillar asks the hub for what is new, while the resident types.
    pub(super) fn begin(kept: Option<Form>, effects: &mut Effects) -> State {
        effects.push(Effect::FetchReferrals);
        State::Refer(Self { kept, ..Self::default() })
    }

    /// Whether nothing would be lost.
    pub(super) fn is_blank(&self) -> bool {
        self.typed.is_empty() && self.kept.as_ref().is_none_or(Form::is_blank)
    }

    /// Whether all digits are there and may be tried.
    pub(super) fn can_go_on(&self, look: &Look<'_>) -> bool {
        self.typed.len() == ReferralCode::DIGITS && look.pause.is_none()
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let trouble = look.pause.map(|_| CodeTrouble::Pause);
        Screen::Code(CodeView { typed: self.typed.clone(), trouble: trouble.or(self.trouble) })
    }

    fn next(mut self, effects: &mut Effects) -> State {
        match self.typed.parse::<ReferralCode>() {
            Ok(code) => effects.push(Effect::LookUpReferral(code)),
            Err(_) => self.trouble = Some(CodeTrouble::Mistyped),
        }
        State::Refer(self)
    }

    fn referred(self, referred: &Referred, look: &Look<'_>) -> State {
        let trouble = match referred {
            Referred::Opens { id, task } => match Place::of(task, look) {
                Some(at) => return State::Explain(Explaining::referred(at, *id)),
                // The catalogue here does not have that task any more, or not yet.
                None => CodeTrouble::Unknown,
            },
            Referred::Unknown => CodeTrouble::Unknown,
            Referred::Used => CodeTrouble::Used,
            Referred::Expired => CodeTrouble::Expired,
        };
        State::Refer(Self { trouble: Some(trouble), typed: String::new(), ..self })
    }
}

/// Typing a code.
pub(super) fn on_refer(
    mut referring: Referring,
    event: &Event,
    look: &Look<'_>,
    effects: &mut Effects,
) -> State {
    match event {
        Event::Resident(Intent::Type(digit)) if digit.is_ascii_digit() => {
            if referring.typed.len() < ReferralCode::DIGITS {
                referring.typed.push(*digit);
                referring.trouble = None;
            }
            State::Refer(referring)
        }
        Event::Resident(Intent::Erase) => {
            referring.typed.pop();
            referring.trouble = None;
            State::Refer(referring)
        }
        Event::Resident(Intent::Next) if referring.can_go_on(look) => referring.next(effects),
        Event::Resident(Intent::Back) => State::Choose(referring.kept),
        Event::Referred(referred) => referring.referred(referred, look),
        _ => State::Refer(referring),
    }
}

impl State {
    /// Tells the runner that a request was made with a referral, when it was.
    pub(super) fn tell_used(referral: Option<Uuid>, transaction: Uuid, effects: &mut Effects) {
        effects.extend(referral.map(|referral| Effect::ReferralUsed { referral, transaction }));
    }
}
