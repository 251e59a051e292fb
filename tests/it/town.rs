//! A small town around one pillar for the stories: a hub in this process, a network that can be
//! cut, and simulated devices.
