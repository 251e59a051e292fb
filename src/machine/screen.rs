//! The machine's screen: which way it is turned, where it is touched, and how bright it is.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Machine, files};

/// Which way up the picture is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// As the screen gives it.
    #[default]
    Not,
    /// By a quarter, with the hands of the clock.
    Quarter,
    /// Upside down.
    Half,
    /// By three quarters, with the hands of the clock.
    ThreeQuarters,
}

impl Turn {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Not, Self::Quarter, Self::Half, Self::ThreeQuarters];

    /// By how many degrees.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::Not => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}

/// How the screen is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScreenSetting {
    /// Which way up the picture is.
    pub turn: Turn,
    /// Where on the picture a touch is: libinput's matrix, row by row; nothing to leave it as the screen says.
    pub touch: Option<[f32; 6]>,
}

/// Whether the image can change how bright the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlight {
    /// It can.
    Adjustable,
    /// The screen has nothing to change.
    Fixed,
}

#[derive(Serialize, Deserialize)]
struct Wish {
    turn: u16,
    touch: Option<[f32; 6]>,
}

#[derive(Deserialize)]
struct State {
    backlight: bool,
}

impl Machine {
    /// What is known of the screen's light; nothing where the image says nothing of it.
    #[must_use]
    pub fn backlight(&self) -> Option<Backlight> {
        let State { backlight } = files::read(&self.state("zuil-screen", "state.json"))?;
        Some(if backlight { Backlight::Adjustable } else { Backlight::Fixed })
    }

    /// How the screen was set up last; as it came, when it never was.
    #[must_use]
    pub fn screen(&self) -> ScreenSetting {
        let wished: Option<Wish> = files::read(&self.wish("screen.json"));
        let known = wished.and_then(|Wish { turn, touch }| {
            let turn = Turn::ALL.into_iter().find(|known| known.degrees() == turn)?;
            Some(ScreenSetting { turn, touch })
        });
        known.unwrap_or_default()
    }

    /// Wishes that the screen is set up otherwise, now and at each start. The program is started anew for it.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn set_screen(&self, wished: &ScreenSetting) -> io::Result<()> {
        let wish = Wish { turn: wished.turn.degrees(), touch: wished.touch };
        files::write_json(&self.to_wish("screen.json")?, &wish)
    }

    /// Wishes that the screen is so bright, of a hundred, now and at each start.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn set_brightness(&self, percent: u8) -> io::Result<()> {
        let wished = percent.min(100).to_string();
        if files::bytes(&self.wish("brightness")).is_some_and(|kept| kept == wished.as_bytes()) {
            return Ok(());
        }
        files::write(&self.to_wish("brightness")?, wished.as_bytes())
    }
}
