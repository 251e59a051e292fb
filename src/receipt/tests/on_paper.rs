//! What comes out of a printer.

use std::sync::Arc;

use zuil_catalogue::{Branding, Logo};

use super::*;
use crate::devices::printer::simulator::{HEAD_DOTS, Mechanism, PaperReceipt};

fn print(bytes: &[u8], width: usize) -> PaperReceipt {
    let mut printer = Mechanism::new(width);
    printer.receive(&[0x1b, b'@']);
    printer.receive(bytes);
    printer.receive(&[0x1d, b'V', 66, 0]);
    assert!(printer.unknown_commands().is_empty(), "{:?}", printer.unknown_commands());
    printer.take_receipts().remove(0)
}

fn paper(slip: &Slip) -> PaperReceipt {
    print(&render(&compose(slip), Paper::FortyEight).bytes, HEAD_DOTS)
}

#[test]
fn receipts_of_every_width_read_well() {
    let wide = paper(&bulky_waste(Language::Nl)).text;
    assert!(wide.contains("Wat we ophalen  Bank, matras, wasmachine, één\n                kast\n"), "{wide}");
    assert!(wide.contains("Grofvuil ophalen                         € 17,35\n"), "{wide}");
    let on =
        |paper: Paper| print(&render(&compose(&bulky_waste(Language::Nl)), paper).bytes, paper.dots()).text;
    let narrow = on(Paper::FortyTwo);
    assert!(narrow.contains("Grofvuil ophalen                   € 17,35\n"), "{narrow}");
    let narrowest = on(Paper::ThirtyTwo);
    assert!(narrowest.contains("Grofvuil ophalen         € 17,35\n"), "{narrowest}");
    let longest = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('['));
        lines.map(|line| line.chars().count()).max().unwrap_or(0)
    };
    assert_eq!((longest(&wide), longest(&narrow), longest(&narrowest)), (48, 42, 32));
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

/// Every receipt on every paper.
fn every_receipt() -> impl Iterator<Item = (String, Paper, Receipt)> {
    let slips = [("paid", bulky_waste as fn(Language) -> Slip), ("free", free), ("unknown", unknown)];
    let papers = slips.into_iter().flat_map(|slip| Paper::ALL.map(|paper| (slip, paper)));
    papers.flat_map(|((name, slip), paper)| {
        Language::ALL.map(|language| {
            let name = format!("{name}-{}-{}", language.code(), paper.columns());
            (name, paper, compose(&slip(language)))
        })
    })
}

#[test]
fn no_receipt_holds_a_real_time_command() {
    for (name, paper, receipt) in every_receipt() {
        let printable = render(&receipt, paper);
        let caught =
            printable.bytes.windows(2).find(|pair| pair[0] == 0x10 && matches!(pair[1], 0x04 | 0x05 | 0x14));
        assert_eq!(caught, None, "{name}");
    }
}

#[test]
fn no_picture_is_higher_than_a_printer_can_hold() {
    for (name, paper, receipt) in every_receipt() {
        let printable = render(&receipt, paper);
        let starts = printable.bytes.windows(8).filter(|bytes| bytes.starts_with(&[0x1d, b'v', b'0', 0]));
        for start in starts {
            assert!(start[6] <= 64 && start[7] == 0, "{name}");
        }
    }
}

#[test]
fn a_receipt_says_how_much_paper_it_takes() {
    for (name, paper, receipt) in every_receipt() {
        let printable = render(&receipt, paper);
        let printed = print(&printable.bytes, paper.dots());
        let millimetres = height(&printed.png) / 8;
        assert!(printable.millimetres.abs_diff(millimetres) <= 2, "{name}: {millimetres} mm");
        keep_if_asked(&format!("{name}.png"), &printed.png);
        keep_if_asked(&format!("{name}.bin"), &printable.bytes);
        if std::env::var_os("ZUIL_KEEP").is_some() {
            let begun = std::time::Instant::now();
            drop(render(&receipt, paper));
            let took = begun.elapsed().as_millis();
            println!("{name}: {} bytes, {} mm, {took} ms", printable.bytes.len(), printable.millimetres);
        }
    }
}

