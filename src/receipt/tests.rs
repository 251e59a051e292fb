//! What residents hold in their hands.

use super::samples::{bulky_waste, free, unknown};
use super::*;

/// Everything that a receipt says, for reading, with plain spaces.
fn words(receipt: &Receipt) -> String {
    let lines = receipt.blocks.iter().map(|block| match block {
        Block::Name(text)
        | Block::Title(text)
        | Block::Heading(text)
        | Block::Paragraph(text)
        | Block::Centred(text)
        | Block::Qr(text)
        | Block::SmallPrint(text) => text.clone(),
        Block::Pair { label, value } | Block::Amount { label, value } => format!("{label} {value}"),
        Block::Reference(groups) => groups.join(" "),
        Block::Logo(_) | Block::Rule | Block::Space => String::new(),
    });
    lines.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
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
fn a_receipt_tells_the_desk_which_language_the_visitor_spoke() {
    let says = words(&compose(&bulky_waste(Language::Uk)));
    assert!(says.contains("De bezoeker sprak Oekraïens."), "{says}");
    let mut seen = std::collections::HashSet::new();
    assert!(Language::ALL.into_iter().all(|language| seen.insert(in_dutch(language))));
}

#[test]
fn a_payment_that_is_not_known_comes_first_and_is_never_called_paid_or_not_paid() {
    for language in Language::ALL {
        let receipt = compose(&unknown(language));
        let title = say(language, "We are finding out whether you have paid.");
        let first = receipt.blocks.iter().find(|block| matches!(block, Block::Title(_) | Block::Heading(_)));
        assert_eq!(first, Some(&Block::Title(title.to_owned())));
        let says = words(&receipt);
        for part in [
            say(language, "Do not pay again. You will not be charged twice."),
            say(language, "Your request is kept. You do not have to send it again."),
            say(language, "not certain yet"),
            &crate::words::amount(language, zuil_wire::Cents(1735)).replace('\u{a0}', " "),
        ] {
            assert!(says.contains(part), "no {part:?} in {says}");
        }
        for part in [say(language, "You have paid by card."), say(language, "You have not paid.")] {
            assert!(!says.contains(part), "{part:?} in {says}");
        }
    }
    let says = words(&compose(&unknown(Language::Nl)));
    assert!(says.contains("Betaal niet opnieuw. U betaalt niet twee keer."));
    assert!(says.contains("Binnen twee werkdagen weten we het."));
}

#[test]
fn what_is_read_from_left_to_right_is_so_in_arabic_too() {
    let receipt = compose(&bulky_waste(Language::Ar));
    assert_eq!(receipt.direction, Direction::RightToLeft);
    let heading = receipt
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Heading(text) if text.ends_with("\u{2066}14\u{a0}0000\u{2069}")));
    assert!(heading, "{receipt:?}");
    let terminal = receipt
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Pair { value, .. } if value == "\u{2066}52523535\u{2069}"));
    assert!(terminal, "{receipt:?}");
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
mod on_paper;
