//! Why handovers wait for a person. Invariant: the words stand in databases, and never change.

/// Why a handover waits for a person. None of them says anything about the resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParkReason {
    /// The hub has no settings for the system that the task is brought to.
    NotConfigured,
    /// No published catalogue has the task.
    NoSuchTask,
    /// The system does not know the type that the task names, or the type lacks a part that every case needs.
    TypeMissing,
    /// The type lacks a property that the task fills.
    PropertyMissing,
    /// The system does not accept the hub's key, or the key may do too little.
    KeyRefused,
    /// There is no such service at the configured address.
    WrongAddress,
    /// The system found a value wrong.
    Refused,
    /// There was no usable answer for days.
    NoAnswer,
    /// The system does not know the category that the task names.
    CategoryMissing,
    /// It was sent, and nobody knows whether it was taken; only a person who looks there can tell.
    MaybeSent,
    /// For days the system said that it does not want it now.
    PutOff,
    /// For days the hub could not open it, or not read its catalogues.
    NotOpened,
    /// The hub cannot make the PDF that goes with it.
    NoPaper,
    /// The system has it, and does not show it to the hub.
    Hidden,
    /// For days the hub itself failed on it.
    Broken,
}

impl ParkReason {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::NotConfigured,
        Self::NoSuchTask,
        Self::TypeMissing,
        Self::PropertyMissing,
        Self::KeyRefused,
        Self::WrongAddress,
        Self::Refused,
        Self::NoAnswer,
        Self::CategoryMissing,
        Self::MaybeSent,
        Self::PutOff,
        Self::NotOpened,
        Self::NoPaper,
        Self::Hidden,
        Self::Broken,
    ];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::NoSuchTask => "no-such-task",
            Self::TypeMissing => "type-missing",
            Self::PropertyMissing => "property-missing",
            Self::KeyRefused => "key-refused",
            Self::WrongAddress => "wrong-address",
            Self::Refused => "refused",
            Self::NoAnswer => "no-answer",
            Self::CategoryMissing => "category-missing",
            Self::MaybeSent => "maybe-sent",
            Self::PutOff => "put-off",
            Self::NotOpened => "not-opened",
            Self::NoPaper => "no-paper",
            Self::Hidden => "hidden",
            Self::Broken => "broken",
        }
    }

    /// Whether sending again without looking first could bring the same twice.
    #[must_use]
    pub const fn needs_a_look(self) -> bool {
        matches!(self, Self::MaybeSent)
    }

    /// The reason for a word from [`ParkReason::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}
