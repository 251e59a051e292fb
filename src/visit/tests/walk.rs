//! A resident, a terminal and a printer that do anything at any time, and what must hold all the same.

use zuil_wire::{State, Treated};

use super::*;

/// What a runner would know.
#[derive(Default)]
struct Books {
    open_charge: bool,
    paid: bool,
    committed: bool,
    saved: bool,
    /// How often the slip went to the printer.
    prints: usize,
    /// The printer said that it is not on paper.
    missing: bool,
    charges: usize,
    commits: usize,
    receipts: usize,
    goodbyes: usize,
    readings: usize,
    listening: Option<ReaderKind>,
}

impl Books {
    fn keep(&mut self, effect: &Effect) {
        match effect {
            Effect::Charge(draft) => {
                assert!(!self.open_charge, "two charges at once");
                assert!(!self.paid, "charged after it was paid");
                assert!(!draft.fee.is_zero(), "charged nothing");
                self.open_charge = true;
                self.charges += 1;
            }
            Effect::Commit(draft) => {
                assert!(!self.committed, "committed twice");
                assert!(draft.fee.is_zero(), "gave away what has a fee");
                self.committed = true;
                self.commits += 1;
            }
            Effect::CancelCharge => assert!(self.open_charge, "cancelled what is not open"),
            Effect::Print(slip) => {
                assert!(self.prints < 2, "printed anew more than once");
                assert!(self.prints == 0 || self.missing, "printed anew what is on paper");
                assert!(self.paid || self.committed, "printed what was not kept");
                assert!(!slip.sent.is_empty());
                self.prints += 1;
                self.missing = false;
                self.receipts += 1;
            }
            Effect::FetchReferrals | Effect::LookUpReferral(_) | Effect::LookUpRequest(_) => {}
            Effect::ReferralUsed { .. } => assert!(self.paid || self.committed, "used for nothing"),
            Effect::NotFound { words, .. } => assert!(words.chars().count() >= 3),
            Effect::Found { answer, .. } => assert!(!answer.is_empty()),
            Effect::Listen(reader) => {
                assert_eq!(self.listening, None, "listens to two readers");
                self.listening = Some(*reader);
            }
            Effect::Ignore => assert!(self.listening.take().is_some(), "ignores what nobody listens to"),
            Effect::KeepSurvey { answers, .. } => {
                assert!(self.paid || self.committed);
                assert!(answers.clear.is_none_or(|clear| (1..=5).contains(&clear)));
                let unclear = answers.clear.is_some_and(|clear| clear < 3);
                let unwell = answers.treated.is_some_and(|treated| treated != Treated::Yes);
                let was_asked = unclear || unwell || answers.helped == Some(false);
                assert!(answers.missing.is_none() || was_asked, "says what was missing where all was well");
            }
            Effect::Wipe => {
                assert!(!self.open_charge, "wiped during a payment");
                self.paid = false;
                self.committed = false;
                self.saved = false;
                self.prints = 0;
                self.missing = false;
                self.goodbyes += 1;
            }
        }
    }

    /// Before an event: what it says about money.
    fn expect(&mut self, event: &Event) {
        match event {
            Event::Receipt(outcome) => self.missing |= *outcome != ReceiptOutcome::Printed,
            Event::PaymentDone(done) => {
                let kept = done.transaction.is_some();
                let last_word = done.state == PaymentState::NotPaid || kept;
                if self.open_charge && last_word {
                    self.open_charge = false;
                    self.paid = kept;
                }
            }
            Event::Saved { .. } => self.saved |= self.committed,
            Event::NotSaved => {
                self.open_charge = false;
                self.committed &= self.saved;
            }
            Event::Read(_) if self.listening.take().is_some() => self.readings += 1,
            _ => {}
        }
    }
}

