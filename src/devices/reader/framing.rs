//! Where a reader's message begins and ends on the wire, byte by byte.
//!
//! Invariant: matching only looks; it takes no memory and never goes past what was received.

use serde::Deserialize;

/// What ends a line of a document's machine-readable zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnd {
    /// A carriage return.
    #[default]
    Cr,
    /// A line feed.
    Lf,
    /// Both.
    Crlf,
    /// Nothing: the lines follow each other.
    None,
}

impl LineEnd {
    /// Its bytes.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Cr => b"\r",
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
            Self::None => b"",
        }
    }
}

/// Why matching stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is nothing but noise so far.
    Noise,
    /// More must come.
    Short,
    /// Whatever comes, it will not fit.
    Differs,
}

/// A place in what was received.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    received: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Stands behind the prefix. What comes before it is noise; without a prefix, control characters
    /// and spaces are.
    pub(super) fn behind(prefix: &[u8], received: &'a [u8]) -> Result<Self, Stop> {
        let begins = |byte: &u8| match prefix.first() {
            Some(first) => byte == first,
            None => byte.is_ascii_graphic() || !byte.is_ascii(),
        };
        let at = received.iter().position(begins).ok_or(Stop::Noise)?;
        let mut cursor = Self { received, at };
        cursor.literal(prefix)?;
        Ok(cursor)
    }

    /// Where it stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The byte at which it stands.
    pub(super) fn peek(&self) -> Result<u8, Stop> {
        self.received.get(self.at).copied().ok_or(Stop::Short)
    }

    /// Passes exactly these bytes.
    pub(super) fn literal(&mut self, expected: &[u8]) -> Result<(), Stop> {
        for byte in expected {
            if self.peek()? != *byte {
                return Err(Stop::Differs);
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Passes bytes that fit, at most `most`.
    pub(super) fn run(&mut self, most: usize, fits: impl Fn(u8) -> bool) {
        let rest = self.received.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take(most).take_while(|byte| fits(**byte)).count();
    }
}
