//! Anything as the file of a recorded line, and as what is sealed in one.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::recording::{Batch, Header, RECORDING_VERSION, Recording, RecordingError, Writer, to_text};
use zuil_wire::seal::{OpenKey, SealError, SealKey};

/// What binds the stream of a recording to its purpose.
const INFO: &[u8] = b"zuil recording v1";

/// Any bytes as a file, or as pieces that are sealed rightly; the first byte chooses. What is opened is read
/// the same again, and a piece that was changed does not open.
pub fn recording(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let Ok((seal, open)) = keys() else { return };
    if first & 3 == 0 {
        let text = String::from_utf8_lossy(rest);
        let sealed = Recording::open(&text, open).is_ok_and(|recording| !recording.entries.is_empty());
        assert!(!sealed, "nobody sealed that");
        return;
    }
    let pieces: Vec<&[u8]> = rest.split(|byte| *byte == 0xEE).collect();
    let Ok(file) = sealed(seal, &pieces) else { return };
    match Recording::open(&file, open) {
        Ok(recording) => assert_opens_again(seal, open, &recording, rest.len()),
        Err(RecordingError::Piece(line)) => assert!((2..2 + pieces.len()).contains(&line)),
        Err(error) => unreachable!("{error}"),
    }
    if first & 3 == 1 {
        let start = file.find('\n').unwrap_or_default() + 1;
        let at = start + usize::from(first) % (file.len() - start);
        let mut changed = file.into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8_lossy(&changed);
        let opened = Recording::open(&changed, open);
        assert!(opened.is_err() || !changed.ends_with('\n'), "a changed piece was opened");
    }
}

/// A key pair for this run. What is sealed differs in every run anyhow, and nothing depends on it.
fn keys() -> &'static Result<(SealKey, OpenKey), SealError> {
    static KEYS: OnceLock<Result<(SealKey, OpenKey), SealError>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let (private, public) = OpenKey::generate()?;
        Ok((SealKey::from_base64("voorbeeld", &public)?, OpenKey::from_bytes(&private)))
    })
}

fn sealed(key: &SealKey, pieces: &[&[u8]]) -> Result<String, SealError> {
    let (encapsulated_key, mut sealer) = key.stream(INFO)?;
    let header = Header {
        recording: RECORDING_VERSION,
        id: Uuid::nil(),
        pillar: "voorbeeld".to_owned(),
        device: "printer".to_owned(),
        started_at: Timestamp::UNIX_EPOCH,
        key_id: key.id().to_owned(),
        encapsulated_key,
    };
    let header = serde_json::to_string(&header).map_err(|_| SealError::Seal)?;
    let mut file = header.clone() + "\n";
    for piece in pieces {
        file += &BASE64.encode(sealer.seal(header.as_bytes(), piece)?);
        file.push('\n');
    }
    Ok(file)
}

fn assert_opens_again(seal: &SealKey, open: &OpenKey, recording: &Recording, room: usize) {
    assert!(recording.entries.len() <= room / 21, "an entry takes 21 bytes");
    assert!(to_text(recording).len() <= 512 + room * 4);
    let mut batch = Batch::new(room);
    recording.entries.iter().for_each(|entry| batch.add(entry));
    let written = Writer::begin(seal, Uuid::nil(), "voorbeeld", "printer", Timestamp::UNIX_EPOCH)
        .and_then(|mut writer| Ok(format!("{}\n", writer.header_line()) + &writer.line(&batch)?));
    let again = written.and_then(|file| Recording::open(&file, open));
    let same = again.is_ok_and(|again| again.entries == recording.entries);
    assert!(same, "what was read is written and read again");
}
