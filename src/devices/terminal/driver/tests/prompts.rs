//! What a resident is told while the terminal deals with the card.

use super::*;

fn trouble(trouble: Trouble) -> Prompt {
    Prompt::Trouble { trouble, remove_card: false }
}

#[test]
fn a_resident_who_mistypes_the_pin_is_told_how_often_it_can_be_tried_and_pays() {
    let mut table = Table::ready();
    table.terminal.act(Act::MistypePin);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    let wrong = trouble(Trouble::WrongPin { tries_left: Some(2) });
    assert_eq!(
        table.prompts(),
        [
            Prompt::Connecting,
            Prompt::PresentCard,
            Prompt::EnterPin,
            wrong,
            Prompt::Authorising,
            Prompt::RemoveCard
        ]
    );
}

#[test]
fn a_resident_whose_card_cannot_be_read_is_told_so_and_pays_at_the_second_try() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertBadly);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert!(table.has_prompted(trouble(Trouble::CardUnreadable)));
}

#[test]
fn a_resident_who_walks_away_after_an_unreadable_card_is_a_time_out() {
    let mut driver = at_the_card_prompt();
    feed(&mut driver, &Packet::IntermediateStatus(Intermediate::new(0x0C)));
    let later = Duration::from_secs(40);
    driver.handle(Input::Bytes(&hex("06")), later);
    let abort = crate::devices::terminal::frame::encode(&Packet::Abort(codes::ABORTED).encode());
    let outputs = driver.handle(Input::Bytes(&abort), later);
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::TimedOut)));
}

#[test]
fn a_terminal_that_asks_for_ten_minutes_gets_them_and_one_that_asks_for_more_does_not() {
    for (minutes, quiet, silent) in
        [(Some(10), 590, 610), (Some(99), 890, 910), (None, 170, 190), (Some(1), 170, 190)]
    {
        let mut driver = at_the_card_prompt();
        feed(&mut driver, &Packet::IntermediateStatus(Intermediate { minutes, ..Intermediate::new(0x0E) }));
        driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
        let done = TerminalEvent::Done(payment(1), Outcome::Unknown);
        assert!(!tells(&driver.handle(Input::Tick, Duration::from_secs(1 + quiet)), &done), "{minutes:?}");
        assert!(tells(&driver.handle(Input::Tick, Duration::from_secs(1 + silent)), &done), "{minutes:?}");
    }
}

#[test]
fn a_stop_at_any_moment_ends_as_the_terminal_says() {
    let (mut stopped, mut paid) = (0, 0);
    for step in 0..40 {
        let mut table = Table::ready();
        table.terminal.pace.pin = Duration::from_secs(2);
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.input(Input::Cancel);
        let outcome = table.until_done();
        let charged = table.terminal.ledger.charged();
        match outcome {
            Outcome::Aborted => {
                stopped += 1;
                assert_eq!(charged, [], "step {step}");
            }
            Outcome::Paid(_) => {
                paid += 1;
                assert_eq!(charged.len(), 1, "step {step}");
            }
            other => panic!("step {step}: {other:?}"),
        }
    }
    assert!(stopped > 3, "{stopped} stopped, {paid} paid");
}

#[test]
fn a_stop_after_the_bank_was_asked_is_refused_and_the_payment_goes_on() {
    let mut table = Table::ready();
    table.terminal.pace.bank = Duration::from_secs(6);
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::Authorising)));
    for _ in 0..3 {
        table.input(Input::Cancel);
        table.settle(Duration::from_secs(1));
    }
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert_eq!(table.terminal.ledger.charged(), [first_payment()]);
}
