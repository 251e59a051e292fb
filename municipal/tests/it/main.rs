//! The doubles answer as the real systems were recorded to, and do so in any weather.

// Clippy takes a function for a test's helper only inside such a module.
#[cfg(test)]
mod careful;
#[cfg(test)]
mod replay;
#[cfg(feature = "serve")]
#[cfg(test)]
mod served;
#[cfg(test)]
mod traps;
#[cfg(test)]
mod weather;