fn any_intent(random: &mut fastrand::Rng, view: &View) -> Intent {
    const KEYS: &[char] =
        &['0', '6', '1', '2', '4', 'a', 'B', '@', '.', ' ', '\n', '\u{7}', 'é', '𝄞', '-', '+', '\u{202e}'];
    // Half of the time something that helps, or no walk would ever come to a receipt.
    if random.bool()
        && let Some(intent) = sensible_intent(random, view)
    {
        return intent;
    }
    let tasks =
        ["report-public-space", "bulky-waste", "call-back", "lost-document", "moving-house", "no-such-task"];
    let answers = ["bulky-waste-how", "bulky-waste-what", "no-such-answer"];
    match random.u8(0..31) {
        0 => Intent::Begin,
        1 => Intent::ChooseLanguage(random.choice(Language::ALL).unwrap()),
        2 => Intent::ToggleLanguages,
        3 => Intent::ChooseTask((*random.choice(&tasks).unwrap()).to_owned()),
        4..=7 => Intent::Next,
        8 => Intent::Back,
        9..=11 => Intent::Type(*random.choice(KEYS).unwrap()),
        12 => Intent::Erase,
        13 => Intent::SelectField(random.usize(0..5)),
        14..=15 => Intent::ChooseOption(random.usize(0..8)),
        16 => Intent::ChooseDay(date(2026, random.i8(1..13), random.i8(1..29))),
        17 => Intent::TurnMonth(random.i8(..)),
        18 => Intent::Change(random.usize(0..7)),
        19 => Intent::CancelPayment,
        20 => Intent::Stop,
        21 => {
            if random.u8(0..6) == 0 {
                Intent::ConfirmStop
            } else {
                Intent::Resume
            }
        }
        22 => Intent::Resume,
        23 => Intent::ToggleHelp,
        24 => Intent::Rate(random.usize(0..7)),
        25 => Intent::TurnTextSize,
        26 => Intent::ToggleContrast,
        27 => Intent::TypeInstead,
        28 => Intent::Ask,
        29 => Intent::ChooseAnswer((*random.choice(&answers).unwrap()).to_owned()),
        _ => Intent::ToggleHidden,
    }
}

/// What someone who wants to get on would do.
fn sensible_intent(random: &mut fastrand::Rng, view: &View) -> Option<Intent> {
    if view.frame.overlay.is_some() {
        return Some(Intent::Resume);
    }
    let Screen::Question(question) = &view.screen else {
        return Some(match &view.screen {
            Screen::Ask(_) => Intent::Back,
            _ => Intent::Next,
        });
    };
    match &question.control {
        Control::Fields { fields, cursor, .. } => {
            let wanted = match fields[*cursor].label {
                FieldLabel::Postcode => "2411AB",
                FieldLabel::HouseNumber => "12",
                FieldLabel::Phone => "0612345678",
                FieldLabel::Email => "naam@voorbeeld.nl",
                _ => "Een lamp is kapot",
            };
            let typed = &fields[*cursor].value;
            match wanted.strip_prefix(typed.as_str()).map(|rest| rest.chars().next()) {
                Some(Some(c)) => Some(Intent::Type(c)),
                Some(None) if cursor + 1 < fields.len() && random.bool() => {
                    Some(Intent::SelectField(cursor + 1))
                }
                Some(None) => Some(Intent::Next),
                None if typed.len() > 3 && fields.len() == 1 => Some(Intent::Next),
                None => Some(Intent::Erase),
            }
        }
        Control::Options { options, .. } if options.iter().any(|option| option.chosen) => Some(Intent::Next),
        Control::Options { options, .. } => Some(Intent::ChooseOption(random.usize(0..options.len()))),
        Control::Contact { way: None, .. } => Some(Intent::ChooseOption(1)),
        Control::Contact { field, .. } => {
            let wanted = if field.label == FieldLabel::Phone { "0612345678" } else { "naam@voorbeeld.nl" };
            let rest = wanted.strip_prefix(field.value.as_str());
            Some(rest.map_or(Intent::Erase, |rest| rest.chars().next().map_or(Intent::Next, Intent::Type)))
        }
        Control::Hold { stage: HoldStage::Read, .. } => Some(Intent::Next),
        Control::Hold { stage: HoldStage::Waiting, .. } => {
            Some(if random.bool() { Intent::TypeInstead } else { Intent::Next })
        }
        Control::Hold { fields, cursor, .. } => {
            let wanted = match fields[*cursor].label {
                FieldLabel::Expiry => "09-03-2031",
                FieldLabel::DocumentNumber => "SPECI2014",
                _ => "12345678",
            };
            let rest = wanted.strip_prefix(fields[*cursor].value.as_str());
            Some(rest.map_or(Intent::Erase, |rest| {
                rest.chars().find(|c| *c != '-').map_or(Intent::Next, Intent::Type)
            }))
        }
        Control::Calendar { days, later, .. } => {
            let open: Vec<Day> = days.iter().flatten().copied().filter(|day| day.available).collect();
            match (open.iter().any(|day| day.chosen), random.choice(&open)) {
                (true, _) => Some(Intent::Next),
                (false, Some(day)) => Some(Intent::ChooseDay(day.date)),
                (false, None) => Some(Intent::TurnMonth(if *later { 1 } else { -1 })),
            }
        }
    }
}

