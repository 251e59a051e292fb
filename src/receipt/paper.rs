//! The paper that a printer has: how much fits on it.

/// How many characters of the printer's normal font fit on a line of its paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 32 characters (384 dots): 58 mm paper.
    ThirtyTwo,
    /// 42 characters (512 dots): 80 mm paper in some printers.
    FortyTwo,
    /// 48 characters (576 dots): 80 mm paper.
    #[default]
    FortyEight,
}

impl Paper {
    /// Every kind of paper.
    pub const ALL: [Self; 3] = [Self::ThirtyTwo, Self::FortyTwo, Self::FortyEight];

    /// The paper with so many characters of the normal font on a line, when there is such paper.
    #[must_use]
    pub fn with_columns(columns: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|paper| paper.columns() == usize::from(columns))
    }

    /// The number of characters of the normal font, each 12 dots wide.
    #[must_use]
    pub const fn columns(self) -> usize {
        match self {
            Self::ThirtyTwo => 32,
            Self::FortyTwo => 42,
            Self::FortyEight => 48,
        }
    }

    /// The number of characters of the small font, each 9 dots wide.
    #[must_use]
    pub const fn small_columns(self) -> usize {
        self.dots() / 9
    }

    /// The width that can be printed, in dots of an eighth of a millimetre.
    #[must_use]
    pub const fn dots(self) -> usize {
        match self {
            Self::ThirtyTwo => 384,
            Self::FortyTwo => 512,
            Self::FortyEight => 576,
        }
    }
}
