//! What residents hold in their hands.

use super::*;
use crate::visit::CardLines;
use zuil_wire::Cents;

/// A made-up errand with everything a receipt can have.
fn bulky_waste(language: Language) -> Slip {
    let dutch = language == Language::Nl;
    let pick = |nl: &str, en: &str| if dutch { nl.to_owned() } else { en.to_owned() };
    Slip {
        language,
        task_title: pick("Grofvuil laten ophalen", "Have bulky waste picked up"),
        at: jiff::civil::date(2026, 11, 22).at(10, 5, 0, 0),
        reference: Reference::from_bits(0x0003_1415_9265_3589),
        state: State::Received,
        sent: vec![
            (pick("Adres", "Address"), "Voorbeeldstraat 12 b, 1234 AB Voorbeeldhuizen".to_owned()),
            (
                pick("Wat we ophalen", "What we pick up"),
                pick("Bank, matras, wasmachine, één kast", "Sofa, mattress, washing machine, one café table"),
            ),
            (pick("Datum", "Date"), pick("dinsdag 1 december 2026", "Tuesday 1 December 2026")),
        ],
        payment: Some(SlipPayment {
            amount: Cents(1735),
            label: pick("Grofvuil ophalen", "Bulky waste pick-up"),
            state: PaymentState::Paid,
            card: Some(CardLines {
                scheme: "Maestro".to_owned(),
                terminal_id: "52523535".to_owned(),
                receipt_number: 231,
            }),
        }),
        next_steps: pick(
            "Zet uw grofvuil op dinsdag 1 december vóór 7.30 uur aan de weg. We halen het op tussen 7.30 en 16.00 uur.",
            "Put your bulky waste at the kerb on Tuesday 1 December before 7:30. We pick it up between 7:30 and 16:00.",
        ),
        municipality: "Voorbeeldhuizen".to_owned(),
        phone: "14 0000".to_owned(),
        phone_hours: pick("Maandag t/m vrijdag van 9.00 tot 17.00 uur", "Monday to Friday, 9:00 to 17:00"),
        website: "www.voorbeeldhuizen.example".to_owned(),
    }
}

fn free(language: Language) -> Slip {
    let mut slip = bulky_waste(language);
    slip.payment = None;
    slip.state = State::Saved;
    slip
}

fn unknown(language: Language) -> Slip {
    let mut slip = bulky_waste(language);
    if let Some(payment) = &mut slip.payment {
        payment.state = PaymentState::Unknown;
        payment.card = None;
    }
    slip
}

/// Everything that a receipt says, for reading.
fn words(receipt: &Receipt) -> String {
    format!("{:?}", receipt.blocks)
}

#[test]
fn a_receipt_says_all_that_one_needs_to_know_later() {
    let receipt = compose(&bulky_waste(Language::Nl));
    let says = words(&receipt);
    for part in [
        "Gemeente Voorbeeldhuizen",
        "Grofvuil laten ophalen",
        "zondag 22 november 2026, 10.05 uur",
        "De gemeente heeft uw aanvraag ontvangen.",
        "Voorbeeldstraat 12 b",
        "€ 17,35",
        "U hebt betaald met uw pas.",
        "Maestro",
        "52523535",
        "0231",
        "Wat er nu gebeurt",
        "Vragen? Bel 14 0000",
        "Maandag t/m vrijdag",
        "Bedankt",
    ] {
        assert!(says.contains(part), "no {part:?} in {says}");
    }
    assert!(receipt.blocks.contains(&Block::Reference(bulky_waste(Language::Nl).reference.groups())));
}

#[test]
fn an_english_receipt_is_english_with_a_line_for_the_dutch_desk() {
    let slip = bulky_waste(Language::En);
    let says = words(&compose(&slip));
    for part in [
        "Municipality of Voorbeeldhuizen",
        "Sunday 22 November 2026, 10:05",
        "€17.35",
        "You have paid by card.",
    ] {
        assert!(says.contains(part), "no {part:?} in {says}");
    }
    assert!(says.contains(&format!("Voor de balie: kenmerk {}", slip.reference)));
    assert!(!words(&compose(&bulky_waste(Language::Nl))).contains("Voor de balie"));
}

#[test]
fn a_payment_that_is_not_known_is_never_called_paid_or_not_paid() {
    let says = words(&compose(&unknown(Language::Nl)));
    assert!(says.contains("We zoeken uit of u betaald hebt."));
    assert!(says.contains("U betaalt niet twee keer. Uw aanvraag is bewaard."));
    assert!(!says.contains("U hebt betaald") && !says.contains("niet betaald"));
}

#[test]
fn a_free_errand_speaks_of_no_payment() {
    let says = words(&compose(&free(Language::En)));
    assert!(!says.contains("paid") && !says.contains('€'));
    assert!(says.contains("saved in this pillar"));
}

#[test]
fn the_qr_code_leads_to_where_the_request_stands() {
    let reference = Reference::from_bits(0x0003_1415_9265_3589);
    assert_eq!(
        qr_text("www.voorbeeldhuizen.example", &reference),
        format!("https://www.voorbeeldhuizen.example/status/{}", reference.compact())
    );
    assert!(
        qr_text("zuil.example/wat nu?/", &reference).starts_with("https://zuil.example/wat%20nu%3F/status/")
    );
}

