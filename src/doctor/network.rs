//! The way to the hub, step by step, and the clocks at both ends.
//!
//! Invariant: the step at which the way ends is the one that fails; what lies behind it was not looked
//! at and is not blamed.

use std::io;

use jiff::{SignedDuration, Timestamp};
use zuil_wire::Binding;

use super::{Check, Finding};
use crate::sync::{Ended, Probe, SyncError, probe};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// More than this between the clocks asks for attention.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(30);
/// A clock that says less was never set: 2025-01-01.
const EARLIEST: i64 = 1_735_689_600;
/// A clock that says more was set wrongly: 2100-01-01.
const LATEST: i64 = 4_102_444_800;

/// The steps to the hub, and the time.
pub fn checks(language: Language, binding: Option<&Binding>, now: fn() -> Timestamp) -> Vec<Check> {
    let name = say(language, "Network");
    let Some(binding) = binding else {
        let nowhere = Finding::not_there(say(language, "without a binding there is no hub to go to"));
        return vec![nowhere.of("network", name), clock(language, now(), None)];
    };
    match probe(binding, now) {
        Ok(probe) => {
            let ahead = probe.clock_ahead;
            let mut checks = steps(language, &probe);
            checks.push(clock(language, now(), ahead));
            checks
        }
        Err(error) => {
            let next = say(language, "bind this pillar again: `zuil-hub pillar add NAME` at the hub");
            vec![Finding::failed(error.to_string(), next).of("network", name), clock(language, now(), None)]
        }
    }
}

fn steps(language: Language, probe: &Probe) -> Vec<Check> {
    let unseen = || Finding::not_there(say(language, "not looked at: the way ends before"));
    let passed = match &probe.ended {
        Some(Ended::Name(_)) => 0,
        Some(Ended::Connection(_)) => 1,
        Some(Ended::Certificate(_)) => 2,
        Some(Ended::Admission(_)) => 3,
        None => 4,
    };
    let ids = ["network-name", "network-connection", "network-certificate", "network-admission"];
    let names = [
        say(language, "Network: the hub's name"),
        say(language, "Network: connection"),
        say(language, "Network: the hub's certificate"),
        say(language, "Network: admission"),
    ];
    let mut checks = Vec::new();
    for (step, (id, name)) in ids.into_iter().zip(names).enumerate() {
        let finding = match &probe.ended {
            Some(ended) if step == passed => end(language, &probe.hub, ended),
            _ if step < passed => Finding::ok(well(language, step, probe)),
            _ => unseen(),
        };
        checks.push(finding.of(id, name));
    }
    checks
}

fn well(language: Language, step: usize, probe: &Probe) -> String {
    let hub = [("hub", probe.hub.as_str())];
    match step {
        0 => {
            let first = probe.addresses.first().map(|address| address.ip().to_string()).unwrap_or_default();
            fill(say(language, "{hub} is at {address}"), &[("hub", &probe.hub), ("address", &first)])
        }
        1 => fill(say(language, "{hub} answers"), &hub),
        2 => say(language, "who answers is the hub of this binding").to_owned(),
        _ => say(language, "the hub admits this pillar").to_owned(),
    }
}

fn end(language: Language, hub: &str, ended: &Ended) -> Finding {
    match ended {
        Ended::Name(error) => Finding::failed(
            fill(
                say(language, "no address is known for {hub}: {error}"),
                &[("hub", hub), ("error", &error.to_string())],
            ),
            say(language, "look at the network cable and at the name server of this network"),
        ),
        Ended::Connection(error) => no_connection(language, hub, error),
        Ended::Certificate(SyncError::NotTheHub(why)) => Finding::failed(
            fill(
                say(language, "who answers has another certificate than the hub of this binding: {why}"),
                &[("why", why)],
            ),
            say(
                language,
                "look at the clock; else something stands in between (a firewall that opens TLS), or the pillar must be bound again",
            ),
        ),
        Ended::Certificate(error) => Finding::failed(
            fill(
                say(language, "there is a connection, but the hub says nothing: {error}"),
                &[("error", &error.to_string())],
            ),
            say(language, "ask whether the hub runs, and whether a firewall lets TLS through"),
        ),
        Ended::Admission(SyncError::NotAdmitted) => Finding::failed(
            say(
                language,
                "the hub does not admit this pillar: its certificate was revoked, has expired, or is another hub's",
            ),
            say(language, "bind this pillar again: `zuil-hub pillar add NAME` at the hub"),
        ),
        Ended::Admission(error) => {
            Finding::failed(error.to_string(), say(language, "ask who looks after the hub"))
        }
    }
}

fn no_connection(language: Language, hub: &str, error: &io::Error) -> Finding {
    let seen = fill(
        say(language, "no connection to {hub}: {error}"),
        &[("hub", hub), ("error", &error.to_string())],
    );
    let next = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            say(language, "the machine is there and refuses: ask whether the hub runs, and about its port")
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            say(language, "look at the network cable and the router")
        }
        _ => say(language, "look at the cable; when other addresses do answer, a firewall stops this one"),
    };
    Finding::failed(seen, next)
}

/// The pillar's own clock, and how far it is from the hub's.
fn clock(language: Language, now: Timestamp, ahead: Option<SignedDuration>) -> Check {
    let set = say(language, "set the clock, or look whether this network lets the time server through (NTP)");
    let time = now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let finding = if !(EARLIEST..LATEST).contains(&now.as_second()) {
        Finding::failed(
            fill(say(language, "the clock says {time}, which cannot be"), &[("time", &time)]),
            set,
        )
    } else if let Some(ahead) = ahead {
        let seconds = ahead.as_secs().to_string();
        let values = [("time", time.as_str()), ("seconds", &seconds)];
        let seen = fill(say(language, "{time}; {seconds} s ahead of the hub"), &values);
        if ahead.abs() > CLOCKS_APART { Finding::attention(seen, set) } else { Finding::ok(seen) }
    } else {
        Finding::ok(fill(say(language, "{time}; not compared with the hub"), &[("time", &time)]))
    };
    finding.of("clock", say(language, "Clock"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn verdict(second: i64, ahead: Option<i64>) -> Verdict {
        let now = Timestamp::from_second(second).unwrap();
        clock(Language::En, now, ahead.map(SignedDuration::from_secs)).verdict
    }

    #[test]
    fn a_clock_is_judged_by_itself_and_by_the_hubs() {
        assert_eq!(verdict(0, None), Verdict::Failed);
        assert_eq!(verdict(LATEST, None), Verdict::Failed);
        assert_eq!(verdict(1_800_000_000, None), Verdict::Ok);
        assert_eq!(verdict(1_800_000_000, Some(-2)), Verdict::Ok);
        assert_eq!(verdict(1_800_000_000, Some(-31)), Verdict::Attention);
        assert_eq!(verdict(1_800_000_000, Some(31)), Verdict::Attention);
    }

    #[test]
    fn only_the_step_at_which_the_way_ends_is_blamed() {
        let probe = Probe {
            hub: "hub.example.nl:8443".into(),
            addresses: vec![([192, 0, 2, 7], 8443).into()],
            ended: Some(Ended::Certificate(SyncError::NotTheHub("UnknownIssuer".into()))),
            clock_ahead: None,
        };
        let verdicts: Vec<Verdict> = steps(Language::En, &probe).iter().map(|check| check.verdict).collect();
        assert_eq!(verdicts, [Verdict::Ok, Verdict::Ok, Verdict::Failed, Verdict::NotThere]);
    }
}
