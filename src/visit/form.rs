//! The questions of one task and what was done for each.
//!
//! Invariant: which questions are asked follows from the entries alone; what belongs to a question
//! that dropped out is in no draft, slip or review. Everything is wiped when the form is dropped.

use uuid::Uuid;
use zeroize::ZeroizeOnDrop;
use zuil_wire::{AnswerLine, Cents};

use zuil_catalogue::{Condition, Count, FeePart, Kind, Question, Task};

use super::answer::Answer;
use super::entry::Entry;
use super::explaining::Way;
use super::state::Look;
use super::{Draft, Expected, Progress, ReviewLine};

/// A task that is being filled in.
#[derive(Clone, Debug)]
pub(super) struct Form {
    task: usize,
    /// Where "back" leads from its explanation.
    way: Way,
    /// The referral that led to the task.
    referral: Option<Uuid>,
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    entry: Entry,
    /// The resident has gone on from this question.
    passed: bool,
}

impl Form {
    /// A form for the task with an index, with nothing filled in.
    pub(super) fn new(task: usize, look: &Look<'_>) -> Self {
        let questions = &look.catalogue().tasks[task].questions;
        let slots = questions
            .iter()
            .map(|question| Slot { entry: Entry::new(&question.kind, look.today()), passed: false })
            .collect();
        Self { task, way: Way::default(), referral: None, slots }
    }

    /// The index of the task.
    pub(super) const fn task_index(&self) -> usize {
        self.task
    }

    /// Remembers the referral that led here; a task that was begun without one has none.
    pub(super) const fn set_referral(&mut self, referral: Option<Uuid>) {
        self.referral = referral;
    }

    /// The referral that led here.
    pub(super) const fn referral(&self) -> Option<Uuid> {
        self.referral
    }

    /// Remembers where the resident came from.
    pub(super) fn set_way(&mut self, way: Way) {
        self.way = way;
    }

    /// Where the resident came from.
    pub(super) fn take_way(&mut self) -> Way {
        std::mem::take(&mut self.way)
    }

