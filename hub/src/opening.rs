//! Opens what is stored sealed, when somebody looks at it. Invariant: what was opened stays in memory, and
//! is wiped when it is dropped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zuil_wire::seal::{SealError, SealKey};
use zuil_wire::{Header, PROTOCOL_VERSION, Transaction};

use crate::seal_keys::{SealKeys, SealKeysError};
use crate::store::{Content, SealedContent, Trouble, Unchecked};

/// Why content cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The hub does not have the key any more.
    #[error("the sealing key {0} is gone; restore it from the backup of the data folder")]
    NoKey(String),
    /// It was not sealed to the key that it names, or was changed.
    #[error("the content cannot be opened with the key that it names")]
    Unreadable,
    /// It is the content of another transaction.
    #[error("the content does not belong to its header")]
    Mismatch,
    /// It was deleted, because it was handed over long enough ago.
    #[error("the content was deleted after it was handed over")]
    Forgotten,
    /// The keys cannot be read now.
    #[error(transparent)]
    Keys(#[from] SealKeysError),
    /// It could not be sealed.
    #[error("plain content could not be sealed: {0}")]
    Seal(SealError),
}

impl NotOpened {
    /// What it says of the transaction itself; nothing when only the keys are missing.
    #[must_use]
    pub const fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Unreadable => Some(Trouble::Unreadable),
            Self::Mismatch => Some(Trouble::Mismatch),
            Self::Forgotten | Self::NoKey(_) | Self::Keys(_) | Self::Seal(_) => None,
        }
    }
}

/// Opens stored content.
///
/// # Errors
/// When it cannot be opened, now or ever.
pub fn open(content: &Content, keys: &SealKeys) -> Result<Transaction, NotOpened> {
    let sealed = match content {
        Content::Plain(transaction) => return Ok(transaction.clone()),
        Content::Sealed(sealed) => sealed,
        Content::Forgotten => return Err(NotOpened::Forgotten),
    };
    let key_id = &sealed.header.key_id;
    let key = keys.get(key_id)?.ok_or_else(|| NotOpened::NoKey(key_id.clone()))?;
    key.open(&sealed.envelope()).map_err(|error| match error {
        SealError::Mismatch => NotOpened::Mismatch,
        _ => NotOpened::Unreadable,
    })
}

/// Seals what is plain from before content was kept sealed, to the newest key. `None` when it is sealed.
///
/// # Errors
/// [`NotOpened::Seal`].
pub fn seal(unchecked: &Unchecked, keys: &SealKeys) -> Result<Option<SealedContent>, NotOpened> {
    let Content::Plain(transaction) = &unchecked.stored.content else { return Ok(None) };
    let newest = keys.newest();
    let header = Header {
        version: PROTOCOL_VERSION,
        id: unchecked.stored.id,
        pillar: unchecked.stored.pillar.clone(),
        sequence: unchecked.sequence,
        reference: unchecked.stored.reference,
        committed_at: unchecked.stored.committed_at,
        key_id: newest.id.clone(),
    };
    let key = SealKey::from_base64(&newest.id, &newest.public_key).map_err(NotOpened::Seal)?;
    let sealed = key.seal(header, transaction).map_err(NotOpened::Seal)?;
    let bytes = |text: &str| BASE64.decode(text).map_err(|_| NotOpened::Seal(SealError::Seal));
    Ok(Some(SealedContent {
        encapsulated_key: bytes(&sealed.encapsulated_key)?,
        ciphertext: bytes(&sealed.ciphertext)?,
        header: sealed.header,
    }))
}
