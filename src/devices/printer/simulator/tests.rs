//! The simulated printer is like a real one: in what it says, how fast it is, and what goes wrong.

use std::time::Duration;

use super::*;

const MS: Duration = Duration::from_millis(1);
const ASK_ALL: [u8; 12] = [0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4];
const CLEAR: [u8; 3] = [0x10, 5, 2];

fn real(baud: u32) -> Mechanism {
    Mechanism::with(HEAD_DOTS, Physics { draws: false, ..Physics::real(baud) })
}

fn lines(count: usize) -> Vec<u8> {
    (1..=count).flat_map(|line| format!("line {line:03}\n").into_bytes()).collect()
}

/// The black dots of each column of a picture.
fn columns(png: &[u8]) -> Vec<usize> {
    let mut reader = png::Decoder::new(io::Cursor::new(png)).read_info().unwrap();
    let mut bits = vec![0; reader.output_buffer_size().unwrap()];
    let width = reader.next_frame(&mut bits).unwrap().width as usize;
    (0..width)
        .map(|x| bits.chunks(width / 8).filter(|row| row[x / 8] & (0x80 >> (x % 8)) == 0).count())
        .collect()
}

/// Prints a black block of 640 rows.
fn black_block(physics: Physics) -> Vec<usize> {
    let mut printer = Mechanism::with(HEAD_DOTS, physics);
    printer.receive(&[0x1d, b'v', b'0', 0, 72, 0, 128, 2]);
    printer.receive(&[0xff; 72 * 640]);
    printer.receive(&[0x1d, b'V', 66, 0]);
    let columns = columns(&printer.take_receipts()[0].png);
    columns[32..608].to_vec()
}

#[test]
fn the_simulator_answers_what_real_printers_answer() {
    type Trouble = fn(&mut Mechanism);
    let jam: Trouble = |printer| {
        printer.jam_cutter();
        printer.receive(&[0x1d, b'V', 66, 0]);
    };
    let table: [(Trouble, [u8; 4], [u8; 4]); 5] = [
        (|_| {}, [0x12, 0x12, 0x12, 0x12], [0x10, 0x00, 0x00, 0x00]),
        (|printer| printer.set_paper_mm(1_000), [0x12, 0x12, 0x12, 0x1e], [0x10, 0x00, 0x03, 0x00]),
        (|printer| printer.strike(Fault::PaperOut), [0x1a, 0x32, 0x12, 0x7e], [0x18, 0x00, 0x0f, 0x00]),
        (|printer| printer.strike(Fault::CoverOpen), [0x1a, 0x16, 0x12, 0x12], [0x38, 0x00, 0x00, 0x00]),
        (jam, [0x1a, 0x52, 0x1a, 0x12], [0x18, 0x08, 0x00, 0x00]),
    ];
    for (trouble, real_time, automatic) in table {
        let mut printer = Mechanism::new(HEAD_DOTS);
        printer.receive(&[0x1d, b'a', 0x0e]);
        trouble(&mut printer);
        let told = printer.take_answers();
        assert_eq!(told[told.len() - 4..], automatic);
        printer.receive(&ASK_ALL);
        assert_eq!(printer.take_answers(), real_time);
    }
}

#[test]
fn bytes_come_in_as_fast_as_the_line_is() {
    for baud in [9_600_u32, 19_200, 38_400, 115_200] {
        let mut printer = real(baud);
        printer.receive(&vec![b'\r'; 20_000]);
        printer.receive(&[0x10, 4, 1]);
        let needed = Duration::from_secs_f64(20_003.0 * 10.0 / f64::from(baud));
        printer.advance(needed - MS * 20);
        assert_eq!(printer.take_answers(), b"", "{baud}");
        printer.advance(MS * 40);
        assert_eq!(printer.take_answers(), [0x12], "{baud}");
    }
}

#[test]
fn a_host_that_waits_for_its_line_may_send_little_ahead_of_it() {
    let mut printer = real(9_600);
    printer.receive(&vec![b'\r'; printer.room()]);
    assert_eq!(printer.room(), 0);
    printer.advance(MS * 100);
    assert!((90..=96).contains(&printer.room()), "{}", printer.room());
}

#[test]
fn a_full_buffer_holds_the_host_back_and_nothing_is_lost() {
    let mut printer = real(115_200);
    let all = lines(900);
    printer.receive(&all);
    printer.advance(Duration::from_secs(2));
    assert_eq!(printer.lost_bytes(), 0);
    printer.advance(Duration::from_secs(60));
    assert_eq!(printer.paper_now().text.as_bytes(), all);
}

