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
