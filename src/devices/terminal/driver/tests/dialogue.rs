//! A captured dialogue, replayed byte for byte.

use super::*;

pub const APPROVED: &str = "10 02 04 0F 37 27 00 04 00 00 00 00 17 35 49 09 78 0B 00 10 10 42 0C 14 05 10 10 \
    0D 11 22 87 02 31 29 52 52 35 35 22 F0 F8 67 72 89 EE EE EE 12 30 8A 05 8B F0 F8 \
    4D 61 65 73 74 72 6F 00 10 03 C2 A2";

/// P is what the terminal says, E what the pillar answers to it at once.
pub const REGISTRATION: &[&str] = &[
    "E 10 02 06 00 06 12 34 56 B8 09 78 10 03 52 FA",
    "P 06",
    "P 10 02 80 00 00 10 03 F5 1F",
    "E 06",
    "P 10 02 06 0F 0A 19 00 29 52 52 35 35 49 09 78 10 03 74 40",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "E 10 02 05 01 03 12 34 56 10 03 E0 43",
    "P 06",
    "P 10 02 80 00 00 10 03 F5 1F",
    "E 06",
    "P 10 02 06 0F 00 10 03 C6 33",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "E 10 02 06 20 03 12 34 56 10 03 C5 6A",
    "P 06",
    "P 10 02 84 83 00 10 03 91 8E",
    "E 06 10 02 06 10 10 03 12 34 56 10 03 15 AD",
    "P 06",
    "P 10 02 84 83 00 10 03 91 8E",
    "E 06",
];

/// After the registration and after every payment that was not made.
const LAST_PAYMENT_OF_A_NEW_TERMINAL: &[&str] = &[
    "E 10 02 05 01 03 12 34 56 10 03 E0 43",
    "P 06",
    "P 10 02 80 00 00 10 03 F5 1F",
    "E 06",
    "P 10 02 06 0F 00 10 03 C6 33",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "E 10 02 06 20 03 12 34 56 10 03 C5 6A",
    "P 06",
    "P 10 02 84 83 00 10 03 91 8E",
    "E 06",
];

const PAYMENT: &[&str] = &[
    "E 10 02 06 01 0A 04 00 00 00 00 17 35 49 09 78 10 03 73 8E",
    "P 06",
    "P 10 02 80 00 00 10 03 F5 1F",
    "E 06",
    "P 10 02 04 FF 01 0A 10 03 F5 7D",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 04 FF 01 0E 10 03 95 1A",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 04 FF 01 0C 10 03 25 29",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    APPROVED_LINE,
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 06 0F 00 10 03 C6 33",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
];
const APPROVED_LINE: &str = "P approved";

const DECLINED: &[&str] = &[
    "E 10 02 06 01 0A 04 00 00 00 00 17 35 49 09 78 10 03 73 8E",
    "P 06",
    "P 10 02 80 00 00 10 03 F5 1F",
    "E 06",
    "P 10 02 04 FF 01 0A 10 03 F5 7D",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 04 FF 01 0E 10 03 95 1A",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 04 0F 02 27 6C 10 03 76 32",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
    "P 10 02 06 1E 01 6C 10 03 C9 F2",
    "E 06 10 02 80 00 00 10 03 F5 1F",
    "P 06",
];

#[test]
fn the_captured_payment_is_answered_byte_for_byte() {
    let events = replay(PAYMENT);
    let details = Details { receipt_number: 231, trace: Some(1042), ..first_payment() };
    assert_eq!(
        events,
        [
            TerminalEvent::Prompt(payment(1), Prompt::Connecting),
            TerminalEvent::Condition(Condition::Busy),
            TerminalEvent::Prompt(payment(1), Prompt::PresentCard),
            TerminalEvent::Prompt(payment(1), Prompt::PleaseWait),
            TerminalEvent::Prompt(
                payment(1),
                Prompt::Trouble { trouble: Trouble::CardUnreadable, remove_card: false }
            ),
            TerminalEvent::Done(payment(1), Outcome::Paid(details)),
            TerminalEvent::Condition(Condition::Ready),
        ]
    );
}

#[test]
fn the_captured_refusal_is_answered_byte_for_byte() {
    let events = replay(&[DECLINED, LAST_PAYMENT_OF_A_NEW_TERMINAL].concat());
    assert!(events.contains(&TerminalEvent::Done(payment(1), Outcome::Declined(0x6C))));
}

#[test]
fn a_terminal_that_rejects_to_repeat_a_receipt_remembers_none() {
    let mut driver = Driver::new(options());
    let mut player = Player::default();
    player.take(&mut driver, Input::Opened);
    player.play(&mut driver, REGISTRATION);
    assert_eq!(player.events, [remembers(None, None), TerminalEvent::Condition(Condition::Ready)]);
}

/// Plays the terminal's lines of a payment of 17.35; checks the pillar's.
fn replay(lines: &[&str]) -> Vec<TerminalEvent> {
    let mut driver = Driver::new(options());
    let mut player = Player::default();
    player.take(&mut driver, Input::Opened);
    player.play(&mut driver, REGISTRATION);
    player.events.clear();
    player.take(&mut driver, Input::Charge(Journal::default().charge(1, AMOUNT, true)));
    player.play(&mut driver, lines);
    assert!(player.sent.is_empty(), "nothing more was said");
    player.events
}

#[derive(Default)]
struct Player {
    sent: Vec<u8>,
    events: Vec<TerminalEvent>,
}

impl Player {
    fn play(&mut self, driver: &mut Driver, lines: &[&str]) {
        for (number, line) in lines.iter().enumerate() {
            let line = if *line == APPROVED_LINE { format!("P {APPROVED}") } else { (*line).to_owned() };
            let bytes = hex(&line[1..]);
            if line.starts_with('P') {
                assert!(self.sent.is_empty(), "before line {number}: {line}");
                self.take(driver, Input::Bytes(&bytes));
            } else {
                assert_eq!(std::mem::take(&mut self.sent), bytes, "line {number}: {line}");
            }
        }
    }

    fn take(&mut self, driver: &mut Driver, input: Input<'_>) {
        let mut outputs = driver.handle(input, Duration::ZERO);
        while !outputs.is_empty() {
            match outputs.remove(0) {
                Output::Send(bytes) => self.sent.extend(bytes),
                Output::Tell(event) => self.events.push(event),
                Output::Keep(keep, outcome) => {
                    outputs.extend(driver.handle(Input::Kept(keep(&outcome)), Duration::ZERO));
                }
            }
        }
    }
}
