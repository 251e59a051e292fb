//! How the simulated devices are, in a line for whoever plays with them.
//!
//! Invariant: it says what someone who stands before the device could see, the worst first.

use crate::devices::printer::simulator::{Fault, Looks};
use crate::devices::terminal::simulator::{Display, PowerCut};

/// Less than this is "nearly empty", in millimetres; it is where the sensor stands.
const NEARLY_EMPTY_MM: u64 = 2_000;

/// How the printer is, and what hangs out of it: `pieces` that came off and were not taken.
#[must_use]
pub fn printer(looks: &Looks, pieces: usize) -> String {
    let trouble = [
        (!looks.powered, "It is off."),
        (!looks.plugged, "Its cable is out."),
        (looks.cover_open, "Its cover is open."),
        (looks.paper_mm == 0, "Its roll is empty."),
        (looks.cutter_stuck, "Something is in its cutter."),
    ];
    let mut words: Vec<String> =
        trouble.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned()).collect();
    if words.is_empty() {
        words.push(if looks.printing { "It prints." } else { "It is well." }.to_owned());
    }
    if looks.paper_mm > 0 {
        let metres = looks.paper_mm as f64 / 1_000.0;
        let nearly = if looks.paper_mm < NEARLY_EMPTY_MM { ": nearly empty" } else { "" };
        words.push(format!("{metres:.1} m on the roll{nearly}."));
    }
    words.push(match pieces {
        0 if looks.begun && !looks.printing => "Half a receipt hangs out of it.".to_owned(),
        0 => "Nothing hangs out of it.".to_owned(),
        1 => "A piece lies in its tray.".to_owned(),
        many => format!("{many} pieces lie in its tray."),
    });
    if let Some(fault) = looks.awaits {
        words.push(format!("Amid the next receipt {}.", to_come(fault)));
    }
    words.join(" ")
}

const fn to_come(fault: Fault) -> &'static str {
    match fault {
        Fault::PaperOut => "the paper runs out",
        Fault::CoverOpen => "the cover opens",
        Fault::PowerCut => "the power goes",
        Fault::CutterJam => "the cutter jams",
        Fault::HangUp => "the cable comes out",
        Fault::Silence | Fault::TornThenSilence => "it falls silent",
        Fault::Garbage => "noise comes on its line",
        Fault::TornAnswer => "an answer is cut short",
    }
}

/// What the terminal's display says, whether its cable is in, and what is to come.
#[must_use]
pub fn terminal(display: Display, plugged: bool, power_cut: Option<PowerCut>) -> String {
    let mut words = vec![on_display(display)];
    // Without power there is no port either.
    if !plugged && display != Display::Dark {
        words.push("Its cable is out.".to_owned());
    }
    if power_cut.is_some() {
        words.push("In the next payment its power goes.".to_owned());
    }
    words.join(" ")
}

fn on_display(display: Display) -> String {
    match display {
        Display::Dark => "It is dark: no power.".into(),
        Display::Idle => "It waits for the pillar.".into(),
        Display::PresentCard(amount) => format!("Please present your card: {amount}"),
        Display::EnterPin => "Please enter your PIN (that happens by itself here).".into(),
        Display::PleaseWait => "Please wait: it talks to the bank.".into(),
        Display::RemoveCard => "Please remove your card (that happens by itself here).".into(),
        Display::Approved => "Approved.".into(),
        Display::Refused => "Refused.".into(),
        Display::TakingBack => "It takes the payment back.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: Looks = Looks {
        powered: true,
        plugged: true,
        cover_open: false,
        paper_mm: 80_000,
        cutter_stuck: false,
        printing: false,
        begun: false,
        awaits: None,
    };

    #[test]
    fn a_printer_that_is_well_says_how_much_paper_it_has() {
        assert_eq!(printer(&WELL, 0), "It is well. 80.0 m on the roll. Nothing hangs out of it.");
        let printing = Looks { printing: true, begun: true, paper_mm: 1_240, ..WELL };
        assert_eq!(
            printer(&printing, 1),
            "It prints. 1.2 m on the roll: nearly empty. A piece lies in its tray."
        );
    }

    #[test]
    fn an_empty_roll_and_half_a_receipt_are_said() {
        let torn = Looks { paper_mm: 0, begun: true, ..WELL };
        assert_eq!(printer(&torn, 0), "Its roll is empty. Half a receipt hangs out of it.");
        let open = Looks { powered: false, cover_open: true, ..WELL };
        assert!(printer(&open, 0).starts_with("It is off. Its cover is open."));
    }

    #[test]
    fn what_is_to_go_wrong_is_said_before_it_does() {
        let planned = Looks { awaits: Some(Fault::CoverOpen), ..WELL };
        assert!(printer(&planned, 0).ends_with("Amid the next receipt the cover opens."));
        assert_eq!(
            terminal(Display::Idle, true, Some(PowerCut::AfterCharging)),
            "It waits for the pillar. In the next payment its power goes."
        );
    }

    #[test]
    fn a_terminal_without_power_is_not_said_to_be_unplugged_too() {
        assert_eq!(terminal(Display::Dark, false, None), "It is dark: no power.");
        assert!(terminal(Display::Idle, false, None).ends_with("Its cable is out."));
    }
}
