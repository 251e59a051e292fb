//! What the walkthrough needs of a catalogue, so that whoever gives it another one reads why it cannot be
//! walked, and not where the resident got stuck.
//!
//! Invariant: of a catalogue that is said to do, the scripted resident can answer each question of the task.

use zuil_catalogue::{Catalogue, Identity, Kind, Language};

/// The paid task of the example catalogue.
pub(super) const TASK: &str = "bulky-waste";
/// An address of the example municipality.
pub(super) const POSTCODE: &str = "2411AB";
/// Its number.
pub(super) const HOUSE_NUMBER: u32 = 12;

/// Looks whether the scripted resident can do the errand.
///
/// # Errors
/// What is missing and what can be done instead, on one line.
pub(super) fn look(catalogue: &Catalogue, language: Language) -> Result<(), String> {
    let missing = |what: &str| {
        format!(
            "the walkthrough does the errand {TASK} of catalogue/example, and {what}; walk through that one, or \
             look at yours with `zuil preview DIR TASK` or `script/demo --catalogue DIR`"
        )
    };
    if !catalogue.municipality.languages.contains(&language) {
        return Err(missing(&format!("this catalogue does not offer the language {}", language.code())));
    }
    let task = catalogue.task(TASK).ok_or_else(|| missing("this catalogue has no such task"))?;
    if task.fee.as_ref().and_then(zuil_catalogue::Fee::fixed).is_none() {
        return Err(missing("in this catalogue it has no fixed fee"));
    }
    if task.offered.is_some() || task.identity != Identity::None {
        return Err(missing("in this catalogue it is not for everyone at any time"));
    }
    let can_answer = |kind: &Kind| {
        matches!(
            kind,
            Kind::Address
                | Kind::Choice { .. }
                | Kind::Choices { .. }
                | Kind::Date { .. }
                | Kind::WastePass { .. }
        )
    };
    if let Some(question) = task.questions.iter().find(|question| !can_answer(&question.kind)) {
        let what = format!("it cannot answer the question \"{}\" of this catalogue", question.id);
        return Err(missing(&what));
    }
    let asks_address = task.questions.iter().any(|question| question.kind == Kind::Address);
    if asks_address && catalogue.addresses.street(POSTCODE, HOUSE_NUMBER).is_none() {
        return Err(missing(&format!("{POSTCODE} {HOUSE_NUMBER} is no address of this catalogue")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn catalogue(name: &str) -> Catalogue {
        Catalogue::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue").join(name)).unwrap()
    }

    fn refused(catalogue: &Catalogue) -> String {
        let why = look(catalogue, Language::Nl).unwrap_err();
        assert!(!why.contains('\n') && why.contains("catalogue/example"), "{why}");
        why
    }

    #[test]
    fn the_example_can_be_walked_in_all_its_languages() {
        let example = catalogue("example");
        for language in &example.municipality.languages {
            assert_eq!(look(&example, *language), Ok(()));
        }
    }

    #[test]
    fn another_municipality_is_told_what_it_lacks_on_one_line() {
        assert!(refused(&catalogue("waterlanderdam")).contains("no such task"));
        let example = catalogue("example");
        let mut other = example.clone();
        other.municipality.languages = vec![Language::En];
        assert!(refused(&other).contains("the language nl"));
        let mut other = example.clone();
        other.addresses.by_postcode.remove(POSTCODE);
        assert!(refused(&other).contains("2411AB 12 is no address"));
        let task =
            |catalogue: &mut Catalogue| catalogue.tasks.iter().position(|task| task.id == TASK).unwrap();
        let mut other = example.clone();
        let at = task(&mut other);
        other.tasks[at].questions[1].kind = Kind::Phone;
        assert!(refused(&other).contains("cannot answer the question \"items\""));
        let mut other = example;
        let at = task(&mut other);
        other.tasks[at].fee = None;
        assert!(refused(&other).contains("no fixed fee"));
    }
}
