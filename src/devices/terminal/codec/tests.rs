//! Captured packets, lies and random bytes.

use super::tlv::{Content, Object};
use super::totals::Totals;
use super::*;
use crate::devices::terminal::testing::hex;

const PASSWORD: PasswordDigits = PasswordDigits([0x12, 0x34, 0x56]);

/// The packets of the captured dialogues, without frame, and what they mean.
fn vectors() -> Vec<(&'static str, Packet)> {
    let registration = Registration { password: PASSWORD, config: 0xB8, currency: 978 };
    let registered = vec![Field::TerminalStatus(0), Field::TerminalId(52_523_535), Field::Currency(978)];
    vec![
        ("06 00 06 12 34 56 B8 09 78", Packet::Registration(registration)),
        ("06 0F 0A 19 00 29 52 52 35 35 49 09 78", Packet::Completion(Fields(registered))),
        (
            "06 01 0A 04 00 00 00 00 17 35 49 09 78",
            Packet::Authorisation { amount: Cents(1735), currency: 978 },
        ),
        ("80 00 00", Packet::Accepted),
        ("84 9C 00", Packet::Rejected(0x9C)),
        ("04 FF 01 0A", Packet::IntermediateStatus(Intermediate::new(0x0A))),
        ("04 FF 01 0E", Packet::IntermediateStatus(Intermediate::new(0x0E))),
        ("04 FF 01 0C", Packet::IntermediateStatus(Intermediate::new(0x0C))),
        ("06 0F 00", Packet::Completion(Fields::default())),
        ("04 0F 02 27 6C", Packet::StatusInformation(Fields(vec![Field::Result(0x6C)]))),
        ("06 1E 01 6C", Packet::Abort(0x6C)),
        ("05 01 03 12 34 56", Packet::StatusEnquiry(PASSWORD)),
        ("06 20 03 12 34 56", Packet::RepeatReceipt(PASSWORD)),
        ("06 30 06 12 34 56 87 02 31", Packet::Reversal(PASSWORD, 231)),
        ("06 10 03 12 34 56", Packet::TurnoverTotals(PASSWORD)),
        ("06 50 03 12 34 56", Packet::EndOfDay(PASSWORD)),
        ("06 70 00", Packet::Diagnosis),
        ("06 B0 00", Packet::AbortCommand),
        (
            // From the crate `zvt` 0.1.0, captured; without its container and dialogue.
            "06 C0 05 0F 19 10 FC 00",
            Packet::ReadCard(15, Fields(vec![Field::TerminalStatus(0x10), Field::Other(0xFC, 1)])),
        ),
        ("06 D1 05 01 20 20 20 20", Packet::PrintLine(1, 4)),
        (
            "06 D3 09 06 07 1F 07 01 00 25 01 FF",
            Packet::PrintTextBlock(Fields(vec![Field::Container(vec![
                Object { tag: 0x1F07, content: Content::Length(1) },
                Object { tag: 0x25, content: Content::Length(1) },
            ])])),
        ),
        (
            "04 FF 02 0A 03",
            Packet::IntermediateStatus(Intermediate { minutes: Some(3), ..Intermediate::new(0x0A) }),
        ),
        (
            "04 FF 09 15 01 06 05 24 03 07 01 32",
            Packet::IntermediateStatus(Intermediate { status: 0x15, minutes: Some(1), digit: Some(2) }),
        ),
    ]
}

const APPROVED: &str = "04 0F 37 27 00 04 00 00 00 00 17 35 49 09 78 0B 00 10 42 0C 14 05 10 0D 11 22 \
    87 02 31 29 52 52 35 35 22 F0 F8 67 72 89 EE EE EE 12 30 8A 05 8B F0 F8 4D 61 65 73 74 72 6F 00";

#[test]
fn every_captured_packet_is_read_and_written_byte_for_byte() {
    for (bytes, packet) in vectors() {
        assert_eq!(Packet::decode(&hex(bytes)), Ok(packet.clone()), "{bytes}");
        assert_eq!(packet.encode().bytes(), hex(bytes), "{bytes}");
    }
}

#[test]
fn the_captured_approval_is_read_without_its_card_number() {
    let Ok(Packet::StatusInformation(fields)) = Packet::decode(&hex(APPROVED)) else { panic!("not read") };
    assert_eq!(
        fields.0,
        [
            Field::Result(0),
            Field::Amount(Cents(1735)),
            Field::Currency(978),
            Field::Trace(1042),
            Field::Time(140_510),
            Field::Date(1122),
            Field::Receipt(231),
            Field::TerminalId(52_523_535),
            Field::Other(0x22, 8),
            Field::CardType(5),
            Field::CardName("Maestro".to_owned()),
        ]
    );
    assert_eq!(fields.terminal_id().as_deref(), Some("52523535"));
}

