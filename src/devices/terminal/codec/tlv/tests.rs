//! Containers as terminals send them, broken ones, and endless ones.

use super::*;
use crate::devices::terminal::testing::hex;

fn leaf(tag: u32, length: u16) -> Object {
    Object { tag, content: Content::Length(length) }
}

#[test]
fn tags_of_one_two_and_three_bytes_are_told_apart() {
    let bytes = hex("4C 01 AA 1F 45 02 AA AA 1F 8E 21 00 1F 8E 8E 21 00");
    assert_eq!(decode(&bytes), None, "no tag has four bytes");
    assert_eq!(
        decode(&hex("4C 01 AA 1F 45 02 AA AA 1F 8E 21 00")),
        Some(vec![leaf(0x4C, 1), leaf(0x1F45, 2), leaf(0x1F_8E21, 0)])
    );
}

#[test]
fn lengths_of_one_two_and_three_bytes_are_read_and_longer_ones_are_not() {
    for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF] {
        let bytes = object(0x1F07, &vec![1; length]);
        assert_eq!(decode(&bytes), Some(vec![leaf(0x1F07, length as u16)]), "{length}");
    }
    assert_eq!(decode(&hex("07 83 00 00 01 AA")), None);
    assert_eq!(decode(&hex("07 80 00 00")), None, "a length that is not said");
}

#[test]
fn a_captured_container_of_a_contactless_card_is_read_to_its_depth() {
    // From the crate `zvt` 0.1.0, captured; the card's id is replaced by AA.
    let bytes = hex(
        "4C 0A AA AA AA AA AA AA AA AA AA AA 1F 45 05 05 78 80 70 02 1F 4C 01 01 1F 4D 02 FE 04 1F 4F 02 04 00 1F \
         50 01 20 60 09 43 07 A0 00 00 00 04 10 10",
    );
    let application = Object { tag: 0x60, content: Content::Objects(vec![leaf(0x43, 7)]) };
    let objects = vec![
        leaf(0x4C, 10),
        leaf(0x1F45, 5),
        leaf(0x1F4C, 1),
        leaf(0x1F4D, 2),
        leaf(0x1F4F, 2),
        leaf(0x1F50, 1),
        application,
    ];
    assert_eq!(decode(&bytes), Some(objects));
}

#[test]
fn a_content_that_should_be_objects_and_is_not_is_stepped_over() {
    let objects = vec![leaf(0x24, 2), leaf(0x07, 1)];
    assert_eq!(decode(&hex("24 02 FF FF 07 01 41")), Some(objects.clone()));
    assert_eq!(decode(&encode(&objects)), Some(objects));
}

#[test]
fn objects_in_objects_are_read_to_a_certain_depth_only() {
    let mut bytes = Vec::new();
    for _ in 0..200 {
        bytes = object(0x24, &bytes);
    }
    let mut objects = decode(&bytes).expect("a container");
    for _ in 0..DEEPEST {
        let Content::Objects(inner) = objects.remove(0).content else { panic!("too shallow") };
        objects = inner;
    }
    assert!(matches!(objects[0].content, Content::Length(1..)), "too deep");
}

#[test]
fn a_container_of_endless_objects_is_none() {
    assert_eq!(decode(&[0; 2 * MOST_OBJECTS]).map(|objects| objects.len()), Some(MOST_OBJECTS));
    assert_eq!(decode(&[0; 2 * MOST_OBJECTS + 2]), None);
    let nested = object(0x24, &[0; 2 * MOST_OBJECTS - 2]);
    assert!(decode(&nested).is_some());
    assert_eq!(decode(&[nested.clone(), nested].concat()), None, "they count together");
}

#[test]
fn any_bytes_are_read_without_panic_and_what_is_written_is_read_again() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut read = 0;
    for _ in 0..50_000 {
        let tags = [0x24, 0x07, 0x1F, 0x60, 0x00, 0x01, 0x02, 0x81, 0x82];
        let bytes: Vec<u8> = (0..random.usize(0..40))
            .map(|_| if random.bool() { random.u8(..) } else { tags[random.usize(..tags.len())] })
            .collect();
        let _ = only_digit_shown(&bytes);
        if let Some(objects) = decode(&bytes) {
            assert_eq!(decode(&encode(&objects)), Some(objects));
            read += 1;
        }
    }
    assert!(read > 1_000, "{read} of them were containers");
}

#[test]
fn only_one_digit_is_ever_taken_out_of_the_texts() {
    let shown = |text: &[u8]| only_digit_shown(&object(DISPLAY_TEXTS, &object(TEXT_LINE, text)));
    assert_eq!(shown(b"PIN falsch, noch 2 Versuche"), Some(2));
    assert_eq!(shown(b"PIN falsch"), None);
    assert_eq!(shown(b"noch 12 Versuche"), None);
    assert_eq!(shown(b"6772890123451236"), None);
    let two = [object(TEXT_LINE, b"noch 2"), object(TEXT_LINE, b"von 3")].concat();
    assert_eq!(only_digit_shown(&object(DISPLAY_TEXTS, &two)), None);
    assert_eq!(only_digit_shown(&object(0x25, &object(TEXT_LINE, b"2"))), None, "not what is shown");
}
