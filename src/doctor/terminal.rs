//! The card terminal: is it there, does it let itself be registered, does it reach the bank.
//!
//! Invariant: no payment is ever asked of it.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use zuil_wire::health::Device;

use super::port::try_open;
use super::told::Holder;
use super::{Check, Finding};
use crate::config::Terminal;
use crate::devices::port::PortName;
use crate::devices::terminal::{
    Condition, Last, Memory, NotDone, Options, Password, PaymentTerminal, TerminalEvent, ZvtTerminal,
};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// How long registration may take.
const READY_TIME: Duration = Duration::from_secs(12);
/// How long it may take until it says what it remembers (status enquiry).
const MEMORY_TIME: Duration = Duration::from_secs(8);
/// How long the diagnosis may take: it calls the bank.
const DIAGNOSIS_TIME: Duration = Duration::from_secs(20);

/// The terminal, and its connection to the bank.
pub fn checks(language: Language, settings: Option<&Terminal>, holder: &Holder) -> Vec<Check> {
    let (terminal, bank) = look(language, settings, holder);
    let mut checks = vec![terminal.of("terminal", say(language, "Card terminal"))];
    checks.extend(bank.map(|bank| bank.of("terminal-bank", say(language, "Card terminal: the bank"))));
    checks
}

fn look(language: Language, settings: Option<&Terminal>, holder: &Holder) -> (Finding, Option<Finding>) {
    let Some(settings) = settings else {
        return (Finding::not_there(say(language, "the settings name none")), None);
    };
    let password = match Password::parse(&settings.password) {
        Ok(password) => password,
        Err(error) => return (Finding::failed(error.to_string(), ""), None),
    };
    let port = ZvtTerminal::port(&settings.port);
    if let Err(finding) = try_open(language, &port, Device::Terminal, holder) {
        return (finding, None);
    }
    ask(language, port, password)
}

fn ask(language: Language, port: PortName, password: Password) -> (Finding, Option<Finding>) {
    let (tell, told) = channel();
    let sink = Box::new(move |event| drop(tell.send(event)));
    let terminal = match ZvtTerminal::start(port, Options::new(password), sink) {
        Ok(terminal) => terminal,
        Err(error) => return (Finding::failed(error.to_string(), ""), None),
    };
    // It may tell what it remembers before it says that it is ready.
    let mut memory = None;
    let ready = wait(&told, READY_TIME, |event| match event {
        TerminalEvent::Remembers(told) => {
            memory = Some(told.clone());
            None
        }
        TerminalEvent::Condition(Condition::Ready) => Some(()),
        _ => None,
    });
    if ready.is_none() {
        let silent = Finding::failed(
            say(language, "its port opens, but it does not let itself be registered"),
            say(language, "look whether it is switched on and set to ZVT at 9600 baud, and at its password"),
        );
        return (silent, None);
    }
    if memory.is_none() {
        terminal.ask_last_payment();
        memory = wait(&told, MEMORY_TIME, |event| match event {
            TerminalEvent::Remembers(told) => Some(told.clone()),
            _ => None,
        });
    }
    terminal.diagnose();
    let bank = wait(&told, DIAGNOSIS_TIME, |event| match event {
        TerminalEvent::Diagnosed(outcome) => Some(*outcome),
        _ => None,
    });
    (judge(language, memory.as_ref()), Some(judge_bank(language, bank)))
}

fn wait<T>(
    told: &Receiver<TerminalEvent>,
    time: Duration,
    mut wanted: impl FnMut(&TerminalEvent) -> Option<T>,
) -> Option<T> {
    let until = Instant::now() + time;
    while let Ok(event) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Some(found) = wanted(&event) {
            return Some(found);
        }
    }
    None
}

fn judge(language: Language, memory: Option<&Memory>) -> Finding {
    match memory.map(|memory| &memory.last) {
        Some(Last::Payment(last)) => Finding::ok(fill(
            say(language, "registered; terminal {id}, its last receipt is {receipt}"),
            &[("id", &last.details.terminal_id), ("receipt", &format!("{:04}", last.details.receipt_number))],
        )),
        Some(Last::None) => Finding::ok(say(language, "registered; it remembers no payment")),
        Some(Last::NotTold) | None => Finding::attention(
            say(language, "registered, but it does not say what it remembers of its last payment"),
            say(
                language,
                "have its supplier allow the repetition of receipts (06 20); open payments need it",
            ),
        ),
    }
}

fn judge_bank(language: Language, outcome: Option<Result<(), NotDone>>) -> Finding {
    match outcome {
        Some(Ok(())) => Finding::ok(say(language, "its diagnosis is well; nothing was charged")),
        Some(Err(NotDone::Refused(code))) => Finding::failed(
            fill(say(language, "its diagnosis failed with code {code}"), &[("code", &format!("{code:02X}"))]),
            say(language, "look at the terminal's own network, and call its supplier with this code"),
        ),
        Some(Err(NotDone::Silent)) | None => Finding::attention(
            say(language, "it did not answer the diagnosis; some terminals know none"),
            say(language, "make its diagnosis by its own menu"),
        ),
    }
}
