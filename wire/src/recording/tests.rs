//! What can and what cannot be done with a recording.

use super::*;

const SECRET: &[u8] = b"Voorbeeldstraat 12";

struct Parties {
    seal: SealKey,
    open: OpenKey,
}

fn parties() -> Parties {
    let (private, public) = OpenKey::generate().unwrap();
    Parties { seal: SealKey::from_base64("k1", &public).unwrap(), open: OpenKey::from_bytes(&private) }
}

fn entry(at_us: u64, event: Event) -> Entry {
    Entry { at_us, event }
}

fn session() -> Vec<Entry> {
    vec![
        entry(0, Event::Opened),
        entry(1_250, Event::Out(SECRET.to_vec())),
        entry(2_000_001, Event::In(vec![0x12])),
        entry(2_000_002, Event::Missed(70)),
        entry(3_000_000, Event::Lost),
        entry(4_000_000, Event::End(Ending::Stopped)),
    ]
}

/// A recording with one piece for each entry.
fn recorded(parties: &Parties, id: u128, entries: &[Entry]) -> String {
    let mut writer =
        Writer::begin(&parties.seal, Uuid::from_u128(id), "voorbeeld", "printer", Timestamp::UNIX_EPOCH)
            .unwrap();
    let mut file = writer.header_line().to_owned() + "\n";
    for entry in entries {
        let mut batch = Batch::new(1024);
        batch.add(entry);
        file += &writer.line(&batch).unwrap();
    }
    file
}

fn failing_line(file: &str, key: &OpenKey) -> usize {
    match Recording::open(file, key) {
        Err(RecordingError::Piece(line)) => line,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn the_municipality_reads_what_was_recorded_and_nobody_else() {
    let (p, other) = (parties(), parties());
    let file = recorded(&p, 1, &session());
    assert!(!file.contains("Voorbeeld") && !file.contains(&BASE64.encode(SECRET)[..20]));
    let opened = Recording::open(&file, &p.open).unwrap();
    assert!(opened.entries == session());
    assert_eq!((opened.ending(), opened.header.device.as_str()), (Some(Ending::Stopped), "printer"));
    assert_eq!(failing_line(&file, &other.open), 2);
}

#[test]
fn a_power_cut_costs_the_torn_line_and_nothing_else() {
    let p = parties();
    let file = recorded(&p, 1, &session());
    let torn = Recording::open(&file[..file.len() - 3], &p.open).unwrap();
    assert!(torn.entries == session()[..5]);
    assert_eq!(torn.ending(), None);
    assert!(to_text(&torn).contains("the end is missing"));
}

#[test]
fn a_line_that_was_changed_left_out_or_moved_is_noticed() {
    let p = parties();
    let file = recorded(&p, 1, &session());
    let lines: Vec<&str> = file.lines().collect();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        change(&mut lines);
        lines.join("\n") + "\n"
    };
    let changed = with(&|lines| {
        let letter = if lines[3].starts_with('A') { "B" } else { "A" };
        lines[3].replace_range(..1, letter);
    });
    assert_eq!(failing_line(&changed, &p.open), 4);
    assert_eq!(failing_line(&with(&|lines| drop(lines.remove(2))), &p.open), 3);
    assert_eq!(failing_line(&with(&|lines| lines.swap(2, 4)), &p.open), 3);
    assert_eq!(failing_line(&with(&|lines| lines[0] = lines[0].replace("voorbeeld", "elders")), &p.open), 2);
}

#[test]
fn a_line_of_another_recording_is_noticed() {
    let p = parties();
    let (one, other) = (recorded(&p, 1, &session()), recorded(&p, 2, &session()));
    let mixed: Vec<&str> = one.lines().take(3).chain(other.lines().skip(3)).collect();
    assert_eq!(failing_line(&(mixed.join("\n") + "\n"), &p.open), 4);
}

#[test]
fn what_is_no_recording_is_named() {
    let p = parties();
    assert!(matches!(Recording::open("", &p.open), Err(RecordingError::NoRecording)));
    assert!(matches!(Recording::open("{}\n", &p.open), Err(RecordingError::NoRecording)));
    let newer = recorded(&p, 1, &session()).replacen("\"recording\":1", "\"recording\":2", 1);
    assert!(matches!(Recording::open(&newer, &p.open), Err(RecordingError::Version(2))));
}

#[test]
fn the_text_has_one_line_for_each_entry() {
    let p = parties();
    let opened = Recording::open(&recorded(&p, 1, &session()), &p.open).unwrap();
    let expected = "# zuil recording 1\n# pillar voorbeeld\n# device printer\n# started 1970-01-01T00:00:00Z\n\
                    0.000000 opened\n0.001250 out 56 6F 6F 72 62 65 65 6C 64 73 74 72 61 61 74 20 31 32\n\
                    2.000001 in 12\n2.000002 missed 70 bytes\n3.000000 lost\n\
                    4.000000 end: the pillar was stopped\n";
    assert_eq!(to_text(&opened), expected);
}

#[test]
fn a_batch_keeps_no_more_than_its_room() {
    let mut batch = Batch::new(64);
    batch.add(&entry(0, Event::Out(vec![7; 10_000])));
    assert!(batch.is_full() && batch.plain.len() <= 128);
    batch.clear();
    assert!(batch.is_empty());
}
