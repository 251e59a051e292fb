//! Reads where a task is brought, and that all it names is asked.

use super::{Asked, is_id};
use crate::limits::SUBJECT;
use crate::reader::{Placed, Section};
use crate::{Choice, Destination, Kind, Question};

/// Reads `[destination]`.
pub(super) fn read(section: &Section<'_>, asked: &Asked) -> Option<Destination> {
    let system = section.word("system")?;
    let destination = match system.value.as_str() {
        "open-zaak" => read_open_zaak(section, asked),
        "open-klant" => {
            let subject = section.word("onderwerp");
            if let Some(subject) = subject.as_ref().filter(|subject| subject.value.chars().count() > SUBJECT)
            {
                section.mistake(
                    subject.at,
                    format!("onderwerp has more than {SUBJECT} characters, which Open Klant refuses"),
                    "Make it shorter.",
                );
            }
            subject.map(|subject| Destination::OpenKlant { subject: subject.value })
        }
        "signalen" => read_signalen(section, asked),
        "e-mail" => read_email(section),
        other => {
            section.mistake(
                system.at,
                format!("nothing can be brought to \"{other}\""),
                "Use one of: open-zaak, open-klant, signalen, e-mail.",
            );
            return None;
        }
    };
    section.close();
    destination
}

fn read_open_zaak(section: &Section<'_>, asked: &Asked) -> Option<Destination> {
    let zaaktype = section.word("zaaktype");
    let named = section.named_words("properties", "the properties").unwrap_or_default();
    let properties: Option<Vec<_>> = named
        .into_iter()
        .map(|(name, question)| {
            // A group fills one property with all its rows.
            let known = asked.knows(section, &question);
            known.then_some((name.value, question.value))
        })
        .collect();
    Some(Destination::OpenZaak { zaaktype: zaaktype?.value, properties: properties? })
}

fn read_signalen(section: &Section<'_>, asked: &Asked) -> Option<Destination> {
    let category = section.word("category");
    let place = section.word("place");
    let named = section.named_words("categories", "the categories");
    let (category, place) = (category?, place?);
    if !asked.knows(section, &category) | !asked.knows(section, &place) {
        return None;
    }
    let options = read_category(section, &category, asked)?;
    say_when_no_place(section, &place, asked);
    let categories = named.unwrap_or_default();
    let mut right = true;
    for (option, slug) in &categories {
        if !options.iter().any(|known| known.id == option.value) {
            let known: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
            section.mistake(
                option.at,
                format!("\"{}\" is no option of \"{}\"", option.value, category.value),
                format!("Use one of: {}.", known.join(", ")),
            );
            right = false;
        }
        right &= is_slug(section, slug);
    }
    for option in
        options.iter().filter(|option| !categories.iter().any(|(known, _)| known.value == option.id))
    {
        section.mistake(
            section.at,
            format!("the option \"{}\" has no category at Signalen", option.id),
            format!("Add a line below [destination.categories]: {} = \"main/sub\"", option.id),
        );
        right = false;
    }
    right.then(|| Destination::Signalen {
        category: category.value,
        place: place.value,
        categories: categories.into_iter().map(|(option, slug)| (option.value, slug.value)).collect(),
    })
}

/// The options of the question that says what a report is about, which everybody answers.
fn read_category<'a>(
    section: &Section<'_>,
    category: &Placed<String>,
    asked: &'a Asked,
) -> Option<&'a [Choice]> {
    let read = asked.read.iter().flatten().find(|question| question.id == category.value);
    let is_group = asked.groups.iter().any(|(id, _)| *id == category.value);
    match read {
        None if !is_group => None,
        Some(Question { kind: Kind::Choice { options }, required: true, when, part_of: None, .. })
            if when.is_empty() =>
        {
            Some(options)
        }
        Some(Question { kind: Kind::Choice { .. }, part_of: None, .. }) => {
            section.mistake(
                category.at,
                format!(
                    "\"{}\" is not always answered, and Signalen takes no report without it",
                    category.value
                ),
                "Remove required = false and when from that question.",
            );
            None
        }
        _ => {
            section.mistake(
                category.at,
                format!("\"{}\" is not answered by one option", category.value),
                "Let category name a question of kind choice.",
            );
            None
        }
    }
}

fn say_when_no_place(section: &Section<'_>, place: &Placed<String>, asked: &Asked) {
    let read = asked.read.iter().flatten().find(|question| question.id == place.value);
    let is_group = asked.groups.iter().any(|(id, _)| *id == place.value);
    // What is part of itself is a place that was unfolded.
    let says_where = |question: &Question| {
        question.part_of.is_some()
            || matches!(question.kind, Kind::Address | Kind::Text { .. } | Kind::LongText { .. })
    };
    if is_group || read.is_some_and(|question| !says_where(question)) {
        section.mistake(
            place.at,
            format!("\"{}\" does not say where something is", place.value),
            "Let place name a question of kind place, address or text.",
        );
    }
}

fn is_slug(section: &Section<'_>, slug: &Placed<String>) -> bool {
    let right = slug.value.split_once('/').is_some_and(|(main, sub)| is_id(main) && is_id(sub));
    if !right {
        section.mistake(
            slug.at,
            format!("\"{}\" is no category of Signalen", slug.value),
            "Write main and sub category as in the address of the category: \"afval/grofvuil\"",
        );
    }
    right
}

fn read_email(section: &Section<'_>) -> Option<Destination> {
    let to = section.word("to")?;
    let right = to.value.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !to.value.contains(char::is_whitespace)
    });
    if !right {
        section.mistake(
            to.at,
            format!("\"{}\" is no e-mail address", to.value),
            "Write it as in: to = \"burgerzaken@voorbeeldhuizen.example\"",
        );
    }
    right.then_some(Destination::Email { to: to.value })
}
