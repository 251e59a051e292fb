//! Makes what technicians ask for from afar: a picture of the first screen, and the log with what the doctor says.
//!
//! Invariant: a picture is drawn from the view that it is given, which is never one of a visit, and not taken from the
//! screen; what goes along with the log is about the pillar and about nobody else. The runner does not wait for it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use zuil_catalogue::Language;
use zuil_wire::Order;
use zuil_wire::orders::{Attachment, OrderFailure, Task};

use super::condition;
use crate::config::Config;
use crate::doctor::{self, console};
use crate::log;
use crate::orders::{Ledger, Made};
use crate::screens::Easel;
use crate::visit::View;

/// The largest text before it is compressed. Of a longer one the newest part is handed over.
const LARGEST_TEXT: usize = 8 * Attachment::MAX_BYTES;

/// Makes things on a thread of its own, each time.
pub(super) fn maker(config: &Config, ledger: Arc<Ledger>) -> Box<dyn Fn(Order, View) + Send> {
    let config = config.clone();
    Box::new(move |order, view| {
        let (config, to) = (config.clone(), Arc::clone(&ledger));
        let (work, failed) = (order.clone(), order);
        let made =
            thread::Builder::new().name("making".into()).spawn(move || make(&config, &to, work, &view));
        if let Err(error) = made {
            tracing::error!(%error, "there is no thread to make what was ordered");
            ledger.end(&failed, Err(OrderFailure::NotMade));
        }
    })
}

fn make(config: &Config, ledger: &Ledger, order: Order, view: &View) {
    let made = match order.what {
        Task::Screenshot => picture(view).map(|bytes| (Attachment::Picture, bytes)),
        Task::Logs { hours } => {
            Some((Attachment::Text, text(config, hours.min(Task::MOST_HOURS), Timestamp::now())))
        }
        // The runner does these itself.
        Task::Restart | Task::TestPrint | Task::Close(_) | Task::Open => None,
    };
    match made {
        Some((kind, bytes)) => ledger.attach(Made { order, kind, bytes }),
        None => ledger.end(&order, Err(OrderFailure::NotMade)),
    }
}

fn picture(view: &View) -> Option<Vec<u8>> {
    let drawn = Easel::new().map_err(Into::into).and_then(|easel| easel.picture(view));
    drawn.inspect_err(|error| tracing::error!(%error, "the first screen cannot be drawn")).ok()
}

/// What the doctor says, what the pillar says of itself, and its log.
pub(super) fn text(config: &Config, hours: u16, now: Timestamp) -> Vec<u8> {
    let mut text = format!("zuil {}, {now}\n\n== doctor\n", env!("CARGO_PKG_VERSION"));
    let order = doctor::Order { config: config.file.clone(), language: Language::En, print: false };
    text.push_str(&console::json(&doctor::examine(&order, Timestamp::now)));
    text.push_str("\n== condition\n");
    if let Some(report) = condition::read(&config.data_dir) {
        // References are the staff's own worklist at the hub, and have no place in a file that is passed on.
        let report = zuil_wire::HealthReport { open_payments: Vec::new(), ..report };
        text.push_str(&serde_json::to_string_pretty(&report).unwrap_or_default());
    }
    // Writing into a text cannot fail.
    let _ = write!(text, "\n\n== log of the last {hours} hours\n");
    let lines = log::since(&config.data_dir, hours, now);
    let room = LARGEST_TEXT.saturating_sub(text.len());
    let cut = lines.len().saturating_sub(room);
    let from = (cut..lines.len()).find(|at| lines.is_char_boundary(*at)).unwrap_or(lines.len());
    text.push_str(lines.get(from..).unwrap_or_default());
    text.into_bytes()
}
