//! What happened to a request, in the order in which it happened. Invariant: nothing that a resident filled in is in
//! it; what a pillar's clock said comes first, however wrong that clock was.

use jiff::Timestamp;
use zuil_wire::{PaymentState, State};

use super::super::texts::Lang;
use super::super::times::Moment;
use crate::store::{CallBack, DoneStep, Handover, Noted, Progress, Standing, Stored};

/// What is known of what happened to a request, besides what it says itself.
#[derive(Default)]
pub(super) struct Known {
    pub handover: Option<Handover>,
    pub steps: Vec<DoneStep>,
    pub progress: Option<Progress>,
    /// What the other system said when it refused it.
    pub said: Option<String>,
    /// How far staff are with it, when somebody asks in it to be called back.
    pub call_back: Option<CallBack>,
    /// What staff did with it.
    pub deeds: Vec<Noted>,
}

/// Something that happened.
pub(super) struct Event {
    pub text: String,
    /// Why, or what came of it.
    pub detail: Option<String>,
    /// When, and how long ago; nothing when that is not known.
    pub at: Option<(Moment, String)>,
}

/// What happened at a time.
struct Timed {
    at: Timestamp,
    text: String,
    detail: Option<String>,
}

impl Timed {
    fn new(at: Timestamp, text: impl Into<String>) -> Self {
        Self { at, text: text.into(), detail: None }
    }
}

/// All that happened, the first first.
pub(super) fn of(stored: &Stored, known: &Known, now: Timestamp, lang: Lang) -> Vec<Event> {
    let (t, w) = (lang.texts(), lang.timeline_texts());
    let event = |Timed { at, text, detail }: Timed| Event {
        text,
        detail,
        at: Some((Moment::new(at, now, lang), lang.ago(at, now))),
    };
    let mut events = vec![event(Timed {
        detail: paid_at_first(stored, lang),
        ..Timed::new(stored.committed_at, t.committed)
    })];
    events.push(event(Timed::new(stored.received_at, t.received_step)));
    let (text, detail) = match (stored.looked_at, stored.trouble) {
        (false, _) => (w.not_checked, None),
        (true, None) => (w.checked, Some(w.checked_well)),
        (true, Some(_)) => (w.checked, Some(w.checked_badly)),
    };
    events.push(Event { text: text.to_owned(), detail: detail.map(str::to_owned), at: None });
    let mut later = Vec::new();
    later.extend(settled(stored, lang));
    later.extend(handed_over(stored, known, lang));
    later.extend(known.call_back.as_ref().and_then(|call| called_back(call, stored, lang)));
    later.extend(known.deeds.iter().map(|noted| done_by_staff(noted, lang)));
    later.sort_by_key(|timed| timed.at);
    events.extend(later.into_iter().map(event));
    events
}

/// What was known of the payment when the request was made.
fn paid_at_first(stored: &Stored, lang: Lang) -> Option<String> {
    let payment = stored.payment.as_ref()?;
    let first = if stored.payment_settled_at.is_some() { PaymentState::Unknown } else { payment.state };
    Some(lang.payment_was(first))
}

fn settled(stored: &Stored, lang: Lang) -> Option<Timed> {
    let (t, payment) = (lang.texts(), stored.payment.as_ref()?);
    let text = if stored.payment_settled_by.is_some() { t.settled_by_staff } else { t.settled_step };
    let detail = Some(lang.payment_was(payment.state));
    Some(Timed { detail, ..Timed::new(stored.payment_settled_at?, text) })
}

/// Each step into the other system, how it ended, and how far it is there.
fn handed_over(stored: &Stored, known: &Known, lang: Lang) -> Vec<Timed> {
    let step = |DoneStep { step, at }: &DoneStep| Some(Timed::new(*at, lang.handover_step(step)?));
    let mut all: Vec<Timed> = known.steps.iter().filter_map(step).collect();
    if let Some(Handover { standing, system, changed_at, .. }) = &known.handover {
        let system = system.map(|system| lang.system(system));
        match standing {
            Standing::Waiting | Standing::Held => {}
            Standing::Nothing | Standing::Closed => {
                all.push(Timed::new(*changed_at, lang.standing(*standing, false)));
            }
            Standing::Parked(reason) => {
                let text = lang.standing(Standing::Parked(*reason), false);
                all.push(Timed {
                    detail: Some(lang.park_reason(*reason).into()),
                    ..Timed::new(*changed_at, text)
                });
            }
            Standing::Registered => {
                let text = lang.registered_as(stored.case_number.as_deref());
                all.push(Timed { detail: system.map(str::to_owned), ..Timed::new(*changed_at, text) });
            }
        }
        let told = known.progress.as_ref();
        all.extend(told.map(|told| Timed::new(told.since, lang.stands_there(system, &told.words))));
    }
    all
}

/// That nobody calls again, and what follows from that.
fn called_back(call: &CallBack, stored: &Stored, lang: Lang) -> Option<Timed> {
    let (told, _, at) = call.told.as_ref().filter(|(told, ..)| told.is_done())?;
    // Registered elsewhere, that says for how long it is kept.
    let detail =
        (stored.state != State::Registered).then(|| lang.timeline_texts().kept_as_registered.to_owned());
    Some(Timed { detail, ..Timed::new(*at, lang.called_back(*told)) })
}

/// What somebody of the staff did with this very request.
fn done_by_staff(Noted { entry, .. }: &Noted, lang: Lang) -> Timed {
    Timed::new(entry.at, format!("{} {}", entry.who, lang.deed(entry.deed)))
}
