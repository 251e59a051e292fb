//! The words of each screen for someone who listens: first what the screen is and offers, then what
//! changes on it while it stands there.
//!
//! The words are those of the screens, so that a helper beside the resident reads what is spoken.

mod ending;
mod knowledge;
mod panel;
mod paying;
mod standing;

use jiff::civil::Date;
use zuil_wire::Cents;

use crate::texts::{fill, say};
use crate::visit::{
    CodeView, Control, FeeView, Field, FieldLabel, Frame, HoldStage, Missing, OptionLabel, Overlay,
    QuestionView, ReviewAnswer, ReviewLine, Screen, Tile, View,
};
use crate::words;
use zuil_catalogue::Language;

/// What is said once, and what is said again when it changes.
type Spoken = (Vec<String>, Vec<String>);

/// What a view says.
pub(super) fn of(view: &View) -> Spoken {
    let language = view.frame.language;
    if let Some(overlay) = &view.frame.overlay {
        return (vec![overlay_words(overlay, language, &view.frame.phone)], vec![]);
    }
    let (mut screen, mut detail) = screen_words(&view.screen, &view.frame);
    if let Some(progress) = view.frame.progress {
        let (step, of) = (progress.step.to_string(), progress.of.to_string());
        screen.insert(0, fill(say(language, "Question {step} of {of}."), &[("step", &step), ("of", &of)]));
    }
    // Where a visit begins, and not again on each of its screens.
    if view.frame.lab && matches!(view.screen, Screen::Attract { .. }) {
        screen.insert(0, sentence(say(language, "TEST: this pillar is not for residents")));
    }
    screen.retain(|part| !part.is_empty());
    detail.retain(|part| !part.is_empty());
    (screen, detail)
}

fn overlay_words(overlay: &Overlay, language: Language, phone: &str) -> String {
    match overlay {
        Overlay::IdleWarning { .. } => {
            say(language, "Are you still there? If you do nothing, everything you filled in is wiped.").into()
        }
        Overlay::ConfirmStop => {
            say(language, "Do you want to stop? Everything you filled in is wiped.").into()
        }
        Overlay::Languages => say(language, "Choose a language.").into(),
        Overlay::Help => fill(say(language, "Help. You can also call {phone}."), &[("phone", phone)]),
    }
}

fn screen_words(screen: &Screen, frame: &Frame) -> Spoken {
    let (language, headphones) = (frame.language, frame.headphones);
    let once = |key: &'static str| (vec![sentence(say(language, key))], vec![]);
    match screen {
        Screen::OutOfService(_) => once("This pillar does not work at the moment"),
        Screen::Attract { .. } => (attract(screen, language), vec![]),
        Screen::Language => {
            (frame.languages.iter().map(|known| sentence(known.own_name())).collect(), vec![])
        }
        Screen::Choose { tiles, ask } => {
            let asks = ["What do you want to do?", "How does my request stand?"];
            let mut parts = asks.map(|part| say(language, part).to_owned()).to_vec();
            parts.extend(titles(tiles, language));
            parts.extend(ask.then(|| sentence(say(language, "Ask a question"))));
            (parts, vec![])
        }
        Screen::Panel(view) => panel::panel(view, language),
        Screen::Code(code) => code_words(code, frame),
        Screen::Reference(reference) => standing::reference(reference, frame),
        Screen::LookingUp => once("We are looking up your request"),
        Screen::Standing(view) => (standing::standing(view, frame), vec![]),
        Screen::Ask(ask) => knowledge::ask(ask, frame),
        Screen::Answer(answer) => (knowledge::answer(answer, language), vec![]),
        Screen::Explain { .. } => (explain(screen, frame), vec![]),
        Screen::Question(question) => question_words(question, language, headphones),
        Screen::Review { title, lines, fee } => (review(title, lines, *fee, language, headphones), vec![]),
        Screen::Pay { amount, stage } => {
            let to_pay = format!("{}: {}.", say(language, "To pay"), spoken_amount(*amount, language));
            (vec![to_pay], vec![paying::stage(*stage, language).join(" ")])
        }
        Screen::Saving { .. } => once("We are saving your request"),
        Screen::NotSaved => {
            let (mut parts, detail) = once("We could not keep your request");
            parts.push(say(language, "You have paid nothing.").to_owned());
            (parts, detail)
        }
        Screen::Receipt(receipt) => ending::receipt(receipt, language),
        Screen::PaymentUnknown(receipt) => ending::payment_unknown(receipt, language),
        Screen::Survey(survey) => ending::survey(*survey, language),
        Screen::Goodbye => once("Thank you. Everything you filled in is wiped."),
    }
}

