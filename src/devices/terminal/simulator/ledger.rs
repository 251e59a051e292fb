//! What a simulated terminal did under each receipt number. It outlives the terminal's power, and with
//! a file also the process.
//!
//! Invariant: a charge, a refusal and a taking back each use up a receipt number, and nothing that was
//! written down is ever deleted; a charge stands unless a taking back of it was written down. An end of
//! day is written down among them, with the receipt number before it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zuil_wire::Cents;

use crate::devices::terminal::Details;
use crate::devices::terminal::codec::Field;
use crate::devices::terminal::codes;

/// The simulated terminal's id.
pub const TERMINAL_ID: u32 = 52_523_535;
/// The simulated card's scheme.
pub const CARD_SCHEME: &str = "Maestro";

/// What a receipt number was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The bank charged the card.
    Charge,
    /// The bank refused it with this result code.
    Refusal(u8),
    /// The charge with this receipt and trace number was taken back.
    TakingBack { receipt: u16, trace: u32 },
    /// The day was closed.
    DayClosed,
}

/// What happened under one receipt number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub amount: Cents,
    pub receipt: u16,
    pub trace: u32,
    /// MMDD.
    pub date: u16,
    /// HHMMSS.
    pub time: u32,
}

/// All that happened, oldest first.
#[derive(Debug)]
pub struct Ledger {
    entries: Vec<Entry>,
    next_receipt: u16,
    /// How many entries are from before the terminal came to its pillar.
    past: usize,
    file: Option<PathBuf>,
}

