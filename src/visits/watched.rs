//! One visit, as far as it is noted. Pure: what is seen and when goes in, entries come out.
//!
//! Invariant: it knows how far somebody came and which aids were used, and nothing of what was typed, chosen or read;
//! the entries of one visit do not tell that they belong together.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::DateTime;
use uuid::Uuid;
use zuil_wire::VisitEntry;
use zuil_wire::visits::{Aid, MetFault, Seen, TaskEnd, VisitOutcome};

/// How far a visit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody is here.
    Nobody,
    /// Choosing a language or a task, or being thanked.
    Between,
    /// Searching or reading answers.
    Reading,
    /// In a task, and so far.
    Task(TaskEnd),
}

/// What is seen of a visit at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// How far it is.
    pub stage: Stage,
    /// The id of the task, in one.
    pub task: Option<String>,
    /// The id of the question, at one.
    pub question: Option<String>,
    /// The code of the language.
    pub language: &'static str,
    /// The aids that are on.
    pub aids: Vec<Aid>,
    /// What does not work.
    pub faults: Vec<MetFault>,
}

/// A visit that goes on.
#[derive(Debug)]
pub struct Watched {
    began: (Duration, DateTime),
    language: &'static str,
    read: bool,
    aids: BTreeSet<Aid>,
    faults: BTreeSet<MetFault>,
    /// In the order in which they were opened. The last one is going on.
    tasks: Vec<Tried>,
}

/// A task that was opened.
#[derive(Debug)]
struct Tried {
    task: String,
    end: TaskEnd,
    question: Option<String>,
}

impl Watched {
    /// A visit that begins now: by the uptime, and on the wall.
    #[must_use]
    pub fn begin(uptime: Duration, wall: DateTime) -> Self {
        Self {
            began: (uptime, wall),
            language: "nl",
            read: false,
            aids: BTreeSet::new(),
            faults: BTreeSet::new(),
            tasks: Vec::new(),
        }
    }

    /// Takes in what is seen now.
    pub fn sees(&mut self, at: At) {
        self.language = at.language;
        self.aids.extend(at.aids);
        self.faults.extend(at.faults);
        match (at.stage, at.task) {
            (Stage::Reading, _) => self.read = true,
            (Stage::Task(end), Some(task)) => self.is_in(task, end, at.question),
            // Which task could not be kept is the one before.
            (Stage::Task(TaskEnd::NotSaved), None) => {
                if let Some(tried) = self.tasks.last_mut() {
                    (tried.end, tried.question) = (TaskEnd::NotSaved, None);
                }
            }
            _ => {}
        }
    }

    fn is_in(&mut self, task: String, end: TaskEnd, question: Option<String>) {
        match self.tasks.last_mut() {
            // After the end, the receipt and the survey are still of that task.
            Some(tried) if tried.task == task && tried.end == TaskEnd::Finished && end == tried.end => {}
            Some(tried) if tried.task == task && tried.end != TaskEnd::Finished => {
                (tried.end, tried.question) = (end, question);
            }
            _ => self.tasks.push(Tried { task, end, question }),
        }
    }

