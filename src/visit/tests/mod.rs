//! Stories about residents, told through `handle` and `view` only.

mod bad_luck;
mod counting;
mod editions;
mod errands;
mod holding;
mod inquiring;
mod languages;
mod paper;
mod referring;
mod seeking;
mod survey;
mod time;
mod walk;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, DateTime, date};
use uuid::Uuid;
use zuil_wire::{PaymentState, Reference};

use super::*;
use zuil_catalogue::{Catalogue, Language};

/// A pillar of the example municipality and whoever stands before it. It is 22 November 2026, a Sunday.
struct Pillar {
    visit: Visit,
    now: Now,
    effects: Vec<Effect>,
}

/// A pillar with everything in order.
fn pillar() -> Pillar {
    let mut pillar = bare_pillar();
    pillar.tell(Event::Offer(ALL));
    pillar
}

/// A pillar whose devices have not said a word yet.
fn bare_pillar() -> Pillar {
    pillar_of(example())
}

/// A pillar of a municipality of its own.
fn pillar_of(catalogue: Arc<Catalogue>) -> Pillar {
    pillar_of_edition(catalogue.into())
}

/// A pillar of an edition of the catalogue.
fn pillar_of_edition(edition: zuil_catalogue::Edition) -> Pillar {
    let now = Now { uptime: Duration::from_secs(1000), wall: date(2026, 11, 22).at(10, 0, 0, 0) };
    Pillar { visit: Visit::new(edition, VisitSettings::default()), now, effects: Vec::new() }
}

fn example() -> Arc<Catalogue> {
    Arc::new(Catalogue::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example")).unwrap())
}

const ALL: Offer = Offer {
    card: true,
    printer: true,
    printer_trouble: None,
    network: true,
    document_reader: false,
    pass_reader: false,
};

const ID: Uuid = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);

fn reference() -> Reference {
    Reference::from_bits(0x0003_1415_9265_3589)
}

fn paid(state: PaymentState) -> Event {
    let transaction = (state != PaymentState::NotPaid).then(|| (ID, reference()));
    let card = (state == PaymentState::Paid).then(|| CardLines {
        scheme: "Maestro".to_owned(),
        terminal_id: "52523535".to_owned(),
        receipt_number: 231,
    });
    Event::PaymentDone(PaymentDone { state, why_not: None, transaction, card })
}

fn not_paid(why: WhyNotPaid) -> Event {
    Event::PaymentDone(PaymentDone {
        state: PaymentState::NotPaid,
        why_not: Some(why),
        transaction: None,
        card: None,
    })
}

fn saved() -> Event {
    Event::Saved { id: ID, reference: reference() }
}

fn received() -> Event {
    Event::StateChanged { id: ID, state: zuil_wire::State::Received }
}

impl Pillar {
    /// Something happens. Its effects are kept until they are [`Self::done`].
    fn tell(&mut self, event: Event) -> &mut Self {
        self.effects.extend(self.visit.handle(event, self.now));
        self
    }

    fn does(&mut self, intent: Intent) -> &mut Self {
        self.tell(Event::Resident(intent))
    }

    fn next(&mut self) -> &mut Self {
        self.does(Intent::Next)
    }

    fn back(&mut self) -> &mut Self {
        self.does(Intent::Back)
    }

    fn types(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|c| {
            self.does(Intent::Type(c));
        });
        self
    }

    fn touches(&mut self, option: usize) -> &mut Self {
        self.does(Intent::ChooseOption(option))
    }

    /// Time passes, with a tick every second.
    fn waits(&mut self, seconds: u64) -> &mut Self {
        for _ in 0..seconds {
            self.now.uptime += Duration::from_secs(1);
            self.now.wall = self.now.wall.saturating_add(jiff::ToSpan::second(1));
            self.tell(Event::Tick);
        }
        self
    }

    fn clock_jumps_to(&mut self, wall: DateTime) -> &mut Self {
        self.now.wall = wall;
        self
    }

    /// Begins in a language and opens the explanation of a task.
    fn opens(&mut self, language: Language, task: &str) -> &mut Self {
        self.does(Intent::Begin).does(Intent::ChooseLanguage(language));
        self.does(Intent::ChooseTask(task.to_owned()))
    }

    /// The effects since the last time.
    fn done(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn view(&self) -> View {
        self.visit.view(self.now)
    }

    fn screen(&self) -> Screen {
        self.view().screen
    }

    #[track_caller]
    fn question(&self) -> QuestionView {
        match self.screen() {
            Screen::Question(question) => question,
            other => panic!("no question but {other:?}"),
        }
    }

    #[track_caller]
    fn asks(&mut self, title: &str) -> &mut Self {
        assert_eq!(self.question().title, title);
        self
    }

    #[track_caller]
    fn expects(&mut self, expected: Expected) -> &mut Self {
        assert_eq!(self.question().expected, Some(expected));
        self
    }

    #[track_caller]
    fn fields(&self) -> Vec<String> {
        match self.question().control {
            Control::Fields { fields, .. } => fields.into_iter().map(|field| field.value).collect(),
            Control::Contact { field, .. } => vec![field.value],
            Control::Hold { fields, .. } => fields.into_iter().map(|field| field.value).collect(),
            other => panic!("no fields but {other:?}"),
        }
    }

    #[track_caller]
    fn chosen(&self) -> Vec<usize> {
        match self.question().control {
            Control::Options { options, .. } => {
                (0..options.len()).filter(|index| options[*index].chosen).collect()
            }
            other => panic!("no options but {other:?}"),
        }
    }

    #[track_caller]
    fn review(&self) -> Vec<(String, ReviewAnswer)> {
        match self.screen() {
            Screen::Review { lines, .. } => lines.into_iter().map(|line| (line.label, line.answer)).collect(),
            other => panic!("no review but {other:?}"),
        }
    }

    #[track_caller]
    fn receipt(&self) -> ReceiptView {
        match self.screen() {
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => receipt,
            other => panic!("no receipt but {other:?}"),
        }
    }

    #[track_caller]
    fn pay_stage(&self) -> PayStage {
        match self.screen() {
            Screen::Pay { stage, .. } => stage,
            other => panic!("no payment but {other:?}"),
        }
    }

    #[track_caller]
    fn is_waiting_for_someone(&mut self) -> &mut Self {
        assert!(matches!(self.screen(), Screen::Attract { .. }), "{:?}", self.screen());
        assert!(matches!(self.visit.state, state::State::Attract));
        self
    }

    /// Fills in a request to be called back, up to the review.
    fn fills_in_call_back(&mut self) -> &mut Self {
        self.next().touches(1).next();
        self.types("Noor Bakker").next();
        self.types("0612345678").next();
        self.touches(0).next()
    }

    /// Fills in a pick-up of bulky waste, up to the review.
    fn fills_in_bulky_waste(&mut self) -> &mut Self {
        self.next().types("2411ab").does(Intent::SelectField(1)).types("12").next();
        self.touches(0).touches(1).next();
        self.does(Intent::ChooseDay(TUESDAY)).next();
        // Has no waste pass at hand.
        self.next()
    }

    /// Fills in a pick-up of bulky waste and begins to pay.
    fn pays_for_bulky_waste(&mut self) -> &mut Self {
        self.opens(Language::Nl, "bulky-waste").fills_in_bulky_waste().next()
    }
}

const TUESDAY: Date = date(2026, 12, 1);

fn text(words: &str) -> ReviewAnswer {
    ReviewAnswer::Text(words.to_owned())
}

fn charges(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Charge(_))).count()
}