#[test]
fn without_the_busy_wire_what_does_not_fit_is_lost() {
    let physics = Physics { flow: Flow::None, draws: false, ..Physics::real(115_200) };
    let mut printer = Mechanism::with(HEAD_DOTS, physics);
    let all = lines(900);
    printer.receive(&all);
    printer.advance(Duration::from_secs(60));
    assert!(printer.lost_bytes() > 1_000, "{}", printer.lost_bytes());
    assert!(printer.paper_now().text.len() < all.len());
}

#[test]
fn a_busy_printer_hears_real_time_commands_and_can_be_cleared() {
    let mut printer = real(115_200);
    printer.receive(&lines(900));
    printer.advance(Duration::from_secs(1));
    printer.strike(Fault::CoverOpen);
    printer.advance(Duration::from_secs(1));
    printer.receive(&ASK_ALL);
    printer.advance(MS * 10);
    assert_eq!(printer.take_answers(), [0x1a, 0x16, 0x12, 0x12]);
    printer.receive(&CLEAR);
    printer.mend(Fault::CoverOpen);
    let before = printer.moved_mm();
    printer.advance(Duration::from_secs(30));
    assert_eq!(printer.moved_mm(), before, "nothing is left");
}

#[test]
fn a_picture_larger_than_the_buffer_is_printed_while_it_comes() {
    let physics = Physics { buffer: 512, draws: false, ..Physics::real(115_200) };
    let mut printer = Mechanism::with(HEAD_DOTS, physics);
    printer.receive(&[0x1d, b'v', b'0', 0, 72, 0, 80, 0]);
    printer.receive(&[0xaa; 72 * 40]);
    printer.advance(Duration::from_secs(2));
    assert_eq!(printer.moved_mm(), 5);
    printer.receive(&[0xaa; 72 * 40]);
    printer.advance(Duration::from_secs(2));
    assert_eq!(printer.paper_now().text, "[picture of 576 x 80 dots]\n");
}

#[test]
fn answers_come_as_late_as_they_should_and_in_order() {
    let answers_after = (MS * 400, MS * 900);
    let mut printer = Mechanism::with(HEAD_DOTS, Physics { answers_after, ..Physics::default() });
    printer.strike(Fault::CoverOpen);
    printer.receive(&ASK_ALL);
    printer.advance(MS * 399);
    assert_eq!(printer.take_answers(), b"");
    printer.advance(MS * 501);
    assert_eq!(printer.take_answers(), [0x1a, 0x16, 0x12, 0x12]);
}

#[test]
fn each_fault_strikes_at_its_byte_its_millimetre_or_its_cut() {
    let slow_line = Physics { baud: Some(9_600), ..Physics::default() };
    let mut printer = Mechanism::with(HEAD_DOTS, slow_line);
    printer.plan(Plan::new(Fault::PowerCut, Moment::Byte(26)));
    printer.receive(&lines(10));
    printer.advance(Duration::from_secs(1));
    assert_eq!(printer.paper_now().text, "line 001\nline 002\n", "the third line had no line feed yet");

    let mut printer = real(115_200);
    printer.receive(&lines(40));
    printer.plan(Plan::new(Fault::CoverOpen, Moment::Millimetre(30)));
    printer.advance(Duration::from_secs(5));
    assert_eq!(printer.moved_mm(), 30);

    let mut printer = Mechanism::new(HEAD_DOTS);
    printer.plan(Plan::new(Fault::CutterJam, Moment::Cut(2)));
    for _ in 0..3 {
        printer.receive(b"a\n\x1dVB\0");
    }
    assert_eq!(printer.take_receipts().len(), 1);
    printer.receive(&ASK_ALL);
    assert_eq!(printer.take_answers(), [0x1a, 0x52, 0x1a, 0x12]);
}

#[test]
fn a_fault_for_a_time_is_mended_by_itself() {
    let mut printer = real(115_200);
    printer.receive(&lines(40));
    printer.plan(Plan::new(Fault::CoverOpen, Moment::Millimetre(30)).lasting(MS * 500));
    printer.advance(Duration::from_secs(5));
    assert_eq!(printer.paper_now().text.as_bytes(), lines(40));
}

#[test]
fn a_printer_that_gets_its_power_back_is_deaf_until_it_has_started() {
    let mut printer = real(115_200);
    printer.plan(Plan::new(Fault::PowerCut, Moment::Now).lasting(MS * 100));
    printer.advance(MS * 1_500);
    printer.receive(&ASK_ALL);
    printer.advance(MS * 50);
    assert_eq!(printer.take_answers(), b"");
    printer.advance(MS * 100);
    printer.receive(&ASK_ALL);
    printer.advance(MS * 50);
    assert_eq!(printer.take_answers(), [0x12; 4]);
}

