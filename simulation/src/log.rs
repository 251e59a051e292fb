//! Listens to all that is logged, on the thread where it is said.
//!
//! Invariant: what was said since it was last asked for is given once, whole.

use std::cell::RefCell;
use std::io::{Result, Write};
use std::sync::Once;

use tracing_subscriber::fmt::MakeWriter;

thread_local! {
    static SAID: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where lines go.
struct Ear;

impl Write for Ear {
    fn write(&mut self, said: &[u8]) -> Result<usize> {
        SAID.with_borrow_mut(|all| all.extend_from_slice(said));
        Ok(said.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Ear {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Begins to listen, once for the whole process.
pub(crate) fn listen() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer(|| Ear)
            .finish();
        // Someone else listens already, in a test.
        let _ = tracing::subscriber::set_global_default(subscriber);
    });
}

/// What was said on this thread since it was last asked for.
pub(crate) fn said() -> Vec<u8> {
    SAID.with_borrow_mut(std::mem::take)
}