#[test]
fn an_approval_of_another_terminal_in_another_order_is_read_to_its_end() {
    // As a real terminal orders its fields, with a made-up card number of odd length.
    let body = hex(
        "27 00 04 00 00 00 00 25 00 49 09 78 0C 10 37 20 0D 04 21 22 F1 F0 99 99 00 80 05 75 70 38 00 4F \
         17 00 02 87 02 49 3B 30 31 38 33 37 32 00 00 0B 00 10 12 19 60 29 52 52 35 35 0E 26 12 8A 05 8C 00 \
         8B F0 F9 67 69 72 6F 63 61 72 64 00 2A 31 36 30 30 34 30 30 38 20 20 20 20 20 20 20 A0 00",
    );
    let fields = Fields::decode(&body);
    assert_eq!((fields.amount(), fields.receipt()), (Some(Cents(2500)), Some(249)));
    assert_eq!(fields.card_name(), Some("girocard"));
    assert!(!format!("{fields:?}").contains("9999"));
}

#[test]
fn what_was_read_before_an_unknown_tag_counts() {
    let body = hex("27 00 04 00 00 00 00 17 35 DD 01 02 87 02 31");
    assert_eq!(Fields::decode(&body).0, [Field::Result(0), Field::Amount(Cents(1735))]);
}

#[test]
fn containers_tracks_and_texts_are_stepped_over() {
    let body =
        hex("06 81 03 1F 10 00 23 F0 F2 12 34 24 F0 F0 F1 99 3C F0 F0 F2 4F 4B 2D F0 F1 00 0E 30 12 27 05");
    let object = Object { tag: 0x1F10, content: Content::Length(0) };
    let stepped_over = [(0x23, 2), (0x24, 1), (0x3C, 2), (0x2D, 1), (0x0E, 2)];
    let mut fields = vec![Field::Container(vec![object])];
    fields.extend(stepped_over.map(|(tag, length)| Field::Other(tag, length)));
    fields.push(Field::Result(5));
    assert_eq!(Fields::decode(&body).0, fields);
}

#[test]
fn a_field_that_is_cut_off_is_not_read() {
    for cut in ["04 00 00 00 17", "8B F0 F8 4D", "8B F0", "06 82 01", "06 84 00 00 00 01 00", "22 12 34"] {
        assert_eq!(Fields::decode(&hex(cut)).0, [], "{cut}");
    }
}

#[test]
fn a_receipt_number_of_other_than_digits_is_none() {
    assert_eq!(Fields::decode(&hex("87 FF FF 27 00")).0, [Field::Result(0)]);
    assert_eq!(Fields::decode(&hex("87 00 00")).receipt(), None);
}

#[test]
fn a_card_number_in_the_place_of_the_cards_name_is_not_kept() {
    let mut body = vec![0x8B];
    body.extend(fields::ll_var(b"6772890123451230\0"));
    assert_eq!(Fields::decode(&body).0, []);
}

#[test]
fn a_long_packet_has_a_length_of_three_bytes() {
    let apdu = Apdu::new(0x06, 0xD3, &[0; 300]);
    assert_eq!(apdu.bytes()[..5], [0x06, 0xD3, 0xFF, 0x2C, 0x01]);
    assert_eq!(Packet::decode(apdu.bytes()), Ok(Packet::PrintTextBlock(Fields::default())));
}

#[test]
fn a_packet_whose_length_lies_is_malformed() {
    for lie in ["", "06", "06 0F", "06 1E 02 6C", "06 1E 00", "80 00 01", "04 0F FF 01", "06 0F 00 00"] {
        assert_eq!(Packet::decode(&hex(lie)), Err(Malformed), "{lie}");
    }
}

#[test]
fn no_bytes_make_the_codec_panic_and_what_is_written_is_read_again() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..50_000 {
        let mut bytes: Vec<u8> = (0..random.usize(0..70)).map(|_| random.u8(..)).collect();
        if random.bool() && bytes.len() > 3 {
            // Half of them get past the first checks.
            let heads = [[0x04, 0x0F], [0x06, 0x0F], [0x06, 0x00], [0x06, 0x30], [0x06, 0x01]];
            bytes[..2].copy_from_slice(&heads[random.usize(..heads.len())]);
            bytes[2] = (bytes.len() - 3) as u8;
        }
        if let Ok(packet) = Packet::decode(&bytes) {
            assert_eq!(Packet::decode(packet.encode().bytes()).as_ref(), Ok(&packet));
        }
    }
}

#[test]
fn a_broken_copy_of_a_real_approval_never_panics() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..50_000 {
        let mut bytes = hex(APPROVED);
        for _ in 0..random.usize(1..6) {
            let place = random.usize(..bytes.len());
            bytes[place] = random.u8(..);
        }
        bytes.truncate(random.usize(3..=bytes.len()));
        bytes[2] = (bytes.len() - 3) as u8;
        let _ = Packet::decode(&bytes);
        let _ = Fields::decode(&bytes[3..]);
    }
}

#[test]
fn passwords_and_raw_packets_show_nothing_when_debugged() {
    let packet = Packet::StatusEnquiry(PASSWORD);
    assert_eq!(format!("{packet:?}"), "StatusEnquiry(PasswordDigits(******))");
    assert_eq!(format!("{:?}", packet.encode()), "Apdu(6 bytes)");
}

