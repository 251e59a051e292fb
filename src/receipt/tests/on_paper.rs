//! What comes out of a printer.

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
    assert!(
        wide.contains("Wat we ophalen  Bank, matras, wasmachine, één\n                kast\n"),
        "{wide}"
    );
    assert!(wide.contains("Grofvuil ophalen                         € 17,35\n"), "{wide}");
    let on = |paper: Paper| {
        print(&render(&compose(&bulky_waste(Language::Nl)), paper).bytes, paper.dots()).text
    };
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
fn every_receipt() -> impl Iterator<Item = (String, Paper, Printable)> {
    let slips = [("paid", bulky_waste as fn(Language) -> Slip), ("free", free), ("unknown", unknown)];
    let papers = slips.into_iter().flat_map(|slip| Paper::ALL.map(|paper| (slip, paper)));
    papers.flat_map(|((name, slip), paper)| {
        Language::ALL.map(|language| {
            let name = format!("{name}-{}-{}", language.code(), paper.columns());
            (name, paper, render(&compose(&slip(language)), paper))
        })
    })
}

#[test]
fn no_receipt_holds_a_real_time_command() {
    for (name, _, printable) in every_receipt() {
        let caught = printable
            .bytes
            .windows(2)
            .find(|pair| pair[0] == 0x10 && matches!(pair[1], 0x04 | 0x05 | 0x14));
        assert_eq!(caught, None, "{name}");
    }
}

#[test]
fn no_picture_is_higher_than_a_printer_can_hold() {
    for (name, _, printable) in every_receipt() {
        let starts = printable.bytes.windows(8).filter(|bytes| bytes.starts_with(&[0x1d, b'v', b'0', 0]));
        for start in starts {
            assert!(start[6] <= 64 && start[7] == 0, "{name}");
        }
    }
}

#[test]
fn a_receipt_says_how_much_paper_it_takes() {
    for (name, paper, printable) in every_receipt() {
        let printed = print(&printable.bytes, paper.dots());
        let millimetres = height(&printed.png) / 8;
        assert!(printable.millimetres.abs_diff(millimetres) <= 2, "{name}: {millimetres} mm");
        keep_if_asked(&format!("{name}.png"), &printed.png);
        keep_if_asked(&format!("{name}.bin"), &printable.bytes);
        if std::env::var_os("ZUIL_KEEP").is_some() {
            println!("{name}: {} bytes, {} mm", printable.bytes.len(), printable.millimetres);
        }
    }
}

#[test]
fn a_receipt_in_latin_letters_goes_over_a_slow_line_in_a_second_and_a_half() {
    for (name, _, printable) in every_receipt().filter(|(name, ..)| !name.contains("-ar-")) {
        assert!(printable.bytes.len() < 6 * 1024, "{name}: {} bytes", printable.bytes.len());
    }
}

#[test]
fn the_bytes_are_those_that_another_decoder_has_read() {
    let bytes = render(&compose(&bulky_waste(Language::Nl)), Paper::FortyEight).bytes;
    keep_if_asked("receipt-nl.bin", &bytes);
    let read_by_another: &[u8] = include_bytes!("../../../tests/fixtures/receipt-nl.bin");
    assert!(
        *bytes == read_by_another,
        "the receipt's bytes changed: have another decoder read them anew"
    );
}

#[test]
fn our_printer_reads_the_same_as_another_decoder() {
    let printed = print(include_bytes!("../../../tests/fixtures/receipt-nl.bin"), HEAD_DOTS).text;
    let another = include_str!("../../../tests/fixtures/receipt-nl.txt");
    let lines = |text: &str| {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty() && !line.starts_with('[')).collect::<Vec<_>>()
    };
    assert_eq!(lines(&printed), lines(another));
}

#[test]
fn a_receipt_is_no_longer_than_a_hand_can_hold() {
    for (name, paper, printable) in every_receipt() {
        let longest = if paper == Paper::ThirtyTwo { 330 } else { 260 };
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