    /// The task.
    pub(super) fn task<'a>(&self, look: &Look<'a>) -> &'a Task {
        &look.catalogue().tasks[self.task]
    }

    /// What it costs with the present answers.
    pub(super) fn fee(&self, look: &Look<'_>) -> Cents {
        let Some(fee) = &self.task(look).fee else { return Cents::ZERO };
        let asked = self.asked(look);
        if fee.free_when.iter().any(|condition| self.holds(condition, &asked, look)) {
            return Cents::ZERO;
        }
        let counts = |part: &&FeePart| part.when.iter().all(|condition| self.holds(condition, &asked, look));
        let amount = |part: &FeePart| part.amount.times(self.times(&part.per, &asked, look));
        fee.parts.iter().filter(counts).map(amount).fold(Cents::ZERO, Cents::saturating_add)
    }

    /// How often a part of the fee counts: per metre and per month is metres times months.
    fn times(&self, per: &[Count], asked: &[usize], look: &Look<'_>) -> u32 {
        per.iter().fold(1, |times, count| times.saturating_mul(self.count(count, asked, look)))
    }

    fn count(&self, count: &Count, asked: &[usize], look: &Look<'_>) -> u32 {
        let questions = &self.task(look).questions;
        match count {
            Count::Answer(id) => asked
                .iter()
                .find(|&&at| questions[at].id == *id)
                .and_then(|&at| self.answer(at, look).ok()?.count())
                .unwrap_or(0),
            Count::Rows(rows) => {
                let there = asked.iter().filter(|&&at| rows.contains(&questions[at].id)).count();
                u32::try_from(there).unwrap_or(u32::MAX)
            }
        }
    }

    /// Whether a condition holds, of the questions that are asked.
    fn holds(&self, condition: &Condition, asked: &[usize], look: &Look<'_>) -> bool {
        let questions = &self.task(look).questions;
        asked.iter().any(|&earlier| {
            questions[earlier].id == condition.question
                && self
                    .answer(earlier, look)
                    .is_ok_and(|answer| answer.fulfils(&condition.test, &questions[earlier].kind))
        })
    }

    /// A question.
    pub(super) fn question<'a>(&self, at: usize, look: &Look<'a>) -> &'a Question {
        &self.task(look).questions[at]
    }

    /// What was done for a question.
    pub(super) fn entry(&self, at: usize) -> &Entry {
        &self.slots[at].entry
    }

    /// What was done for a question, to change it.
    pub(super) fn entry_mut(&mut self, at: usize) -> &mut Entry {
        &mut self.slots[at].entry
    }

    /// Whether nothing was filled in at all.
    pub(super) fn is_blank(&self) -> bool {
        self.slots.iter().all(|slot| slot.entry.is_blank())
    }

    /// The answer to a question, or what is expected instead.
    pub(super) fn answer(&self, at: usize, look: &Look<'_>) -> Result<Answer, Expected> {
        self.slots[at].entry.answer(self.question(at, look), &look.catalogue().addresses, look.today())
    }

    /// Goes on from a question: tidies its entry, or tells what is expected.
    pub(super) fn pass(&mut self, at: usize, look: &Look<'_>) -> Result<(), Expected> {
        let answer = self.answer(at, look)?;
        self.slots[at].entry.tidy(&answer);
        self.slots[at].passed = true;
        Ok(())
    }

    /// The questions that are asked with the present answers, in order.
    pub(super) fn asked(&self, look: &Look<'_>) -> Vec<usize> {
        let questions = &self.task(look).questions;
        let mut asked: Vec<usize> = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            if question.when.iter().all(|condition| self.holds(condition, &asked, look)) {
                asked.push(at);
            }
        }
        asked
    }

    /// The questions whose answers are part of what is sent, in order: not those that only lead on.
    pub(super) fn told(&self, look: &Look<'_>) -> Vec<usize> {
        let questions = &self.task(look).questions;
        self.asked(look).into_iter().filter(|&at| !questions[at].leads_on).collect()
    }

    /// The question that is asked after another.
    pub(super) fn after(&self, at: usize, look: &Look<'_>) -> Option<usize> {
        self.asked(look).into_iter().find(|&next| next > at)
    }

    /// The question that is asked before another.
    pub(super) fn before(&self, at: usize, look: &Look<'_>) -> Option<usize> {
        self.asked(look).into_iter().rfind(|&earlier| earlier < at)
    }

    /// The first question without an answer that holds, and what is expected of it when the resident
    /// has been there.
    pub(super) fn unfinished(&self, look: &Look<'_>) -> Option<(usize, Option<Expected>)> {
        self.asked(look).into_iter().find_map(|at| match self.answer(at, look) {
            _ if !self.slots[at].passed => Some((at, None)),
            Ok(_) => None,
            Err(expected) => Some((at, Some(expected))),
        })
    }

    /// Where a question is among those that are asked.
    pub(super) fn progress(&self, at: usize, look: &Look<'_>) -> Progress {
        let asked = self.asked(look);
        let before = asked.iter().filter(|&&other| other < at).count();
        Progress { step: before + 1, of: asked.len().max(before + 1) }
    }

    /// The lines of the review, in the order of [`Self::told`].
    pub(super) fn review(&self, look: &Look<'_>) -> Vec<ReviewLine> {
        let line = |at| {
            let question = self.question(at, look);
            let answer = self.answer(at, look).unwrap_or(Answer::Skipped);
            let personal = matches!(
                question.kind,
                Kind::Phone | Kind::Email | Kind::Contact | Kind::Document | Kind::Iban | Kind::BirthDate
            );
            ReviewLine {
                label: question.label.get(look.language).to_owned(),
                answer: answer.review(&question.kind, look.language),
                masked: personal && answer != Answer::Skipped,
            }
        };
        self.told(look).into_iter().map(line).collect()
    }

    /// What was sent, for the receipt: label and value in the resident's language, those that the task names.
    pub(super) fn sent(&self, look: &Look<'_>) -> Vec<(String, String)> {
        let line = |at| {
            let question = self.question(at, look);
            let shown = self.answer(at, look).ok()?.shown(&question.kind, look.language)?;
            Some((question.label.get(look.language).to_owned(), shown))
        };
        let (told, task) = (self.told(look), self.task(look));
        let Some(named) = &task.receipt else { return told.into_iter().filter_map(line).collect() };
        let of = |id: &String, at: usize| {
            task.questions[at].id == *id || task.questions[at].part_of.as_ref() == Some(id)
        };
        named
            .iter()
            .flat_map(|id| told.iter().copied().filter(move |&at| of(id, at)))
            .filter_map(line)
            .collect()
    }

    /// The finished task with plain answers.
    pub(super) fn draft(&self, look: &Look<'_>) -> Draft {
        let line = |at| -> Option<AnswerLine> { self.answer(at, look).ok()?.line(self.question(at, look)) };
        let task = self.task(look);
        Draft {
            task: task.id.clone(),
            task_title: task.title.get(zuil_catalogue::Language::Nl).to_owned(),
            language: look.language,
            answers: self.told(look).into_iter().filter_map(line).collect(),
            fee: self.fee(look),
        }
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.entry.wipe());
    }
}

impl ZeroizeOnDrop for Form {}