/// The digits as they are typed, one by one.
fn code_words(code: &CodeView, frame: &Frame) -> Spoken {
    let language = frame.language;
    let parts = ["What is your code?", "Six digits from the municipality."];
    let digits: Vec<String> = code.typed.chars().map(String::from).collect();
    let trouble = code.trouble.map(|trouble| words::code_trouble(language, trouble, &frame.phone));
    let detail = [Some(digits.join(" ")), trouble].into_iter().flatten();
    (parts.map(|part| say(language, part).to_owned()).to_vec(), detail.collect())
}

fn attract(screen: &Screen, language: Language) -> Vec<String> {
    let Screen::Attract { welcome, tiles, privacy, announcement, ask, no_card, .. } = screen else {
        return vec![];
    };
    let mut parts = vec![welcome.clone()];
    parts.extend(announcement.as_ref().map(|banner| banner.text.clone()));
    parts.extend(titles(tiles, language));
    parts.push(sentence(say(language, "I have a code")));
    parts.extend(ask.then(|| sentence(say(language, "Ask a question"))));
    if *no_card {
        parts.push(say(language, "You cannot pay by card here now.").to_owned());
    }
    parts.push(privacy.clone());
    parts
}

fn titles(tiles: &[Tile], language: Language) -> impl Iterator<Item = String> {
    tiles.iter().map(move |tile| {
        let missing = tile.missing.map(|missing| sentence(&words::missing(language, missing)));
        [Some(sentence(&tile.title)), missing].into_iter().flatten().collect::<Vec<_>>().join(" ")
    })
}

fn explain(screen: &Screen, frame: &Frame) -> Vec<String> {
    let Screen::Explain { title, summary, fee, needs, term, instead, missing, elsewhere, .. } = screen else {
        return vec![];
    };
    let language = frame.language;
    let mut why: Vec<_> =
        missing.iter().map(|missing| words::why_missing(language, *missing, &frame.phone)).collect();
    why.extend(elsewhere.iter().flat_map(|elsewhere| {
        [
            knowledge::call(&frame.phone, Some(&elsewhere.phone_hours), language),
            fill(say(language, "Or look at {0}."), &[("0", &elsewhere.website)]),
        ]
    }));
    if missing.is_some_and(Missing::waits) {
        why.splice(0..0, [sentence(title), summary.clone()]);
        return why;
    }
    let cost = match fee {
        Some(FeeView::Depends) => {
            say(language, "What it costs depends on your answers. You see it before you pay.").to_owned()
        }
        Some(FeeView::Fixed(fee)) => costs(Some(*fee), language),
        None => costs(None, language),
    };
    let mut parts = vec![sentence(title), summary.clone(), cost];
    parts.extend(term.clone());
    parts.extend(needs.iter().map(|need| sentence(need)));
    parts.extend(instead.iter().cloned());
    parts.extend(why);
    parts
}

fn costs(fee: Option<Cents>, language: Language) -> String {
    fee.map_or_else(
        || say(language, "It is free.").to_owned(),
        |fee| fill(say(language, "It costs {amount}."), &[("amount", &spoken_amount(fee, language))]),
    )
}

fn question_words(question: &QuestionView, language: Language, headphones: bool) -> Spoken {
    let mut parts = vec![question.title.clone(), question.help.clone()];
    let mut detail = vec![];
    match &question.control {
        Control::Fields { fields, cursor, found, .. } => {
            detail.push(fields.get(*cursor).map(value).unwrap_or_default());
            detail.push(found.clone());
        }
        Control::Options { options, .. } => {
            parts.extend(options.iter().map(|option| sentence(&option_words(&option.label, language))));
            let chosen = options.iter().filter(|option| option.chosen);
            detail.push(
                chosen.map(|option| option_words(&option.label, language)).collect::<Vec<_>>().join(", "),
            );
        }
        Control::Contact { field, .. } => detail.push(value(field)),
        Control::Hold { .. } => {
            let (said, changes) = hold_words(&question.control, language, headphones);
            parts.extend(said);
            detail.extend(changes);
        }
        Control::Calendar { days, .. } => {
            let chosen = days.iter().flatten().find(|day| day.chosen);
            detail.push(chosen.map(|day| words::day(language, day.date)).unwrap_or_default());
        }
    }
    detail.extend(question.expected.map(|expected| words::expected(language, expected)));
    (parts, detail)
}

