//! Words about what happened to a request. Invariant: a step is said as what came of it, not as what a program called.

use jiff::Timestamp;
use zuil_wire::PaymentState;

use super::Lang;
use crate::store::CallTold;

/// The texts about what happened that never change.
#[derive(Debug)]
pub(in super::super) struct TimelineTexts {
    pub checked: &'static str,
    pub checked_well: &'static str,
    pub checked_badly: &'static str,
    pub not_checked: &'static str,
    pub kept_as_registered: &'static str,
}

const NL: TimelineTexts = TimelineTexts {
    checked: "Gecontroleerd",
    checked_well: "Door deze zuil ondertekend, en te openen.",
    checked_badly: "Er is iets mee; boven aan deze pagina staat wat.",
    not_checked: "Nog niet gecontroleerd",
    kept_as_registered: "Wat de bewoner invulde, wordt even lang bewaard als bij een geregistreerde aanvraag.",
};

const EN: TimelineTexts = TimelineTexts {
    checked: "Checked",
    checked_well: "Signed by this pillar, and can be opened.",
    checked_badly: "Something is the matter with it; the top of this page says what.",
    not_checked: "Not checked yet",
    kept_as_registered: "What the resident filled in is kept as long as that of a registered request.",
};

impl Lang {
    /// The texts about what happened.
    pub(in super::super) const fn timeline_texts(self) -> &'static TimelineTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// How long ago something was, such as "3 uur geleden". What is still to come by a wrong clock was just now.
    pub(in super::super) fn ago(self, at: Timestamp, now: Timestamp) -> String {
        let seconds = now.duration_since(at).as_secs();
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        let (count, nl, en) = match (minutes, hours, days) {
            (..1, ..) => {
                return match self {
                    Self::Nl => "zojuist".into(),
                    Self::En => "just now".into(),
                };
            }
            (1, ..) => (1, "minuut", "minute"),
            (_, ..1, _) => (minutes, "minuten", "minutes"),
            (_, 1, _) => (1, "uur", "hour"),
            (_, _, ..1) => (hours, "uur", "hours"),
            (_, _, 1) => (1, "dag", "day"),
            (_, _, ..60) => (days, "dagen", "days"),
            _ => (days / 30, "maanden", "months"),
        };
        match self {
            Self::Nl => format!("{count} {nl} geleden"),
            Self::En => format!("{count} {en} ago"),
        }
    }

    /// What was known of a payment, in a sentence.
    pub(in super::super) fn payment_was(self, state: PaymentState) -> String {
        match (self, state) {
            (Self::Nl, PaymentState::Paid) => "Er is betaald.",
            (Self::Nl, PaymentState::NotPaid) => "Er is niet betaald.",
            (Self::Nl, PaymentState::Unknown) => "Of er is betaald, was toen nog niet bekend.",
            (Self::En, PaymentState::Paid) => "It was paid.",
            (Self::En, PaymentState::NotPaid) => "It was not paid.",
            (Self::En, PaymentState::Unknown) => "Whether it was paid was not known then.",
        }
        .to_owned()
    }

    /// That staff are done with calling back.
    pub(in super::super) fn called_back(self, told: CallTold) -> String {
        let word = self.call_told(told).to_lowercase();
        match self {
            Self::Nl => format!("Terugbellen afgehandeld: {word}"),
            Self::En => format!("Done with calling back: {word}"),
        }
    }

    /// That it is in another system.
    pub(in super::super) fn registered_as(self, case_number: Option<&str>) -> String {
        match (self, case_number) {
            (Self::Nl, Some(number)) => format!("Geregistreerd met zaaknummer {number}"),
            (Self::Nl, None) => "Geregistreerd".into(),
            (Self::En, Some(number)) => format!("Registered with case number {number}"),
            (Self::En, None) => "Registered".into(),
        }
    }

    /// How far it is in another system, in the words of that system.
    pub(in super::super) fn stands_there(self, system: Option<&str>, words: &str) -> String {
        match (self, system) {
            (Self::Nl, Some(system)) => format!("Stand in {system}: {words}"),
            (Self::Nl, None) => format!("Stand daar: {words}"),
            (Self::En, Some(system)) => format!("State in {system}: {words}"),
            (Self::En, None) => format!("State there: {words}"),
        }
    }

    /// What a step of a handover brought about; nothing for what no person needs to know.
    pub(in super::super) fn handover_step(self, step: &str) -> Option<String> {
        let (nl, en) = match step {
            "zaak" => ("Zaak aangemaakt", "Case made"),
            "rol" => ("Bewoner bij de zaak gezet", "Resident added to the case"),
            "zaakeigenschappen" => ("Antwoorden bij de zaak gezet", "Answers added to the case"),
            "document" => ("Aanvraag als PDF opgeslagen", "Request stored as a PDF"),
            "zaakinformatieobject" => ("PDF bij de zaak gezet", "PDF added to the case"),
            "status-tijd" => return None,
            "status" => ("Eerste status gezet", "First status set"),
            "betaling" => ("Betaling bij de zaak gezet", "Payment added to the case"),
            "klantcontact" => ("Contact vastgelegd", "Contact recorded"),
            "digitaleadressen" => ("Bereikbaarheid toegevoegd", "How to reach the resident added"),
            "internetaak" => ("Taak voor een collega gemaakt", "Task for a colleague made"),
            "melding" => ("Melding gedaan", "Report made"),
            "bericht" => ("E-mail verstuurd", "E-mail sent"),
            "geschreven" => ("Bestanden geschreven", "Files written"),
            "neergelegd" => ("Bestanden neergelegd", "Files delivered"),
            other => {
                return Some(match self {
                    Self::Nl => format!("Stap gedaan: {other}"),
                    Self::En => format!("Step done: {other}"),
                });
            }
        };
        Some(match self {
            Self::Nl => nl.to_owned(),
            Self::En => en.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit_that_fits() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let ago = |seconds: i64| Lang::Nl.ago(now - jiff::SignedDuration::from_secs(seconds), now);
        assert_eq!([ago(-500), ago(59)], ["zojuist"; 2]);
        assert_eq!(
            [ago(60), ago(119), ago(120)],
            ["1 minuut geleden", "1 minuut geleden", "2 minuten geleden"]
        );
        assert_eq!([ago(3600), ago(7200)], ["1 uur geleden", "2 uur geleden"]);
        assert_eq!([ago(86_400), ago(59 * 86_400)], ["1 dag geleden", "59 dagen geleden"]);
        assert_eq!(ago(60 * 86_400), "2 maanden geleden");
        assert_eq!(Lang::En.ago(now - jiff::SignedDuration::from_hours(2), now), "2 hours ago");
    }

    #[test]
    fn a_step_that_nobody_has_words_for_is_told_all_the_same() {
        assert_eq!(Lang::Nl.handover_step("iets"), Some("Stap gedaan: iets".into()));
        assert_eq!(Lang::Nl.handover_step("status-tijd"), None);
    }
}
