//! How the code of a referral is shown.

/// The code of a referral as far as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeView {
    /// At most six digits.
    pub typed: String,
    /// What is the matter.
    pub trouble: Option<CodeTrouble>,
}

/// Why a code opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// A digit is wrong, or two changed places: no code is like that.
    Mistyped,
    /// It is not known here.
    Unknown,
    /// A request was made with it.
    Used,
    /// It is too old.
    Expired,
    /// There were too many wrong ones; another can be tried in a minute at most.
    Pause,
}