fn any_reading(random: &mut fastrand::Rng) -> Event {
    match random.u8(0..3) {
        0 => Event::Read(Reading::WastePass("04A1B2C3D4E5F6".to_owned())),
        1 => Event::Read(Reading::Document {
            kind: DocumentKind::Passport,
            number: "L898902C3".to_owned(),
            expires: date(2031, 3, 9),
        }),
        _ => Event::Unreadable,
    }
}

fn any_event(random: &mut fastrand::Rng, view: &View) -> Event {
    let held = matches!(&view.screen, Screen::Question(question) if matches!(question.control, Control::Hold { .. }));
    if held && random.u8(0..4) == 0 {
        return any_reading(random);
    }
    let waiting = matches!(view.screen, Screen::Saving { .. } | Screen::Pay { .. });
    if !waiting && random.u8(0..10) > 0 {
        return Event::Resident(any_intent(random, view));
    }
    let why = [WhyNotPaid::Declined, WhyNotPaid::Stopped, WhyNotPaid::TimedOut, WhyNotPaid::TerminalGone];
    let states = [State::Saved, State::Received, State::Registered, State::Parked];
    match random.u8(0..17) {
        0..=1 => saved(),
        2 => Event::NotSaved,
        3 => Event::StateChanged { id: ID, state: random.choice(states).unwrap() },
        4 => Event::StateChanged { id: Uuid::from_u128(9), state: random.choice(states).unwrap() },
        5 => Event::Terminal(TerminalStep::PresentCard),
        6 => paid(PaymentState::Paid),
        7 => paid(PaymentState::Unknown),
        8 => not_paid(random.choice(why).unwrap()),
        9 => Event::Receipt(ReceiptOutcome::Printed),
        10 => Event::Receipt(ReceiptOutcome::NotPrinted(WhyNotPrinted::CoverOpen)),
        11 => Event::Offer(Offer {
            card: random.u8(0..4) > 0,
            printer: random.bool(),
            printer_trouble: None,
            network: random.bool(),
            document_reader: random.bool(),
            pass_reader: random.bool(),
        }),
        12 if random.u8(0..8) == 0 => Event::OutOfService(Some(OutOfService::Storage)),
        13 => Event::OutOfService(None),
        14 => Event::Headphones(random.bool()),
        15 => any_reading(random),
        _ => Event::Resident(any_intent(random, view)),
    }
}

