//! The printer's protocol, as the replay drives it.

use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Input, Line, Machine, Output, What, hex};
use crate::devices::printer::Job;
use crate::devices::printer::core::{self, Core};

/// The protocol, and how many jobs it got.
pub struct Printer {
    core: Core,
    jobs: u128,
}

/// The request for a confirmation (`GS ( H`), up to its id.
const ASK_TO_CONFIRM: &[u8] = &[0x1d, b'(', b'H', 6, 0, 48, 48];

impl Printer {
    /// A protocol whose ids begin where those of the recording begin.
    pub fn of(recording: &[Line]) -> Self {
        let sent = recording.iter().filter_map(|line| match &line.what {
            What::Out(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        let sent: Vec<u8> = sent.flatten().copied().collect();
        let place = sent.windows(ASK_TO_CONFIRM.len()).position(|bytes| bytes == ASK_TO_CONFIRM);
        let id = place.map_or(&[][..], |place| &sent[place + ASK_TO_CONFIRM.len()..]);
        let first = id.iter().take(4).rev().fold(0, |id, letter| id << 5 | u32::from(letter & 31));
        Self { core: Core::new(Duration::from_secs(1), first.wrapping_sub(1)), jobs: 0 }
    }

    fn order(&mut self, order: &str) -> core::Input<'static> {
        match order.split_once(' ') {
            Some(("print", bytes)) => {
                self.jobs += 1;
                core::Input::Print(job(self.jobs, hex(bytes).expect("a job is written in hex")))
            }
            _ if order == "forget" => core::Input::Forget,
            _ => panic!("a printer does not know the order {order:?}"),
        }
    }
}

/// The nth job of a session.
pub fn job(number: u128, bytes: Vec<u8>) -> Job {
    Job { id: Uuid::from_u128(number), bytes: Zeroizing::new(bytes), millimetres: 0 }
}

impl Machine for Printer {
    fn take(&mut self, input: Input<'_>, now: Duration) -> Vec<Output> {
        let input = match input {
            Input::Opened => core::Input::Opened,
            Input::Lost => core::Input::Lost,
            Input::Bytes(bytes) => core::Input::Received(bytes),
            Input::Written => core::Input::Written,
            Input::Time => core::Input::Time,
            Input::Order(order) => self.order(order),
        };
        let outputs = self.core.handle(input, now).into_iter();
        outputs
            .map(|output| match output {
                core::Output::Send(bytes) => Output::Send(bytes.to_vec()),
                core::Output::Discard => Output::Discard,
                core::Output::Tell(event) => Output::Tell(format!("{event:?}")),
            })
            .collect()
    }

    fn waits_for_written(&self) -> bool {
        self.core.is_leaving()
    }
}
