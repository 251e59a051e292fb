//! Stories over the whole system, and the rules of the house.

mod bad_luck;
mod power;
mod tidy;
mod town;