/// What must hold of everything that is shown.
fn check(view: &View, pillar: &Pillar) {
    let frame = &view.frame;
    match &view.screen {
        Screen::Attract { .. } | Screen::OutOfService(_) => {
            assert!(matches!(pillar.visit.state, state::State::Attract | state::State::Closed(_)));
            assert!(!frame.can_stop && !frame.can_go_back && frame.progress.is_none());
            assert!(!matches!(frame.overlay, Some(Overlay::IdleWarning { .. } | Overlay::ConfirmStop)));
        }
        Screen::Saving { .. } => assert!(!frame.can_stop && !frame.can_go_back && !frame.can_go_on),
        Screen::Pay { stage: PayStage::Busy { stopping, .. }, amount } => {
            assert!(!frame.can_go_back && !frame.can_go_on && !amount.is_zero());
            assert_eq!(frame.can_stop, !stopping);
            assert!(!matches!(frame.overlay, Some(Overlay::IdleWarning { .. } | Overlay::ConfirmStop)));
        }
        Screen::Question(question) => {
            let progress = frame.progress.expect("a question says where one is");
            assert!((1..=progress.of).contains(&progress.step), "{progress:?}");
            assert!(frame.can_go_back && frame.can_go_on && frame.can_stop);
            if let Control::Hold { can_hold, stage, unreadable, .. } = &question.control {
                assert!(*can_hold || (*stage == HoldStage::Typing && !unreadable));
            }
            if let Control::Fields { fields, cursor, .. } | Control::Hold { fields, cursor, .. } =
                &question.control
            {
                assert!(*cursor < fields.len());
                assert!(fields.iter().all(|field| field.value.chars().count() <= field.max));
                let control = |c: char| c.is_control() && c != '\n';
                assert!(!fields.iter().any(|field| field.value.contains(control)));
            }
        }
        Screen::Review { lines, .. } => assert!(!lines.is_empty()),
        Screen::Explain { missing, elsewhere, .. } => {
            let leads_on = elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.call_back);
            assert_eq!(frame.can_go_on, !missing.is_some_and(Missing::prevents) || leads_on);
            assert_eq!(missing.is_some(), elsewhere.is_some());
        }
        Screen::Ask(ask) => {
            assert!(frame.can_go_back && frame.can_stop && !frame.can_go_on);
            assert!(ask.field.value.chars().count() <= ask.field.max);
        }
        Screen::Goodbye => assert!(!frame.can_stop),
        _ => assert!(frame.can_stop),
    }
    assert_eq!(frame.progress.is_some(), matches!(view.screen, Screen::Question(_)));
}

#[test]
fn whatever_happens_in_whatever_order_nothing_breaks_and_nobody_pays_twice() {
    let mut books = Books::default();
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut pillar = pillar();
        books = Books {
            open_charge: false,
            paid: false,
            committed: false,
            saved: false,
            prints: 0,
            missing: false,
            listening: None,
            ..books
        };
        for _ in 0..2000 {
            let view = pillar.view();
            check(&view, &pillar);
            assert_eq!(view, pillar.view(), "looking changes nothing");
            let steps = [0, 50, 300, 1000, 4000];
            let step = if random.u8(0..100) == 0 { 90_000 } else { *random.choice(&steps).unwrap() };
            pillar.now.uptime += Duration::from_millis(step);
            if random.u16(0..500) == 0 {
                let jump = date(2026, random.i8(1..13), random.i8(1..29)).at(random.i8(0..24), 0, 0, 0);
                pillar.clock_jumps_to(jump);
            }
            pillar.tell(Event::Tick);
            pillar.done().iter().for_each(|effect| books.keep(effect));
            let event = any_event(&mut random, &pillar.view());
            books.expect(&event);
            pillar.tell(event);
            pillar.done().iter().for_each(|effect| books.keep(effect));
        }
    }
    let Books { charges, commits, receipts, goodbyes, readings, .. } = books;
    assert!(readings > 20, "only {readings} readings");
    assert!(
        charges > 20 && commits > 20 && receipts > 20 && goodbyes > 100,
        "the walk must come everywhere: {charges} charges, {commits} commits, {receipts} receipts, {goodbyes} ends"
    );
}
