//! Where every sync of a disk passes: a test holds it up for as long as it wants, and no clock is needed for a disk that
//! is slow.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::lock;

/// Open, unless somebody holds it.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    held: bool,
    waiting: usize,
    /// So many may pass although it is held.
    may_pass: usize,
}

impl Gate {
    /// Closes it, or opens it to all who wait.
    pub fn hold(&self, held: bool) {
        self.state().held = held;
        self.changed.notify_all();
    }

    /// Waits as long as it is held.
    pub fn pass(&self) {
        let mut state = self.state();
        state.waiting += 1;
        self.changed.notify_all();
        while state.held && state.may_pass == 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.may_pass = state.may_pass.saturating_sub(1);
        state.waiting -= 1;
        self.changed.notify_all();
    }

    /// Lets one pass, and nobody after it; whether somebody did within `patience`.
    pub fn let_one_pass(&self, patience: Duration) -> bool {
        let mut state = self.state();
        state.may_pass += 1;
        self.changed.notify_all();
        let nobody = |state: &mut State| state.may_pass > 0;
        let waited = self.changed.wait_timeout_while(state, patience, nobody);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        state.may_pass = 0;
        !waited.timed_out()
    }

    /// Whether somebody waits before it, now or within `patience`.
    pub fn is_waited_at(&self, patience: Duration) -> bool {
        let nobody = |state: &mut State| !state.held || state.waiting == 0;
        let waited = self.changed.wait_timeout_while(self.state(), patience, nobody);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}