#[test]
fn each_state_has_words_of_its_own() {
    let mut seen = std::collections::HashSet::new();
    for state in [State::Saved, State::Received, State::Registered, State::Parked] {
        for language in Language::ALL {
            let mut slip = free(language);
            slip.state = state;
            assert!(seen.insert(words(&compose(&slip))), "{state:?} sounds like another");
        }
    }
}

#[cfg(feature = "simulators")]
mod on_paper {
    use super::*;
    use crate::devices::printer::simulator::{HEAD_DOTS, Mechanism, PaperReceipt};

    const FORTY_TWO_DOTS: usize = 512;

    fn print(bytes: &[u8], width: usize) -> PaperReceipt {
        let mut printer = Mechanism::new(width);
        printer.receive(&[0x1b, b'@']);
        printer.receive(bytes);
        printer.receive(&[0x1d, b'V', 66, 0]);
        assert!(printer.unknown_commands().is_empty(), "{:?}", printer.unknown_commands());
        printer.take_receipts().remove(0)
    }

    fn paper(slip: &Slip) -> PaperReceipt {
        print(&render(&compose(slip), Columns::FortyEight).bytes, HEAD_DOTS)
    }

    #[test]
    fn receipts_in_both_widths_read_well() {
        let wide = paper(&bulky_waste(Language::Nl)).text;
        assert!(
            wide.contains("Wat we ophalen  Bank, matras, wasmachine, één\n                kast\n"),
            "{wide}"
        );
        assert!(wide.contains("Grofvuil ophalen                         € 17,35\n"), "{wide}");
        let narrow = render(&compose(&bulky_waste(Language::Nl)), Columns::FortyTwo).bytes;
        let narrow = print(&narrow, FORTY_TWO_DOTS).text;
        assert!(narrow.contains("Grofvuil ophalen                   € 17,35\n"), "{narrow}");
        let longest = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with('['));
            lines.map(|line| line.chars().count()).max().unwrap_or(0)
        };
        assert_eq!((longest(&wide), longest(&narrow)), (48, 42));
    }

    #[test]
    fn what_is_sent_comes_out_whole_whatever_a_resident_types() {
        let mut slip = bulky_waste(Language::Nl);
        slip.sent = vec![
            ("Naam".to_owned(), "Łucja Çelik-Ağaoğlu née Müller".to_owned()),
            ("Toelichting".to_owned(), "x".repeat(300)),
            ("Grap".to_owned(), "\u{1b}@\u{10}\u{5}\u{2}\u{1d}V\u{0}klaar".to_owned()),
        ];
        let text = paper(&slip).text;
        assert!(text.contains("Łucja Çelik-Ağaoğlu née Müller"), "{text}");
        let of_the_resident = text.lines().filter(|line| line.contains("xx"));
        assert_eq!(of_the_resident.map(|line| line.matches('x').count()).sum::<usize>(), 300);
        assert!(text.contains("klaar") && text.contains("Bedankt"), "{text}");
    }

    #[test]
    fn no_receipt_holds_a_real_time_command() {
        for slip in [bulky_waste(Language::Nl), free(Language::En), unknown(Language::Nl)] {
            let bytes = render(&compose(&slip), Columns::FortyEight).bytes;
            let caught =
                bytes.windows(2).find(|pair| pair[0] == 0x10 && matches!(pair[1], 0x04 | 0x05 | 0x14));
            assert_eq!(caught, None);
        }
    }

    #[test]
    fn the_bytes_are_those_that_another_decoder_has_read() {
        let bytes = render(&compose(&bulky_waste(Language::Nl)), Columns::FortyEight).bytes;
        keep_if_asked("receipt-nl.bin", &bytes);
        let read_by_another: &[u8] = include_bytes!("../../tests/fixtures/receipt-nl.bin");
        assert!(
            *bytes == read_by_another,
            "the receipt's bytes changed: have another decoder read them anew"
        );
    }

    #[test]
    fn our_printer_reads_the_same_as_another_decoder() {
        let printed = print(include_bytes!("../../tests/fixtures/receipt-nl.bin"), HEAD_DOTS).text;
        let another = include_str!("../../tests/fixtures/receipt-nl.txt");
        let lines = |text: &str| {
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty() && !line.starts_with('[')).collect::<Vec<_>>()
        };
        assert_eq!(lines(&printed), lines(another));
    }

    #[test]
    fn a_receipt_is_no_longer_than_a_hand_can_hold() {
        let slips = [("paid", bulky_waste as fn(Language) -> Slip), ("free", free), ("unknown", unknown)];
        for (name, slip) in slips {
            for language in Language::ALL {
                let receipt = paper(&slip(language));
                keep_if_asked(&format!("{name}-{}.png", language.code()), &receipt.png);
                let decoder = png::Decoder::new(std::io::Cursor::new(&receipt.png));
                let info = decoder.read_info().unwrap().info().clone();
                assert_eq!(info.width, 640);
                let millimetres = info.height / 8;
                assert!((100..230).contains(&millimetres), "{name} in {language:?}: {millimetres} mm");
            }
        }
    }

    /// Writes a file into the folder that `ZUIL_KEEP` names, for looking at it.
    fn keep_if_asked(name: &str, bytes: &[u8]) {
        if let Some(folder) = std::env::var_os("ZUIL_KEEP") {
            std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
        }
    }
}
