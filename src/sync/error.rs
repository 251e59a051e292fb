//! What can go wrong between a pillar and its hub.

use std::time::Duration;

use zuil_wire::seal::SealError;
use zuil_wire::versions;

use crate::outbox::OutboxError;

/// Why an upload did not succeed. What was to be sent is still in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No network, no answer, or one that took too long.
    #[error("the hub cannot be reached ({0}); look at the network if this lasts")]
    Unreachable(String),
    /// The hub asks for patience.
    #[error("the hub cannot take anything just now; it is tried again later")]
    Busy {
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The answer is not one that a hub gives.
    #[error("the hub's answer cannot be used ({0}); look at the hub's log if this lasts")]
    BadAnswer(&'static str),
    /// Somebody else answers at that address.
    #[error(
        "who answers is not the hub of this binding ({0}); check the pillar's clock and the address, or bind it again"
    )]
    NotTheHub(String),
    /// The hub does not know this pillar's certificate, or has revoked it.
    #[error("the hub does not admit this pillar; bind it again with `zuil-hub pillar add`")]
    NotAdmitted,
    /// The address leads to a server that is no hub.
    #[error("there is no hub at this address (status {0}); check hub_url in the binding")]
    NoHub(u16),
    /// The hub speaks another version of the protocol.
    #[error(
        "the hub does not speak the versions {}; update the older one of hub and pillar",
        versions::spoken()
    )]
    UnsupportedVersion,
    /// The hub is an older or newer one than the last time.
    #[error("the hub understands other versions than before; what was sent is written anew and sent again")]
    SpokenOtherwise,
    /// The hub does not take this request as a whole.
    #[error("the hub does not take this request (status {0}); look at the hub's log")]
    Rejected(u16),
    /// The binding cannot be used.
    #[error("the binding cannot be used: {0}; bind the pillar again with `zuil-hub pillar add`")]
    Setup(String),
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// An envelope could not be signed, or the binding's key is unusable.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl SyncError {
    /// Whether the same will happen again until a person has done something. It is tried again all
    /// the same, but as rarely as can be.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::Busy { .. }
            | Self::BadAnswer(_)
            | Self::SpokenOtherwise
            | Self::Rejected(_) => false,
            Self::Outbox(error) => error.is_permanent(),
            Self::NotTheHub(_)
            | Self::NotAdmitted
            | Self::NoHub(_)
            | Self::UnsupportedVersion
            | Self::Setup(_)
            | Self::Seal(_) => true,
        }
    }

    /// Whether the hub was there all the same.
    #[must_use]
    pub const fn hub_answered(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::SpokenOtherwise | Self::Outbox(_) | Self::Seal(_))
    }
}
