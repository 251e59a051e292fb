//! Stories over the whole system, and the rules of the house.

mod tidy;
