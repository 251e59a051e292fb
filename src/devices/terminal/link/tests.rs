//! Acknowledgements that come, come late, come garbled or never.

use super::*;
use crate::devices::terminal::testing::hex;

const ACCEPTED: &str = "10 02 80 00 00 10 03 F5 1F";
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_second_frame_waits_until_the_first_is_acknowledged() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let first = link.send(&Packet::AbortCommand, Repeat::OnSilence, Duration::ZERO, &mut wire);
    link.send(&Packet::Accepted, Repeat::OnSilence, Duration::ZERO, &mut wire);
    assert_eq!(std::mem::take(&mut wire), hex("10 02 06 B0 00 10 03 43 F3"));
    assert_eq!(link.receive(&hex("06"), SECOND, &mut wire), [Heard::Delivered(first)]);
    assert_eq!(wire, hex(ACCEPTED));
}

#[test]
fn a_broken_frame_is_asked_for_again() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    assert_eq!(link.receive(&hex("10 02 80 00 01 10 03 F5 1F"), SECOND, &mut wire), []);
    assert_eq!(wire, hex("15"));
}

#[test]
fn half_a_frame_is_given_up_after_a_pause() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    link.receive(&hex("10 02 80 00"), SECOND, &mut wire);
    assert_eq!(link.deadline(), Some(SECOND + T1));
    link.tick(SECOND + T1, &mut wire);
    assert_eq!(wire, hex("15"));
    assert_eq!(link.receive(&hex(ACCEPTED), 2 * SECOND, &mut wire).len(), 1);
}

#[test]
fn an_unacknowledged_frame_is_said_three_times_at_most() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnSilence, Duration::ZERO, &mut wire);
    let mut now = Duration::ZERO;
    let mut given_up = None;
    while given_up.is_none() && now < 60 * SECOND {
        now = link.deadline().unwrap();
        given_up = link.tick(now, &mut wire);
    }
    assert_eq!(given_up, Some(Heard::Undelivered(ticket)));
    assert_eq!(wire, hex(ACCEPTED).repeat(3));
    assert!(link.is_idle());
}

#[test]
fn a_payment_is_not_said_again_for_silence() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnNakOnly, Duration::ZERO, &mut wire);
    assert_eq!(link.tick(T2, &mut wire), Some(Heard::Undelivered(ticket)));
    assert_eq!(wire, hex(ACCEPTED));
}

#[test]
fn a_payment_is_said_again_after_a_nak_and_quiet() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnNakOnly, Duration::ZERO, &mut wire);
    assert_eq!(link.receive(&hex("15"), SECOND, &mut wire), []);
    assert_eq!(link.tick(SECOND + NAK_PAUSE, &mut wire), None);
    assert_eq!(wire, hex(ACCEPTED).repeat(2));
    assert!(link.was_repeated(ticket));
}

#[test]
fn a_nak_that_was_noise_before_the_acknowledgement_repeats_nothing() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnNakOnly, Duration::ZERO, &mut wire);
    assert_eq!(link.receive(&hex("15 06"), SECOND, &mut wire), [Heard::Presumed(ticket)]);
    assert_eq!(link.tick(60 * SECOND, &mut wire), None);
    assert_eq!(wire, hex(ACCEPTED));
}

#[test]
fn after_a_garbled_answer_nothing_is_repeated_because_it_may_have_been_the_acknowledgement() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnSilence, Duration::ZERO, &mut wire);
    link.receive(&hex("86"), SECOND, &mut wire);
    assert_eq!(link.tick(T2, &mut wire), Some(Heard::Undelivered(ticket)));
    assert_eq!(wire, hex(ACCEPTED));
}

#[test]
fn a_frame_that_is_said_again_is_acknowledged_and_taken_once() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    assert_eq!(link.receive(&hex(ACCEPTED), SECOND, &mut wire).len(), 1);
    assert_eq!(link.receive(&hex(ACCEPTED), 6 * SECOND, &mut wire), []);
    assert_eq!(wire, hex("06 06"));
}

