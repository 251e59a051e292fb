//! How much of the line uploads may take. Pure: the time is an argument.
//!
//! Invariant: over any time, no more goes out than the rate allows and one burst; what goes out never
//! waits for longer than what went before takes.

use std::time::{Duration, Instant};

use zuil_wire::UploadRequest;

/// What may go out at once after a rest: as much as the line takes in this time.
const BURST: Duration = Duration::from_secs(2);
/// One request is as large as the line takes in this time: what comes after it waits no longer.
const ONE_REQUEST: Duration = Duration::from_secs(4);
/// A smaller request would be nothing but overhead.
const LEAST_ROOM: usize = 16 * 1024;

/// A token bucket, kept as the moment until which the line is spoken for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Nothing without a limit.
    bytes_per_second: Option<u64>,
    spoken_for: Option<Instant>,
}

impl Budget {
    /// At most so many kilobits a second; 0 for all there is.
    pub(super) fn of(max_kilobits: u32) -> Self {
        let bytes_per_second = (max_kilobits > 0).then(|| u64::from(max_kilobits) * 125);
        Self { bytes_per_second, spoken_for: None }
    }

    /// How many bytes a request should have at most.
    pub(super) fn room(&self) -> usize {
        let room = |rate: u64| usize::try_from(rate * ONE_REQUEST.as_secs()).unwrap_or(usize::MAX);
        let room = self.bytes_per_second.map_or(usize::MAX, room);
        room.clamp(LEAST_ROOM, UploadRequest::MAX_BYTES)
    }

    /// Takes `bytes` out of the budget; how long to wait before they go out.
    pub(super) fn spend(&mut self, bytes: usize, now: Instant) -> Duration {
        let Some(rate) = self.bytes_per_second else { return Duration::ZERO };
        let rested = now.checked_sub(BURST).unwrap_or(now);
        let free = self.spoken_for.map_or(rested, |until| until.max(rested));
        let takes = Duration::from_secs_f64(bytes as f64 / rate as f64);
        self.spoken_for = Some(free + takes);
        free.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nothing_waits() {
        let mut budget = Budget::of(0);
        assert_eq!(budget.room(), UploadRequest::MAX_BYTES);
        for _ in 0..100 {
            assert_eq!(budget.spend(UploadRequest::MAX_BYTES, Instant::now()), Duration::ZERO);
        }
    }

    #[test]
    fn over_a_long_drain_no_more_goes_out_than_the_rate_and_one_burst() {
        let mut dice = fastrand::Rng::with_seed(17);
        for kilobits in [64, 512, 2_000, 50_000] {
            let mut budget = Budget::of(kilobits);
            let rate = f64::from(kilobits) * 125.0;
            let began = Instant::now();
            let (mut now, mut sent) = (began, 0);
            for _ in 0..2_000 {
                let bytes = dice.usize(1..=budget.room());
                // The answer takes a while; sometimes there is nothing to send for a while.
                now +=
                    Duration::from_millis(dice.u64(0..200)) + Duration::from_secs(dice.u64(0..20) / 19 * 30);
                now += budget.spend(bytes, now);
                // All before this one must have been within the rate.
                let allowed = rate * ((now - began) + BURST).as_secs_f64();
                assert!(sent as f64 <= allowed + 1.0, "{sent} of {allowed} bytes at {kilobits}");
                sent += bytes;
            }
        }
    }

    #[test]
    fn nothing_waits_longer_than_one_request_takes() {
        let mut budget = Budget::of(256);
        let mut now = Instant::now();
        for _ in 0..500 {
            let wait = budget.spend(budget.room(), now);
            assert!(wait <= ONE_REQUEST, "{wait:?}");
            now += wait;
        }
        assert_eq!(budget.room(), 128_000);
        assert_eq!(Budget::of(1).room(), LEAST_ROOM);
        assert_eq!(Budget::of(1_000_000).room(), UploadRequest::MAX_BYTES);
    }
}
