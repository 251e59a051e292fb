//! A search in the knowledge base: what is typed, and the answers that fit so far.
//!
//! Invariant: answers are sought when something was typed, the language or the day changed or the index came,
//! and never to show them. What was typed leaves the search only without personal data, and is wiped with it;
//! of what was found only the answer's id leaves it.

use jiff::civil::Date;
use zuil_catalogue::search::without_personal_data;
use zuil_catalogue::{Announcement, Answer, Language};

use super::buffer::{Buffer, Takes};
use super::explaining::{Explaining, Way};
use super::form::Form;
use super::offering::{self, Place};
use super::reading::OpenAnswer;
use super::state::{Effects, Look, State};
use super::{AnswerCard, AskView, Effect, Event, Field, FieldLabel, Found, Intent, Screen, choosing};

/// The most characters that are typed.
const TYPED_MAX: usize = 60;
/// As many answers are shown as fit above the keyboard.
const SHOWN: usize = 4;
/// Before anything is typed a line of help takes the room of one.
const SUGGESTED: usize = 3;
/// Fewer letters are no question that somebody could have had an answer to.
const LEAST_LETTERS: usize = 3;

/// An answer by its place: the product's in the catalogue, and its own in the product.
pub(super) type AnswerAt = (usize, usize);

/// A search.
#[derive(Clone, Debug)]
pub(super) struct Seeking {
    typed: Buffer,
    /// The language in which the last of it was typed.
    typed_in: Language,
    /// The most that was typed since the field was empty, and in which language.
    fullest: Buffer,
    fullest_in: Language,
    found: Vec<AnswerAt>,
    /// What `found` was sought with, besides what was typed.
    with: With,
    /// An answer was opened since the field was empty.
    opened: bool,
    /// Those that it was told of since then that the search found them.
    counted: Vec<AnswerAt>,
    /// It was told that nothing was found since the field was empty.
    told: bool,
    /// A form that the resident came from.
    kept: Option<Form>,
}

/// On what the answers to the same words depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct With {
    language: Language,
    today: Date,
    index: bool,
}

impl With {
    fn of(look: &Look<'_>) -> Self {
        Self { language: look.language, today: look.today(), index: look.edition.index.is_some() }
    }
}

impl Seeking {
    /// Nothing typed yet.
    pub(super) fn begin(kept: Option<Form>, look: &Look<'_>) -> Self {
        let mut seeking = Self {
            typed: Buffer::new(TYPED_MAX, Takes::Line),
            typed_in: look.language,
            fullest: Buffer::new(TYPED_MAX, Takes::Line),
            fullest_in: look.language,
            found: Vec::new(),
            with: With::of(look),
            opened: false,
            counted: Vec::new(),
            told: false,
            kept,
        };
        seeking.seek(look);
        seeking
    }

    /// The same search, come back to from a form.
    pub(super) fn again(self, kept: Option<Form>) -> Self {
        Self { kept, ..self }
    }

    /// The same search with what is found now.
    pub(super) fn refreshed(mut self, look: &Look<'_>) -> Self {
        if self.with != With::of(look) {
            self.seek(look);
        }
        self
    }

    /// The form that the resident came from.
    pub(super) fn take_kept(&mut self) -> Option<Form> {
        self.kept.take()
    }

    /// Whether nothing that would be sent was filled in. Words to search by are no answers.
    pub(super) fn is_blank(&self) -> bool {
        self.kept.as_ref().is_none_or(Form::is_blank)
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let news = announced(look);
        let cards = self.found.iter().map(|at| card(*at, news.contains(at), look)).collect();
        let found = match (self.typed.is_blank(), look.edition.index.is_some(), self.found.is_empty()) {
            (true, ..) => Found::Suggested(cards),
            (false, false, _) => Found::NotReady,
            (false, true, false) => Found::Answers(cards),
            (false, true, true) => Found::Nothing {
                phone_hours: look.catalogue().municipality.phone_hours.get(look.language).to_owned(),
                call_back: offering::call_back(look).map(|at| at.tile(look)),
            },
        };
        let value = self.typed.text().to_owned();
        let field = Field { label: FieldLabel::Answer, value, multiline: false, max: TYPED_MAX };
        Screen::Ask(AskView { field, found })
    }

    /// Tells what was asked without an answer, when that is worth telling; once only.
    pub(super) fn tell_unfound(&mut self, effects: &mut Effects) {
        if self.opened || self.told || !self.with.index {
            return;
        }
        let (fullest, language) = if longer(&self.typed, &self.fullest) {
            (&self.typed, self.typed_in)
        } else {
            (&self.fullest, self.fullest_in)
        };
        let letters = |words: &str| words.chars().filter(|c| c.is_alphabetic()).count();
        if letters(fullest.text()) < LEAST_LETTERS {
            return;
        }
        self.told = true;
        let words = without_personal_data(fullest.text()).filter(|words| letters(words) >= LEAST_LETTERS);
        effects.extend(words.map(|words| Effect::NotFound { language, words }));
    }

    /// Tells that an answer to what was typed is opened; once only, however often it is looked at.
    fn tell_found(&mut self, at: AnswerAt, look: &Look<'_>, effects: &mut Effects) {
        if self.typed.is_blank() || !self.found.contains(&at) || self.counted.contains(&at) {
            return;
        }
        self.counted.push(at);
        effects.push(Effect::Found { language: self.typed_in, answer: answer(at, look).id.clone() });
    }