#[test]
fn a_receipt_goes_over_a_slow_line_in_the_time_that_it_takes_to_print() {
    // 38400 baud carry 3840 bytes a second.
    for (name, paper, receipt) in every_receipt() {
        let printable = render(&receipt, paper);
        let most = match name.split('-').nth(1) {
            Some("nl") => 6_000,
            Some("ar") => 50_000,
            _ => 7_500,
        };
        assert!(printable.bytes.len() < most, "{name}: {} bytes", printable.bytes.len());
    }
}

/// The bytes that another decoder has read, and what it read.
macro_rules! fixture {
    ($language:ident, $code:literal) => {
        (
            Language::$language,
            include_bytes!(concat!("../../../tests/fixtures/receipt-", $code, ".bin")).as_slice(),
            include_str!(concat!("../../../tests/fixtures/receipt-", $code, ".txt")),
        )
    };
}

const READ_BY_ANOTHER: [(Language, &[u8], &str); 5] =
    [fixture!(Nl, "nl"), fixture!(Pl, "pl"), fixture!(Tr, "tr"), fixture!(Uk, "uk"), fixture!(Ar, "ar")];

#[test]
fn the_bytes_are_those_that_another_decoder_has_read() {
    for (language, bytes, _) in READ_BY_ANOTHER {
        let now = render(&compose(&bulky_waste(language)), Paper::FortyEight).bytes;
        keep_if_asked(&format!("receipt-{}.bin", language.code()), &now);
        assert!(
            *now == bytes,
            "the receipt's bytes in {language:?} changed: have another decoder read them anew"
        );
    }
}

#[test]
fn our_printer_reads_the_same_as_another_decoder() {
    for (language, bytes, text) in READ_BY_ANOTHER {
        let printed = print(bytes, HEAD_DOTS).text;
        let lines = |text: &str| {
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty() && !line.starts_with('[')).collect::<Vec<_>>()
        };
        assert_eq!(lines(&printed), lines(text), "{language:?}");
    }
}

/// A receipt of a municipality with this logo.
fn with_logo(svg: Option<&str>) -> PaperReceipt {
    let logo = svg.map(|svg| Logo { file: "logo.svg".to_owned(), svg: svg.to_owned() });
    let mut slip = bulky_waste(Language::Nl);
    slip.branding = Arc::new(Branding { logo, ..Branding::default() });
    paper(&slip)
}

#[test]
fn a_municipality_without_a_logo_has_its_name_on_top() {
    let text = with_logo(None).text;
    assert!(text.trim_start().starts_with("Gemeente Voorbeeldhuizen\n"), "{text}");
}

#[test]
fn a_logo_that_cannot_be_drawn_leaves_the_receipt_whole() {
    let broken = with_logo(Some("<svg"));
    assert!(broken.text == with_logo(None).text && broken.png == with_logo(None).png, "{}", broken.text);
}

#[test]
fn a_municipality_has_its_own_logo_above_its_name() {
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path fill="#fff" d="M5 5h90v30z"/></svg>"##;
    let own = with_logo(Some(svg));
    keep_if_asked("own-logo-nl.png", &own.png);
    let (above, _) = own.text.split_once("Gemeente Voorbeeldhuizen\n").unwrap();
    assert!(above.contains("[picture of 320 x 64 dots]"), "{above}");
    let of_the_example = paper(&bulky_waste(Language::Nl)).text;
    let (above, _) = of_the_example.split_once("Gemeente Voorbeeldhuizen\n").unwrap();
    assert!(above.contains("[picture of 160 x 64 dots]"), "{above}");
}

