//! The till, with a terminal that says what the story wants and a disk that may fail.

use std::sync::Mutex;

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_wire::{Header, PROTOCOL_VERSION};

use super::*;
use crate::devices::terminal::{Details, Last, LastPayment, Memory, Prompt, Turnover};
use crate::outbox::{OutboxError, SqliteOutbox};
use crate::visit::{CardLines, TerminalStep};
use crate::waypoint::NoWaypoints;

const FEE: Cents = Cents(1735);
const TERMINAL: &str = "52523535";
const ANOTHER_TERMINAL: &str = "11112222";

/// A terminal that does nothing by itself and remembers what it was asked.
#[derive(Clone, Default)]
struct ScriptedTerminal(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    charges: Vec<Charge>,
    charged: usize,
    cancelled: usize,
    last_payment: usize,
    days_ended: usize,
}

impl PaymentTerminal for ScriptedTerminal {
    fn charge(&self, charge: Charge) {
        let mut asked = self.0.lock().unwrap();
        asked.charged += 1;
        asked.charges.push(charge);
    }

    fn cancel(&self) {
        self.0.lock().unwrap().cancelled += 1;
    }

    fn ask_last_payment(&self) {
        self.0.lock().unwrap().last_payment += 1;
    }

    fn end_of_day(&self) {
        self.0.lock().unwrap().days_ended += 1;
    }

    fn diagnose(&self) {}
}

fn remembers(last: Last) -> TerminalEvent {
    TerminalEvent::Remembers(Memory { last, turnover: None })
}

/// A till with its terminal and its disk.
struct Counter {
    till: Till,
    terminal: ScriptedTerminal,
    outbox: Arc<SqliteOutbox>,
    folder: TempDir,
    now: Duration,
    next: u64,
    payment: Uuid,
    keep: Option<Keep>,
}

impl Counter {
    /// A till that was just switched on.
    fn switched_on(folder: TempDir, next: u64) -> Self {
        let path = folder.path().join("outbox.sqlite");
        let outbox = Arc::new(SqliteOutbox::open_or_salvage(&path, Timestamp::UNIX_EPOCH).unwrap());
        let terminal = ScriptedTerminal::default();
        let till = Till::new(Some(Box::new(terminal.clone())), outbox.clone(), Arc::new(NoWaypoints));
        let (now, payment) = (Duration::ZERO, Uuid::nil());
        Self { till, terminal, outbox, folder, now, next, payment, keep: None }
    }

    /// A till that has run for an hour, whose terminal gave receipt 230 last.
    fn open() -> Self {
        let mut counter = Self::switched_on(tempfile::tempdir().unwrap(), 1);
        counter.ready().remembers(230).after_seconds(3600);
        counter
    }

    /// The power goes, and comes back. The terminal has not said anything yet.
    fn after_a_power_cut(self) -> Self {
        let Self { till, outbox, folder, next, .. } = self;
        drop((till, outbox));
        Self::switched_on(folder, next)
    }

    fn says(&mut self, event: TerminalEvent) -> Option<Event> {
        self.till.terminal_said(event, self.now);
        self.till.take_news().into_iter().rfind(|event| !matches!(event, Event::PaymentSettled { .. }))
    }

    fn ready(&mut self) -> &mut Self {
        self.says(TerminalEvent::Condition(Condition::Ready));
        self
    }

    fn lost(&mut self) -> &mut Self {
        self.says(TerminalEvent::Condition(Condition::Offline));
        self
    }

    fn remembers(&mut self, receipt: u16) -> &mut Self {
        self.remembers_of(TERMINAL, receipt)
    }

    fn remembers_of(&mut self, terminal: &str, receipt: u16) -> &mut Self {
        let mut details = details(receipt);
        details.terminal_id = terminal.into();
        self.says(remembers(Last::Payment(LastPayment { approved: true, details, reverses: None })));
        self
    }

    fn after_seconds(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self.till.tick(self.now);
        self
    }

    fn disk_fails(&mut self, fails: bool) -> &mut Self {
        self.outbox.set_read_only(fails);
        self
    }

    fn try_begin(&mut self) -> Result<(), NotKept> {
        let number = self.next;
        self.next += 1;
        self.till.begin(FEE, sealed(number), Timestamp::UNIX_EPOCH, self.now)
    }

