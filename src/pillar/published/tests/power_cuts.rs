//! The power is cut after each step of an update, and everything that can be on the disk then is tried.

use std::path::Path;

use super::super::disk::{Disk, RealDisk};
use super::super::kept::{CURRENT, PREVIOUS};
use super::super::newest::Newest;
use super::forgetful::Forgetful;
use super::{Serving, Town};

/// What a pillar has when an update begins.
struct Before {
    disk: Forgetful,
    /// The version with which it would begin.
    version: Option<&'static str>,
    /// The bundle that is to be kept as the one before, after the update.
    previous: Option<Vec<u8>>,
}

/// What is published, in this order.
struct Publications {
    town: Town,
    authority: String,
    bundles: [Vec<u8>; 4],
}

const VERSIONS: [&str; 4] = ["1", "2", "3", "4"];

impl Publications {
    fn new() -> Self {
        let town = Town::new();
        let authority = town.authority();
        let mut second = 0;
        let bundles = VERSIONS.map(|version| {
            second += 1_000;
            town.publishes(version, second)
        });
        Self { town, authority, bundles }
    }

    fn pillar(&self, disk: &Forgetful) -> std::io::Result<Serving> {
        self.town.pillar_on(Box::new(disk.clone()), &self.authority)
    }

    /// A pillar that took the first so many, with all of it durable.
    fn took(&self, count: usize) -> Before {
        let disk = Forgetful::default();
        for number in 0..count {
            assert!(self.updates(&disk, number));
        }
        let last = count.checked_sub(1);
        let previous = last.map(|last| self.bundles[last].clone());
        Before { disk: disk.again(), version: last.map(|last| VERSIONS[last]), previous }
    }

    /// Takes the bundle of this number on this disk; whether it was told to be kept.
    fn updates(&self, disk: &Forgetful, number: usize) -> bool {
        self.pillar(disk).is_ok_and(|pillar| pillar.takes(&self.bundles[number]).is_ok())
    }

    /// Cuts the power after each step of the update with the bundle of this number, on a disk whose step
    /// `lies_at` is a sync that does nothing. Gives how many cuts were made.
    fn cut_everywhere(
        &self,
        before: &Before,
        number: usize,
        lies_at: Option<usize>,
    ) -> Result<usize, String> {
        let whole = before.disk.again();
        assert!(self.updates(&whole, number));
        let steps = whole.steps();
        let mut tried = Vec::new();
        // The last cuts find most.
        for cut in (0..=steps.len()).rev() {
            let disk = before.disk.again().cut_after(cut).lying_at(lies_at);
            let kept = self.updates(&disk, number);
            for after in disk.after_a_cut() {
                let what = (kept, after.everything());
                if tried.contains(&what) {
                    continue;
                }
                tried.push(what);
                self.goes_on(before, number, kept, &after)
                    .map_err(|why| format!("cut after {:?}: {why}", &steps[..cut]))?;
            }
        }
        Ok(steps.len() + 1)
    }

    /// The pillar is switched on again. `kept` is whether it said that it has the update.
    fn goes_on(&self, before: &Before, number: usize, kept: bool, disk: &Forgetful) -> Result<(), String> {
        let file = |name: &str| self.town.file(name);
        let next = disk.again();
        let pillar = self.pillar(&next).map_err(|error| error.to_string())?;
        let (fresh, begins) = (Some(VERSIONS[number]), pillar.began.as_deref());
        if begins != fresh && (kept || begins != before.version) {
            return Err(format!("it begins with {begins:?}"));
        }
        if begins == fresh {
            let newest = Newest::read(disk, &self.town.data(), &self.authority);
            if newest.is_none_or(|newest| newest.serial < 1_000 * (number as u64 + 1)) {
                return Err("an older one would be taken again when this one is damaged".to_owned());
            }
        }
        if kept && before.previous.is_some() && disk.content(&file(PREVIOUS)) != before.previous {
            return Err("the one before is not kept".to_owned());
        }
        // The next update succeeds, and is durable.
        if pillar.takes(&self.bundles[number + 1]).is_err() {
            return Err("the next one is not taken".to_owned());
        }
        let after = next.after_a_cut();
        let all_begin = after.iter().map(|disk| self.pillar(disk).unwrap().began);
        match all_begin.flatten().all(|version| version == VERSIONS[number + 1]) {
            true => Ok(()),
            false => Err("the next one is not durable".to_owned()),
        }
    }
}

