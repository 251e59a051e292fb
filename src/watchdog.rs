//! Tells systemd that the pillar is ready, and as long as it lives; and the image, that this version of it works.
//!
//! Invariant: a sign of life is given by the thread that draws, and while residents can be served only when the runner
//! has come round since one of the last looks. A pillar of which either hangs gives none, and is started anew.
//!
//! The runner waits for the disk whenever something is to be durable, and a disk may be slow. It must not end the pillar
//! as long as it holds one round up for less than the time within which systemd wants a sign, so two looks at which the
//! runner has not come round are spared. One that stands still for good is ended a fifth of that time later at most. A
//! round has all that one input brings about in it: it may sync more than once, and wait for a sync of the sync's before.
//!
//! This is written by hand and not with the crate `sd-notify`: that would send the datagram, which is the least of it.
//! The rest is the rule of when to send it, and that is ours.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many signs of life are given in the time in which systemd wants one.
const SIGNS: u32 = 16;
/// So many looks in a row may find that the runner did not come round, before there is no sign. Without them, a runner
/// that comes round just in time would be seen too late: it comes round twice a second at best, and is seen at the next
/// look only.
const SPARED: u32 = 2;

/// How often the runner has come round.
#[derive(Clone, Debug, Default)]
pub struct Rounds(Arc<AtomicU64>);

impl Rounds {
    /// Another round is done.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were done.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What systemd said to the program when it started it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Where it listens (`NOTIFY_SOCKET`); a name that begins with `@` stands for one without a file.
    pub socket: Option<OsString>,
    /// Within how many microseconds it wants a sign of life (`WATCHDOG_USEC`).
    pub within: Option<String>,
    /// From which process it wants that (`WATCHDOG_PID`).
    pub of: Option<String>,
}

impl Asked {
    /// As the environment says.
    #[must_use]
    pub fn by_environment() -> Self {
        Self {
            socket: std::env::var_os("NOTIFY_SOCKET"),
            within: std::env::var("WATCHDOG_USEC").ok(),
            of: std::env::var("WATCHDOG_PID").ok(),
        }
    }
}

/// The line to systemd, where there is one. Owned by the thread that draws.
#[derive(Debug)]
pub struct Watchdog {
    line: Option<(UnixDatagram, SocketAddr)>,
    within: Option<Duration>,
    seen: Option<u64>,
    /// How many looks in a row found that the runner did not come round.
    missed: u32,
    is_ready: bool,
}

impl Watchdog {
    /// Opens the line; none when nobody asked for it, as when the program is started by hand.
    ///
    /// # Errors
    /// When somebody asked and cannot be reached.
    pub fn open(asked: &Asked) -> io::Result<Self> {
        let line = match &asked.socket {
            Some(name) => Some((UnixDatagram::unbound()?, address(name)?)),
            None => None,
        };
        let is_meant = asked.of.as_ref().is_none_or(|of| *of == std::process::id().to_string());
        let within = asked
            .within
            .as_ref()
            .filter(|_| is_meant && line.is_some())
            .and_then(|micros| micros.parse().ok())
            .filter(|micros| *micros > 0)
            .map(Duration::from_micros);
        Ok(Self { line, within, seen: None, missed: 0, is_ready: false })
    }

    /// How often to call [`Watchdog::look`]; never when no signs of life are wanted.
    #[must_use]
    pub fn every(&self) -> Option<Duration> {
        self.within.map(|within| within / SIGNS)
    }

    /// The first picture is on the screen. Said once, however often it is called.
    pub fn is_shown(&mut self) {
        if !std::mem::replace(&mut self.is_ready, true) {
            self.say("READY=1");
        }
    }

    /// Whether that was said.
    #[must_use]
    pub const fn has_shown(&self) -> bool {
        self.is_ready
    }

    /// Gives a sign of life if there is reason to. `rounds` are those that the runner has made, or `None` as long as
    /// there is no runner: then the screen says that nobody is served, and only the screen can hang.
    pub fn look(&mut self, rounds: Option<u64>) {
        let stands = rounds.is_some() && rounds == self.seen;
        self.missed = if stands { self.missed.saturating_add(1) } else { 0 };
        self.seen = rounds;
        if self.missed <= SPARED {
            self.say("WATCHDOG=1");
        }
    }

    fn say(&self, words: &str) {
        if let Some((socket, address)) = &self.line
            && let Err(error) = socket.send_to_addr(words.as_bytes(), address)
        {
            tracing::warn!(%error, words, "systemd did not take what the pillar tells of itself");
        }
    }
}

/// The file by which the image learns that this version of the program works: without it in time, the machine goes back to
/// the version before.
#[derive(Debug)]
pub struct HealthMark {
    file: Option<PathBuf>,
}

impl HealthMark {
    /// In the folder that systemd made for the program (`RUNTIME_DIRECTORY`); nowhere without one.
    #[must_use]
    pub fn by_environment() -> Self {
        Self::in_folder(std::env::var_os("RUNTIME_DIRECTORY"))
    }

    fn in_folder(folder: Option<OsString>) -> Self {
        Self { file: folder.map(|folder| PathBuf::from(folder).join("healthy")) }
    }

    /// Whether there is a mark to be made still.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.file.is_some()
    }

    /// Makes the mark once a picture was drawn and the runner, which has the outbox open, has come round.
    pub fn look(&mut self, is_shown: bool, rounds: Option<u64>) {
        let is_healthy = is_shown && rounds.is_some_and(|rounds| rounds > 0);
        let Some(file) = self.file.take_if(|_| is_healthy) else { return };
        if let Err(error) = std::fs::write(&file, "") {
            tracing::warn!(%error, "that this version is healthy cannot be told; it is tried again");
            self.file = Some(file);
        }
    }
}

fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::testing::{Systemd, WITHIN, heard};
    use super::*;

    #[test]
    fn it_is_ready_once_with_the_first_picture() {
        let systemd = Systemd::listens();
        let mut watchdog = Watchdog::open(&systemd.asks()).unwrap();
        assert!(systemd.heard().is_empty());
        watchdog.is_shown();
        watchdog.is_shown();
        assert_eq!(systemd.heard(), ["READY=1"]);
    }

    #[test]
    fn a_runner_that_comes_round_keeps_it_alive_and_one_that_hangs_does_not() {
        let systemd = Systemd::listens();
        let mut watchdog = Watchdog::open(&systemd.asks()).unwrap();
        let rounds = Rounds::default();
        for _ in 0..3 {
            rounds.clone().count();
            watchdog.look(Some(rounds.made()));
        }
        assert_eq!(systemd.heard(), ["WATCHDOG=1"; 3]);
        watchdog.look(Some(rounds.made()));
        watchdog.look(Some(rounds.made()));
        assert_eq!(systemd.heard(), ["WATCHDOG=1"; 2], "it may just have come too late for these looks");
        watchdog.look(Some(rounds.made()));
        watchdog.look(Some(rounds.made()));
        assert!(systemd.heard().is_empty());
        rounds.count();
        watchdog.look(Some(rounds.made()));
        assert_eq!(systemd.heard(), ["WATCHDOG=1"]);
    }

    #[test]
    fn a_pillar_that_cannot_serve_yet_is_alive_as_long_as_it_draws() {
        let systemd = Systemd::listens();
        let mut watchdog = Watchdog::open(&systemd.asks()).unwrap();
        watchdog.look(None);
        watchdog.look(None);
        assert_eq!(systemd.heard(), ["WATCHDOG=1"; 2]);
    }

    #[test]
    fn there_are_several_signs_in_the_time_for_one() {
        let watchdog = Watchdog::open(&Systemd::listens().asks()).unwrap();
        assert_eq!(watchdog.every(), Some(Duration::from_millis(500)));
    }

    /// After how long systemd ends a pillar whose runner stands still from a moment on, for so long; the runner comes
    /// round twice a second otherwise. All in milliseconds.
    fn ended_after(from: u64, still: u64) -> Option<u64> {
        let mut systemd = Systemd::listens();
        let mut watchdog = Watchdog::open(&systemd.asks()).unwrap();
        let every = u64::try_from(watchdog.every().unwrap().as_millis()).unwrap();
        let rounds = Rounds::default();
        for now in (0..from + still + 10_000).step_by(100) {
            let stands = (from..from + still).contains(&now);
            if (now % 500 == 0 && !stands) || now == from + still {
                rounds.count();
            }
            if now % every == 0 {
                watchdog.look(Some(rounds.made()));
            }
            systemd.looks(Duration::from_millis(now));
            if systemd.has_ended_it() {
                return Some(now.saturating_sub(from));
            }
        }
        None
    }

    #[test]
    fn a_runner_that_waits_for_a_slow_disk_is_not_ended_before_the_time_is_over_and_soon_afterwards() {
        let within = u64::try_from(WITHIN.as_millis()).unwrap();
        for from in (10_000..12_000).step_by(100) {
            for still in [0, 500, within / 2, within - 100] {
                assert_eq!(ended_after(from, still), None, "{still} ms from {from} on");
            }
            let after = ended_after(from, 10 * within).unwrap();
            assert!((within..=within + 2_500).contains(&after), "after {after} ms from {from} on");
        }
    }

    #[test]
    fn started_by_hand_it_tells_nobody() {
        let mut watchdog = Watchdog::open(&Asked::default()).unwrap();
        watchdog.is_shown();
        watchdog.look(None);
        assert_eq!(watchdog.every(), None);
    }

    #[test]
    fn what_was_asked_of_another_process_is_not_for_this_one() {
        let systemd = Systemd::listens();
        let another = Asked { of: Some("1".into()), ..systemd.asks() };
        assert_eq!(Watchdog::open(&another).unwrap().every(), None);
        for nonsense in ["0", "soon", ""] {
            let asked = Asked { within: Some(nonsense.into()), ..systemd.asks() };
            assert_eq!(Watchdog::open(&asked).unwrap().every(), None, "{nonsense}");
        }
    }

    #[test]
    fn the_image_learns_that_a_version_works_when_it_draws_and_serves_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("healthy");
        let mut health = HealthMark::in_folder(Some(folder.path().as_os_str().to_owned()));
        for (is_shown, rounds) in [(false, None), (true, None), (true, Some(0)), (false, Some(9))] {
            health.look(is_shown, rounds);
            assert!(!mark.exists() && health.is_missing(), "{is_shown}, {rounds:?}");
        }
        health.look(true, Some(1));
        assert!(mark.exists() && !health.is_missing());
        assert!(!HealthMark::in_folder(None).is_missing(), "started by hand it tells nobody");
    }

    #[test]
    fn a_mark_that_could_not_be_made_is_made_later() {
        let folder = tempfile::tempdir().unwrap();
        let made_late = folder.path().join("zuil");
        let mut health = HealthMark::in_folder(Some(made_late.clone().into_os_string()));
        health.look(true, Some(1));
        assert!(health.is_missing());
        std::fs::create_dir(&made_late).unwrap();
        health.look(true, Some(2));
        assert!(made_late.join("healthy").exists());
    }

    #[test]
    fn systemd_may_listen_at_a_name_without_a_file() {
        let name = format!("zuil-watchdog-{}", uuid::Uuid::new_v4());
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let asked = Asked { socket: Some(format!("@{name}").into()), ..Asked::default() };
        Watchdog::open(&asked).unwrap().is_shown();
        assert_eq!(heard(&socket), ["READY=1"]);
    }
}
