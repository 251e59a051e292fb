//! Something held against the pillar instead of typed, well and badly.

use super::*;

const READERS: Offer = Offer { document_reader: true, pass_reader: true, ..ALL };

fn passport() -> Event {
    Event::Read(Reading::Document {
        kind: DocumentKind::Passport,
        number: "SPECI2014".to_owned(),
        expires: date(2031, 3, 9),
    })
}

fn pass() -> Event {
    Event::Read(Reading::WastePass("04A1B2C3D4E5F6".to_owned()))
}

impl Pillar {
    /// Reports a lost document up to the question about its number.
    fn comes_to_the_document(&mut self) -> &mut Self {
        self.opens(Language::Nl, "lost-document").next();
        self.touches(0).next().touches(2).next();
        self.asks("Weet u het nummer van het document?")
    }

    /// Goes on to the review from there.
    fn goes_on_to_the_review(&mut self) -> &mut Self {
        self.next().touches(1).types("naam@voorbeeld.nl").next()
    }

    /// Has bulky waste picked up, up to the question about the pass.
    fn comes_to_the_pass(&mut self) -> &mut Self {
        self.opens(Language::Nl, "bulky-waste").next().types("2411ab");
        self.does(Intent::SelectField(1)).types("12").next();
        self.touches(0).next().does(Intent::ChooseDay(TUESDAY)).next();
        self.asks("Wat is het nummer van uw afvalpas?")
    }

    pub(super) fn erases(&mut self, characters: usize) -> &mut Self {
        for _ in 0..characters {
            self.does(Intent::Erase);
        }
        self
    }

    #[track_caller]
    fn stage(&self) -> (HoldStage, bool) {
        match self.question().control {
            Control::Hold { stage, unreadable, .. } => (stage, unreadable),
            other => panic!("nothing to hold but {other:?}"),
        }
    }
}

fn with_readers() -> Pillar {
    let mut pillar = bare_pillar();
    pillar.tell(Event::Offer(READERS));
    pillar
}

#[test]
fn a_passport_fills_in_its_number_and_expiry_and_waits_to_be_confirmed() {
    let mut pillar = with_readers();
    pillar.comes_to_the_document();
    assert_eq!(pillar.done(), [Effect::Listen(ReaderKind::Document)]);
    assert_eq!(pillar.stage(), (HoldStage::Waiting, false));
    pillar.tell(passport());
    assert_eq!(pillar.done(), [Effect::Listen(ReaderKind::Document)], "another may be held");
    assert_eq!(pillar.stage(), (HoldStage::Read, false));
    assert_eq!(pillar.fields(), ["SPECI2014", "09-03-2031"]);
    pillar.goes_on_to_the_review();
    assert_eq!(pillar.done(), [Effect::Ignore]);
    let Screen::Review { lines, .. } = pillar.screen() else { panic!("no review") };
    let line = lines.iter().find(|line| line.label == "Nummer van het document").unwrap();
    assert_eq!(line.answer, text("Paspoort SPECI2014, geldig tot 9 maart 2031"));
    assert!(line.masked);
    pillar.next();
    let effects = pillar.done();
    let [Effect::Commit(draft)] = effects.as_slice() else { panic!("{effects:?}") };
    let line = draft.answers.iter().find(|line| line.question == "document").unwrap();
    assert_eq!(line.value, "passport SPECI2014 2031-03-09");
    assert_eq!(line.display, "Paspoort SPECI2014, geldig tot 9 maart 2031");
}

#[test]
fn nothing_is_listened_to_but_the_question_on_the_screen() {
    let mut pillar = with_readers();
    pillar.opens(Language::Nl, "lost-document").tell(passport()).tell(Event::Unreadable);
    assert_eq!(pillar.done(), []);
    pillar.back();
    pillar.comes_to_the_document();
    assert_eq!(pillar.fields(), ["", ""], "what came before is not remembered");
    pillar.tell(pass());
    assert_eq!(pillar.fields(), ["", ""], "a waste pass is no document");
    pillar.back();
    assert!(pillar.done().contains(&Effect::Ignore));
    pillar.does(Intent::Stop).does(Intent::ConfirmStop).is_waiting_for_someone();
}

#[test]
fn what_could_not_be_read_is_said_kindly_and_forgotten_when_it_is() {
    let mut pillar = with_readers();
    pillar.comes_to_the_document().tell(Event::Unreadable);
    assert_eq!(pillar.stage(), (HoldStage::Waiting, true));
    pillar.tell(passport());
    assert_eq!(pillar.stage(), (HoldStage::Read, false));
    pillar.tell(Event::Unreadable);
    assert_eq!(pillar.stage(), (HoldStage::Read, true));
    assert_eq!(pillar.fields(), ["SPECI2014", "09-03-2031"], "what was read stays");
}

