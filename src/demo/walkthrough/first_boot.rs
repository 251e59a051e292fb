//! The first boot in a walkthrough: a pillar without a binding is enrolled at its screen and begins to serve.

use i_slint_backend_testing::mock_elapsed_time;

use super::{STILL, Walk};
use crate::demo::Failure;
use crate::texts::say;
use crate::visit::{PanelChoice, PanelView, Screen};

impl Walk {
    /// A technician types address and code at the pillar's screen, and lets it serve after it looked at itself.
    ///
    /// # Errors
    /// When a screen does not come, or something is not on it.
    pub(super) fn is_enrolled(&mut self, hub: &str, code: &str) -> Result<(), Failure> {
        let language = self.view.frame.language;
        self.tells_of_the_passphrase()?;
        for (step, name, typed) in [(1, "enrolment-address", hub), (2, "enrolment-code", code)] {
            self.waits("what a pillar without a binding asks", |view| {
                view.frame.progress.is_some_and(|progress| progress.step == step)
            })?;
            self.picture(name)?;
            for letter in typed.chars().filter(|letter| *letter != '-') {
                if letter == ':' {
                    self.touches(say(language, "Signs and accents"))?;
                    self.settles();
                    self.picture(&format!("{name}-signs"))?;
                }
                self.touches(&letter.to_string())?;
                self.settles();
            }
            self.picture(&format!("{name}-typed"))?;
            self.touches(say(language, "Next"))?;
        }
        for (name, label) in [("enrolment-found", "Go on"), ("enrolment-ready", "Begin")] {
            let label = say(language, label);
            self.waits("what the pillar found of itself", |view| {
                matches!(&view.screen, Screen::Panel(panel)
                    if panel.choices.iter().any(|choice| choice.label == label))
            })?;
            self.scrolls_to(label)?;
            self.picture(name)?;
            self.touches(label)?;
        }
        Ok(())
    }

    /// Goes down a page that is longer than the screen until something is in sight.
    fn scrolls_to(&mut self, label: &str) -> Result<(), Failure> {
        let down = say(self.view.frame.language, "Down");
        mock_elapsed_time(STILL);
        if self.screens.spot(label).is_none() {
            self.picture("enrolment-long")?;
        }
        while self.screens.spot(label).is_none() {
            // At the end of the page this can be touched no more, and whoever looks for something in vain reads so.
            self.touches(down)?;
            mock_elapsed_time(STILL);
        }
        Ok(())
    }

    /// What only a machine without a TPM asks, for whoever meets it there: how to go on without one.
    fn tells_of_the_passphrase(&mut self) -> Result<(), Failure> {
        let (before, language) = (self.view.clone(), self.view.frame.language);
        let label = say(language, "Go on without a passphrase");
        let note = say(language, "The pillar starts by itself. A stolen disk can be read.").to_owned();
        let choice = PanelChoice { label: label.to_owned(), note, enabled: true, dangerous: false };
        let mut view = before.clone();
        view.screen = Screen::Panel(PanelView { choices: vec![choice], ..PanelView::default() });
        self.shows(view);
        self.picture("passphrase")?;
        let spot = self.screens.spot(label).ok_or("there is no way on without a passphrase")?;
        self.trace.touch(&spot)?;
        self.shows(before);
        Ok(())
    }
}