impl Ledger {
    /// An empty ledger whose first receipt gets this number.
    pub const fn new(next_receipt: u16) -> Self {
        Self { entries: Vec::new(), next_receipt, past: 0, file: None }
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

    /// An installer makes a payment of one cent before the terminal comes to its pillar.
    pub fn try_out(&mut self, clock: (u16, u32)) {
        self.charge(Cents(1), clock);
        self.past = self.entries.len();
    }

    /// Charges an amount at this date (MMDD) and time (HHMMSS); gives the receipt number.
    pub fn charge(&mut self, amount: Cents, clock: (u16, u32)) -> u16 {
        self.write_down(Kind::Charge, amount, clock)
    }

    /// Refuses a card with this result code; gives the receipt number.
    pub fn refuse(&mut self, amount: Cents, code: u8, clock: (u16, u32)) -> u16 {
        self.write_down(Kind::Refusal(code), amount, clock)
    }

    /// Takes a charge that stands back; gives what is written down of it.
    pub fn take_back(&mut self, receipt: u16, clock: (u16, u32)) -> Option<Entry> {
        let charge = self.entries.iter().rev().find(|entry| self.stands(entry) && entry.receipt == receipt);
        let &Entry { amount, trace, .. } = charge?;
        self.write_down(Kind::TakingBack { receipt, trace }, amount, clock);
        self.entries.last().cloned()
    }

    /// Whether a charge with this receipt number was taken back.
    pub fn was_taken_back(&self, receipt: u16) -> bool {
        self.entries
            .iter()
            .any(|entry| matches!(entry.kind, Kind::TakingBack { receipt: back, .. } if back == receipt))
    }

    /// Closes the day: the turnover begins anew.
    pub fn close_day(&mut self, (date, time): (u16, u32)) {
        let (receipt, trace) = self.entries.last().map_or((0, 0), |entry| (entry.receipt, entry.trace));
        self.entries.push(Entry { kind: Kind::DayClosed, amount: Cents::ZERO, receipt, trace, date, time });
        self.save();
    }

    /// The last receipt, whatever it is of. A terminal that forgets it with its day has none after that.
    pub fn last(&self, forgets_with_day: bool) -> Option<&Entry> {
        let mut entries = self.entries.iter().rev();
        if forgets_with_day {
            entries.next().filter(|entry| entry.kind != Kind::DayClosed)
        } else {
            entries.find(|entry| entry.kind != Kind::DayClosed)
        }
    }

    /// The charges since the day was last closed that stand.
    pub fn charged_today(&self) -> Vec<&Entry> {
        let begin =
            self.entries.iter().rposition(|entry| entry.kind == Kind::DayClosed).map_or(0, |at| at + 1);
        self.entries[begin..].iter().filter(|entry| self.stands(entry)).collect()
    }

    /// All charges at the pillar that stand, oldest first.
    pub fn charged(&self) -> Vec<Details> {
        let details = |entry: &Entry| Details {
            amount: entry.amount,
            terminal_id: format!("{TERMINAL_ID:08}"),
            receipt_number: entry.receipt,
            card_scheme: CARD_SCHEME.to_owned(),
            trace: Some(entry.trace),
        };
        self.entries[self.past..].iter().filter(|entry| self.stands(entry)).map(details).collect()
    }

    fn stands(&self, charge: &Entry) -> bool {
        let taken_back = Kind::TakingBack { receipt: charge.receipt, trace: charge.trace };
        charge.kind == Kind::Charge && self.entries.iter().all(|entry| entry.kind != taken_back)
    }

    fn write_down(&mut self, kind: Kind, amount: Cents, (date, time): (u16, u32)) -> u16 {
        let receipt = self.next_receipt;
        self.next_receipt = receipt % 9999 + 1;
        let trace = 811 + u32::from(receipt);
        self.entries.push(Entry { kind, amount, receipt, trace, date, time });
        self.save();
        receipt
    }

    fn save(&self) {
        let Some(file) = &self.file else { return };
        let mut text = format!("{}\n", self.next_receipt);
        for Entry { kind, amount, receipt, trace, date, time } in &self.entries {
            let _ = write!(text, "{} {receipt} {trace} {date} {time}", amount.0);
            let _ = match kind {
                Kind::Charge => writeln!(text),
                Kind::Refusal(code) => writeln!(text, " refused {code}"),
                Kind::TakingBack { receipt, trace } => writeln!(text, " back {receipt} {trace}"),
                Kind::DayClosed => writeln!(text, " day"),
            };
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
            self.entries.push(Entry::read(line)?);
        }
        Some(())
    }
}

impl Entry {
    /// The fields of its status information in front of the card number.
    pub fn fields_before_card(&self) -> Vec<Field> {
        let result = if let Kind::Refusal(code) = self.kind { code } else { codes::APPROVED };
        let mut fields = vec![
            Field::Result(result),
            Field::Amount(self.amount),
            Field::Currency(978),
            Field::Trace(self.trace),
            Field::Time(self.time),
            Field::Date(self.date),
            Field::Receipt(self.receipt),
            Field::TerminalId(TERMINAL_ID),
        ];
        if let Kind::TakingBack { trace, .. } = self.kind {
            fields.push(Field::OriginalTrace(trace));
        }
        fields
    }

    /// The fields after the card number.
    pub fn fields_after_card() -> Vec<Field> {
        vec![Field::CardType(5), Field::CardName(CARD_SCHEME.to_owned())]
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut number = || words.next()?.parse::<u64>().ok();
        let (amount, receipt, trace, date, time) = (number()?, number()?, number()?, number()?, number()?);
        let kind = match words.collect::<Vec<_>>()[..] {
            [] => Kind::Charge,
            ["day"] => Kind::DayClosed,
            ["refused", code] => Kind::Refusal(code.parse().ok()?),
            ["back", receipt, trace] => {
                Kind::TakingBack { receipt: receipt.parse().ok()?, trace: trace.parse().ok()? }
            }
            _ => return None,
        };
        Some(Self {
            kind,
            amount: Cents(amount),
            receipt: receipt.try_into().ok()?,
            trace: trace.try_into().ok()?,
            date: date.try_into().ok()?,
            time: time.try_into().ok()?,
        })
    }
}