#[test]
fn wherever_the_power_is_cut_in_an_update_a_good_catalogue_runs_and_the_next_is_taken() {
    let publications = Publications::new();
    // The folder and its name; what is remembered; the bundle. And once before the first step.
    for (taken, cuts) in [(0, 11), (1, 13), (2, 13)] {
        let made = publications.cut_everywhere(&publications.took(taken), taken, None);
        assert_eq!(made, Ok(cuts), "after {taken} were taken");
    }
}

#[test]
fn wherever_the_power_is_cut_while_the_current_one_is_broken_the_one_before_is_not_lost() {
    let publications = Publications::new();
    let Before { disk, .. } = publications.took(2);
    disk.damage(&publications.town.file(CURRENT));
    let previous = Some(publications.bundles[0].clone());
    let made = publications.cut_everywhere(&Before { disk, version: Some("1"), previous }, 2, None);
    assert_eq!(made, Ok(11));
}

#[test]
fn a_disk_on_which_any_one_sync_does_nothing_is_found_out() {
    let publications = Publications::new();
    for taken in [0, 2] {
        let before = publications.took(taken);
        let whole = before.disk.again();
        assert!(publications.updates(&whole, taken));
        let syncs: Vec<usize> =
            (0..).zip(whole.steps()).filter(|(_, step)| step.starts_with("sync")).map(|(at, _)| at).collect();
        assert_eq!(syncs.len(), 5);
        // The folder's own name is new only once.
        for at in syncs.into_iter().skip(usize::from(taken > 0)) {
            let found = publications.cut_everywhere(&before, taken, Some(at));
            assert!(found.is_err(), "nobody misses {:?} after {taken} were taken", whole.steps()[at]);
        }
    }
}

/// What every disk does, so that what is tried on the one in memory holds for the real one.
fn keeps_the_contract(disk: &dyn Disk, root: &Path) {
    let folder = root.join("folder");
    let (one, other) = (folder.join("one"), folder.join("other"));
    disk.make_folder(&folder).unwrap();
    disk.make_folder(&folder).unwrap();
    let not_found = Some(std::io::ErrorKind::NotFound);
    assert_eq!(disk.read(&one, 9).err().map(|error| error.kind()), not_found);
    assert_eq!(disk.remove(&one).err().map(|error| error.kind()), not_found);
    assert_eq!(disk.sync(&one).err().map(|error| error.kind()), not_found);
    disk.write(&one, b"longer than later").unwrap();
    disk.write(&one, b"content").unwrap();
    disk.sync(&one).unwrap();
    assert_eq!(disk.read(&one, 99).unwrap(), b"content");
    assert_eq!(disk.read(&one, 4).unwrap(), b"cont");
    disk.link(&one, &other).unwrap();
    assert!(disk.link(&one, &other).is_err(), "a name is not taken from another");
    disk.write(&one, b"both").unwrap();
    assert_eq!(disk.read(&other, 99).unwrap(), b"both", "it is one file with two names");
    disk.remove(&one).unwrap();
    disk.write(&one, b"new").unwrap();
    disk.rename(&one, &other).unwrap();
    assert_eq!(disk.read(&other, 99).unwrap(), b"new");
    assert_eq!(disk.read(&one, 99).err().map(|error| error.kind()), not_found);
    disk.sync_folder(&folder).unwrap();
}

#[test]
fn the_disk_that_forgets_does_what_the_real_one_does() {
    let folder = tempfile::tempdir().unwrap();
    keeps_the_contract(&RealDisk, folder.path());
    keeps_the_contract(&Forgetful::default(), folder.path());
}