#[test]
fn a_frame_that_is_said_again_has_the_answer_to_it_said_again() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    link.receive(&hex("10 02 04 FF 01 0A 10 03 F5 7D"), SECOND, &mut wire);
    link.send(&Packet::Accepted, Repeat::OnSilence, SECOND, &mut wire);
    wire.clear();
    assert_eq!(link.receive(&hex("10 02 04 FF 01 0A 10 03 F5 7D"), 5 * SECOND, &mut wire), []);
    assert_eq!(wire, hex(&format!("06 {ACCEPTED}")), "nothing of what was said had arrived");
}

#[test]
fn the_same_frame_after_an_acknowledgement_is_a_new_one() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    link.receive(&hex("10 02 04 FF 01 0E 10 03 95 1A"), SECOND, &mut wire);
    link.send(&Packet::Accepted, Repeat::OnSilence, SECOND, &mut wire);
    link.receive(&hex("06"), SECOND, &mut wire);
    assert_eq!(link.receive(&hex("10 02 04 FF 01 0E 10 03 95 1A"), 2 * SECOND, &mut wire).len(), 1);
}

#[test]
fn an_acknowledgement_amid_noise_moves_on_but_proves_nothing() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let ticket = link.send(&Packet::Accepted, Repeat::OnSilence, Duration::ZERO, &mut wire);
    assert_eq!(link.receive(&hex("41 06"), SECOND, &mut wire), [Heard::Presumed(ticket)]);
}

#[test]
fn a_late_acknowledgement_of_an_earlier_frame_is_none_of_the_next() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let first = link.send(&Packet::AbortCommand, Repeat::OnSilence, Duration::ZERO, &mut wire);
    let heard = link.receive(&hex("10 02 04 FF 01 0A 10 03 F5 7D"), SECOND, &mut wire);
    assert_eq!(heard[0], Heard::Presumed(first), "what it says may have crossed ours");
    let second = link.send(&Packet::Accepted, Repeat::OnSilence, SECOND, &mut wire);
    assert_eq!(link.receive(&hex("06"), SECOND, &mut wire), [Heard::Presumed(second)]);
    assert_eq!(link.receive(&hex("06"), SECOND, &mut wire), [Heard::Delivered(second)], "that makes two");
    let third = link.send(&Packet::Accepted, Repeat::OnSilence, 2 * SECOND, &mut wire);
    assert_eq!(link.receive(&hex("06"), 2 * SECOND, &mut wire), [Heard::Delivered(third)]);
}

#[test]
fn the_rest_of_a_broken_frame_is_no_acknowledgement() {
    let (mut link, mut wire) = (Link::default(), Vec::new());
    link.send(&Packet::Accepted, Repeat::OnSilence, Duration::ZERO, &mut wire);
    link.receive(&hex("10 02 04 0F 10 41"), SECOND, &mut wire);
    assert_eq!(link.receive(&hex("06 06 15 00 06"), SECOND, &mut wire), [], "still the same noise");
    link.tick(SECOND + T1, &mut wire);
    assert_eq!(link.receive(&hex("06"), 2 * SECOND, &mut wire).len(), 1, "after quiet it is one");
}

#[test]
fn a_frame_with_a_long_pause_between_any_two_bytes_is_asked_for_again() {
    let frame = hex("10 02 06 0F 0A 19 00 29 52 52 35 35 49 09 78 10 03 74 40");
    for cut in 1..frame.len() {
        let (mut link, mut wire) = (Link::default(), Vec::new());
        assert_eq!(link.receive(&frame[..cut], SECOND, &mut wire), []);
        assert_eq!(link.tick(SECOND + T1, &mut wire), None);
        assert_eq!(wire, if cut < 2 { vec![] } else { vec![0x15] }, "cut at {cut}");
        let heard = link.receive(&frame, 2 * SECOND, &mut wire);
        assert_eq!(heard.len(), 1, "cut at {cut}");
    }
}

#[test]
fn a_frame_whose_bytes_come_just_in_time_is_taken() {
    let frame = hex("10 02 06 0F 0A 19 00 29 52 52 35 35 49 09 78 10 03 74 40");
    let (mut link, mut wire) = (Link::default(), Vec::new());
    let mut now = SECOND;
    let mut heard = Vec::new();
    for byte in frame {
        heard.extend(link.receive(&[byte], now, &mut wire));
        now += T1 - Duration::from_millis(1);
        heard.extend(link.tick(now, &mut wire));
    }
    assert_eq!((heard.len(), wire), (1, vec![0x06]));
}
