//! What the resident thought of it, after the receipt: one question at a time, each may be skipped.
//!
//! Invariant: nobody is asked what was missing who said that all was well, and of what they said before they
//! changed their mind about that nothing is kept.

use zuil_wire::{Missed, SurveyAnswers, Treated};

use super::finishing::Done;
use super::state::{Effects, Look, State};
use super::{Effect, Event, Intent};

/// How many faces there are to choose from.
const FACES: usize = 5;
/// The faces up to this one say that it was not so clear, or not clear at all.
const UNCLEAR: usize = 1;

/// A question of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyView {
    /// "Was it clear?": five faces.
    Clear {
        /// The one that was touched, 0 to 4.
        chosen: Option<usize>,
    },
    /// "Were you helped in one go?": yes (0) or no (1).
    Helped {
        /// The one that was touched.
        chosen: Option<usize>,
    },
    /// "Did you feel treated well?", in the order of [`Treated::ALL`].
    Treated {
        /// The one that was touched.
        chosen: Option<usize>,
        /// Nothing is asked after it.
        last: bool,
    },
    /// "What was missing?", in the order of [`Missed::ALL`].
    Missing {
        /// The one that was touched.
        chosen: Option<usize>,
    },
}

impl SurveyView {
    /// The answer that was touched.
    #[must_use]
    pub const fn chosen(self) -> Option<usize> {
        match self {
            Self::Clear { chosen }
            | Self::Helped { chosen }
            | Self::Treated { chosen, .. }
            | Self::Missing { chosen } => chosen,
        }
    }

    /// Whether nothing is asked after it.
    #[must_use]
    pub const fn is_last(self) -> bool {
        matches!(self, Self::Treated { last: true, .. } | Self::Missing { .. })
    }
}

/// Which question is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Clear,
    Helped,
    Treated,
    Missing,
}

/// The survey. It holds the receipt, to which the resident can go back.
#[derive(Debug)]
pub(super) struct Survey {
    done: Done,
    question: Question,
    clear: Option<usize>,
    helped: Option<usize>,
    treated: Option<usize>,
    missing: Option<usize>,
}

impl Survey {
    pub(super) const fn of(done: Done) -> Self {
        Self { done, question: Question::Clear, clear: None, helped: None, treated: None, missing: None }
    }

    /// What it is about.
    pub(super) const fn done(&self) -> &Done {
        &self.done
    }

    /// The question that is shown.
    pub(super) fn view(&self) -> SurveyView {
        match self.question {
            Question::Clear => SurveyView::Clear { chosen: self.clear },
            Question::Helped => SurveyView::Helped { chosen: self.helped },
            Question::Treated => {
                SurveyView::Treated { chosen: self.treated, last: !self.something_was_wrong() }
            }
            Question::Missing => SurveyView::Missing { chosen: self.missing },
        }
    }

    /// Keeps what was answered, if anything was, however the survey is left.
    pub(super) fn keep(&self, look: &Look<'_>, effects: &mut Effects) {
        let missing = self.missing.filter(|_| self.something_was_wrong());
        let answers = SurveyAnswers {
            clear: self.clear.and_then(|face| u8::try_from(face + 1).ok()),
            helped: self.helped.map(|option| option == 0),
            treated: self.how_treated(),
            missing: missing.and_then(|option| Missed::ALL.get(option)).copied(),
        };
        if answers != SurveyAnswers::default() {
            let task = self.done.task(look).id.clone();
            effects.push(Effect::KeepSurvey { task, answers });
        }
    }

    fn how_treated(&self) -> Option<Treated> {
        self.treated.and_then(|option| Treated::ALL.get(option)).copied()
    }

    /// An answer before was not good.
    fn something_was_wrong(&self) -> bool {
        self.clear.is_some_and(|face| face <= UNCLEAR)
            || self.helped == Some(1)
            || self.how_treated().is_some_and(|treated| treated != Treated::Yes)
    }

    const fn rate(&mut self, option: usize) {
        let (answer, offered) = match self.question {
            Question::Clear => (&mut self.clear, FACES),
            Question::Helped => (&mut self.helped, 2),
            Question::Treated => (&mut self.treated, Treated::ALL.len()),
            Question::Missing => (&mut self.missing, Missed::ALL.len()),
        };
        if option < offered {
            *answer = Some(option);
        }
    }

    /// The question after the one that is shown.
    fn after(&self) -> Option<Question> {
        match self.question {
            Question::Clear => Some(Question::Helped),
            Question::Helped => Some(Question::Treated),
            Question::Treated => self.something_was_wrong().then_some(Question::Missing),
            Question::Missing => None,
        }
    }

    /// The question before the one that is shown.
    const fn before(&self) -> Option<Question> {
        match self.question {
            Question::Clear => None,
            Question::Helped => Some(Question::Clear),
            Question::Treated => Some(Question::Helped),
            Question::Missing => Some(Question::Treated),
        }
    }
}

/// The survey. Skipping a question is going on without an answer.
pub(super) fn on_survey(mut survey: Survey, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Rate(option)) => survey.rate(*option),
        Event::Resident(Intent::Next) => {
            let Some(next) = survey.after() else {
                survey.keep(look, effects);
                return State::Goodbye(look.now.uptime);
            };
            survey.question = next;
        }
        Event::Resident(Intent::Back) => {
            // What was touched so far is forgotten; going on from the receipt asks anew.
            let Some(before) = survey.before() else { return State::Receipt(survey.done) };
            survey.question = before;
        }
        other => survey.done.hear(other, look, effects),
    }
    State::Survey(survey)
}
