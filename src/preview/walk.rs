//! A made-up resident walks through a task, and what they see is kept.
//!
//! Invariant: every question of the task is seen that any answers lead to (of a group the first two rows), and each
//! scene is a view of a real visit.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use uuid::Uuid;
use zuil_catalogue::{Catalogue, Condition, Language, Question, Task, Test};
use zuil_wire::{PaymentState, Reference, State};

use super::answers::{self, does};
use super::plan::{self, Plan};
use crate::visit::{
    CardLines, Event, Intent, Now, Offer, PaymentDone, ReceiptOutcome, Screen, TerminalStep, View, Visit,
    VisitSettings,
};

/// How many tasks are in sight at once on the screen where one is chosen.
const IN_SIGHT: usize = 6;
/// After this row, a group looks as it did before.
const LAST_ROW: usize = 2;
const ID: Uuid = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);
/// The bits of a made-up reference.
const REFERENCE: u64 = 0x0003_1415_9265_3589;
/// A pillar on which everything works.
const ALL: Offer = Offer {
    card: true,
    printer: true,
    printer_trouble: None,
    network: true,
    document_reader: true,
    pass_reader: true,
};

/// Something to make a picture of.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// What it is, for a file's name: small letters, digits and dashes.
    pub name: String,
    /// What is shown.
    pub view: View,
}

/// The made-up resident does not get on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// There is no such task.
    #[error("there is no task \"{task}\"; these there are: {known}")]
    NoSuchTask {
        /// The task.
        task: String,
        /// The ids of all tasks.
        known: String,
    },
    /// What was made up for a question is no answer to it.
    #[error(
        "nobody could make up an answer to the question \"{question}\" of the task \"{task}\"; see whether it can be \
         answered at all, such as whether a day can be chosen"
    )]
    NoAnswer {
        /// The task.
        task: String,
        /// The id of the question.
        question: String,
    },
}

/// The catalogue as it is shown for a task: with the task offered now, also when it waits for something that pillars
/// cannot do yet, and with its tile in sight.
///
/// # Errors
/// When there is no such task.
pub fn stage(catalogue: &Catalogue, task: &str) -> Result<Arc<Catalogue>, Lost> {
    let all = || catalogue.tasks.iter().chain(&catalogue.later);
    let Some((at, shown)) = all().enumerate().find(|(_, each)| each.id == task) else {
        let known: Vec<&str> = all().map(|task| task.id.as_str()).collect();
        return Err(Lost::NoSuchTask { task: task.to_owned(), known: known.join(", ") });
    };
    let mut staged = catalogue.clone();
    staged.tasks.retain(|other| other.id != task);
    let at = at.min(IN_SIGHT - 1).min(staged.tasks.len());
    staged.tasks.insert(at, Task { offered: None, ..shown.clone() });
    Ok(Arc::new(staged))
}

/// All that a resident can see of a task of a [`stage`], in a language, in the order in which they would.
///
/// # Errors
/// When they do not get on.
pub fn scenes(
    staged: &Arc<Catalogue>,
    task: &str,
    language: Language,
    wall: DateTime,
) -> Result<Vec<Scene>, Lost> {
    let Some(task) = staged.task(task) else {
        return Err(Lost::NoSuchTask { task: task.to_owned(), known: String::new() });
    };
    let walk = Walk { catalogue: staged, task, language, wall };
    let mut scenes = Vec::new();
    if language == Language::default() {
        // It waits for everybody in that language.
        scenes.push(walk.waits().sees("first-screen"));
    }
    let mut resident = walk.arrives();
    scenes.push(resident.sees("tile"));
    resident.opens(task);
    scenes.push(resident.sees("explanation"));
    scenes.extend(walk.questions()?);
    scenes.extend(walk.end()?);
    Ok(scenes)
}

/// What all residents of a walk have in common.
struct Walk<'a> {
    catalogue: &'a Arc<Catalogue>,
    task: &'a Task,
    language: Language,
    wall: DateTime,
}

