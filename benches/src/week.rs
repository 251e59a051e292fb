//! Ten thousand made-up requests of a week without network.
//!
//! Invariant: the same seed makes the same requests, at the same moments of the week.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::seal::{SealKey, Sealed};
use zuil_wire::{AnswerLine, Cents, Header, PROTOCOL_VERSION, Reference, Transaction};

use crate::Failure;

/// How many requests.
pub const REQUESTS: usize = 10_000;

/// The requests of one pillar, sealed, in their order.
///
/// # Errors
/// When one cannot be sealed.
pub fn requests(pillar: &str, key: &SealKey, seed: u64, count: usize) -> Result<Vec<Sealed>, Failure> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let begin: Timestamp = "2026-11-16T00:00:00Z".parse()?;
    let mut seconds: Vec<i64> = (0..count).map(|_| dice.i64(0..7 * 86_400)).collect();
    seconds.sort_unstable();
    let requests = seconds.into_iter().zip(1..).map(|(second, sequence)| {
        let at = begin.saturating_add(SignedDuration::from_secs(second)).unwrap_or(begin);
        request(pillar, key, &mut dice, sequence, at)
    });
    requests.collect()
}

/// One request: four answers, one of them a few sentences, as for something broken in the street.
///
/// # Errors
/// When it cannot be sealed.
pub fn request(
    pillar: &str,
    key: &SealKey,
    dice: &mut fastrand::Rng,
    sequence: u64,
    at: Timestamp,
) -> Result<Sealed, Failure> {
    let (id, reference) = (Uuid::from_u128(dice.u128(..)), Reference::from_bits(dice.u64(..)));
    let header = Header {
        version: PROTOCOL_VERSION,
        id,
        pillar: pillar.to_owned(),
        sequence,
        reference,
        committed_at: at,
        key_id: key.id().to_owned(),
    };
    let words = ["de", "lantaarn", "bij", "het", "plein", "is", "al", "drie", "dagen", "uit", "en", "kapot"];
    let story: String =
        (0..dice.usize(40..160)).map(|_| [words[dice.usize(..words.len())], " "].concat()).collect();
    let line = |question: &str, label: &str, value: &str| AnswerLine {
        question: question.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        display: value.to_owned(),
    };
    let house = format!("Voorbeeldstraat {}, 2411 ZZ Voorbeelddorp", dice.u32(1..200));
    let transaction = Transaction {
        id,
        reference,
        task: "report-public-space".to_owned(),
        task_title: "Melding openbare ruimte".to_owned(),
        catalogue_version: "1".to_owned(),
        language: "nl".to_owned(),
        answers: vec![
            line("what", "Wat", "lantaarn"),
            line("where", "Waar", &house),
            line("story", "Toelichting", &story),
            line("contact", "E-mail", "bewoner@voorbeeld.invalid"),
        ],
        fee: Cents(0),
    };
    Ok(key.seal(header, &transaction)?)
}
