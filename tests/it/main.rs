//! Stories over the whole system, and the rules of the house.

#[cfg(test)]
// Clippy takes a function for a test's helper only inside such a module.
mod bad_luck;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod card_numbers;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod health;
#[cfg(test)]
mod inquiry;
#[cfg(test)]
mod maintenance;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod power;
mod presence;
#[cfg(test)]
mod published;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod recorder;
#[cfg(test)]
mod referral;
#[cfg(test)]
mod registered;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod town;
#[cfg(test)]
mod visits;
#[cfg(test)]
mod walkthrough;
