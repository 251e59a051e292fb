//! How long the driver waits for a printer, and how often it asks.
//!
//! Invariant: [`JOB_LIMIT`] with all that may follow it stays within the half minute in which a job
//! must end.

use std::time::Duration;

/// How long a real-time question may remain without an answer.
pub const ANSWER_PATIENCE: Duration = Duration::from_millis(1_200);
/// After a missing answer nothing is asked for so long: should it come late, it must not be taken for
/// the answer to the next question.
pub const QUIET: Duration = Duration::from_millis(300);
/// So many questions in a row without an answer mean that nobody is there.
pub const MISSES_UNTIL_OFFLINE: u32 = 3;
/// How often to ask while a receipt is on its way.
pub const BUSY_POLL: Duration = Duration::from_millis(250);
/// How long a job waits for the first status; a slow printer needs four answers of almost a second.
pub const FIRST_STATUS_PATIENCE: Duration = Duration::from_secs(6);
/// A freed cutter works again only after the printer was told to recover.
pub const FREE_CUTTER_EVERY: Duration = Duration::from_secs(5);
/// How long a printer may take to confirm, counted from the last byte sent or the last confirmation.
pub const CONFIRM_PATIENCE: Duration = Duration::from_secs(15);
/// The same for a printer that missed a question meanwhile.
pub const DOUBTFUL_PATIENCE: Duration = Duration::from_secs(5);
/// How long the order to clear may need to arrive; after a silence it is given again.
pub const CLEAR_PATIENCE: Duration = Duration::from_secs(6);
/// No job takes longer, from the wish to print it to its end; the contract says half a minute.
pub const JOB_LIMIT: Duration = Duration::from_secs(22);
/// How long a printer is believed to be as it said, when nothing that makes sense comes any more; long
/// enough for a slow one that is just printing.
pub const KNOWN_FOR: Duration = Duration::from_secs(16);
/// So long after a byte without a meaning the line is thought to be noisy.
pub const NOISY_FOR: Duration = Duration::from_millis(200);
/// What goes wrong so soon after a cut that cleans up may have hindered it; then it is made again.
pub const CUT_PATIENCE: Duration = Duration::from_secs(3);
