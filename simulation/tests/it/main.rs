//! What the simulation finds in the program as it is, and in one with a bug planted.

mod planted;
mod schedules;