/// What to hold where, and what was read or typed. What was read is said through headphones only.
fn hold_words(control: &Control, language: Language, headphones: bool) -> Spoken {
    let Control::Hold { reader, stage, can_hold, unreadable, fields, cursor, .. } = control else {
        return Spoken::default();
    };
    let mut parts = vec![];
    match stage {
        HoldStage::Waiting => {
            parts.push(words::hold(language, *reader).to_owned());
            parts.push(sentence(say(language, "Type it instead")));
        }
        HoldStage::Typing if *can_hold => parts.push(words::or_hold(language, *reader).to_owned()),
        HoldStage::Read | HoldStage::Typing => {}
    }
    let mut detail = vec![];
    if *unreadable {
        detail.push(words::unreadable(language, *reader).to_owned());
    }
    match stage {
        HoldStage::Waiting => {}
        HoldStage::Read => {
            detail.push(words::read(language, *reader).to_owned());
            let aloud = fields.iter().filter(|_| headphones);
            detail.extend(aloud.map(|field| sentence(&named(field, language))));
        }
        HoldStage::Typing => detail.extend(fields.get(*cursor).map(|field| named(field, language))),
    }
    (parts, detail)
}

/// A field with what it is for.
fn named(field: &Field, language: Language) -> String {
    let name = match field.label {
        FieldLabel::DocumentNumber => say(language, "Document number"),
        FieldLabel::Expiry => say(language, "Valid until (may stay empty)"),
        FieldLabel::PassUid => say(language, "Number in the pass"),
        _ => say(language, "Number on the pass"),
    };
    format!("{name}: {}", value(field))
}

fn value(field: &Field) -> String {
    field.value.clone()
}

fn option_words(label: &OptionLabel, language: Language) -> String {
    match label {
        OptionLabel::Text(text) => text.clone(),
        OptionLabel::Yes => say(language, "Yes").to_owned(),
        OptionLabel::No => say(language, "No").to_owned(),
    }
}

/// A masked answer is said through headphones only, where nobody else hears it.
fn review(
    title: &str,
    lines: &[ReviewLine],
    fee: Option<Cents>,
    language: Language,
    headphones: bool,
) -> Vec<String> {
    let mut parts = vec![say(language, "Is this right?").to_owned(), sentence(title)];
    parts.extend(lines.iter().map(|line| {
        let covered = line.masked && !headphones;
        let answer =
            if covered { say(language, "Not read aloud").to_owned() } else { answer(&line.answer, language) };
        format!("{}: {answer}.", line.label)
    }));
    parts.push(costs(fee, language));
    parts
}

fn answer(answer: &ReviewAnswer, language: Language) -> String {
    match answer {
        ReviewAnswer::Text(text) => text.clone(),
        ReviewAnswer::Yes => say(language, "Yes").to_owned(),
        ReviewAnswer::No => say(language, "No").to_owned(),
        ReviewAnswer::Day(day) => day_words(*day, language),
        ReviewAnswer::Skipped => say(language, "Not filled in").to_owned(),
    }
}

fn day_words(day: Date, language: Language) -> String {
    words::day(language, day)
}

/// "17 euro 35", as people say it; a comma would be read out.
pub(super) fn spoken_amount(fee: Cents, language: Language) -> String {
    let (euros, cents) = fee.euros_and_cents();
    if cents == 0 {
        return fill(say(language, "{euros} euro"), &[("euros", &euros.to_string())]);
    }
    fill(
        say(language, "{euros} euro {cents}"),
        &[("euros", &euros.to_string()), ("cents", &cents.to_string())],
    )
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}
