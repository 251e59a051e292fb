//! Whether the log is whole. Invariant: what is found whole was followed from where it begins to where it ends, entry by
//! entry.

use super::{AuditStore, Ends, Mark, Noted};
use crate::store::StoreError;

/// What is wrong with the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// One or more entries are missing.
    #[error("the entry {0} is missing: somebody has taken it away")]
    Missing(u64),
    /// An entry is not what it was, or the one before it is not.
    #[error("the entry {0} was changed, or the one before it")]
    Changed(u64),
    /// The last entries are missing, or there are more than there were.
    #[error("the log ends with entry {found} and should end with entry {expected}")]
    End {
        /// The last one there is.
        found: u64,
        /// The last one that there should be.
        expected: u64,
    },
}

/// Why a log could not be found to be whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not.
    #[error("{0}; compare with your backups to see what it was")]
    Broken(#[from] Broken),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows the chain from its beginning.
#[derive(Clone, Copy, Debug)]
struct Chain(Mark);

impl Chain {
    fn follow(&mut self, noted: &Noted) -> Result<(), Broken> {
        let Mark { number, hash } = self.0;
        if noted.number != number + 1 {
            return Err(Broken::Missing(number + 1));
        }
        if noted.entry.hash(noted.number, &hash) != noted.hash {
            return Err(Broken::Changed(noted.number));
        }
        self.0 = Mark { number: noted.number, hash: noted.hash };
        Ok(())
    }

    fn end(self, expected: Mark) -> Result<(), Broken> {
        match self.0 == expected {
            true => Ok(()),
            false if self.0.number == expected.number => Err(Broken::Changed(expected.number)),
            false => Err(Broken::End { found: self.0.number, expected: expected.number }),
        }
    }
}

/// How many entries are read at once to follow the chain.
const PIECE: u32 = 1_000;

/// Follows the whole log; where it begins and ends when nothing is missing and nothing was changed. What is added
/// meanwhile is left for the next time.
///
/// # Errors
/// [`VerifyError::Broken`] with the first entry that is not right.
pub fn verify(store: &(impl AuditStore + ?Sized)) -> Result<Ends, VerifyError> {
    loop {
        let ends = store.audit_ends()?;
        match follow(store, ends) {
            // Its beginning was forgotten meanwhile, perhaps by another hub: what is missing may be that.
            Err(VerifyError::Broken(_)) if store.audit_ends()?.begin != ends.begin => {}
            done => return done,
        }
    }
}

fn follow(store: &(impl AuditStore + ?Sized), ends: Ends) -> Result<Ends, VerifyError> {
    let mut chain = Chain(ends.begin);
    while chain.0.number < ends.end.number {
        let piece = store.audit_after(chain.0.number, PIECE)?;
        if piece.is_empty() {
            break;
        }
        for noted in piece.iter().filter(|noted| noted.number <= ends.end.number) {
            chain.follow(noted)?;
        }
    }
    chain.end(ends.end)?;
    Ok(ends)
}