impl Walk<'_> {
    /// Nobody yet.
    fn waits(&self) -> Resident {
        let now = Now { uptime: Duration::from_secs(1), wall: self.wall };
        let visit = Visit::new(Arc::clone(self.catalogue), VisitSettings::default());
        let mut resident = Resident { visit, now };
        resident.hears(Event::Offer(ALL));
        resident
    }

    /// Someone who chose the language.
    fn arrives(&self) -> Resident {
        let mut resident = self.waits();
        let now = resident.now;
        does(&mut resident.visit, now, Intent::Begin);
        does(&mut resident.visit, now, Intent::ChooseLanguage(self.language));
        resident
    }

    /// Every question, and what is expected of its answer.
    fn questions(&self) -> Result<Vec<Scene>, Lost> {
        let questions = &self.task.questions;
        let mut seen: Vec<(usize, Vec<Scene>)> = Vec::new();
        for (at, question) in questions.iter().enumerate().filter(|(_, question)| !is_repeated(question)) {
            if seen.iter().any(|(known, _)| *known == at) {
                continue;
            }
            let plan = plan::fulfilling(&question.when, questions);
            for at in plan::asked(&plan, questions) {
                let is_new = !seen.iter().any(|(known, _)| *known == at) && !is_repeated(&questions[at]);
                if is_new {
                    seen.push((at, self.question(&plan, at)?));
                }
            }
        }
        seen.sort_by_key(|(at, _)| *at);
        Ok(seen.into_iter().flat_map(|(_, scenes)| scenes).collect())
    }

    fn question(&self, plan: &Plan, at: usize) -> Result<Vec<Scene>, Lost> {
        let question = &self.task.questions[at];
        let name = format!("question-{}", question.id);
        let mut scenes = vec![self.reaches(plan, at)?.sees(&name)];
        for mistake in answers::mistakes(question) {
            let mut resident = self.reaches(plan, at)?;
            mistake.into_iter().for_each(|intent| does(&mut resident.visit, resident.now, intent));
            does(&mut resident.visit, resident.now, Intent::Next);
            let scene = resident.sees(&format!("{name}-error"));
            let is_told = matches!(&scene.view.screen, Screen::Question(shown)
                if shown.expected.is_some() && shown.title == question.title.get(self.language));
            if is_told {
                scenes.push(scene);
                break;
            }
        }
        Ok(scenes)
    }

    /// Someone who has answered by a plan what comes before a question, and has it before them; or the review, when
    /// it is behind the last.
    fn reaches(&self, plan: &Plan, question: usize) -> Result<Resident, Lost> {
        let questions = &self.task.questions;
        let mut resident = self.arrives();
        resident.opens(self.task);
        does(&mut resident.visit, resident.now, Intent::Next);
        for at in plan::asked(plan, questions).into_iter().take_while(|&at| at < question) {
            self.expect(&resident, at)?;
            let asked = &questions[at];
            let wish = plan::wish(plan, asked);
            let addresses = &self.catalogue.addresses;
            answers::answer(&mut resident.visit, resident.now, (asked, &wish), addresses);
            does(&mut resident.visit, resident.now, Intent::Next);
        }
        if question < questions.len() {
            self.expect(&resident, question)?;
        }
        Ok(resident)
    }

    /// The question must be on the screen; what was answered before was no answer otherwise.
    fn expect(&self, resident: &Resident, at: usize) -> Result<(), Lost> {
        let title = self.task.questions[at].title.get(self.language);
        match resident.visit.view(resident.now).screen {
            Screen::Question(shown) if shown.title == title && shown.expected.is_none() => Ok(()),
            other => Err(self.lost(&other, at)),
        }
    }

    fn lost(&self, shown: &Screen, at: usize) -> Lost {
        let questions = &self.task.questions;
        let stuck = match shown {
            Screen::Question(shown) => {
                questions.iter().find(|one| one.title.get(self.language) == shown.title)
            }
            _ => questions.get(at),
        };
        let question = stuck.map(|stuck| stuck.id.clone()).unwrap_or_default();
        Lost::NoAnswer { task: self.task.id.clone(), question }
    }

    /// The review, the payment and the receipt.
    fn end(&self) -> Result<Vec<Scene>, Lost> {
        let mut resident = self.reaches(&self.costing()?, self.task.questions.len())?;
        let mut scenes = vec![resident.sees("review")];
        let Screen::Review { fee, .. } = &scenes[0].view.screen else {
            return Err(self.lost(&scenes[0].view.screen, self.task.questions.len()));
        };
        let costs = fee.is_some();
        does(&mut resident.visit, resident.now, Intent::Next);
        if costs {
            resident.hears(Event::Terminal(TerminalStep::PresentCard));
            scenes.push(resident.sees("pay"));
            resident.hears(Event::PaymentDone(paid()));
        } else {
            resident.hears(Event::Saved { id: ID, reference: Reference::from_bits(REFERENCE) });
        }
        resident.hears(Event::StateChanged { id: ID, state: State::Received });
        resident.hears(Event::Receipt(ReceiptOutcome::Printed));
        scenes.push(resident.sees("receipt"));
        Ok(scenes)
    }

    /// A plan with which the task costs something, when it ever does; else the usual one.
    fn costing(&self) -> Result<Plan, Lost> {
        let usual = Plan::new();
        let Some(fee) = &self.task.fee else { return Ok(usual) };
        let parts = fee.parts.iter().map(|part| plan::fulfilling(&part.when, &self.task.questions));
        let plans: Vec<Plan> = std::iter::once(usual.clone()).chain(parts).collect();
        for plan in &plans {
            if self.costs(plan)? {
                return Ok(plan.clone());
            }
        }
        for (plan, free) in plans.iter().flat_map(|plan| fee.free_when.iter().map(move |free| (plan, free))) {
            let Some(against) = against(free) else { continue };
            let otherwise = plan::fulfilling(&[against], &self.task.questions);
            let plan: Plan = plan.clone().into_iter().chain(otherwise).collect();
            if self.costs(&plan)? {
                return Ok(plan);
            }
        }
        Ok(usual)
    }

    fn costs(&self, plan: &Plan) -> Result<bool, Lost> {
        let resident = self.reaches(plan, self.task.questions.len())?;
        Ok(matches!(resident.visit.view(resident.now).screen, Screen::Review { fee: Some(_), .. }))
    }
}