#[test]
fn the_line_can_be_noisy_torn_and_silent() {
    let ask_id = [0x1d, b'(', b'H', 6, 0, 48, 48, b'A', b'B', b'C', b'D'];
    let mut printer = Mechanism::new(HEAD_DOTS);
    printer.strike(Fault::TornAnswer);
    printer.receive(&ask_id);
    assert_eq!(printer.take_answers(), [0x37, 0x22, b'A']);
    printer.strike(Fault::TornThenSilence);
    printer.receive(&ask_id);
    printer.receive(&ASK_ALL);
    assert_eq!(printer.take_answers(), [0x37, 0x22, b'A']);
    printer.mend(Fault::TornThenSilence);
    printer.receive(&ASK_ALL);
    assert_eq!(printer.take_answers(), [0x12; 4]);

    let noise = |seed| {
        let mut printer = Mechanism::with(HEAD_DOTS, Physics { seed, ..Physics::default() });
        printer.strike(Fault::Garbage);
        (0..20).for_each(|_| printer.receive(&ASK_ALL));
        printer.take_answers()
    };
    assert_eq!(noise(1), noise(1));
    assert_ne!(noise(1), noise(2));
    assert!(noise(1).len() > 100);
}

#[test]
fn a_pulled_cable_carries_nothing_either_way() {
    let mut printer = real(9_600);
    printer.receive(&lines(3));
    printer.strike(Fault::HangUp);
    printer.receive(&ASK_ALL);
    printer.advance(Duration::from_secs(1));
    assert_eq!((printer.moved_mm(), printer.is_plugged()), (0, false));
    printer.mend(Fault::HangUp);
    printer.advance(Duration::from_secs(1));
    assert_eq!(printer.take_answers(), b"");
}

#[test]
fn a_new_head_prints_black_and_an_old_one_grey() {
    let share = |kilometres| {
        let columns = black_block(Physics { kilometres, ..Physics::default() });
        columns.iter().sum::<usize>() * 100 / (576 * 640)
    };
    assert_eq!(share(0), 100);
    assert_eq!(share(60), 100);
    let (worn, old, dead) = (share(100), share(140), share(210));
    assert!((50..100).contains(&worn) && old < worn && dead == 0, "{worn} {old} {dead}");
}

#[test]
fn a_broken_element_leaves_a_white_line() {
    let columns = black_block(Physics { broken_elements: vec![7, 300], ..Physics::default() });
    let white: Vec<_> = (0..576).filter(|&column| columns[column] == 0).collect();
    assert_eq!(white, [7, 300]);
}

#[test]
fn wear_changes_the_picture_and_nothing_that_is_said() {
    let printed = |physics: Physics| {
        let mut printer = Mechanism::with(HEAD_DOTS, physics);
        printer.receive(&[0x1d, b'a', 0x0e]);
        printer.receive(&lines(5));
        printer.receive(&ASK_ALL);
        printer.receive(&[0x1d, b'V', 66, 0]);
        (printer.take_answers(), printer.take_receipts().remove(0))
    };
    let (said, new) = printed(Physics::default());
    let (said_when_old, old) = printed(Physics { kilometres: 130, ..Physics::default() });
    assert_eq!((said, new.text), (said_when_old, old.text));
    assert_ne!(new.png, old.png);
}

#[test]
fn someone_who_stands_before_it_sees_what_is_wrong_and_what_was_planned() {
    let mut printer = Mechanism::new(576);
    let well = printer.looks();
    assert!(well.powered && well.plugged && !well.cover_open && !well.cutter_stuck && !well.begun);
    assert_eq!((well.paper_mm, well.awaits), (80_000, None));
    printer.plan(Plan::new(Fault::PaperOut, Moment::Millimetre(5)));
    assert_eq!(printer.looks().awaits, Some(Fault::PaperOut));
    printer.receive(b"Els\nEls\nEls\n");
    let torn = printer.looks();
    assert_eq!((torn.paper_mm, torn.begun, torn.awaits), (0, true, None));
    for (fault, seen) in [
        (Fault::CoverOpen, |looks: Looks| looks.cover_open),
        (Fault::PowerCut, |looks: Looks| !looks.powered),
        (Fault::HangUp, |looks: Looks| !looks.plugged),
        (Fault::CutterJam, |looks: Looks| looks.cutter_stuck),
    ] as [(Fault, fn(Looks) -> bool); 4]
    {
        printer.strike(fault);
        assert!(seen(printer.looks()), "{fault:?}");
        printer.mend(fault);
        assert!(!seen(printer.looks()), "{fault:?}");
    }
}
