//! Stories about errands that count: what they cost, how many children there are, numbers that prove
//! themselves. They are told of a small made-up municipality whose tasks have all of that.

use std::fs;

use super::*;
use zuil_wire::{AnswerLine, Cents};

const MUNICIPALITY: &str = r#"version = "1"
name = "Voorbeeldhuizen"
phone = "14 0100"
website = "www.voorbeeldhuizen.example"
phone_hours.nl = "op werkdagen"
welcome.nl = "Welkom"
privacy.nl = "Er blijft niets achter."
tasks = ["permit", "school", "winter", "berth"]
"#;

const HEAD: &str = r#"upl = "contactgegevens"
icon = "phone"
minutes = 2
title.nl = "Proef"
summary.nl = "Een proef."
next_steps.nl = "Niets."
"#;

/// 4.10 a metre a month.
const BERTH: &str = r#"[fee]
label.nl = "Ligplaats"
[[fee.parts]]
amount = "4.10"
per = ["metres", "months"]
[[questions]]
id = "metres"
kind = "number"
min = 2
max = 20
unit.nl = "meter"
label.nl = "Lengte"
title.nl = "Hoe lang is de boot?"
[[questions]]
id = "months"
kind = "number"
min = 1
max = 7
unit.nl = "maanden"
label.nl = "Duur"
title.nl = "Hoeveel maanden?"
"#;

/// 12.50 a month, 20.00 a month for a second car, nothing for a carer; 5.00 for a paper in post.
const PERMIT: &str = r#"receipt = ["plate", "months"]
[fee]
label.nl = "Vergunning"
free_when = [{ question = "which", is = ["carer"] }]
[[fee.parts]]
fee = "first"
when = { question = "which", is = ["first"] }
per = "months"
[[fee.parts]]
amount = "20.00"
when = { question = "which", not = ["first", "carer"] }
per = "months"
[[fee.parts]]
amount = "5.00"
when = [{ question = "paper", is = ["yes"] }, { question = "months", at_least = 3 }]
[[questions]]
id = "which"
kind = "choice"
label.nl = "Soort"
title.nl = "Welke?"
options = [{ id = "first", text.nl = "Eerste" }, { id = "second", text.nl = "Tweede" }, { id = "carer", text.nl = "Zorg" }]
[[questions]]
id = "plate"
kind = "licence-plate"
label.nl = "Kenteken"
title.nl = "Kenteken?"
[[questions]]
id = "months"
kind = "number"
min = 1
max = 12
unit.nl = "maanden"
label.nl = "Duur"
title.nl = "Hoe lang?"
[[questions]]
id = "paper"
kind = "yes-no"
label.nl = "Papier"
title.nl = "Op papier?"
when = { question = "months", at_least = 3 }
[[questions]]
id = "account"
kind = "iban"
required = false
label.nl = "Rekening"
title.nl = "Rekening?"
[[questions]]
id = "owner"
kind = "text"
label.nl = "Op naam van"
title.nl = "Op naam van?"
when = { question = "account", answered = true }
"#;

const SCHOOL: &str = r#"receipt = ["children"]
[fee]
label.nl = "Vervoer"
[[fee.parts]]
amount = "10.00"
per = "children"
[[questions]]
id = "children"
kind = "group"
max = 3
row.nl = "Kind"
more.nl = "Nog een kind?"
[[questions.questions]]
id = "name"
kind = "text"
label.nl = "naam"
title.nl = "Hoe heet het?"
[[questions.questions]]
id = "born"
kind = "birth-date"
label.nl = "geboren"
title.nl = "Wanneer is het geboren?"
[[questions]]
id = "place"
kind = "place"
label.nl = "Plek"
title.nl = "Waar stapt het op?"
landmarks = [{ id = "church", text.nl = "Bij de kerk" }]
"#;

const WINTER: &str = r#"[offered]
from = "11-15"
until = "02-28"
hours = "09:00-17:00"
[[questions]]
id = "amount"
kind = "amount"
max = 500
label.nl = "Bedrag"
title.nl = "Hoeveel?"
"#;

