//! Who saw or did what, and when. Invariant: entries are only added; each holds a hash of itself and of the one
//! before it, so that one that was changed or taken away is found.
//!
//! What that cannot find: a whole log that was written anew by somebody who can write into the database. Whoever
//! wants to find that, too, keeps what `zuil-hub audit verify` prints in another place.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;

use super::{Digest, StoreError};

/// A kind of deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Signed in.
    SignedIn,
    /// Was not let in: a wrong password or code.
    NotLetIn,
    /// Signed out.
    SignedOut,
    /// Used a recovery code up.
    UsedRecoveryCode,
    /// Set up an authenticator app.
    SetUpApp,
    /// Saw what a resident filled in.
    SawContent,
    /// Said whether a payment was made.
    DecidedPayment,
    /// Added a pillar.
    AddedPillar,
    /// Revoked a pillar.
    RevokedPillar,
    /// Made a code with which a pillar can be enrolled.
    MadeCode,
    /// Took such a code back.
    CancelledCode,
    /// A pillar was enrolled with the code that somebody made.
    EnrolledPillar,
    /// Published a catalogue.
    PublishedCatalogue,
    /// Made an account.
    AddedAccount,
    /// Changed the roles of an account.
    ChangedRoles,
    /// Has another name at the identity provider.
    ChangedName,
    /// Let nobody sign in with an account any more.
    DisabledAccount,
    /// Let its owner sign in with an account again.
    EnabledAccount,
    /// Made a new password for an account.
    NewPassword,
    /// Took the authenticator app from an account.
    RemovedApp,
    /// Took a list away that holds what residents typed.
    Downloaded,
    /// Sent requests on again that had not been taken.
    SentAgain,
    /// Said under which number a request is in another system.
    RegisteredByHand,
    /// Let a request go on that was not paid, or with which something is the matter.
    SentAnyway,
    /// Was done with a request that is in no other system.
    ClosedRequest,
    /// Ordered a pillar to do something.
    Ordered,
    /// Made a referral for a caller.
    MadeReferral,
    /// Took a referral back.
    RevokedReferral,
    /// Calls a resident back.
    TookCallBack,
    /// Said what came of calling a resident back.
    ToldCallBack,
    /// Began, changed, finished or deleted a draft of an answer.
    Drafted,
    /// Gave the hub an update of the pillars' system.
    AddedSystem,
    /// Took an update of the pillars' system away.
    RemovedSystem,
    /// Gave a version of the pillars' system to pillars, or to no more of them.
    RolledOut,
    /// Made a code with which a technician begins a service visit.
    MadeServiceCode,
    /// Made all service codes of a pillar void.
    VoidedServiceCodes,
}

impl Deed {
    /// All there are.
    pub const ALL: [Self; 36] = [
        Self::SignedIn,
        Self::NotLetIn,
        Self::SignedOut,
        Self::UsedRecoveryCode,
        Self::SetUpApp,
        Self::SawContent,
        Self::DecidedPayment,
        Self::AddedPillar,
        Self::RevokedPillar,
        Self::MadeCode,
        Self::CancelledCode,
        Self::EnrolledPillar,
        Self::PublishedCatalogue,
        Self::AddedAccount,
        Self::ChangedRoles,
        Self::ChangedName,
        Self::DisabledAccount,
        Self::EnabledAccount,
        Self::NewPassword,
        Self::RemovedApp,
        Self::Downloaded,
        Self::SentAgain,
        Self::RegisteredByHand,
        Self::SentAnyway,
        Self::ClosedRequest,
        Self::Ordered,
        Self::MadeReferral,
        Self::RevokedReferral,
        Self::TookCallBack,
        Self::ToldCallBack,
        Self::Drafted,
        Self::AddedSystem,
        Self::RemovedSystem,
        Self::RolledOut,
        Self::MadeServiceCode,
        Self::VoidedServiceCodes,
    ];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::NotLetIn => "not-let-in",
            Self::SignedOut => "signed-out",
            Self::UsedRecoveryCode => "used-recovery-code",
            Self::SetUpApp => "set-up-app",
            Self::SawContent => "saw-content",
            Self::DecidedPayment => "decided-payment",
            Self::AddedPillar => "added-pillar",
            Self::RevokedPillar => "revoked-pillar",
            Self::MadeCode => "made-code",
            Self::CancelledCode => "cancelled-code",
            Self::EnrolledPillar => "enrolled-pillar",
            Self::PublishedCatalogue => "published-catalogue",
            Self::AddedAccount => "added-account",
            Self::ChangedRoles => "changed-roles",
            Self::ChangedName => "changed-name",
            Self::DisabledAccount => "disabled-account",
            Self::EnabledAccount => "enabled-account",
            Self::NewPassword => "new-password",
            Self::RemovedApp => "removed-app",
            Self::Downloaded => "downloaded",
            Self::SentAgain => "sent-again",
            Self::RegisteredByHand => "registered-by-hand",
            Self::SentAnyway => "sent-anyway",
            Self::ClosedRequest => "closed-request",
            Self::Ordered => "ordered",
            Self::MadeReferral => "made-referral",
            Self::RevokedReferral => "revoked-referral",
            Self::TookCallBack => "took-call-back",
            Self::ToldCallBack => "told-call-back",
            Self::Drafted => "drafted",
            Self::AddedSystem => "added-system",
            Self::RemovedSystem => "removed-system",
            Self::RolledOut => "rolled-out",
            Self::MadeServiceCode => "made-service-code",
            Self::VoidedServiceCodes => "voided-service-codes",
        }
    }

    /// The deed for a word from [`Deed::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }
}

