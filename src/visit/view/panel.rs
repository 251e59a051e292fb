//! How what technicians see at a pillar is shown: one kind of page for all of it.

use super::question::Keyboard;

/// A page for technicians, with everything worded already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PanelView {
    /// What it is about.
    pub title: String,
    /// What is to be read before anything is done, a paragraph each.
    pub texts: Vec<String>,
    /// What was found, one below the other.
    pub rows: Vec<PanelRow>,
    /// What can be touched, one below the other. [`super::super::Intent::Pick`] says which, from 0.
    pub choices: Vec<PanelChoice>,
    /// What is typed here. "Next" says that it is done.
    pub entry: Option<PanelEntry>,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelRow {
    /// Of what.
    pub label: String,
    /// What.
    pub value: String,
    /// How good that is.
    pub mark: PanelMark,
}

/// How good something is; shown as a sign and a colour, and said in words by the row itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PanelMark {
    /// Neither good nor bad.
    #[default]
    None,
    /// It is well.
    Good,
    /// It works, and somebody should look at it.
    Attention,
    /// It does not work.
    Bad,
    /// It is being found out.
    Busy,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelChoice {
    /// What.
    pub label: String,
    /// What there is to know before; may be empty.
    pub note: String,
    /// Whether it can be touched now.
    pub enabled: bool,
    /// It cannot be undone.
    pub dangerous: bool,
}

/// Something that is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelEntry {
    /// What.
    pub label: String,
    /// As far as it was typed, as it is shown: what is secret comes as dots.
    pub value: String,
    /// With which keys.
    pub keyboard: Keyboard,
    /// What is wrong with what was typed, and what to do; empty while nothing is.
    pub trouble: String,
}
