//! How far a visit is, for who looks after the pillar. Invariant: ids of the catalogue and nothing of what was filled in.

use super::state::{Look, State};

/// How far a visit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// How far.
    pub step: Step,
    /// The id of the task, in one.
    pub task: Option<String>,
    /// The id of the question, at one.
    pub question: Option<String>,
}

/// A step of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nobody is here.
    Nobody,
    /// Choosing a language or a task, or being thanked.
    Between,
    /// Searching or reading answers, or how a request stands.
    Reading,
    /// Reading what a task is.
    Explanation,
    /// Answering a question.
    Question,
    /// Looking over the answers.
    Review,
    /// Paying.
    Payment,
    /// Waiting until it is kept.
    Saving,
    /// It could not be kept.
    NotSaved,
    /// The receipt and the survey.
    Finished,
}

impl State {
    /// How far it is.
    pub(super) fn whereabouts(&self, look: &Look<'_>) -> Whereabouts {
        let (step, task, question) = match self {
            Self::Closed(_) | Self::Attract => (Step::Nobody, None, None),
            Self::Language(_)
            | Self::Choose(_)
            | Self::Refer(_)
            | Self::Inquire(_)
            | Self::LookUp(_)
            | Self::Goodbye(_) => (Step::Between, None, None),
            Self::Ask(_) | Self::Answer(_) | Self::Standing(_) => (Step::Reading, None, None),
            Self::Explain(explaining) => (Step::Explanation, Some(explaining.task(look)), None),
            Self::Asking(asking) => {
                let (task, question) = asking.whereabouts(look);
                (Step::Question, Some(task), Some(question))
            }
            Self::Review(form) => (Step::Review, Some(form.task(look)), None),
            Self::Paying(paying) => (Step::Payment, Some(paying.form().task(look)), None),
            Self::Saving(saving) => (Step::Saving, Some(saving.form().task(look)), None),
            Self::NotSaved => (Step::NotSaved, None, None),
            Self::Receipt(done) => (Step::Finished, Some(done.task(look)), None),
            Self::Survey(survey) => (Step::Finished, Some(survey.done().task(look)), None),
        };
        Whereabouts {
            step,
            task: task.map(|task| task.id.clone()),
            question: question.map(|question| question.id.clone()),
        }
    }
}
