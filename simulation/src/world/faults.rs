//! What goes wrong and how it is mended; how pillars and the hub die and come back.

use super::*;

/// As many writes as there never will be.
const NEVER: u64 = u64::MAX / 2;

impl World {
    pub(super) fn begins(&mut self, event: Event) {
        if self.is_mended {
            return;
        }
        self.say(format!("{:?} for {} s", event.trouble, event.lasts.as_secs()));
        match event.trouble {
            Trouble::Partition(index) => {
                *self.wrong.partitioned.entry(index).or_default() += 1;
                self.hit("partitions");
            }
            Trouble::Busy(status, asked) => self.wrong.busy = Some((status, asked)),
            Trouble::Rejects(status) => self.wrong.rejects = Some(status),
            Trouble::Garbage => self.wrong.garbage = true,
            Trouble::Poison(index) => {
                let after = self.kept_by(index).len();
                self.wrong.poison.entry(index).or_insert(Poison { after, id: None });
            }
            Trouble::BadLine => self.wrong.bad_line += 1,
            Trouble::PillarPower(index) => self.pillar_dies(index, true),
            Trouble::PillarPowerAtWrite(index, writes) => self.sites[index].disk.cut_power_after(writes),
            Trouble::PillarKilled(index) => self.pillar_dies(index, false),
            Trouble::PillarKilledAtPoll(index, polls) => {
                if let Some(running) = &mut self.sites[index].running {
                    running.dies_at = Some(running.polls + polls);
                }
            }
            Trouble::HubPower => self.hub_dies(true),
            Trouble::HubPowerAtWrite(writes) => self.hub.disk.cut_power_after(writes),
            Trouble::HubKilled => self.hub_dies(false),
            Trouble::PillarDisk(index, fault) => {
                self.disk_fails(&self.sites[index].disk.clone(), None, fault)
            }
            Trouble::PillarDiskAfter(index, writes, fault) => {
                self.disk_fails(&self.sites[index].disk.clone(), Some(writes), fault);
            }
            Trouble::HubDisk(fault) => self.disk_fails(&self.hub.disk.clone(), None, fault),
            Trouble::HubDiskAfter(writes, fault) => {
                self.disk_fails(&self.hub.disk.clone(), Some(writes), fault)
            }
            Trouble::PillarClock(index, seconds) => {
                self.sites[index].clock = SignedDuration::from_secs(seconds);
                self.hit("clock jumps: pillars");
            }
            Trouble::HubClock(seconds) => {
                self.hub.clock = SignedDuration::from_secs(seconds);
                self.hit("clock jumps: hub");
            }
            Trouble::TerminalGone(index) => self.terminal_goes(index),
            Trouble::TerminalSilent(index) => self.sites[index].terminal.is_silent = true,
            Trouble::NewKey(index, key) => {
                self.sites[index].seal = key;
                self.hit(if key == UNKNOWN_KEY {
                    "bound to a key that the hub has not"
                } else {
                    "key rotations"
                });
                self.pillar_dies(index, false);
            }
        }
        self.at(self.now + event.lasts, Step::Mends(event));
    }

    fn disk_fails(&self, disk: &Disk, after: Option<u64>, fault: Fault) {
        if self.lies(Planted::HubAnswersBeforeItsDiskHasSynced).is_some()
            || self.lies(Planted::PillarSaysSavedBeforeItsDiskHasSynced).is_some()
        {
            return;
        }
        self.hit(match fault {
            Fault::Full => "disk faults: full",
            Fault::WriteError => "disk faults: write error",
            Fault::ShortWrite => "disk faults: short write",
            Fault::SyncError => "disk faults: sync error",
            Fault::ReadOnly => "disk faults: read only",
            Fault::LostSync => "disk faults: lost sync",
        });
        match after {
            None => disk.fail(Some(fault)),
            Some(writes) => disk.fail_after(writes + 1, fault),
        }
    }

