//! Which answers make a question asked.
//!
//! Invariant: a plan fulfils every condition above the question that it was made for, as far as one answer a
//! question can.

use std::collections::BTreeMap;

use zuil_catalogue::{Choice, Condition, Kind, Question, Test};

/// What is answered to a question. What it is silent about gets the usual answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The options with these indices; of yes and no, yes is 0.
    Options(Vec<usize>),
    /// This number.
    Number(u32),
    /// Something that is right.
    Something,
    /// Nothing.
    Nothing,
}

/// The answers to the questions of a task, by the questions' ids.
pub(super) type Plan = BTreeMap<String, Wish>;

/// The plan by which these conditions hold, with every question that they name asked.
pub(super) fn fulfilling(conditions: &[Condition], questions: &[Question]) -> Plan {
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
    let wish = |(id, tests): (&str, Vec<&Test>)| {
        let question = questions.iter().find(|question| question.id == id)?;
        Some((id.to_owned(), passing(&tests, question)))
    };
    tests.into_iter().filter_map(wish).collect()
}

/// What is answered to a question by a plan.
pub(super) fn wish(plan: &Plan, question: &Question) -> Wish {
    plan.get(&question.id).cloned().unwrap_or_else(|| usual(question))
}

/// The questions that are asked by a plan, in order.
pub(super) fn asked(plan: &Plan, questions: &[Question]) -> Vec<usize> {
    let mut asked: Vec<usize> = Vec::new();
    for (at, question) in questions.iter().enumerate() {
        let holds = |condition: &Condition| {
            let earlier = asked.iter().map(|&at| &questions[at]).find(|one| one.id == condition.question);
            earlier.is_some_and(|earlier| fulfils(&wish(plan, earlier), &condition.test, &earlier.kind))
        };
        if question.when.iter().all(holds) {
            asked.push(at);
        }
    }
    asked
}

/// What most people would answer: yes, the first option, and that there is no other one.
fn usual(question: &Question) -> Wish {
    match &question.kind {
        Kind::YesNo => Wish::Options(vec![usize::from(question.leads_on)]),
        Kind::Choice { .. } | Kind::Choices { .. } => Wish::Options(vec![0]),
        Kind::Number { min, max, .. } => Wish::Number((*min).max(1).min(*max)),
        Kind::Amount { min, max } => Wish::Number((*min).max(1000).min(*max)),
        _ => Wish::Something,
    }
}

fn passing(tests: &[&Test], question: &Question) -> Wish {
    if tests.iter().any(|test| matches!(test, Test::Answered(false))) {
        return Wish::Nothing;
    }
    let least =
        tests.iter().filter_map(|test| if let Test::AtLeast(least) = test { Some(*least) } else { None });
    let most = tests.iter().filter_map(|test| if let Test::AtMost(most) = test { Some(*most) } else { None });
    let within = |number: u32| {
        number.max(least.clone().max().unwrap_or(0)).min(most.clone().min().unwrap_or(u32::MAX))
    };
    match (&question.kind, usual(question)) {
        (Kind::YesNo, _) => Wish::Options(one_of(tests, &["yes", "no"])),
        (Kind::Choice { options }, _) => Wish::Options(one_of(tests, &ids(options))),
        (Kind::Choices { options, .. }, _) => Wish::Options(some_of(tests, &ids(options), within(1))),
        (_, Wish::Number(usual)) => Wish::Number(within(usual)),
        (_, other) => other,
    }
}

/// The first option that passes all tests.
fn one_of(tests: &[&Test], options: &[&str]) -> Vec<usize> {
    let passes = |option: &&str| {
        tests.iter().all(|test| match test {
            Test::Is(list) => list.iter().any(|listed| listed == option),
            Test::Not(list) => !list.iter().any(|listed| listed == option),
            _ => true,
        })
    };
    options.iter().position(passes).into_iter().collect()
}

/// One option of each list that one must be among, and so many in all, without those that may not be.
fn some_of(tests: &[&Test], options: &[&str], count: u32) -> Vec<usize> {
    let listed = |list: &[String], at: usize| list.iter().any(|listed| listed == options[at]);
    let excluded = |at: usize| tests.iter().any(|test| matches!(test, Test::Not(list) if listed(list, at)));
    let allowed: Vec<usize> = (0..options.len()).filter(|&at| !excluded(at)).collect();
    let mut chosen: Vec<usize> = Vec::new();
    for test in tests {
        if let Test::Is(list) = test
            && !chosen.iter().any(|&at| listed(list, at))
        {
            chosen.extend(allowed.iter().find(|&&at| listed(list, at)));
        }
    }
    for at in allowed {
        if chosen.len() < count as usize && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

fn fulfils(wish: &Wish, test: &Test, kind: &Kind) -> bool {
    let of = |list: &[String], at: usize| match kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => {
            options.get(at).is_some_and(|option| list.contains(&option.id))
        }
        _ => list.iter().any(|listed| listed == if at == 0 { "yes" } else { "no" }),
    };
    let count = match wish {
        Wish::Options(chosen) => u32::try_from(chosen.len()).ok(),
        Wish::Number(number) => Some(*number),
        _ => None,
    };
    match (test, wish) {
        (Test::Answered(answered), wish) => *answered == (*wish != Wish::Nothing),
        (_, Wish::Nothing) => false,
        (Test::Is(list), Wish::Options(chosen)) => chosen.iter().any(|&at| of(list, at)),
        (Test::Not(list), Wish::Options(chosen)) => !chosen.iter().any(|&at| of(list, at)),
        (Test::AtLeast(least), _) => count.is_some_and(|count| count >= *least),
        (Test::AtMost(most), _) => count.is_some_and(|count| count <= *most),
        _ => false,
    }
}

fn ids(options: &[Choice]) -> Vec<&str> {
    options.iter().map(|option| option.id.as_str()).collect()
}
