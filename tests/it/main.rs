//! Stories over the whole system, and the rules of the house.

#[cfg(test)]
mod bad_luck;
#[cfg(test)]
mod power;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod town;
