//! Words about what is to do. Invariant: how long somebody waits is said in words, never by a colour alone.

use jiff::Timestamp;

use super::Lang;
use crate::store::CallTold;

/// The texts about what is to do that never change.
#[derive(Debug)]
pub(in super::super) struct WorklistTexts {
    pub title: &'static str,
    pub call_backs: &'static str,
    pub how: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub waits: &'static str,
    pub last_call: &'static str,
    pub not_called: &'static str,
    pub who: &'static str,
    pub take: &'static str,
    pub take_over: &'static str,
    pub mine: &'static str,
    pub may_come: &'static str,
    pub under_way: &'static str,
}

const NL: WorklistTexts = WorklistTexts {
    title: "Te doen",
    call_backs: "Terugbellen",
    how: "Kies “Ik doe dit” voordat u belt, zodat niemand twee keer wordt gebeld. Naam, nummer en vraag staan bij de \
          aanvraag: open het kenmerk en toon wat de bewoner invulde. Noteer daarna hoe het ging.",
    empty: "Er hoeft niemand te worden teruggebeld.",
    empty_help: "Vraagt iemand bij een zuil om een telefoontje, dan staat het hier. Wat naar Open Klant is doorgestuurd, \
                 staat daar. Lukt dat langer dan een uur niet, dan staat het ook hier.",
    waits: "Wacht",
    last_call: "Laatste poging",
    not_called: "Nog niet gebeld",
    who: "Wie belt",
    take: "Ik doe dit",
    take_over: "Overnemen",
    mine: "U belt. Hoe ging het?",
    may_come: "Komt misschien nog in Open Klant, of staat daar al. Zoek eerst het kenmerk op.",
    under_way: "Wordt nu doorgestuurd naar een ander systeem. Kijk over een paar minuten weer.",
};

const EN: WorklistTexts = WorklistTexts {
    title: "To do",
    call_backs: "Calls to make",
    how: "Choose “I do this” before you call, so that nobody is called twice. Name, number and question stand with the \
          request: open the reference and show what the resident filled in. Then note how it went.",
    empty: "Nobody has to be called back.",
    empty_help: "When somebody asks for a call at a pillar, it appears here. What was sent on to Open Klant stands there; when \
                 that does not work for more than an hour, it stands here, too.",
    waits: "Waits",
    last_call: "Last try",
    not_called: "Not called yet",
    who: "Who calls",
    take: "I do this",
    take_over: "Take over",
    mine: "You call. How did it go?",
    may_come: "May still come in Open Klant, or be there already. Look for the reference there first.",
    under_way: "Is being sent on to another system now. Look again in a few minutes.",
};

impl Lang {
    /// The texts about what is to do.
    pub(in super::super) const fn worklist_texts(self) -> &'static WorklistTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "2 bewoners wachten op een telefoontje."
    pub(in super::super) fn to_call_back(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 0) => "Niemand wacht op een telefoontje.".into(),
            (Self::Nl, 1) => "1 bewoner wacht op een telefoontje.".into(),
            (Self::Nl, _) => format!("{count} bewoners wachten op een telefoontje."),
            (Self::En, 0) => "Nobody waits for a call.".into(),
            (Self::En, 1) => "1 resident waits for a call.".into(),
            (Self::En, _) => format!("{count} residents wait for a call."),
        }
    }

    /// That a list has only its beginning.
    pub(in super::super) fn oldest_only(self, shown: usize) -> String {
        match self {
            Self::Nl => format!("Hier staan de {shown} die het langst wachten."),
            Self::En => format!("These are the {shown} that wait longest."),
        }
    }

    /// How long somebody waits, such as "2 dagen"; with a word when that is long.
    pub(in super::super) fn waits_for(self, since: Timestamp, now: Timestamp) -> String {
        let hours = now.duration_since(since).as_secs() / 3600;
        let (days, minutes) = (hours / 24, now.duration_since(since).as_secs().max(0) / 60);
        match (self, days, hours) {
            (Self::Nl, ..1, ..1) => format!("{minutes} min"),
            (Self::Nl, ..1, _) => format!("{hours} uur"),
            (Self::Nl, 1, _) => "al 1 dag".into(),
            (Self::Nl, ..) => format!("al {days} dagen"),
            (Self::En, ..1, ..1) => format!("{minutes} min"),
            (Self::En, ..1, 1) => "1 hour".into(),
            (Self::En, ..1, _) => format!("{hours} hours"),
            (Self::En, 1, _) => "1 day already".into(),
            (Self::En, ..) => format!("{days} days already"),
        }
    }

    /// What can come of a call.
    pub(in super::super) const fn call_told(self, told: CallTold) -> &'static str {
        match (self, told) {
            (Self::Nl, CallTold::Reached) => "Gesproken",
            (Self::Nl, CallTold::NotReached) => "Geen gehoor, later weer",
            (Self::Nl, CallTold::WrongNumber) => "Verkeerd nummer",
            (Self::En, CallTold::Reached) => "Reached",
            (Self::En, CallTold::NotReached) => "No answer, later again",
            (Self::En, CallTold::WrongNumber) => "Wrong number",
        }
    }

    /// What came of the last call, who called, and how often it was in vain.
    pub(in super::super) fn last_call(self, told: CallTold, by: &str, ago: &str, tries: u64) -> String {
        let word = self.call_told(told);
        match (self, tries) {
            (_, ..=1) => format!("{word} ({by}, {ago})"),
            (Self::Nl, _) => format!("{word} ({by}, {ago}); {tries} keer geprobeerd"),
            (Self::En, _) => format!("{word} ({by}, {ago}); tried {tries} times"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_somebody_waits_is_said_in_words() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let waits = |hours: i64| Lang::Nl.waits_for(now - jiff::SignedDuration::from_hours(hours), now);
        assert_eq!([waits(0), waits(5), waits(24), waits(72)], ["0 min", "5 uur", "al 1 dag", "al 3 dagen"]);
        assert_eq!(Lang::En.waits_for(now + jiff::SignedDuration::from_hours(1), now), "0 min");
    }

    #[test]
    fn the_last_call_says_who_made_it_and_how_often_it_was_tried() {
        let told = |tries| Lang::Nl.last_call(CallTold::NotReached, "m.agent", "1 uur geleden", tries);
        assert_eq!(told(1), "Geen gehoor, later weer (m.agent, 1 uur geleden)");
        assert!(told(3).ends_with("; 3 keer geprobeerd"));
    }
}
