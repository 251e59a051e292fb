//! How long something must last before it is told, and how long it must be over. Pure.

use jiff::SignedDuration;

use crate::store::AlertKind;

/// By which the watch decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A pillar of which nothing was heard for so long is down.
    pub silent: SignedDuration,
    /// It is back when it is heard for so long without such a silence.
    pub back: SignedDuration,
    /// From so many degrees inside on it is too warm.
    pub warm: i16,
    /// One that was too warm is so until it has fewer degrees.
    pub cool: i16,
}

/// How long something must last, and how long it must be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lasting {
    pub raise: SignedDuration,
    pub end: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            silent: SignedDuration::from_secs(85),
            back: SignedDuration::from_secs(40),
            warm: 80,
            cool: 70,
        }
    }
}

impl Limits {
    /// When so many are down together, it is told as one thing: most likely it is the network, or the hub's own.
    pub(super) const MANY: usize = 3;
    /// Something that was told so often within [`Limits::FLAPPING_WITHIN`] comes and goes.
    pub(super) const FLAPPING: usize = 3;
    /// See [`Limits::FLAPPING`].
    pub(super) const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(6);
    /// What comes and goes is over when it was away for so long.
    const FLAPPING_END: SignedDuration = SignedDuration::from_mins(30);
    /// What a pillar that is heard does not tell for so long, nobody knows any more.
    pub(super) const NOT_TOLD_END: SignedDuration = SignedDuration::from_hours(1);
    /// A pillar that was lost so often within an hour has a bad line.
    pub(super) const GAPS: usize = 6;
    /// See [`Limits::GAPS`].
    pub(super) const GAPS_WITHIN: SignedDuration = SignedDuration::from_hours(1);

    /// Together with one that is down, others are, too, when nothing was heard of them for so long. Two reports are
    /// missing then.
    pub(super) fn along(&self) -> SignedDuration {
        self.silent / 17 * 10
    }

    /// A silence that is worth counting as a gap.
    pub(super) fn gap(&self) -> SignedDuration {
        self.silent / 17 * 8
    }

    /// When the watch itself was away for so long, it knows nothing of that time: silence counts from then on.
    pub(super) fn own_gap(&self) -> SignedDuration {
        (self.silent / 4).max(SignedDuration::from_secs(10))
    }

    /// How long something of a kind must last, and how long it must be over.
    pub(super) fn lasting(&self, kind: AlertKind) -> Lasting {
        let minutes = |raise, end| Lasting {
            raise: SignedDuration::from_mins(raise),
            end: SignedDuration::from_mins(end),
        };
        match kind {
            AlertKind::Down => Lasting { raise: self.silent, end: self.back },
            // Somebody changes the roll, and tries it.
            AlertKind::Printer | AlertKind::Full => minutes(3, 2),
            AlertKind::Terminal => minutes(5, 2),
            // A dozen reports. A processor that works hard for a moment is no matter.
            AlertKind::TooWarm => minutes(5, 5),
            AlertKind::Reader => minutes(10, 2),
            AlertKind::Network => minutes(0, 60),
            AlertKind::PaperLow | AlertKind::DiskLow | AlertKind::Clock => minutes(10, 10),
            AlertKind::Queue => minutes(30, 5),
            AlertKind::Catalogue => minutes(15, 2),
            AlertKind::Certificate => minutes(0, 0),
        }
    }

    /// How long something must be over that comes and goes, or does not.
    pub(super) fn end_after(&self, kind: AlertKind, comes_and_goes: bool) -> SignedDuration {
        let end = self.lasting(kind).end;
        if comes_and_goes { end.max(Self::FLAPPING_END) } else { end }
    }
}