fn small() -> Arc<Catalogue> {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    fs::create_dir(folder.path().join("tasks")).unwrap();
    write("municipality.toml", MUNICIPALITY);
    write("addresses.csv", "postcode,street,town,first,last,parity\n2411AB,Lindehof,Dorp,2,40,even\n");
    write("fees.toml", "year = 2026\n[first]\namount = \"12.50\"\n");
    for (task, text) in [("permit", PERMIT), ("school", SCHOOL), ("winter", WINTER), ("berth", BERTH)] {
        write(&format!("tasks/{task}.toml"), &format!("{HEAD}{text}"));
    }
    Arc::new(Catalogue::load(folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

fn small_pillar() -> Pillar {
    let mut pillar = Pillar { visit: Visit::new(small(), VisitSettings::default()), ..bare_pillar() };
    pillar.tell(Event::Offer(ALL));
    pillar
}

impl Pillar {
    fn asks_for_a_permit(&mut self, which: usize, months: &str) -> &mut Self {
        self.opens(Language::Nl, "permit").next();
        self.touches(which).next().types("gb001b").next().types(months).next()
    }

    #[track_caller]
    fn fee(&self) -> Option<Cents> {
        match self.screen() {
            Screen::Review { fee, .. } => fee,
            other => panic!("no review but {other:?}"),
        }
    }

    fn charged(&mut self) -> Draft {
        let charged = self.done().into_iter().find_map(|effect| match effect {
            Effect::Charge(draft) => Some(draft),
            _ => None,
        });
        charged.expect("something was charged")
    }
}

#[test]
fn a_fee_that_depends_is_said_to_depend_and_counted_from_the_answers() {
    let mut pillar = small_pillar();
    pillar.opens(Language::Nl, "permit");
    assert!(matches!(pillar.screen(), Screen::Explain { fee: Some(FeeView::Depends), .. }));
    for (which, months, paper, fee) in [
        (0, "1", None, Some(1_250)),
        (0, "12", Some(1), Some(15_000)),
        (0, "3", Some(0), Some(3_750 + 500)),
        (1, "2", None, Some(4_000)),
        (2, "12", Some(0), None),
    ] {
        let mut pillar = small_pillar();
        pillar.asks_for_a_permit(which, months);
        if let Some(paper) = paper {
            pillar.asks("Op papier?").touches(paper).next();
        }
        pillar.asks("Rekening?").next();
        assert_eq!(pillar.fee(), fee.map(Cents), "{which} {months} {paper:?}");
    }
}

#[test]
fn a_berth_costs_metres_times_months() {
    let mut pillar = small_pillar();
    pillar.opens(Language::Nl, "berth").next();
    pillar.types("7").next().types("3").next();
    assert_eq!(pillar.fee(), Some(Cents(7 * 3 * 410)));
}

#[test]
fn what_is_charged_and_printed_is_what_the_review_said() {
    let mut pillar = small_pillar();
    pillar.asks_for_a_permit(1, "2").next();
    assert_eq!(pillar.fee(), Some(Cents(4_000)));
    pillar.next();
    assert_eq!(pillar.charged().fee, Cents(4_000));
    pillar.tell(paid(PaymentState::Paid)).tell(received());
    let slip = pillar.done().into_iter().find_map(|effect| match effect {
        Effect::Print(slip) => Some(slip),
        _ => None,
    });
    let slip = slip.expect("a receipt");
    assert_eq!(slip.payment.as_ref().unwrap().amount, Cents(4_000));
    let line = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    assert_eq!(slip.sent, [line("Kenteken", "GB-001-B"), line("Duur", "2 maanden")], "what the task names");
}

#[test]
fn what_is_free_after_all_is_sent_and_not_charged() {
    let mut pillar = small_pillar();
    pillar.asks_for_a_permit(2, "2").next().next();
    assert_eq!(charges(&pillar.effects), 0);
    assert!(
        pillar.effects.iter().any(|effect| matches!(effect, Effect::Commit(draft) if draft.fee.is_zero()))
    );
}

#[test]
fn a_number_out_of_its_limits_is_asked_again() {
    let mut pillar = small_pillar();
    pillar.asks_for_a_permit(0, "13").expects(Expected::ANumber { least: 1, most: 12 });
    let Control::Fields { found, keyboard, .. } = pillar.question().control else { panic!("fields") };
    assert_eq!((found.as_str(), keyboard), ("13 maanden", Keyboard::Digits));
    pillar.does(Intent::Erase).next().asks("Rekening?");
}

#[test]
fn a_question_is_asked_when_another_was_answered_and_not_skipped() {
    let mut pillar = small_pillar();
    pillar.asks_for_a_permit(0, "1").types("nl91abna0417164300").next().asks("Op naam van?");
    pillar.back().asks("Rekening?");
    assert_eq!(pillar.fields(), ["NL91 ABNA 0417 1643 00"]);
    pillar.does(Intent::Erase).next().expects(Expected::AnIban);
    for _ in 0..30 {
        pillar.does(Intent::Erase);
    }
    pillar.next();
    assert_eq!(
        pillar.review()[3..],
        [("Rekening".to_owned(), ReviewAnswer::Skipped)],
        "and no name is asked"
    );
}

/// Two children, up to the place.
fn with_two_children(pillar: &mut Pillar) {
    pillar.opens(Language::Nl, "school").next();
    pillar.asks("Kind 1: Hoe heet het?").types("Noor").next();
    pillar.asks("Kind 1: Wanneer is het geboren?").types("09032018").next();
    pillar.asks("Nog een kind?").touches(0).next();
    pillar.asks("Kind 2: Hoe heet het?").types("Sem").next();
    pillar.types("10042020").next();
    pillar.asks("Nog een kind?").touches(1).next();
}

#[test]
fn each_child_is_asked_for_and_paid_for() {
    let mut pillar = small_pillar();
    with_two_children(&mut pillar);
    pillar.asks("Waar stapt het op?").touches(1).next();
    assert_eq!(pillar.fee(), Some(Cents(2_000)));
    let labels: Vec<String> = pillar.review().into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Kind 1: naam", "Kind 1: geboren", "Kind 2: naam", "Kind 2: geboren", "Plek"]);
    pillar.next();
    let answers = pillar.charged().answers.clone();
    let ids: Vec<&str> = answers.iter().map(|line: &AnswerLine| line.question.as_str()).collect();
    assert_eq!(
        ids,
        ["children-1-name", "children-1-born", "children-2-name", "children-2-born", "place"],
        "\"another one?\" is no answer"
    );
}

#[test]
fn a_line_of_the_review_that_is_touched_is_the_one_that_is_changed() {
    let mut pillar = small_pillar();
    with_two_children(&mut pillar);
    pillar.touches(0).next();
    pillar.does(Intent::Change(2)).asks("Kind 2: Hoe heet het?").types("my").next();
    assert_eq!(pillar.review()[2], ("Kind 2: naam".to_owned(), text("Semmy")));
}

#[test]
fn a_child_that_was_taken_back_is_not_sent() {
    let mut pillar = small_pillar();
    with_two_children(&mut pillar);
    pillar.back().back().back().back().asks("Nog een kind?").touches(1).next();
    pillar.asks("Waar stapt het op?").touches(0).next();
    assert_eq!(pillar.fee(), Some(Cents(1_000)));
    assert_eq!(pillar.review().len(), 3);
}

#[test]
fn a_group_ends_by_itself_when_it_is_full() {
    let mut pillar = small_pillar();
    with_two_children(&mut pillar);
    pillar.back().touches(0).next().types("Lot").next().types("11052021").next();
    pillar.asks("Waar stapt het op?");
}

#[test]
fn somewhere_else_is_described() {
    let mut pillar = small_pillar();
    with_two_children(&mut pillar);
    let Control::Options { options, .. } = pillar.question().control else { panic!("options") };
    assert_eq!(options.len(), 3, "here, the church, somewhere else");
    pillar.touches(2).next().asks("In welke straat, en bij welk nummer?").types("Kerkstraat 3").next();
    assert_eq!(pillar.review().last().unwrap(), &("Plek".to_owned(), text("Kerkstraat 3")));
}

#[test]
fn a_day_of_birth_that_is_still_to_come_is_asked_again() {
    let mut pillar = small_pillar();
    pillar.opens(Language::Nl, "school").next().types("Noor").next();
    pillar.types("23112026").next().expects(Expected::ABirthDate);
    assert_eq!(pillar.fields(), ["23-11-2026"]);
}

#[test]
fn an_errand_of_the_winter_is_there_in_winter_and_in_its_hours() {
    let mut pillar = small_pillar();
    let offered = |pillar: &Pillar| match pillar.screen() {
        Screen::Attract { tiles, .. } => tiles.iter().any(|tile| tile.task == "winter"),
        other => panic!("{other:?}"),
    };
    for (wall, there) in [
        (date(2026, 11, 22).at(10, 0, 0, 0), true),
        (date(2026, 11, 22).at(8, 59, 59, 0), false),
        (date(2026, 11, 22).at(17, 0, 0, 0), false),
        (date(2026, 11, 14).at(10, 0, 0, 0), false),
        (date(2027, 1, 1).at(10, 0, 0, 0), true),
        (date(2027, 2, 28).at(10, 0, 0, 0), true),
        (date(2027, 3, 1).at(10, 0, 0, 0), false),
    ] {
        assert_eq!(offered(pillar.clock_jumps_to(wall)), there, "{wall}");
    }
}

#[test]
fn an_amount_is_in_whole_euros() {
    let mut pillar = small_pillar();
    pillar.opens(Language::Nl, "winter").next().types("501").next();
    pillar.expects(Expected::AnAmount { least: 0, most: 500 });
    pillar.does(Intent::Erase).next();
    assert_eq!(pillar.review(), [("Bedrag".to_owned(), text("€\u{a0}50"))]);
}

#[test]
fn an_errand_that_waits_for_what_the_pillar_cannot_do_yet_says_so_and_is_not_begun() {
    let mut pillar = pillar();
    pillar.does(Intent::Begin).does(Intent::ChooseLanguage(Language::Nl));
    let Screen::Choose { tiles, .. } = pillar.screen() else { panic!("the choice of task") };
    let tile = tiles.iter().find(|tile| tile.task == "parking-permit").unwrap();
    assert_eq!(tile.missing, Some(Missing::DigiD));
    pillar.does(Intent::ChooseTask("parking-permit".to_owned()));
    assert!(matches!(pillar.screen(), Screen::Explain { missing: Some(Missing::DigiD), .. }));
    pillar.next();
    assert!(matches!(pillar.screen(), Screen::Explain { missing: None, .. }), "to be called back instead");
}
