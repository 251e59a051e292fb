//! Whether conditions can ever hold together, so that a question that nobody would ever see is found.
//!
//! Invariant: what is said never to hold can indeed never hold; of what is not said so, nothing is promised.

use std::collections::BTreeMap;

use super::{Condition, Kind, Question, Test};

/// The question at which these conditions contradict each other, themselves, or what it can be answered with.
/// All must hold, and each question that they name must have been asked, so that its own must hold too.
pub(super) fn never<'a>(conditions: &'a [Condition], questions: &'a [Question]) -> Option<&'a str> {
    let mut tests: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    let mut open: Vec<&Condition> = conditions.iter().collect();
    while let Some(condition) = open.pop() {
        let of_question = tests.entry(&condition.question).or_default();
        if !of_question.contains(&&condition.test) {
            of_question.push(&condition.test);
            let named = questions.iter().find(|question| question.id == condition.question);
            open.extend(named.into_iter().flat_map(|question| &question.when));
        }
    }
    let contradicts = |(id, tests): &(&str, Vec<&Test>)| {
        let named = questions.iter().find(|question| question.id == *id);
        named.is_some_and(|question| !can_hold(tests, question))
    };
    tests.into_iter().find(contradicts).map(|(id, _)| id)
}

/// Whether one answer, or no answer, can pass all tests.
fn can_hold(tests: &[&Test], question: &Question) -> bool {
    let skipped = tests.iter().any(|test| matches!(test, Test::Answered(false)));
    if skipped {
        return !question.required && tests.iter().all(|test| matches!(test, Test::Answered(false)));
    }
    let bound = |of: fn(&Test) -> Option<u64>| tests.iter().filter_map(move |test| of(test));
    let least =
        bound(|test| if let Test::AtLeast(least) = test { Some(u64::from(*least)) } else { None }).max();
    let most = bound(|test| if let Test::AtMost(most) = test { Some(u64::from(*most)) } else { None }).min();
    let in_range = |min: u64, max: u64| least.unwrap_or(min).max(min) <= most.unwrap_or(max).min(max);
    match &question.kind {
        Kind::YesNo => !left(tests, &["yes", "no"], true).is_empty(),
        Kind::Choice { options } => !left(tests, &ids(options), true).is_empty(),
        Kind::Choices { options, max } => {
            let left = left(tests, &ids(options), false);
            let one_of_each = tests.iter().all(|test| match test {
                Test::Is(one_of) => one_of.iter().any(|option| left.contains(&option.as_str())),
                _ => true,
            });
            let count = (*max).min(left.len()) as u64;
            one_of_each && count > 0 && in_range(1, count)
        }
        Kind::Number { min, max, .. } | Kind::Amount { min, max } => {
            in_range(u64::from(*min), u64::from(*max))
        }
        _ => true,
    }
}

fn ids(options: &[super::Choice]) -> Vec<&str> {
    options.iter().map(|option| option.id.as_str()).collect()
}

/// The options that no test excludes; where there is one answer, it is also in each list of what it may be.
fn left<'a>(tests: &[&Test], options: &[&'a str], one_answer: bool) -> Vec<&'a str> {
    let passes = |option: &&str| {
        tests.iter().all(|test| match test {
            Test::Is(list) => !one_answer || list.iter().any(|listed| listed == option),
            Test::Not(list) => !list.iter().any(|listed| listed == option),
            _ => true,
        })
    };
    options.iter().copied().filter(passes).collect()
}
