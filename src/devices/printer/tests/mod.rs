//! Stories of a printer and its driver: first both without wire and clock, at the end over a real
//! pseudo-terminal.

mod chance;
mod desk;
mod faults;
mod lines;
mod speed;
mod stories;
mod wire;