    fn on_typing(&mut self, intent: &Intent, look: &Look<'_>, effects: &mut Effects) {
        match intent {
            Intent::Type(c) => {
                self.typed.push(*c);
                self.typed_in = look.language;
            }
            _ => {
                if longer(&self.typed, &self.fullest) {
                    self.fullest.set(self.typed.text());
                    self.fullest_in = self.typed_in;
                }
                self.typed.erase();
            }
        }
        if self.typed.text().is_empty() {
            // Whatever is typed now is another search.
            self.tell_unfound(effects);
            self.fullest.set("");
            (self.opened, self.told) = (false, false);
            self.counted.clear();
        }
        self.seek(look);
    }

    fn seek(&mut self, look: &Look<'_>) {
        self.with = With::of(look);
        let words = self.typed.text().trim();
        self.found = match &look.edition.index {
            _ if words.is_empty() => suggested(look),
            None => Vec::new(),
            Some(index) => {
                let hits = index.search(words, look.language, look.today());
                let hits = hits.into_iter().map(|hit| (hit.product, hit.answer));
                let news = announced(look);
                // Who asks about what was just announced finds that first, however they put it.
                let (first, others): (Vec<_>, Vec<_>) = hits.partition(|at| news.contains(at));
                first.into_iter().chain(others).take(SHOWN).collect()
            }
        };
    }

    fn open(mut self, id: &str, look: &Look<'_>, effects: &mut Effects) -> State {
        match place(id, look) {
            Some(at) => {
                self.opened = true;
                self.tell_found(at, look, effects);
                State::Answer(OpenAnswer::new(at, self))
            }
            None => State::Ask(self),
        }
    }
}

/// A search.
pub(super) fn on_ask(mut seeking: Seeking, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Back) => {
            seeking.tell_unfound(effects);
            return State::Choose(seeking.kept);
        }
        Event::Resident(Intent::ChooseAnswer(id)) => return seeking.open(id, look, effects),
        Event::Resident(Intent::ChooseTask(id)) => {
            if let Some(at) = Place::of(id, look) {
                seeking.tell_unfound(effects);
                let kept = seeking.take_kept();
                return State::Explain(Explaining::new(at, kept, Way::Search(Box::new(seeking))));
            }
        }
        Event::Resident(intent @ (Intent::Type(_) | Intent::Erase)) => {
            seeking.on_typing(intent, look, effects);
        }
        _ => {}
    }
    State::Ask(seeking.refreshed(look))
}

/// Whether an announcement has an answer that is true today.
pub(super) fn has_answers(announcement: &Announcement, look: &Look<'_>) -> bool {
    announcement.answers.iter().any(|id| place(id, look).is_some())
}

/// An answer.
pub(super) fn answer<'a>((product, answer): AnswerAt, look: &Look<'a>) -> &'a Answer {
    &look.catalogue().products[product].answers[answer]
}

/// The question of an answer as people put it, in the language of the visit or else in Dutch.
pub(super) fn question(answer: &Answer, language: Language) -> String {
    let asked = answer.questions.get(&language).or_else(|| answer.questions.get(&Language::Nl));
    asked.and_then(|asked| asked.first()).cloned().unwrap_or_default()
}

fn longer(one: &Buffer, other: &Buffer) -> bool {
    one.text().chars().count() > other.text().chars().count()
}

fn card(at: AnswerAt, news: bool, look: &Look<'_>) -> AnswerCard {
    let answer = answer(at, look);
    AnswerCard {
        answer: answer.id.clone(),
        question: question(answer, look.language),
        product: look.catalogue().products[at.0].title.get(look.language).to_owned(),
        news,
    }
}

/// All answers that are true today.
fn valid<'a>(look: &Look<'a>) -> impl Iterator<Item = (AnswerAt, &'a Answer)> + use<'a> {
    let today = look.today();
    let products = look.catalogue().products.iter().enumerate();
    products
        .flat_map(|(product, of)| of.answers.iter().enumerate().map(move |(at, of)| ((product, at), of)))
        .filter(move |(_, answer)| answer.valid.on(today))
}

fn place(id: &str, look: &Look<'_>) -> Option<AnswerAt> {
    valid(look).find(|(_, answer)| answer.id == id).map(|(at, _)| at)
}

/// The answers of what is announced today.
fn announced(look: &Look<'_>) -> Vec<AnswerAt> {
    let mut found = Vec::new();
    for id in choosing::announcements(look).iter().flat_map(|announcement| &announcement.answers) {
        found.extend(place(id, look).filter(|at| !found.contains(at)));
    }
    found
}

/// What is shown before anything is typed: what was announced, then what is asked most. One of a product;
/// those first that lead to something that can be done here, since that is why people stand here.
fn suggested(look: &Look<'_>) -> Vec<AnswerAt> {
    let mut found = announced(look);
    let common: Vec<_> = valid(look).filter(|(_, answer)| answer.common).collect();
    let leading = offering::offered_now(look).filter_map(|at| {
        let id = &at.task(look).id;
        common.iter().find(|(_, answer)| {
            answer.next.iter().any(|next| matches!(next, zuil_catalogue::Next::Task(task) if task == id))
        })
    });
    for (at, _) in leading.chain(&common) {
        if !found.iter().any(|other: &AnswerAt| other.0 == at.0) {
            found.push(*at);
        }
    }
    found.truncate(SUGGESTED);
    found
}
