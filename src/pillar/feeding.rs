//! Feeds the runner on the thread that is its own, and counts its rounds.
//!
//! Invariant: a round is counted when all that followed from an input is done, also on the disk, and shown. A runner that
//! waits for anything makes none meanwhile, and the watchdog sees it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::clock::Clock;
use crate::runner::{Input, Runner};
use crate::speech::Speech;
use crate::visit::View;
use crate::watchdog::Rounds;

/// How often a visit is told that time passed, when nothing else happens.
const TICK: Duration = Duration::from_millis(500);

/// Feeds the runner until it is told to stop.
pub(super) fn run(
    mut runner: Runner,
    clock: &Clock,
    inputs: &Receiver<Input>,
    stop: &Receiver<()>,
    rounds: &Rounds,
    mut show: impl FnMut(View),
) {
    let mut shown = runner.view(clock.now());
    show(shown.clone());
    let mut next_tick = clock.now().uptime + TICK;
    while stop.try_recv() == Err(mpsc::TryRecvError::Empty) {
        let patience = next_tick.saturating_sub(clock.now().uptime);
        match inputs.recv_timeout(patience) {
            Ok(input) => runner.take(input, clock.now()),
            Err(RecvTimeoutError::Timeout) => {
                next_tick = clock.now().uptime + TICK;
                runner.take(Input::Tick, clock.now());
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let view = runner.view(clock.now());
        if view != shown {
            show(view.clone());
            shown = view;
        }
        rounds.count();
    }
}

/// Speaks every view before it is shown.
pub(super) fn speaking(mut speech: Speech, mut show: impl FnMut(View) + Send) -> impl FnMut(View) + Send {
    move |view| {
        speech.show(&view);
        show(view);
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