    /// A resident pays; the terminal is asked.
    fn begins(&mut self) -> &mut Self {
        self.try_begin().unwrap();
        let charge = self.terminal.0.lock().unwrap().charges.pop().unwrap();
        assert_eq!(charge.amount, FEE);
        (self.payment, self.keep) = (charge.payment, Some(charge.before_acknowledge));
        self
    }

    /// The terminal tells an outcome and waits for the answer.
    fn tells(&mut self, outcome: &Outcome) -> Result<(), NotRecorded> {
        (self.keep.take().unwrap())(outcome)
    }

    fn approves(&mut self, receipt: u16) -> &mut Self {
        self.tells(&paid(receipt)).unwrap();
        self
    }

    /// The terminal's last word; gives what the visit hears.
    fn ends(&mut self, outcome: Outcome) -> Event {
        self.says(TerminalEvent::Done(self.payment, outcome)).unwrap()
    }

    /// What the hub would be told, in order.
    fn told(&self) -> Vec<(PaymentState, Option<u16>)> {
        let pending = self.outbox.pending(64).unwrap().into_iter();
        pending
            .map(|item| item.payment.unwrap())
            .map(|payment| (payment.state, payment.receipt_number))
            .collect()
    }

    fn is_settled(&self) -> bool {
        self.outbox.open_payments().unwrap().is_empty()
    }

    /// How often the terminal was asked for its last payment since the last look.
    fn asked(&self) -> usize {
        std::mem::take(&mut self.terminal.0.lock().unwrap().last_payment)
    }
}

fn details(receipt_number: u16) -> Details {
    let card_scheme = "Maestro".into();
    Details { amount: FEE, terminal_id: TERMINAL.into(), receipt_number, card_scheme, trace: None }
}

fn paid(receipt: u16) -> Outcome {
    Outcome::Paid(details(receipt))
}

fn sealed(number: u64) -> Sealed {
    let header = Header {
        version: PROTOCOL_VERSION,
        id: Uuid::from_u128(u128::from(number)),
        pillar: "voorbeeld".into(),
        sequence: number,
        reference: Reference::from_bits(number),
        committed_at: Timestamp::UNIX_EPOCH,
        key_id: "k1".into(),
    };
    Sealed { header, encapsulated_key: "a2V5".into(), ciphertext: "c2VhbGVk".into() }
}

fn kept(number: u64) -> (Uuid, Reference) {
    (Uuid::from_u128(u128::from(number)), Reference::from_bits(number))
}

fn hears_paid(number: u64, receipt: u16) -> Event {
    Event::PaymentDone(PaymentDone {
        state: PaymentState::Paid,
        why_not: None,
        transaction: Some(kept(number)),
        card: Some(CardLines {
            scheme: "Maestro".into(),
            terminal_id: TERMINAL.into(),
            receipt_number: receipt,
        }),
    })
}

fn hears_unknown(number: u64) -> Event {
    let transaction = Some(kept(number));
    Event::PaymentDone(PaymentDone { state: PaymentState::Unknown, why_not: None, transaction, card: None })
}

fn hears_not_paid(why: WhyNotPaid) -> Event {
    let why_not = Some(why);
    Event::PaymentDone(PaymentDone { state: PaymentState::NotPaid, why_not, transaction: None, card: None })
}

#[test]
fn a_request_goes_to_the_hub_when_the_charge_stands_and_not_when_it_is_approved() {
    let mut counter = Counter::open();
    counter.begins().approves(231);
    assert_eq!(counter.told(), []);
    assert!(!counter.is_settled());
    assert!(!counter.till.take_changed(), "there is nothing to send yet");
    counter.asked();
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))]);
    assert!(counter.till.take_changed());
    assert!(counter.till.can_charge(counter.now), "the next resident can pay at once");
    assert_eq!(counter.asked(), 1, "what it remembers now is what the next payment is held against");
}

#[test]
fn the_intent_names_the_receipt_and_the_terminal_before_it() {
    let mut counter = Counter::open();
    counter.begins();
    let open = counter.outbox.open_payments().unwrap();
    assert_eq!((open[0].last_receipt, open[0].last_terminal.as_deref()), (Some(230), Some(TERMINAL)));
    counter.approves(231);
    counter.ends(paid(231));
    counter.remembers(231).begins();
    let open = counter.outbox.open_payments().unwrap();
    assert_eq!((open[0].last_receipt, open[0].last_terminal.as_deref()), (Some(231), Some(TERMINAL)));
}