    pub(super) fn mends(&mut self, event: Event) {
        match event.trouble {
            Trouble::Partition(index) => {
                if let Some(count) = self.wrong.partitioned.get_mut(&index) {
                    *count -= 1;
                    if *count == 0 {
                        self.wrong.partitioned.remove(&index);
                        self.network_is_back(index);
                    }
                }
            }
            Trouble::Busy(..) => self.wrong.busy = None,
            Trouble::Rejects(_) => self.wrong.rejects = None,
            Trouble::Garbage => self.wrong.garbage = false,
            Trouble::BadLine => self.wrong.bad_line = self.wrong.bad_line.saturating_sub(1),
            Trouble::PillarDisk(index, _) | Trouble::PillarDiskAfter(index, ..) => self.mend_disk_of(index),
            Trouble::HubDisk(_) | Trouble::HubDiskAfter(..) => self.mend_disk_of_the_hub(),
            Trouble::HubClock(_) => self.hub.clock = SignedDuration::ZERO,
            Trouble::PillarClock(index, _) if self.random.bool() => {
                self.sites[index].clock = SignedDuration::ZERO;
            }
            Trouble::TerminalGone(index) => self.terminal_comes(index),
            Trouble::TerminalSilent(index) => self.sites[index].terminal.is_silent = false,
            _ => {}
        }
    }

    /// The half of them that listens to the network hears that it is back.
    fn network_is_back(&mut self, index: usize) {
        if self.random.bool()
            && let Some(running) = &self.sites[index].running
        {
            running.handle.wake();
        }
    }

    /// Mends everything but what is poisoned.
    pub(super) fn mend(&mut self) {
        self.say("all is mended but what is poisoned");
        self.is_mended = true;
        let poison = std::mem::take(&mut self.wrong.poison);
        self.wrong = Wrong::default();
        // Nobody was poisoned before they came.
        self.wrong.poison = poison.into_iter().filter(|(_, poison)| poison.id.is_some()).collect();
        self.hub.clock = SignedDuration::ZERO;
        self.mend_disks();
        self.hub.disk.cut_power_after(NEVER);
        for index in 0..self.sites.len() {
            self.sites[index].disk.cut_power_after(NEVER);
            self.sites[index].terminal.is_silent = false;
            if let Some(running) = &mut self.sites[index].running {
                running.dies_at = None;
            }
            self.terminal_comes(index);
        }
    }

    pub(super) fn mend_disks(&self) {
        self.mend_disk_of_the_hub();
        (0..self.sites.len()).for_each(|index| self.mend_disk_of(index));
    }

    pub(super) fn mend_disk_of_the_hub(&self) {
        self.hub.disk.fail(self.lies(Planted::HubAnswersBeforeItsDiskHasSynced));
    }

    fn mend_disk_of(&self, index: usize) {
        self.sites[index].disk.fail(self.lies(Planted::PillarSaysSavedBeforeItsDiskHasSynced));
    }

    /// A planted bug that is the same as a disk that lies.
    fn lies(&self, bug: Planted) -> Option<Fault> {
        (self.planted == Some(bug)).then_some(Fault::LostSync)
    }

    fn terminal_goes(&mut self, index: usize) {
        if self.sites[index].terminal.going.is_none() && self.sites[index].terminal.is_there {
            self.hit("terminal away");
            self.sites[index].terminal.is_there = false;
            if self.sites[index].running.is_some() {
                self.terminal_says(index, terminal::TerminalEvent::Condition(terminal::Condition::Offline));
            }
        }
    }

    fn terminal_comes(&mut self, index: usize) {
        if self.sites[index].terminal.is_there {
            return;
        }
        self.sites[index].terminal.is_there = true;
        if self.sites[index].running.is_some() {
            let boot = self.sites[index].boots;
            self.terminal_says(index, terminal::TerminalEvent::Condition(terminal::Condition::Ready));
            self.soon(Step::TerminalTells(index, boot), 100..2_000);
        }
    }

    /// Whether the power went while the pillar wrote; then it is dark.
    pub(super) fn notice_power_cut(&mut self, index: usize) -> bool {
        self.poison_the_next(index);
        let dark = self.sites[index].running.is_some() && !self.sites[index].disk.has_power();
        if dark {
            self.hit("power cuts: pillar, in the middle of a write");
            self.pillar_dies(index, true);
        }
        dark
    }

    /// The first transaction after the trouble began is the poisonous one.
    fn poison_the_next(&mut self, index: usize) {
        if let Some(Poison { after, id: None }) = self.wrong.poison.get(&index).copied()
            && let Some(next) = self.kept_by(index).get(after).copied()
        {
            self.wrong.poison.insert(index, Poison { after, id: Some(next) });
            let name = self.witness.notes().name(next);
            self.say(format!("{name} is poisonous"));
        }
    }

    /// What a pillar has kept, in order.
    fn kept_by(&self, index: usize) -> Vec<Uuid> {
        let notes = self.witness.notes();
        let kept = notes
            .attempts
            .iter()
            .filter(|(_, attempt)| attempt.pillar == index && attempt.kept == Some(true));
        kept.map(|(id, _)| *id).collect()
    }

