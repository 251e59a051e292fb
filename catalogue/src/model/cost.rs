//! Whether a task costs something whatever is answered. Invariant: something that is counted, such as copies, is not
//! taken to be none.

use super::{Condition, Fee, Kind, Question, Task, Test};

impl Task {
    /// Whether there are answers with which nothing is to be paid.
    #[must_use]
    pub fn may_be_free(&self) -> bool {
        self.fee.as_ref().is_none_or(|fee| self.can_make_free(fee))
    }

    fn can_make_free(&self, fee: &Fee) -> bool {
        let always = fee.parts.iter().any(|part| part.when.is_empty());
        !fee.free_when.is_empty() || !always && !self.costs_whatever_is_answered(fee)
    }

    /// Whether there is a question to which each answer costs something.
    fn costs_whatever_is_answered(&self, fee: &Fee) -> bool {
        let costs = |question: &Question, answer: &str| {
            let holds = |condition: &Condition| {
                condition.question == question.id
                    && match &condition.test {
                        Test::Is(named) => named.iter().any(|named| named == answer),
                        Test::Not(named) => named.iter().all(|named| named != answer),
                        Test::Answered(answered) => *answered,
                        Test::AtLeast(_) | Test::AtMost(_) => false,
                    }
            };
            fee.parts.iter().any(|part| part.when.iter().all(holds))
        };
        let mut asked =
            self.questions.iter().filter(|question| question.required && question.when.is_empty());
        asked.any(|question| match &question.kind {
            Kind::Choice { options, .. } => options.iter().all(|option| costs(question, &option.id)),
            Kind::YesNo => ["yes", "no"].iter().all(|answer| costs(question, answer)),
            _ => false,
        })
    }
}