#[test]
fn a_terminal_that_has_never_charged_is_a_baseline_too() {
    let mut counter = Counter::switched_on(tempfile::tempdir().unwrap(), 1);
    counter.ready();
    assert!(!counter.till.can_begin());
    counter.says(remembers(Last::None));
    counter.begins();
    let open = counter.outbox.open_payments().unwrap();
    assert_eq!((open[0].last_receipt, open[0].last_terminal.as_deref()), (Some(0), None));
}

#[test]
fn an_approved_charge_whose_end_was_not_heard_is_unknown_until_the_terminal_tells_what_stands() {
    for (remembered, told) in [
        (231, vec![(PaymentState::Paid, Some(231))]),
        (230, vec![(PaymentState::Unknown, Some(231))]),
        (232, vec![(PaymentState::Unknown, Some(231))]),
    ] {
        let mut counter = Counter::open();
        counter.begins().approves(231);
        counter.asked();
        assert_eq!(counter.ends(Outcome::Unknown), hears_unknown(1));
        assert_eq!(counter.told(), [(PaymentState::Unknown, Some(231))]);
        assert!(counter.till.take_changed());
        assert_eq!(counter.asked(), 1);
        assert!(!counter.till.can_begin());
        counter.remembers(remembered);
        assert_eq!(counter.told(), told, "it remembers {remembered}");
        assert_eq!(counter.till.take_changed(), remembered == 231);
        assert_eq!(counter.till.can_begin(), remembered == 231);
    }
}

#[test]
fn a_power_cut_before_the_acknowledgement_is_settled_by_the_terminals_memory_and_sent_by_itself() {
    for (remembered, told, settled) in [
        (231, vec![(PaymentState::Paid, Some(231))], true),
        (230, vec![(PaymentState::Unknown, Some(231))], false),
        (232, vec![(PaymentState::Unknown, Some(231))], false),
    ] {
        let mut counter = Counter::open();
        counter.begins().approves(231);
        let mut counter = counter.after_a_power_cut();
        assert_eq!(counter.told(), []);
        counter.ready().remembers(remembered);
        assert_eq!(counter.told(), told, "it remembers {remembered}");
        assert_eq!((counter.is_settled(), counter.till.can_begin()), (settled, settled));
        assert!(counter.till.take_changed(), "the sync is woken without another errand");
    }
}

#[test]
fn a_charge_that_was_taken_back_leaves_nothing_and_is_called_not_saved() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    assert_eq!(counter.tells(&paid(231)), Err(NotRecorded));
    counter.disk_fails(false).asked();
    assert_eq!(counter.ends(Outcome::TakenBack), Event::NotSaved);
    assert!(counter.is_settled());
    assert_eq!(counter.told(), []);
    assert!(!counter.till.can_begin(), "the terminal's memory is not known");
    assert_eq!(counter.asked(), 1);
    assert!(counter.remembers(230).till.can_begin());
}

#[test]
fn a_charge_that_was_taken_back_on_a_full_disk_is_written_down_when_there_is_room() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    assert_eq!(counter.tells(&paid(231)), Err(NotRecorded));
    assert_eq!(counter.ends(Outcome::TakenBack), Event::NotSaved);
    // A memory that would prove it paid does not count against the terminal's own word.
    counter.remembers(231);
    assert!(!counter.is_settled() && !counter.till.can_begin());
    counter.disk_fails(false).after_seconds(60).remembers(230);
    assert!(counter.is_settled() && counter.till.can_begin());
    assert_eq!(counter.told(), []);
}

#[test]
fn a_refusal_is_told_as_a_refusal_even_when_it_cannot_be_written_down() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    assert_eq!(counter.tells(&Outcome::Declined(5)), Err(NotRecorded));
    assert_eq!(counter.ends(Outcome::Declined(5)), hears_not_paid(WhyNotPaid::Declined));
    assert!(!counter.remembers(230).till.can_begin(), "it is open as long as it is not written down");
    counter.after_seconds(60);
    assert!(!counter.is_settled());
    counter.disk_fails(false).after_seconds(60);
    assert!(counter.is_settled(), "tried again by itself");
    assert!(counter.till.can_begin());
    assert_eq!(counter.told(), [], "no reference was given away");
}

