//! What the kernel tells, by hand and for real.

use std::process::Command;
use std::time::Duration;

use super::*;

/// A message as the kernel lays it out.
fn message(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap();
    let mut message = [length.to_ne_bytes().as_slice(), &kind.to_ne_bytes(), &[0; 10], body].concat();
    message.resize(message.len().next_multiple_of(4), 0);
    message
}

fn link(index: u32, flags: u32) -> Vec<u8> {
    let body = [[0; 4], index.to_ne_bytes(), flags.to_ne_bytes(), [0; 4]].concat();
    message(NEW_LINK, &body)
}

fn new_address(kind: u16, index: u32, address: [u8; 4]) -> Vec<u8> {
    let attribute = |kind: u16, value: &[u8]| {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [length.to_ne_bytes().as_slice(), &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let head = [[2, 24, 0, 0], index.to_ne_bytes()].concat();
    message(kind, &[head, attribute(3, b"eth0\0"), attribute(IFA_ADDRESS, &address)].concat())
}

fn route(destination_length: u8) -> Vec<u8> {
    message(NEW_ROUTE, &[2, destination_length, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0])
}

#[test]
fn a_cable_that_is_plugged_in_an_address_and_a_way_out_are_returns() {
    let mut known = Known::default();
    assert!(!known.hears(&link(2, 0x1003)), "the cable hangs loose");
    assert!(known.hears(&link(2, 0x1_1043)));
    assert!(known.hears(&new_address(NEW_ADDRESS, 2, [192, 0, 2, 7])));
    assert!(known.hears(&route(0)));
    assert!(!known.hears(&route(24)), "a way to the neighbours only");
}

#[test]
fn what_is_told_again_is_no_news_until_it_was_gone() {
    let mut known = Known::default();
    assert!(known.hears(&link(2, LOWER_UP)) && !known.hears(&link(2, LOWER_UP)));
    known.hears(&link(2, 0));
    assert!(known.hears(&link(2, LOWER_UP)));
    let told = new_address(NEW_ADDRESS, 2, [192, 0, 2, 7]);
    assert!(known.hears(&told) && !known.hears(&told));
    assert!(known.hears(&new_address(NEW_ADDRESS, 2, [192, 0, 2, 8])));
    known.hears(&new_address(DEL_ADDRESS, 2, [192, 0, 2, 7]));
    assert!(known.hears(&told));
}

#[test]
fn one_return_among_other_messages_is_heard() {
    let several = [link(3, 0), route(24), route(0), link(3, 0)].concat();
    assert!(Known::default().hears(&several));
}

#[test]
fn rubbish_is_no_return_and_does_no_harm() {
    let mut dice = fastrand::Rng::with_seed(3);
    let whole = [link(2, LOWER_UP), new_address(NEW_ADDRESS, 2, [192, 0, 2, 7]), route(0)].concat();
    for cut in 0..15 {
        assert!(!Known::default().hears(&whole[..cut]));
    }
    for _ in 0..20_000 {
        let mut torn = whole[..dice.usize(..=whole.len())].to_vec();
        for _ in 0..dice.usize(..4) {
            if let Some(byte) = torn.get_mut(dice.usize(..whole.len())) {
                *byte = dice.u8(..);
            }
        }
        Known::default().hears(&torn);
    }
    let mut known = Known::default();
    for index in 0..10_000 {
        known.hears(&link(index, LOWER_UP));
    }
    assert!(known.links.len() <= MOST_KNOWN + 1);
}

/// Needs the right to give `lo` one more address, which only root has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kernel_tells_that_there_is_a_new_address() {
    let mut kernel = match Kernel::listen() {
        Ok(kernel) => kernel,
        Err(error) => return println!("skipped: the kernel lets nobody listen here ({error})"),
    };
    // Of the block for documentation, so that nothing else uses it.
    let change = |what: &'static str| {
        Command::new("ip").args(["address", what, "203.0.113.77/32", "dev", "lo"]).output()
    };
    match change("add") {
        Ok(output) if output.status.success() => {}
        why => return println!("skipped: `lo` cannot be given an address here ({why:?})"),
    }
    let back = tokio::time::timeout(Duration::from_secs(20), kernel.is_back()).await;
    change("del").unwrap();
    back.expect("the kernel told nothing").unwrap();
}