/// What is noted of a deed. It holds no personal data of residents, only what leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The name of the account, or [`Entry::COMMAND_LINE`].
    pub who: String,
    /// What was done.
    pub deed: Deed,
    /// To what: a reference, a pillar, an account, a catalogue. Empty when to nothing else.
    pub about: String,
    /// How, such as `paid`; empty when there is nothing to add.
    pub detail: String,
}

impl Entry {
    /// Who works on the machine of the hub. No account has such a name.
    pub const COMMAND_LINE: &'static str = "(command line)";

    /// Somebody who gave a name that no account has. No account has such a name.
    pub const NOBODY: &'static str = "(unknown)";

    /// An entry without detail.
    #[must_use]
    pub fn new(at: Timestamp, who: &str, deed: Deed, about: &str) -> Self {
        Self { at, who: who.to_owned(), deed, about: about.to_owned(), detail: String::new() }
    }

    /// The same with a detail.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// The hash over this entry with its number and over the one before it. Lengths stand before texts, so that no
    /// two entries are hashed as the same bytes.
    pub(super) fn hash(&self, number: u64, before: &Digest) -> Digest {
        let mut context = Context::new(&SHA256);
        context.update(before);
        context.update(&number.to_be_bytes());
        context.update(&self.at.as_microsecond().to_be_bytes());
        for text in [self.who.as_str(), self.deed.as_str(), &self.about, &self.detail] {
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}

/// An entry in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its place, from 1 on.
    pub number: u64,
    /// What was noted.
    pub entry: Entry,
    /// The hash as it is kept.
    pub hash: Digest,
}

/// A place between two entries: the number of the one before it, and its hash. Zeros before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The number of the entry before it.
    pub number: u64,
    /// The hash of that entry.
    pub hash: Digest,
}

/// Where the log begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Behind the last entry that was forgotten because it was too old.
    pub begin: Mark,
    /// Behind the last one that was added.
    pub end: Mark,
}

/// Which entries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this account.
    pub who: Option<String>,
    /// Only those of this kind.
    pub deed: Option<Deed>,
    /// Only those about this.
    pub about: Option<String>,
    /// Only those then or later.
    pub from: Option<Timestamp>,
    /// Only those before then.
    pub until: Option<Timestamp>,
    /// Only those before the entry with this number.
    pub before: Option<u64>,
}

impl AuditFilter {
    pub(super) fn admits(&self, noted: &Noted) -> bool {
        let Noted { number, entry, .. } = noted;
        self.who.as_ref().is_none_or(|who| *who == entry.who)
            && self.deed.is_none_or(|deed| deed == entry.deed)
            && self.about.as_ref().is_none_or(|about| *about == entry.about)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && self.before.is_none_or(|before| *number < before)
    }
}

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

/// Where the log is kept. The contract of [`super::Store`] holds for every method.
pub trait AuditStore {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was added, and what it is about must not be done.
    fn note(&self, entry: &Entry) -> Result<(), StoreError>;

    /// Entries, the newest first: at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError>;

    /// The entries after the one with a number, the oldest first: at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Noted>, StoreError>;

    /// Where the log begins and ends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn audit_ends(&self) -> Result<Ends, StoreError>;

    /// Forgets the oldest entries, up to the first that is not before a time; how many those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError>;
}
