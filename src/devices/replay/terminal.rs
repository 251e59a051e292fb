//! The terminal's protocol, as the replay drives it.

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Cents;

use super::{Input, Machine, Output};
use crate::devices::terminal::driver::{self, Driver};
use crate::devices::terminal::{Charge, Options, Password};

/// The password of the simulated terminal.
pub fn options() -> Options {
    Options::new(Password::parse("123456").unwrap())
}

/// The nth payment of a session; its outcome can always be kept.
pub fn charge(number: u128, amount: Cents) -> Charge {
    Charge { payment: Uuid::from_u128(number), amount, before_acknowledge: Box::new(|_| Ok(())) }
}

/// The protocol, and how many charges it got.
pub struct Terminal {
    driver: Driver,
    charges: u128,
}

impl Terminal {
    pub fn new() -> Self {
        Self { driver: Driver::new(options()), charges: 0 }
    }

    fn order(&mut self, order: &str) -> driver::Input<'static> {
        match order.split_once(' ') {
            Some(("charge", cents)) => {
                self.charges += 1;
                driver::Input::Charge(charge(self.charges, Cents(cents.parse().expect("an amount in cents"))))
            }
            _ if order == "cancel" => driver::Input::Cancel,
            _ if order == "ask last payment" => driver::Input::AskLastPayment,
            _ if order == "end of day" => driver::Input::EndOfDay,
            _ if order == "diagnose" => driver::Input::Diagnose,
            _ => panic!("a terminal does not know the order {order:?}"),
        }
    }

    fn perform(&mut self, outputs: Vec<driver::Output>, now: Duration) -> Vec<Output> {
        let mut done = Vec::new();
        for output in outputs {
            match output {
                driver::Output::Send(bytes) => done.push(Output::Send(bytes)),
                driver::Output::Tell(event) => done.push(Output::Tell(format!("{event:?}"))),
                driver::Output::Keep(keep, outcome) => {
                    let kept = self.driver.handle(driver::Input::Kept(keep(&outcome)), now);
                    done.extend(self.perform(kept, now));
                }
            }
        }
        done
    }
}

impl Machine for Terminal {
    fn take(&mut self, input: Input<'_>, now: Duration) -> Vec<Output> {
        let input = match input {
            Input::Opened => driver::Input::Opened,
            Input::Lost => driver::Input::Lost,
            Input::Bytes(bytes) => driver::Input::Bytes(bytes),
            // It need not know.
            Input::Written => return Vec::new(),
            Input::Time => driver::Input::Tick,
            Input::Order(order) => self.order(order),
        };
        let outputs = self.driver.handle(input, now);
        self.perform(outputs, now)
    }

    fn waits_for_written(&self) -> bool {
        false
    }
}