#[test]
fn a_refusal_that_a_power_cut_kept_from_the_disk_is_settled_by_the_terminal() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    assert_eq!(counter.tells(&Outcome::Declined(5)), Err(NotRecorded));
    counter.ends(Outcome::Declined(5));
    let mut counter = counter.after_a_power_cut();
    assert!(!counter.is_settled());
    assert!(counter.ready().remembers(230).till.can_begin());
    assert!(counter.is_settled());
    assert_eq!(counter.told(), [(PaymentState::NotPaid, None)], "nobody knows what the resident read");
}

/// The slip says that the request is saved, and it was.
#[test]
fn an_unknown_payment_that_a_power_cut_kept_from_the_disk_is_told_though_nobody_was_charged() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    counter.ends(Outcome::Unknown);
    let mut counter = counter.after_a_power_cut();
    assert_eq!(counter.told(), [], "the terminal is asked first");
    counter.ready().remembers(230);
    assert!(counter.is_settled());
    assert_eq!(counter.told(), [(PaymentState::NotPaid, None)]);
}

#[test]
fn a_line_that_is_lost_after_a_refusal_does_not_make_it_unknown() {
    for disk_fails in [false, true] {
        let mut counter = Counter::open();
        counter.begins().disk_fails(disk_fails);
        assert_eq!(counter.tells(&Outcome::Declined(5)).is_err(), disk_fails);
        assert_eq!(counter.ends(Outcome::Unknown), hears_not_paid(WhyNotPaid::Declined));
        counter.disk_fails(false).after_seconds(60);
        assert!(counter.is_settled());
        assert_eq!(counter.told(), []);
    }
}

#[test]
fn a_charge_that_stands_is_paid_even_when_its_last_write_fails() {
    let mut counter = Counter::open();
    counter.begins().approves(231).disk_fails(true);
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
    assert_eq!(counter.told(), []);
    assert!(!counter.till.can_begin());
    counter.lost().ready().remembers(232).after_seconds(60);
    assert!(!counter.is_settled());
    counter.disk_fails(false).till.take_changed();
    counter.lost();
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))], "giving up does not make it unknown");
    assert!(counter.till.take_changed());
    assert!(counter.ready().remembers(231).till.can_begin());
}

#[test]
fn a_charge_that_stands_outlives_a_failed_write_and_a_power_cut() {
    let mut counter = Counter::open();
    counter.begins().approves(231).disk_fails(true);
    counter.ends(paid(231));
    let mut counter = counter.after_a_power_cut();
    counter.ready().remembers(231);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))]);
}

#[test]
fn without_a_durable_intent_the_terminal_is_not_asked() {
    let mut counter = Counter::open();
    counter.disk_fails(true);
    assert!(matches!(counter.try_begin(), Err(NotKept::Outbox(OutboxError::ReadOnly(_)))));
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 0);
    counter.disk_fails(false).begins();
}

#[test]
fn no_card_is_taken_while_a_payment_is_open_and_the_terminal_is_asked_every_minute() {
    let mut counter = Counter::open();
    counter.begins();
    assert!(matches!(counter.try_begin(), Err(NotKept::NoCard)), "one at a time");
    assert_eq!(counter.ends(Outcome::Unknown), hears_unknown(1));
    counter.remembers(229);
    assert!(matches!(counter.try_begin(), Err(NotKept::NoCard)));
    counter.asked();
    assert_eq!(counter.after_seconds(59).asked(), 0);
    assert_eq!(counter.after_seconds(1).asked(), 1);
    assert_eq!(counter.after_seconds(1).asked(), 0);
    assert_eq!(counter.after_seconds(59).asked(), 1);
    assert!(counter.remembers(230).till.can_begin());
    assert_eq!(counter.after_seconds(3600).asked(), 0, "nothing is open any more");
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 1);
}

#[test]
fn a_terminal_that_did_not_tell_its_last_payment_is_asked_again() {
    let mut counter = Counter::switched_on(tempfile::tempdir().unwrap(), 1);
    assert_eq!(counter.ready().asked(), 1);
    assert_eq!(counter.after_seconds(60).asked(), 1);
    assert!(!counter.till.can_begin());
    assert!(counter.remembers(230).till.can_begin());
}

#[test]
fn what_the_terminal_remembered_before_a_payment_says_nothing_of_it() {
    let mut counter = Counter::open();
    counter.begins().remembers(230).approves(231).remembers(230);
    assert!(!counter.is_settled(), "the old receipt does not make it not paid");
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
    counter.remembers(231).begins();
    assert_eq!(counter.outbox.open_payments().unwrap()[0].last_receipt, Some(231));
}