/// Someone at the pillar.
struct Resident {
    visit: Visit,
    now: Now,
}

impl Resident {
    fn opens(&mut self, task: &Task) {
        does(&mut self.visit, self.now, Intent::ChooseTask(task.id.clone()));
    }

    fn hears(&mut self, event: Event) {
        let _effects = self.visit.handle(event, self.now);
    }

    fn sees(&self, name: &str) -> Scene {
        Scene { name: name.to_owned(), view: self.visit.view(self.now) }
    }
}

/// Whether a question is one of a later row of a group, which looks like the rows before.
fn is_repeated(question: &Question) -> bool {
    let row = question.part_of.as_ref().and_then(|group| {
        let rest = question.id.strip_prefix(group.as_str())?.strip_prefix('-')?;
        rest.split('-').next()?.parse::<usize>().ok()
    });
    row.is_some_and(|row| row > LAST_ROW)
}

/// The condition that holds when another does not, where one answer can say so.
fn against(condition: &Condition) -> Option<Condition> {
    let test = match &condition.test {
        Test::Is(list) => Test::Not(list.clone()),
        Test::Not(list) => Test::Is(list.clone()),
        Test::AtLeast(least) => Test::AtMost(least.checked_sub(1)?),
        Test::AtMost(most) => Test::AtLeast(most.checked_add(1)?),
        Test::Answered(answered) => Test::Answered(!answered),
    };
    Some(Condition { question: condition.question.clone(), test })
}

fn paid() -> PaymentDone {
    let card =
        CardLines { scheme: "Maestro".to_owned(), terminal_id: "52523535".to_owned(), receipt_number: 231 };
    PaymentDone {
        state: PaymentState::Paid,
        why_not: None,
        transaction: Some((ID, Reference::from_bits(REFERENCE))),
        card: Some(card),
    }
}
