//! What a terminal tells of its turnover.

use super::*;
use crate::devices::terminal::{Last, Memory};

const TURNOVER: &str = "10 02 06 10 10 03 12 34 56 10 03 15 AD";

fn memories(table: &Table) -> Vec<Memory> {
    let memory = |event: &TerminalEvent| match event {
        TerminalEvent::Remembers(memory) => Some(memory.clone()),
        _ => None,
    };
    table.events.iter().filter_map(memory).collect()
}

#[test]
fn the_turnover_is_told_with_the_last_payment() {
    let mut table = Table::ready();
    for number in 1..=2 {
        table.terminal.act(Act::InsertCard);
        table.charge(number);
        assert!(table.until(MINUTES, |table| table.outcomes().len() == number as usize));
    }
    table.input(Input::AskLastPayment);
    table.settle(Duration::from_secs(1));
    let second = Details { receipt_number: 2, trace: Some(813), ..first_payment() };
    assert_eq!(memories(&table), [Memory { last: Last::Payment(paid(second)), turnover: turnover(2, 3470) }]);
}

#[test]
fn a_terminal_that_tells_no_turnover_is_asked_once_on_a_connection() {
    let mut table = Table::new();
    table.terminal.faults.refuses_turnover = Some(codes::NOT_POSSIBLE);
    table.plug();
    table.settle(Duration::from_secs(1));
    for _ in 0..3 {
        table.input(Input::AskLastPayment);
        table.settle(Duration::from_secs(1));
    }
    assert_eq!(table.times_sent(TURNOVER), 1);
    assert_eq!(memories(&table), vec![Memory { last: Last::None, turnover: None }; 4]);
    table.pull();
    table.plug();
    table.settle(Duration::from_secs(1));
    assert_eq!(table.times_sent(TURNOVER), 2, "it may be another terminal");
}

#[test]
fn a_terminal_that_does_not_repeat_but_tells_its_turnover_tells_that() {
    let mut table = Table::new();
    table.terminal.faults.refuses_repeat = Some(0xA0);
    table.terminal.ledger.charge(AMOUNT, (1122, 0));
    table.plug();
    table.settle(Duration::from_secs(1));
    assert_eq!(memories(&table), [Memory { last: Last::NotTold, turnover: turnover(1, 1735) }]);
}

#[test]
fn a_terminal_that_tells_neither_tells_nothing() {
    let mut table = Table::new();
    table.terminal.faults.refuses_repeat = Some(0xA0);
    table.terminal.faults.refuses_turnover = Some(0xA0);
    table.plug();
    table.settle(Duration::from_secs(1));
    assert_eq!((memories(&table), table.driver.told), (vec![], Some(Condition::Ready)));
}

#[test]
fn a_terminal_that_falls_silent_over_the_turnover_is_of_use_all_the_same() {
    let mut driver = Driver::new(options());
    let mut now = Duration::ZERO;
    let mut outputs = driver.handle(Input::Opened, now);
    let mut told = Vec::new();
    let mut asked = 0;
    while now < Duration::from_secs(120) {
        let mut answers = Vec::new();
        for output in outputs {
            match output {
                Output::Send(bytes) if contains(&bytes, &hex("06 00 06 12")) => answers.extend([0, 1]),
                Output::Send(bytes) if contains(&bytes, &hex("05 01 03")) => answers.extend([0, 1]),
                Output::Send(bytes) if contains(&bytes, &hex("06 20 03")) => answers.push(2),
                Output::Send(bytes) if contains(&bytes, &hex("10 02 06 10")) => asked += 1,
                Output::Send(bytes) if contains(&bytes, &hex("80 00 00")) => answers.push(3),
                Output::Tell(event) => told.push(event),
                _ => {}
            }
        }
        outputs = Vec::new();
        for answer in answers {
            let packet = match answer {
                0 => Packet::Accepted,
                1 => Packet::Completion(Default::default()),
                2 => Packet::Rejected(codes::NOT_POSSIBLE),
                _ => continue,
            };
            outputs.extend(driver.handle(Input::Bytes(&hex("06")), now));
            let frame = crate::devices::terminal::frame::encode(&packet.encode());
            outputs.extend(driver.handle(Input::Bytes(&frame), now));
            outputs.extend(driver.handle(Input::Bytes(&hex("06")), now));
        }
        if outputs.is_empty() {
            now += Duration::from_millis(500);
            outputs.extend(driver.handle(Input::Tick, now));
        }
    }
    assert!(told.contains(&remembers(None, None)), "{told:?}");
    assert_eq!(driver.told, Some(Condition::Ready));
    assert!((2..=4).contains(&asked), "asked {asked} times, with what the line repeats");
}

#[test]
fn a_payment_begun_while_the_turnover_is_asked_waits_for_two_short_round_trips() {
    let mut table = Table::ready();
    table.terminal.faults.baud = Some(9600);
    let begin = table.now;
    table.terminal.act(Act::InsertCard);
    table.sent.clear();
    table.input(Input::AskLastPayment);
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.times_sent(AUTHORISE_1735) == 1));
    // What the pillar says meanwhile takes its time as well: the table's line gives it none.
    let own = Duration::from_micros(table.sent.len() as u64 * 11 * 1_000_000 / 9600);
    let all = table.now - begin + own;
    assert!(all < Duration::from_millis(600), "{all:?} from asking to 06 01");
    assert_eq!(table.times_sent(TURNOVER), 1);
}

#[test]
fn the_whole_memory_of_a_terminal_is_told_within_half_a_second_at_9600_baud() {
    let mut table = Table::ready();
    table.terminal.ledger.charge(AMOUNT, (1122, 0));
    table.terminal.faults.baud = Some(9600);
    let begin = table.now;
    table.sent.clear();
    table.input(Input::AskLastPayment);
    assert!(table.until(MINUTES, |table| !memories(table).is_empty()));
    let own = Duration::from_micros(table.sent.len() as u64 * 11 * 1_000_000 / 9600);
    let all = table.now - begin + own;
    println!("memory and turnover: {all:?}, of which the pillar speaks {own:?}");
    assert!(all < Duration::from_millis(500), "{all:?}");
}