#[test]
fn a_resident_who_stops_pays_nothing_and_the_next_one_waits_for_the_terminals_memory() {
    let mut counter = Counter::open();
    counter.begins();
    let prompt = TerminalEvent::Prompt(counter.payment, Prompt::PresentCard);
    assert_eq!(counter.says(prompt), Some(Event::Terminal(TerminalStep::PresentCard)));
    counter.till.cancel();
    assert_eq!(counter.terminal.0.lock().unwrap().cancelled, 1);
    counter.asked();
    assert_eq!(counter.ends(Outcome::Aborted), hears_not_paid(WhyNotPaid::Stopped));
    assert!(counter.is_settled());
    assert_eq!(counter.asked(), 1);
    assert!(!counter.till.can_begin());
    // This terminal counts payments that were stopped.
    counter.remembers(231).begins();
    assert_eq!(counter.outbox.open_payments().unwrap()[0].last_receipt, Some(231));
}

#[test]
fn a_stop_that_came_too_late_is_still_paid() {
    let mut counter = Counter::open();
    counter.begins().till.cancel();
    counter.approves(231);
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
}

#[test]
fn every_end_but_a_clean_payment_asks_for_the_terminals_memory() {
    let ends = [
        (Outcome::Declined(5), hears_not_paid(WhyNotPaid::Declined)),
        (Outcome::Aborted, hears_not_paid(WhyNotPaid::Stopped)),
        (Outcome::TimedOut, hears_not_paid(WhyNotPaid::TimedOut)),
        (Outcome::NotAsked, hears_not_paid(WhyNotPaid::TerminalGone)),
        (Outcome::TakenBack, Event::NotSaved),
        (Outcome::Unknown, hears_unknown(1)),
    ];
    for (outcome, heard) in ends {
        let mut counter = Counter::open();
        counter.begins().asked();
        assert_eq!(counter.ends(outcome), heard);
        assert_eq!((counter.asked(), counter.till.can_begin()), (1, false), "{heard:?}");
        assert!(counter.remembers(230).till.can_begin(), "{heard:?}");
    }
}

#[test]
fn a_word_about_another_payment_changes_nothing() {
    let mut counter = Counter::open();
    counter.begins();
    assert_eq!(counter.says(TerminalEvent::Done(Uuid::nil(), Outcome::Declined(5))), None);
    assert_eq!(counter.says(TerminalEvent::Prompt(Uuid::nil(), Prompt::EnterPin)), None);
    counter.approves(231);
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
}

#[test]
fn a_terminal_that_boots_slower_than_the_pillar_is_waited_for() {
    let mut counter = Counter::open();
    counter.begins().approves(231);
    let mut counter = counter.after_a_power_cut();
    counter.lost().after_seconds(59);
    assert_eq!(counter.told(), []);
    counter.ready().remembers(231);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))], "never told as unknown");
}

#[test]
fn a_terminal_that_stays_away_for_a_minute_leaves_the_payment_unknown_until_it_is_back() {
    let mut counter = Counter::open();
    counter.begins();
    let mut counter = counter.after_a_power_cut();
    counter.lost().after_seconds(60);
    assert_eq!(counter.told(), [(PaymentState::Unknown, None)]);
    assert!(counter.till.take_changed());
    counter.after_seconds(60);
    assert!(!counter.till.take_changed(), "told once");
    counter.ready().remembers(231);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))]);
    assert!(counter.till.take_changed() && counter.till.can_begin());
}

#[test]
fn a_terminal_that_goes_away_with_something_open_is_given_up_on_at_once() {
    let mut counter = Counter::open();
    counter.begins().disk_fails(true);
    assert_eq!(counter.ends(Outcome::Unknown), hears_unknown(1));
    counter.disk_fails(false).lost();
    assert_eq!(counter.told(), [(PaymentState::Unknown, None)]);
}

#[test]
fn giving_up_is_tried_again_when_the_disk_failed() {
    let mut counter = Counter::open();
    counter.begins();
    let mut counter = counter.after_a_power_cut();
    counter.disk_fails(true).after_seconds(60);
    assert_eq!(counter.told(), []);
    counter.disk_fails(false).after_seconds(60);
    assert_eq!(counter.told(), [(PaymentState::Unknown, None)]);
}

