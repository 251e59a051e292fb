//! Made-up and published test numbers in every form, and what looks like them and is none.

use uuid::Uuid;

use super::*;
use crate::devices::terminal::simulator::FULL_CARD_NUMBER;
use crate::devices::terminal::testing::hex;

/// Numbers that issuers and schemes publish for tests, and made-up ones.
const NUMBERS: [(&str, &str); 11] = [
    ("Maestro", FULL_CARD_NUMBER),
    ("Maestro", "6759649826438453"),
    ("Maestro, 19 digits", "6799990100000000001"),
    ("girocard", "6725030000000000000"),
    ("Visa", "4111111111111111"),
    ("V Pay", "4012888888881881"),
    ("Mastercard", "5555555555554444"),
    ("Mastercard, second range", "2223003122003222"),
    ("American Express", "378282246310005"),
    ("JCB", "3530111333300000"),
    ("Diners", "30569309025904"),
];

fn forms(bytes: &[u8]) -> Vec<(Form, usize)> {
    find(bytes).into_iter().map(|found| (found.form, found.digits)).collect()
}

#[test]
fn a_number_of_every_issuer_is_found_in_text_in_groups_packed_and_written_out() {
    for (issuer, number) in NUMBERS {
        assert!(is_card_number(&digits(number)), "{issuer}");
        let grouped = |mark: &str| {
            let groups = number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap());
            groups.collect::<Vec<_>>().join(mark)
        };
        for text in [number.to_owned(), grouped(" "), grouped("-")] {
            let line = format!("2026-11-22 INFO terminal: card={text}, EUR 17,35");
            assert_eq!(forms(line.as_bytes()), [(Form::Text, number.len())], "{issuer}: {line}");
            assert_eq!(find(line.as_bytes())[0].at, line.find(&text).unwrap(), "{issuer}");
        }
    }
    assert!(is_card_number(&digits("6250941006528599")), "UnionPay");
}

#[test]
fn a_packed_number_is_found_at_either_nibble() {
    for (issuer, number) in NUMBERS {
        for before in ["22 F0 F8", "22 F0 F8 A"] {
            let mut nibbles = format!("{before} {number} F AA");
            if nibbles.replace(' ', "").len() % 2 == 1 {
                nibbles.push('A');
            }
            let bytes = hex(&nibbles);
            let known = find_known(&bytes, number);
            assert_eq!(known.len(), 1, "{issuer}: {nibbles}");
            // Whatever stands before it may look like its first digit.
            let found = find_packed(&bytes);
            // UUUUUUDD
            let is_like_text = number.starts_with("555555");
            assert_eq!(found.len(), usize::from(!is_like_text), "{issuer}: {nibbles}: {found:?}");
        }
    }
}

#[test]
fn a_packed_number_behind_its_length_is_found_amid_anything() {
    for (issuer, number) in NUMBERS {
        let filled = if number.len() % 2 == 1 { format!("{number}F") } else { number.to_owned() };
        let packed = hex(&filled);
        let llvar = [vec![0x22, 0xF0, 0xF0 | (packed.len() as u8 % 10)], packed.clone()].concat();
        let llvar =
            if packed.len() == 10 { [vec![0x22, 0xF1, 0xF0], packed.clone()].concat() } else { llvar };
        for value in [llvar, [vec![0x2F, packed.len() as u8], packed].concat()] {
            let bytes = [hex("87 02 31 29 52 52 35 35"), value, hex("00 00 10 12 19 60")].concat();
            assert_eq!(forms(&bytes), [(Form::Packed, number.len())], "{issuer}: {bytes:02X?}");
        }
    }
}

#[test]
fn a_packed_number_written_out_in_hexadecimal_is_found() {
    let log = format!("040f3727000400000000173522f0f8{FULL_CARD_NUMBER}8a058bf0");
    assert_eq!(forms(log.as_bytes()).len(), 1, "{log}");
    let spaced = "22 F0 F8 67 72 89 01 23 45 12 36 8A 05";
    assert_eq!(forms(spaced.as_bytes()).len(), 1, "{spaced}");
    let debugged = "[34, 240, 248, 103, 114, 137, 1, 35, 69, 18, 54]";
    assert_eq!(forms(debugged.as_bytes()).len(), 1, "{debugged}");
}

#[test]
fn a_track_is_found() {
    assert_eq!(forms(&hex("23 F1 F2 67 72 89 01 23 45 12 36 D2 61 22 01")).len(), 1);
    assert_eq!(forms(b";6772890123451236=26122010000?").len(), 1);
}

