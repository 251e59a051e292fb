//! Holds what is against what must be: after a step, at every start, and in the end.
//!
//! Invariant: it asks pillars and hub as anybody could, and changes nothing; but for staff, who settle what
//! only the bank knows.

use super::*;

impl World {
    pub(super) fn look_around(&mut self) {
        let said = crate::log::said();
        if let Some(canary) = canary_in(&said) {
            self.witness.notes().blame("nothing plain outside memory", format!("{canary} is in the log"));
        }
    }

    /// What is in people's hands is durable somewhere.
    pub(super) fn look_for(&self, index: usize, only: Option<Uuid>) {
        let Some(running) = &self.sites[index].running else { return };
        // One whose charge is approved and whose outcome could not be written yet has no state, and is there.
        let held: Vec<Uuid> =
            running.outbox.open_payments().unwrap_or_default().iter().map(|open| open.transaction).collect();
        let is_there = |id: Uuid| {
            only.is_some_and(|only| only != id)
                || held.contains(&id)
                || running.outbox.state(id).is_ok_and(|state| state.is_some())
        };
        let rows = self.rows();
        self.witness.notes().looks_at_a_pillar(index, rows.as_deref(), is_there);
    }

    pub(super) fn rows(&self) -> Option<Vec<Row>> {
        let mut rows = self.hub.rows(&self.grounds.keys).ok()?;
        self.hub_saboteur.hub_shows(&mut rows);
        Some(rows)
    }

    pub(super) fn look_at_the_hub(&self) {
        if let Some(rows) = self.rows() {
            self.witness.notes().looks_at_the_hub(&rows);
        }
    }

    pub(super) fn scan_disk(&self, index: usize) {
        for (name, content) in self.sites[index].disk.contents() {
            if let Some(canary) = canary_in(&content) {
                let what = format!("{canary} is in {name} of pillar {}", letter(index));
                self.witness.notes().blame("nothing plain outside memory", what);
            }
        }
    }

    pub(super) fn scan_disk_of_the_hub(&self) {
        for (name, content) in self.hub.disk.contents() {
            if let Some(canary) = canary_in(&content) {
                let what = format!("{canary} is in {name} of the hub");
                self.witness.notes().blame("nothing plain outside memory", what);
            }
        }
    }

    /// The hub looks at what came in.
    pub(super) fn hub_looks(&mut self, boot: u32) {
        if self.hub.is_on() && self.hub.boots == boot {
            self.hub.looks_at_what_came_in(&self.grounds.keys);
            if !self.notice_hub_power_cut() {
                self.hit("hub looks at what came in");
            }
        }
    }

    pub(super) fn staff_look(&mut self) {
        if self.hub.is_on() {
            let truth = self.bank();
            let decided = self.hub.staff_decide(&truth, hub_clock(self.now));
            for _ in 0..decided {
                self.hit("payments settled by staff");
            }
        }
        self.at(self.now + STAFF, Step::StaffLook);
    }

    /// What the bank says of each payment.
    pub(super) fn bank(&self) -> BTreeMap<zuil_wire::Reference, bool> {
        let notes = self.witness.notes();
        let paid = notes.attempts.values().filter_map(|attempt| Some((attempt.reference, attempt.payment?)));
        paid.map(|(reference, payment)| (reference, notes.stands(payment))).collect()
    }

    /// Whether all is served but what is poisoned.
    pub(super) fn others_are_served(&self) -> bool {
        self.waiting().is_some_and(|waiting| waiting.is_empty())
    }

    /// What the pillars still have to tell, without what is poisoned; `None` while one of them is off.
    pub(super) fn waiting(&self) -> Option<Vec<Uuid>> {
        let mut waiting = Vec::new();
        for site in &self.sites {
            let pending = site.running.as_ref()?.really.pending(1_000).ok()?;
            waiting.extend(pending.iter().map(|item| item.sealed.header.id));
        }
        let poisoned: Vec<Uuid> = self.wrong.poison.values().filter_map(|poison| poison.id).collect();
        waiting.retain(|id| !poisoned.contains(id));
        Some(waiting)
    }

    pub(super) fn is_at_rest(&self) -> bool {
        let quiet = |site: &Site| {
            let Some(running) = &site.running else { return false };
            let counts = running.really.counts().unwrap_or_default();
            counts.open_payments == 0
                && counts.held == 0
                && counts.saved == 0
                && counts.surveys == 0
                && running.really.pending(1).is_ok_and(|pending| pending.is_empty())
                && site.found.all().is_empty()
                && site.resident.is_none()
                && site.terminal.going.is_none()
        };
        self.hub.is_on() && self.sites.iter().all(quiet)
    }

    pub(super) fn judge_others(&self) {
        let Some(left) = self.waiting() else { return };
        let mut notes = self.witness.notes();
        if !left.is_empty() && notes.violation.is_none() {
            let names: Vec<String> = left.iter().map(|id| notes.name(*id)).collect();
            notes.blame("nothing that is rejected blocks the others", format!("{} wait", names.join(", ")));
        }
    }

    /// The end: once more the power goes everywhere, and then all is looked at.
    pub(super) fn judge(&mut self) {
        if self.witness.notes().violation.is_some() {
            return;
        }
        if !self.is_at_rest() {
            let counts: Vec<String> = self
                .sites
                .iter()
                .map(|site| match &site.running {
                    Some(running) => format!("{}: {:?}", letter(site.index), running.really.counts()),
                    None => format!("{}: off", letter(site.index)),
                })
                .collect();
            self.witness.notes().blame("everything drains in the end", counts.join("; "));
            return;
        }
        self.judge_what_is_there();
        for index in 0..self.sites.len() {
            self.pillar_dies(index, true);
            self.pillar_on(index);
        }
        self.hub_dies(true);
        self.hub_on();
        self.judge_what_is_there();
    }

    fn judge_what_is_there(&self) {
        (0..self.sites.len()).for_each(|index| self.ask_the_pillar(index));
        self.hub.looks_at_what_came_in(&self.grounds.keys);
        self.scan_disk_of_the_hub();
        let (Some(rows), Ok(surveys), Ok(found)) = (self.rows(), self.hub.surveys(), self.hub.found()) else {
            self.witness.notes().blame("the hub opens again", "it does not in the end");
            return;
        };
        self.witness.notes().judges_the_end(&rows, surveys);
        self.witness.notes().judges_what_was_found(&found);
    }

    /// Asks a pillar for its word on all that it ever kept.
    pub(super) fn ask_the_pillar(&self, index: usize) {
        let Some(running) = &self.sites[index].running else { return };
        let mine: Vec<Uuid> = {
            let notes = self.witness.notes();
            notes.attempts.iter().filter(|(_, attempt)| attempt.pillar == index).map(|(id, _)| *id).collect()
        };
        for id in mine {
            if let Ok(Some(state)) = running.outbox.state(id) {
                self.witness.notes().pillar_says(id, state);
            }
        }
    }
}

/// What a resident typed, if it is here.
pub(super) fn canary_in(bytes: &[u8]) -> Option<&'static str> {
    CANARIES.into_iter().find(|canary| memchr::memmem::find(bytes, canary.as_bytes()).is_some())
}