    /// The visit is over: what is noted of it.
    #[must_use]
    pub fn end(self, uptime: Duration) -> Vec<VisitEntry> {
        let (began, wall) = self.began;
        let begun = |tried: &Tried| tried.end != TaskEnd::Explanation;
        let outcome = if self.tasks.iter().any(|tried| tried.end == TaskEnd::Finished) {
            VisitOutcome::Finished
        } else if self.tasks.iter().any(begun) {
            VisitOutcome::Abandoned
        } else if self.read || !self.tasks.is_empty() {
            VisitOutcome::Read
        } else {
            VisitOutcome::Looked
        };
        let minutes = uptime.saturating_sub(began).as_secs().div_ceil(60).clamp(1, 60);
        let quarter = (wall.hour().unsigned_abs() * 4) + wall.minute().unsigned_abs() / 15;
        let mut seen = vec![Seen::Visit { quarter, minutes: u8::try_from(minutes).unwrap_or(60), outcome }];
        seen.push(Seen::Language { language: self.language.to_owned() });
        seen.extend(self.aids.into_iter().map(|aid| Seen::Aid { aid }));
        seen.extend(self.faults.into_iter().map(|fault| Seen::Fault { fault }));
        let tasks = self.tasks.into_iter();
        seen.extend(tasks.map(|Tried { task, end, question }| Seen::Task { task, end, question }));
        seen.into_iter().map(|what| VisitEntry { id: Uuid::new_v4(), on: wall.date(), what }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: Stage, task: Option<&str>, question: Option<&str>) -> At {
        At {
            stage,
            task: task.map(str::to_owned),
            question: question.map(str::to_owned),
            language: "nl",
            aids: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn noted(minutes: u64, seen: Vec<At>) -> Vec<Seen> {
        let wall = jiff::civil::date(2026, 11, 23).at(14, 44, 59, 0);
        let mut visit = Watched::begin(Duration::from_secs(100), wall);
        seen.into_iter().for_each(|at| visit.sees(at));
        let entries = visit.end(Duration::from_secs(100 + 60 * minutes));
        let ids: BTreeSet<Uuid> = entries.iter().map(|entry| entry.id).collect();
        assert_eq!(ids.len(), entries.len());
        assert!(entries.iter().all(|entry| entry.on == wall.date()));
        entries.into_iter().map(|entry| entry.what).collect()
    }

    fn task(task: &str, end: TaskEnd, question: Option<&str>) -> Seen {
        Seen::Task { task: task.into(), end, question: question.map(str::to_owned) }
    }

    #[test]
    fn a_finished_task_is_noted_once_whatever_is_done_on_its_way_and_after_it() {
        let task_at = |end| at(Stage::Task(end), Some("bulky-waste"), None);
        let seen = noted(
            4,
            vec![
                at(Stage::Between, None, None),
                task_at(TaskEnd::Explanation),
                at(Stage::Between, None, None),
                task_at(TaskEnd::Explanation),
                at(Stage::Task(TaskEnd::Question), Some("bulky-waste"), Some("items")),
                task_at(TaskEnd::Review),
                task_at(TaskEnd::Payment),
                task_at(TaskEnd::Finished),
                task_at(TaskEnd::Finished),
                at(Stage::Between, None, None),
            ],
        );
        let visit = Seen::Visit { quarter: 14 * 4 + 2, minutes: 4, outcome: VisitOutcome::Finished };
        let language = Seen::Language { language: "nl".into() };
        assert_eq!(seen, [visit, language, task("bulky-waste", TaskEnd::Finished, None)]);
    }

    #[test]
    fn whoever_leaves_in_the_middle_is_noted_with_the_question_at_which_they_stopped() {
        let seen = noted(
            61,
            vec![
                at(Stage::Task(TaskEnd::Explanation), Some("wmo"), None),
                at(Stage::Task(TaskEnd::Explanation), Some("call-back"), None),
                At {
                    aids: vec![Aid::Speech],
                    ..at(Stage::Task(TaskEnd::Question), Some("call-back"), Some("contact"))
                },
                At {
                    faults: vec![MetFault::PaperOut],
                    ..at(Stage::Task(TaskEnd::Question), Some("call-back"), Some("when"))
                },
            ],
        );
        let expected = [
            Seen::Visit { quarter: 58, minutes: 60, outcome: VisitOutcome::Abandoned },
            Seen::Language { language: "nl".into() },
            Seen::Aid { aid: Aid::Speech },
            Seen::Fault { fault: MetFault::PaperOut },
            task("wmo", TaskEnd::Explanation, None),
            task("call-back", TaskEnd::Question, Some("when")),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_task_that_could_not_be_kept_says_so_and_a_glance_is_only_a_glance() {
        let seen = noted(
            0,
            vec![
                at(Stage::Task(TaskEnd::Review), Some("call-back"), None),
                at(Stage::Task(TaskEnd::NotSaved), None, None),
            ],
        );
        assert_eq!(seen[2], task("call-back", TaskEnd::NotSaved, None));
        let outcome = |seen: &[Seen]| match seen[0] {
            Seen::Visit { outcome, minutes, .. } => (outcome, minutes),
            _ => unreachable!(),
        };
        assert_eq!(outcome(&seen), (VisitOutcome::Abandoned, 1));
        assert_eq!(outcome(&noted(1, vec![at(Stage::Between, None, None)])).0, VisitOutcome::Looked);
        assert_eq!(outcome(&noted(1, vec![at(Stage::Reading, None, None)])).0, VisitOutcome::Read);
    }
}