#[test]
fn a_reader_that_is_unplugged_leaves_the_keyboard_and_the_answers() {
    let mut pillar = with_readers();
    pillar.comes_to_the_document().tell(passport()).done();
    pillar.tell(Event::Offer(Offer { document_reader: false, ..READERS }));
    assert_eq!(pillar.done(), [Effect::Ignore]);
    assert_eq!(pillar.stage(), (HoldStage::Typing, false));
    assert_eq!(pillar.fields(), ["SPECI2014", "09-03-2031"]);
    pillar.tell(Event::Offer(READERS));
    assert_eq!(pillar.done(), [Effect::Listen(ReaderKind::Document)]);
    assert_eq!(pillar.stage(), (HoldStage::Read, false));
}

#[test]
fn without_a_reader_the_number_is_typed_and_checked() {
    let mut pillar = pillar();
    pillar.comes_to_the_document();
    assert_eq!(pillar.stage(), (HoldStage::Typing, false));
    pillar.types("speco2014").next().expects(Expected::ADocumentNumber);
    pillar.erases(9).types("speci2014").does(Intent::SelectField(1)).types("3102").next();
    pillar.expects(Expected::ADateOfExpiry);
    assert_eq!(pillar.fields(), ["SPECI2014", "31-02"]);
    pillar.erases(4).types("09032031").goes_on_to_the_review();
    assert_eq!(pillar.review()[2].1, text("SPECI2014, geldig tot 9 maart 2031"));
    assert_eq!(pillar.done(), []);
}

#[test]
fn who_knows_no_expiry_leaves_it_and_who_has_nothing_skips() {
    let mut pillar = pillar();
    pillar.comes_to_the_document().types("SPECI2014").goes_on_to_the_review();
    assert_eq!(pillar.review()[2].1, text("SPECI2014"));
    let mut pillar = with_readers();
    pillar.comes_to_the_document().goes_on_to_the_review();
    assert_eq!(pillar.review()[2].1, ReviewAnswer::Skipped);
}

#[test]
fn who_rather_types_may_and_can_still_hold_it() {
    let mut pillar = with_readers();
    pillar.comes_to_the_document().does(Intent::TypeInstead).types("SP");
    assert_eq!(pillar.stage(), (HoldStage::Typing, false));
    pillar.tell(Event::Unreadable);
    assert_eq!((pillar.stage(), pillar.fields()[0].as_str()), ((HoldStage::Typing, true), "SP"));
    pillar.tell(passport());
    assert_eq!((pillar.stage().0, pillar.fields()[0].as_str()), (HoldStage::Read, "SPECI2014"));
}

#[test]
fn a_foreign_number_is_taken_when_it_was_read_and_not_when_it_was_changed() {
    let foreign = Event::Read(Reading::Document {
        kind: DocumentKind::IdentityCard,
        number: "D23145890734".to_owned(),
        expires: date(2030, 4, 15),
    });
    let mut pillar = with_readers();
    pillar.comes_to_the_document().tell(foreign).goes_on_to_the_review();
    assert_eq!(pillar.review()[2].1, text("Identiteitskaart D23145890734, geldig tot 15 april 2030"));
    pillar.does(Intent::Change(2)).does(Intent::SelectField(0)).does(Intent::Erase).next();
    pillar.expects(Expected::ADocumentNumber);
}

#[test]
fn a_waste_pass_is_read_or_its_number_typed() {
    let mut pillar = with_readers();
    pillar.comes_to_the_pass();
    assert_eq!(pillar.done(), [Effect::Listen(ReaderKind::Pass)]);
    pillar.tell(pass()).next();
    let line = pillar.review().pop().unwrap();
    assert_eq!(line, ("Afvalpas".to_owned(), text("04A1B2C3D4E5F6 (pas gelezen)")));
    let mut pillar = self::pillar();
    pillar.comes_to_the_pass().types("12 3").next();
    pillar.expects(Expected::APassNumber { least: 6, most: 12 });
    pillar.types("4567").next();
    assert_eq!(pillar.review().pop().unwrap().1, text("1234567"));
}

#[test]
fn holding_something_against_the_reader_says_that_someone_is_there() {
    let mut pillar = with_readers();
    pillar.comes_to_the_document().waits(65);
    assert!(matches!(pillar.view().frame.overlay, Some(Overlay::IdleWarning { .. })));
    pillar.tell(passport());
    assert_eq!(pillar.view().frame.overlay, None);
    pillar.waits(100).is_waiting_for_someone();
    assert!(pillar.done().ends_with(&[Effect::Wipe, Effect::Ignore]), "it listens for nobody");
}
