//! An input as a script: step by step, what the other side sends and what else happens.
//!
//! Invariant: any bytes are a script, and a longer input is at most a longer script.

use std::time::Duration;

/// One step.
pub struct Step<'a> {
    /// Time since the last step.
    pub pause: Duration,
    /// How the bytes come, 0 to 3; each target knows what that means.
    pub manner: u8,
    /// What else happens, 0 to 7; each target knows what that means.
    pub deed: u8,
    /// What comes over the line, at most 63 bytes.
    pub bytes: &'a [u8],
}

/// Milliseconds: nothing, within a frame, the pauses that the drivers know, and more than their patience.
const PAUSES: [u64; 8] = [0, 1, 60, 210, 1_000, 5_000, 16_000, 70_000];

/// The steps of a script. Each has a control byte (two bits manner, three bits pause, three bits deed), a
/// byte for the length, and its bytes.
pub fn steps(mut script: &[u8]) -> impl Iterator<Item = Step<'_>> {
    std::iter::from_fn(move || {
        let (&control, rest) = script.split_first()?;
        let (&length, rest) = rest.split_first().unwrap_or((&0, rest));
        let (bytes, rest) = rest.split_at(usize::from(length & 63).min(rest.len()));
        script = rest;
        Some(Step {
            pause: Duration::from_millis(PAUSES[usize::from(control >> 3 & 7)]),
            manner: control >> 6,
            deed: control & 7,
            bytes,
        })
    })
}