#[test]
fn masked_numbers_and_ones_with_a_wrong_check_digit_are_none() {
    assert_eq!(find(&hex("22 F0 F8 67 72 89 EE EE EE 12 36 8A 05")), []);
    assert_eq!(find(&hex("22 F0 F8 67 72 89 01 23 45 12 37 8A 05")), []);
    for text in ["677289******1236", "6772 89xx xxxx 1236", "XXXXXXXXXXXX1236", "6772890123451237"] {
        assert_eq!(find(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn what_the_pillar_writes_holds_none() {
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..20_000 {
        let id = Uuid::from_u128(random.u128(..));
        let millis = random.u64(1_700_000_000_000..1_900_000_000_000);
        let (amount, receipt) = (random.u32(1..100_000), random.u16(1..9999));
        let lines = [
            format!("2026-11-22T13:{:02}:07.{:09}Z INFO payment={id}", millis % 60, millis % 1_000_000_000),
            format!(
                "{{\"id\":\"{id}\",\"at\":\"2026-11-22T13:00:00Z\",\"amount\":{amount},\"receipt\":{receipt}}}"
            ),
            format!("terminal 52523535, receipt {receipt:04}, 22-11-2026 14:05:10, EUR {amount}"),
            format!("+31 6 {:08}, 2411 AB, NL91 ABNA 0417 1643 00", millis % 100_000_000),
        ];
        for line in lines {
            assert_eq!(find(line.as_bytes()), [], "{line}");
        }
    }
}

#[test]
fn times_in_nanoseconds_are_none() {
    let mut random = fastrand::Rng::with_seed(7);
    let wolves = (0..20_000)
        .map(|_| {
            format!("{{\"uptime_ns\":{}}}", random.u64(1_700_000_000_000_000_000..1_900_000_000_000_000_000))
        })
        .filter(|line| !find(line.as_bytes()).is_empty())
        .count();
    assert_eq!(wolves, 0);
}

/// Sealed contents and keys in a database are random bytes: how often they are taken for a number.
#[test]
fn in_a_megabyte_of_random_bytes_hardly_one_is_found() {
    let mut random = fastrand::Rng::with_seed(8);
    let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(1 << 20).collect();
    let count = find(&bytes).len();
    let packed = find_packed(&bytes).len();
    println!("{count}, and {packed} without a length, in 1 MiB of random bytes");
    assert!(count <= 2, "{count} in 1 MiB");
    assert!(packed < 150, "{packed} in 1 MiB");
    assert_eq!(find_known(&bytes, FULL_CARD_NUMBER), []);
}

#[test]
fn any_bytes_are_looked_through_without_panic() {
    let mut random = fastrand::Rng::with_seed(9);
    for _ in 0..2_000 {
        let bytes: Vec<u8> = (0..random.usize(0..60))
            .map(|_| if random.bool() { random.u8(..) } else { b'0' + random.u8(..10) })
            .collect();
        for found in find(&bytes) {
            assert!(found.at < bytes.len() && (SHORTEST..=LONGEST).contains(&found.digits));
        }
    }
    assert_eq!(find(&[]), []);
}

fn digits(number: &str) -> Vec<u8> {
    number.bytes().map(|byte| byte - b'0').collect()
}

#[test]
fn a_known_number_is_found_in_every_form() {
    let number = FULL_CARD_NUMBER;
    for text in [
        "x6772890123451236y",
        "6772-8901-2345-1236",
        "67.72.89.01.23.45.12.36",
        "[103, 114, 137, 1, 35, 69, 18, 54]",
    ] {
        assert!(!find_known(text.as_bytes(), number).is_empty(), "{text}");
    }
    assert!(!find_known(&hex("F6 77 28 90 12 34 51 23 6F"), number).is_empty());
    assert_eq!(find_known(b"6772890123451237", number), []);
    assert_eq!(find_known(b"anything", ""), []);
}

#[test]
fn a_number_in_a_word_is_found_and_one_in_a_hash_is_not() {
    assert_eq!(forms(b"PAN6772890123451236"), [(Form::Text, 16)]);
    assert_eq!(forms(b"0000006772890123451236"), [(Form::Text, 16)], "filled up with zeros");
    assert_eq!(find(b"sha256:9f6772890123451236ab"), []);
    assert_eq!(find(b"0.6772890123451236"), []);
}
