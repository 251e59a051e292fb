//! What a simulated terminal really charged. It outlives the terminal's power, and with a file also
//! the process.
//!
//! Invariant: one line per charge that stands; a charge that was taken back is gone.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zuil_wire::Cents;

use crate::devices::terminal::Details;
use crate::devices::terminal::codec::Field;

/// The simulated terminal's id.
pub const TERMINAL_ID: u32 = 52_523_535;
/// The simulated card's scheme.
pub const CARD_SCHEME: &str = "Maestro";

/// A charge that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub amount: Cents,
    pub receipt: u16,
    pub trace: u32,
    pub date: u16,
    pub time: u32,
}

/// All charges that stand, oldest first.
#[derive(Debug)]
pub struct Ledger {
    entries: Vec<Entry>,
    next_receipt: u16,
    file: Option<PathBuf>,
}

impl Ledger {
    /// An empty ledger whose first receipt gets this number.
    pub const fn new(next_receipt: u16) -> Self {
        Self { entries: Vec::new(), next_receipt, file: None }
    }

    /// The ledger in a file; an empty one when there is no file yet.
    ///
    /// # Errors
    /// When the file cannot be read or is no ledger; delete it to start anew.
    pub fn open(file: &Path) -> io::Result<Self> {
        let mut ledger = Self::new(1);
        match fs::read_to_string(file) {
            Ok(text) => ledger.read(&text).ok_or(io::ErrorKind::InvalidData)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        ledger.file = Some(file.to_owned());
        Ok(ledger)
    }

    /// Charges an amount; gives the receipt number.
    pub fn charge(&mut self, amount: Cents, date: u16, time: u32) -> u16 {
        let receipt = self.next_receipt;
        self.next_receipt = receipt % 9999 + 1;
        self.entries.push(Entry { amount, receipt, trace: 811 + u32::from(receipt), date, time });
        self.save();
        receipt
    }

    /// Takes a charge back.
    pub fn take_back(&mut self, receipt: u16) {
        self.entries.retain(|entry| entry.receipt != receipt);
        self.save();
    }

    /// The last charge that stands.
    pub fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// All that stands.
    pub fn charged(&self) -> Vec<Details> {
        let details = |entry: &Entry| Details {
            amount: entry.amount,
            terminal_id: format!("{TERMINAL_ID:08}"),
            receipt_number: entry.receipt,
            card_scheme: CARD_SCHEME.to_owned(),
        };
        self.entries.iter().map(details).collect()
    }

    fn save(&self) {
        let Some(file) = &self.file else { return };
        let mut text = format!("{}\n", self.next_receipt);
        for Entry { amount, receipt, trace, date, time } in &self.entries {
            let _ = writeln!(text, "{} {receipt} {trace} {date} {time}", amount.0);
        }
        let fresh = file.with_extension("new");
        if let Err(error) = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, file)) {
            tracing::error!(%error, "the simulated terminal's ledger cannot be written");
        }
    }

    fn read(&mut self, text: &str) -> Option<()> {
        let mut lines = text.lines();
        self.next_receipt = lines.next()?.parse().ok()?;
        for line in lines {
            let mut words = line.split(' ');
            let mut word = || words.next()?.parse::<u64>().ok();
            self.entries.push(Entry {
                amount: Cents(word()?),
                receipt: word()?.try_into().ok()?,
                trace: word()?.try_into().ok()?,
                date: word()?.try_into().ok()?,
                time: word()?.try_into().ok()?,
            });
        }
        Some(())
    }
}

impl Entry {
    /// The fields of its status information in front of the card number.
    pub fn fields_before_card(&self) -> Vec<Field> {
        vec![
            Field::Result(0),
            Field::Amount(self.amount),
            Field::Currency(978),
            Field::Trace(self.trace),
            Field::Time(self.time),
            Field::Date(self.date),
            Field::Receipt(self.receipt),
            Field::TerminalId(TERMINAL_ID),
        ]
    }

    /// The fields after the card number.
    pub fn fields_after_card() -> Vec<Field> {
        vec![Field::CardType(5), Field::CardName(CARD_SCHEME.to_owned())]
    }
}