/// Only the fonts that the program was built with draw, so two drawings are alike.
#[test]
fn letters_that_no_code_page_has_are_drawn_on_a_line_of_their_own() {
    let mut slip = bulky_waste(Language::Nl);
    slip.payment = None;
    slip.sent = vec![
        ("Naam".to_owned(), "Jānis Bērziņš".to_owned()),
        ("Naam".to_owned(), "محمد".to_owned()),
        ("Naam".to_owned(), "王小明 e\u{301}\u{327}".to_owned()),
        ("Naam".to_owned(), "Anna".to_owned()),
    ];
    let paper = paper(&slip);
    keep_if_asked("drawn-nl.png", &paper.png);
    let (_, sent) = paper.text.split_once("Wat u hebt gestuurd\n").unwrap();
    let (drawn, set) = sent.split_once("Naam  Anna\n").unwrap();
    assert!(drawn.lines().count() >= 3, "{}", paper.text);
    assert!(drawn.lines().all(|line| line.starts_with("[picture of")), "{}", paper.text);
    assert!(!set.contains("picture"), "{}", paper.text);
}

#[test]
fn a_line_that_would_be_too_wide_is_drawn_smaller() {
    let look = drawing::Look { arabic: 25.0, other: 20.0, stretch: 1.22, bold: false };
    let words = "ض".repeat(60);
    let drawn = drawing::line(&words, Direction::LeftToRight, look, 384);
    assert!((300..=384).contains(&drawn.width()), "{}", drawn.width());
    for line in drawing::paragraph(&words, Direction::RightToLeft, look, 384) {
        assert!(line.width() <= 384 + 4, "{}", line.width());
    }
}

#[test]
fn whatever_a_resident_types_in_arabic_is_drawn() {
    let mut slip = bulky_waste(Language::Ar);
    let texts = [
        "سطر\nline two\n\nسطر",
        "\u{1b}@\u{10}\u{5}\u{2}\u{2029}سطر\u{85}abc\u{1c}",
        "\u{2069}\u{202e}abc سطر\u{2067}",
        "🙂 王 سطر",
        "\n",
        "",
        "س",
    ];
    slip.sent = texts.map(|text| ("تجربة".to_owned(), text.to_owned())).to_vec();
    slip.next_steps = texts.join(" ");
    for paper in Paper::ALL {
        let printed = print(&render(&compose(&slip), paper).bytes, paper.dots());
        keep_if_asked(&format!("typed-ar-{}.png", paper.columns()), &printed.png);
    }
    let mut random = fastrand::Rng::with_seed(1442);
    let letters: Vec<char> =
        "اب ةaZ9.,\n\u{2066}\u{2067}\u{2068}\u{2069}\u{202e}\u{64e}\u{301}é€ж—".chars().collect();
    for _ in 0..60 {
        slip.next_steps = (0..random.usize(0..120)).map(|_| *random.choice(&letters).unwrap()).collect();
        slip.sent = vec![(slip.next_steps.clone(), slip.next_steps.clone())];
        drop(render(&compose(&slip), Paper::ThirtyTwo));
    }
}

#[test]
fn arabic_reads_from_right_to_left_and_numbers_in_it_from_left_to_right() {
    let look = drawing::Look { arabic: 25.0, other: 20.0, stretch: 1.22, bold: false };
    let dots = |text: &str| {
        let mut canvas = super::super::raster::Canvas::new(576, 32);
        drawing::line(text, Direction::RightToLeft, look, 576).put_left(&mut canvas, 0, 22);
        canvas.pieces(super::super::raster::Trim::Right, 64)
    };
    // A number keeps its order beside Arabic words, and what is isolated does too.
    assert_eq!(dots("\u{2066}12-34\u{2069}"), dots("\u{202d}12-34\u{202c}"));
    assert_ne!(dots("\u{2066}12-34\u{2069}"), dots("\u{2066}34-12\u{2069}"));
}

#[test]
fn a_receipt_is_no_longer_than_a_hand_can_hold() {
    for (name, paper, receipt) in every_receipt() {
        let printable = render(&receipt, paper);
        let longest = if paper == Paper::ThirtyTwo { 370 } else { 310 };
        assert!((100..longest).contains(&printable.millimetres), "{name}: {} mm", printable.millimetres);
    }
}

fn height(png: &[u8]) -> u32 {
    png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap().info().height
}

/// Writes a file into the folder that `ZUIL_KEEP` names, for looking at it.
fn keep_if_asked(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("ZUIL_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}