#[test]
fn settling_is_tried_again_when_the_disk_failed() {
    let mut counter = Counter::open();
    counter.begins().approves(231);
    let mut counter = counter.after_a_power_cut();
    counter.ready().disk_fails(true).remembers(231);
    assert!(!counter.till.can_begin());
    counter.disk_fails(false).asked();
    assert_eq!(counter.after_seconds(60).asked(), 1);
    counter.remembers(231);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))]);
}

#[test]
fn without_a_terminal_what_is_open_is_told_as_unknown_at_once() {
    let mut counter = Counter::open();
    counter.begins();
    let outbox = counter.outbox.clone();
    drop(counter.till);
    let mut till = Till::new(None, outbox.clone(), Arc::new(NoWaypoints));
    assert!(till.take_changed() && !till.can_begin());
    assert_eq!(outbox.pending(64).unwrap()[0].payment.clone().unwrap().state, PaymentState::Unknown);
}

#[test]
fn another_terminal_in_its_place_settles_nothing_and_is_asked_before_it_takes_a_card() {
    let mut counter = Counter::open();
    counter.begins();
    let mut counter = counter.after_a_power_cut();
    counter.ready().remembers_of(ANOTHER_TERMINAL, 230);
    assert!(!counter.is_settled(), "its receipt 230 is not the one from before");
    counter.remembers_of(ANOTHER_TERMINAL, 231);
    assert_eq!(counter.told(), [(PaymentState::Unknown, None)]);

    let mut counter = Counter::open();
    counter.lost().ready();
    assert!(!counter.till.can_begin(), "it may be another one");
    counter.remembers_of(ANOTHER_TERMINAL, 7).begins();
    let open = counter.outbox.open_payments().unwrap();
    assert_eq!((open[0].last_receipt, open[0].last_terminal.as_deref()), (Some(7), Some(ANOTHER_TERMINAL)));
}

#[test]
fn a_payment_with_another_receipt_than_was_approved_is_unknown() {
    let mut counter = Counter::open();
    counter.begins().approves(231);
    assert_eq!(counter.ends(paid(232)), hears_unknown(1));
    assert!(!counter.till.can_begin());
    counter.remembers(231);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))]);
}

fn sums(last: Last, count: u32) -> TerminalEvent {
    let total = Cents(u64::from(count) * FEE.0);
    let turnover = Some(Turnover { terminal_id: TERMINAL.into(), count, total });
    TerminalEvent::Remembers(Memory { last, turnover })
}

#[test]
fn a_resident_who_tries_again_at_once_waits_for_the_terminal_and_not_in_vain() {
    let mut counter = Counter::open();
    counter.begins();
    counter.ends(Outcome::Declined(5));
    assert!(counter.till.can_charge(counter.now) && !counter.till.can_begin());
    counter.try_begin().unwrap();
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 1, "not before it told what it remembers");
    counter.remembers(231);
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 2);
    assert_eq!(counter.outbox.open_payments().unwrap()[0].last_receipt, Some(231));
}

#[test]
fn a_payment_that_waits_for_a_terminal_that_says_nothing_is_given_up_after_a_moment() {
    let mut counter = Counter::open();
    counter.begins();
    counter.ends(Outcome::Declined(5));
    counter.try_begin().unwrap();
    counter.after_seconds(5);
    assert_eq!(counter.till.take_news(), [hears_not_paid(WhyNotPaid::TerminalGone)]);
    counter.remembers(231);
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 1, "nobody stands there any more");
    assert!(counter.is_settled());
}

#[test]
fn a_payment_that_waits_for_the_terminal_can_be_stopped() {
    let mut counter = Counter::open();
    counter.begins();
    counter.ends(Outcome::Declined(5));
    counter.try_begin().unwrap();
    counter.till.cancel();
    assert_eq!(counter.till.take_news(), [hears_not_paid(WhyNotPaid::Stopped)]);
    assert_eq!(counter.terminal.0.lock().unwrap().cancelled, 0);
    counter.remembers(231);
    assert_eq!(counter.terminal.0.lock().unwrap().charged, 1);
}