    /// A pillar loses its power, or only its process is killed.
    pub(super) fn pillar_dies(&mut self, index: usize, by_power: bool) {
        let site = &mut self.sites[index];
        if site.running.is_none() {
            return;
        }
        if by_power {
            site.disk.cut_power();
        } else {
            // What was written stays, but nothing is tidied up.
            site.disk.fail(Some(Fault::WriteError));
        }
        site.terminal.lost_the_pillar(&mut self.random);
        site.running = None;
        site.resident = None;
        site.disk.restore_power();
        site.disk.cut_power_after(NEVER);
        if !by_power {
            self.mend_disk_of(index);
        }
        self.hit(if by_power { "power cuts: pillar" } else { "crashes: pillar" });
        self.say(format!(
            "pillar {} {}",
            letter(index),
            if by_power { "loses its power" } else { "crashes" }
        ));
        self.soon(Step::PillarOn(index), 1_000..60_000);
    }

    pub(super) fn pillar_on(&mut self, index: usize) {
        if self.sites[index].running.is_some() {
            return;
        }
        self.scan_disk(index);
        let dice = self.random.u64(..);
        let around = Surroundings {
            grounds: self.grounds,
            witness: &self.witness,
            planted: self.planted,
            line: &self.line.0,
            has_printer: self.plan.has_printer,
        };
        if let Err(error) = self.sites[index].start(&around, self.now, dice) {
            let boots = self.sites[index].boots;
            self.say(format!("pillar {} does not start: {error}", letter(index)));
            self.hit("starts on a disk that fails");
            if self.is_mended {
                self.witness.notes().blame("a pillar serves again", format!("start {boots}: {error}"));
            }
            self.sites[index].disk.restore_power();
            self.soon(Step::PillarOn(index), 5_000..30_000);
            return;
        }
        self.say(format!("pillar {} is on", letter(index)));
        if self.notice_power_cut(index) {
            return;
        }
        self.hit("starts: pillar");
        if self.lies(Planted::PillarSaysSavedBeforeItsDiskHasSynced).is_some() {
            self.mend_disk_of(index);
        }
        self.look_for(index, None);
        self.ask_the_pillar(index);
        let boot = self.sites[index].boots;
        self.runner_takes(index, Input::Printer(printer::PrinterEvent::Condition(printer::Condition::Ready)));
        if self.sites[index].terminal.is_there {
            self.terminal_says(index, terminal::TerminalEvent::Condition(terminal::Condition::Ready));
            self.soon(Step::TerminalTells(index, boot), 100..3_000);
        }
        self.ticks_within(index, 300..2_000);
    }

    pub(super) fn notice_hub_power_cut(&mut self) -> bool {
        let dark = self.hub.is_on() && !self.hub.disk.has_power();
        if dark {
            self.hit("power cuts: hub, in the middle of a write");
            self.hub_dies(true);
        }
        dark
    }

    pub(super) fn hub_dies(&mut self, by_power: bool) {
        if !self.hub.is_on() {
            return;
        }
        if by_power {
            self.hub.disk.cut_power();
        } else {
            self.hub.disk.fail(Some(Fault::WriteError));
        }
        self.hub.dies();
        self.hub.disk.restore_power();
        self.hub.disk.cut_power_after(NEVER);
        if !by_power {
            self.mend_disk_of_the_hub();
        }
        self.hit(if by_power { "power cuts: hub" } else { "crashes: hub" });
        self.say(if by_power { "the hub loses its power" } else { "the hub crashes" });
        self.soon(Step::HubOn, 500..90_000);
    }

    pub(super) fn hub_on(&mut self) {
        if self.hub.is_on() {
            return;
        }
        if let Err(error) = self.hub.start() {
            self.say(format!("the hub does not start: {error}"));
            self.hit("starts on a disk that fails");
            if self.is_mended {
                self.witness.notes().blame("the hub opens again", error);
            }
            self.hub.disk.restore_power();
            self.soon(Step::HubOn, 5_000..30_000);
            return;
        }
        self.say("the hub is on");
        self.scan_disk_of_the_hub();
        if !self.notice_hub_power_cut() {
            self.hit("starts: hub");
            self.soon(Step::HubLooks(self.hub.boots), 100..60_000);
            self.look_at_the_hub();
        }
    }
}