/// The answer to an end of day, captured, of the crate `zvt` 0.1.0.
const TOTALS: &str = "04 0F 4D 27 00 04 00 00 00 00 09 58 0B 00 09 82 0D 04 06 0C 08 17 06 60 F0 F5 F3 02 33 02 34 \
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00 00 09 58 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
    00 00 00 00 00 00 00 00 00 00 00 00 00 00";

#[test]
fn the_captured_totals_are_read_and_written_byte_for_byte() {
    let Ok(packet @ Packet::StatusInformation(_)) = Packet::decode(&hex(TOTALS)) else { panic!("not read") };
    assert_eq!(packet.encode().bytes(), hex(TOTALS));
    let Packet::StatusInformation(fields) = packet else { panic!("not read") };
    let mut groups = [(0, Cents::ZERO); totals::GROUPS];
    groups[2] = (2, Cents(958));
    let totals = fields.totals().expect("totals");
    assert_eq!(totals, Totals { first: 233, last: 234, groups });
    assert_eq!((totals.count(), totals.total()), (2, Cents(958)));
}

#[test]
fn totals_that_contradict_the_amount_beside_them_or_lack_a_byte_are_none() {
    let mut bytes = hex(TOTALS);
    bytes[10] = 0x59;
    let Ok(Packet::StatusInformation(fields)) = Packet::decode(&bytes) else { panic!("not read") };
    assert_eq!(fields.totals(), None);
    assert_eq!(Fields::decode(&hex("60 F0 F0 F4 02 33 02 34")).totals(), None);
}

#[test]
fn a_time_out_of_six_minutes_is_told_from_a_container_and_no_time_out() {
    let minutes = |bytes: &str| match Packet::decode(&hex(bytes)) {
        Ok(Packet::IntermediateStatus(status)) => (status.minutes, status.digit),
        other => panic!("{other:?}"),
    };
    assert_eq!(minutes("04 FF 02 0E 06"), (Some(6), None));
    assert_eq!(minutes("04 FF 08 15 06 05 24 03 07 01 33"), (None, Some(3)));
    assert_eq!(minutes("04 FF 09 15 06 06 05 24 03 07 01 33"), (Some(6), Some(3)));
    assert_eq!(minutes("04 FF 02 0E FF"), (None, None), "no digits");
}

#[test]
fn unknown_fields_whose_length_is_known_are_kept_as_that_and_what_follows_is_read() {
    // 92 (LLLVAR), 2A (15 bytes), 3B (8 bytes), and the result.
    let body = hex(
        "92 F0 F0 F2 AA BB 2A 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 3B 31 32 33 34 35 36 00 00 27 00",
    );
    let fields = Fields::decode(&body);
    assert_eq!(
        fields.0,
        [Field::Other(0x92, 2), Field::Other(0x2A, 15), Field::Other(0x3B, 8), Field::Result(0)]
    );
    assert_eq!(Fields::decode(&fields.encode()), fields);
}

#[test]
fn a_long_name_of_a_card_scheme_that_is_cut_off_at_a_space_does_not_end_with_it() {
    let long = fields::ll_var(b"Kaart van Voorbeeldstad voor inwoners\0");
    let fields = Fields::decode(&[vec![0x8B], long].concat());
    assert_eq!(fields.card_name(), Some("Kaart van Voorbeeldstad"));
    assert_eq!(Fields::decode(&fields.encode()), fields);
}

#[test]
fn a_full_card_number_in_any_place_of_any_packet_is_in_no_parsed_packet() {
    use crate::devices::terminal::simulator::{FULL_CARD_NUMBER, card_numbers};
    let packed = hex(FULL_CARD_NUMBER);
    let text = FULL_CARD_NUMBER.as_bytes();
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..20_000 {
        let number: &[u8] = if random.bool() { &packed } else { text };
        let tag = random.u8(..);
        let field = match random.u32(..6) {
            0 => [vec![tag], fields::ll_var(number)].concat(),
            1 => [vec![tag], fields::lll_var(number)].concat(),
            2 => tlv::object(0x06, &tlv::object(random.u32(..0x1_0000), number)),
            3 => tlv::object(0x06, &tlv::object(0x24, &tlv::object(0x07, number))),
            4 => [vec![tag], number.to_vec()].concat(),
            _ => tlv::object(0x06, number),
        };
        let heads = [(0x04, 0x0F), (0x06, 0x0F), (0x04, 0xFF), (0x06, 0xD1), (0x06, 0xD3), (0x06, 0x1E)];
        let (class, instruction) = heads[random.usize(..heads.len())];
        let body = if instruction == 0xFF { [vec![0x0A, 0x01], field].concat() } else { field };
        if let Ok(packet) = Packet::decode(Apdu::new(class, instruction, &body).bytes()) {
            let shown = format!("{packet:?}");
            assert_eq!(card_numbers::find(shown.as_bytes()), [], "{shown}");
            assert_eq!(card_numbers::find(packet.encode().bytes()), [], "{shown}");
        }
    }
}