#[test]
fn a_terminal_that_repeats_no_receipts_takes_cards_as_long_as_it_tells_its_sums() {
    let mut counter = Counter::switched_on(tempfile::tempdir().unwrap(), 1);
    counter.ready().says(remembers(Last::NotTold));
    assert!(!counter.till.can_begin(), "nothing could ever be proved");
    counter.says(sums(Last::NotTold, 4));
    counter.begins();
    counter.ends(Outcome::Unknown);
    assert!(!counter.till.can_begin());
    counter.says(sums(Last::NotTold, 5));
    assert_eq!(counter.told(), [(PaymentState::Paid, None)]);
    assert!(counter.till.can_begin());
}

#[test]
fn a_resident_who_still_stands_there_hears_that_the_payment_was_found() {
    let mut counter = Counter::open();
    counter.begins().approves(231);
    counter.ends(Outcome::Unknown);
    counter.till.terminal_said(
        remembers(Last::Payment(LastPayment { approved: true, details: details(231), reverses: None })),
        counter.now,
    );
    let Event::PaymentDone(PaymentDone { card, .. }) = hears_paid(1, 231) else { unreachable!() };
    let settled = Event::PaymentSettled { id: kept(1).0, state: PaymentState::Paid, card };
    assert_eq!(counter.till.take_news(), [settled]);
}

#[test]
fn staff_who_found_out_what_became_of_a_payment_give_the_next_resident_a_terminal() {
    for state in [PaymentState::Paid, PaymentState::NotPaid] {
        let mut counter = Counter::open();
        counter.begins();
        counter.ends(Outcome::Unknown);
        counter.says(sums(Last::NotTold, 7));
        assert!(counter.till.is_blocked(counter.now));
        counter.till.take_changed();
        counter.till.settled_by_staff(counter.payment, state);
        assert!(!counter.till.is_blocked(counter.now) && counter.till.can_begin());
        assert_eq!(counter.told(), [(state, None)]);
        assert!(counter.till.take_changed(), "the hub is told");
    }
}

#[test]
fn staff_cannot_settle_a_payment_that_is_going_on() {
    let mut counter = Counter::open();
    counter.begins();
    counter.till.settled_by_staff(counter.payment, PaymentState::NotPaid);
    counter.approves(231);
    assert_eq!(counter.ends(paid(231)), hears_paid(1, 231));
    counter.till.settled_by_staff(counter.payment, PaymentState::NotPaid);
    assert_eq!(counter.told(), [(PaymentState::Paid, Some(231))], "nor one that is settled");
}

#[test]
fn the_day_is_closed_only_when_nothing_is_open() {
    let mut counter = Counter::open();
    counter.begins();
    assert!(!counter.till.close_day());
    counter.ends(Outcome::Unknown);
    counter.says(sums(Last::NotTold, 7));
    assert!(!counter.till.close_day(), "the sums are a witness");
    counter.remembers(230);
    assert!(counter.till.close_day());
    assert_eq!(counter.terminal.0.lock().unwrap().days_ended, 1);
    assert!(!counter.till.can_begin(), "what it remembers is about to change");
    counter.asked();
    counter.says(TerminalEvent::DayEnded(Ok(())));
    assert_eq!(counter.asked(), 1);
    assert!(counter.remembers(230).till.can_begin());
}

#[test]
fn a_terminal_that_never_tells_what_it_remembers_is_said_to_take_no_cards() {
    let mut counter = Counter::switched_on(tempfile::tempdir().unwrap(), 1);
    counter.ready().says(remembers(Last::NotTold));
    counter.after_seconds(1).after_seconds(58);
    assert!(!counter.till.is_blocked(counter.now), "it may still tell");
    counter.after_seconds(2);
    assert!(counter.till.is_blocked(counter.now));
    counter.remembers(230).after_seconds(1);
    assert!(!counter.till.is_blocked(counter.now) && counter.till.can_begin());
}

#[test]
fn after_a_loss_in_the_journal_no_card_is_taken_until_a_person_has_agreed() {
    let Counter { till, outbox, folder, next, .. } = Counter::open();
    drop((till, outbox));
    let path = folder.path().join("outbox.sqlite");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(8192).unwrap();
    let mut counter = Counter::switched_on(folder, next);
    counter.ready().remembers(230).after_seconds(3600);
    assert!(counter.till.is_blocked(counter.now) && !counter.till.can_begin());
    SqliteOutbox::agree_to_salvage(&path).unwrap();
    let mut counter = counter.after_a_power_cut();
    counter.ready().remembers(230).after_seconds(3600);
    assert!(!counter.till.is_blocked(counter.now) && counter.till.can_begin());
}
