//! What the hub hears of how the pillar is, and when.

use zuil_wire::health::{Device, DeviceReport, DeviceState, OpenPayment, SettledByStaff};
use zuil_wire::versions;

use super::super::report::{APART, COMING_AND_GOING, HEARTBEAT, OLDER_HUB};
use super::*;

/// What the hub does with the next report.
pub(super) enum Then {
    Away,
    Busy(u64),
    /// It has never heard of reports.
    IsOlder,
    Reject,
    /// It has revoked the pillar.
    NotAdmitted,
    Hang,
    /// It says that staff found this out.
    Settle(Vec<(Uuid, PaymentState)>),
}

impl ScriptedHub {
    fn then_with_reports(self, then: impl IntoIterator<Item = Then>) -> Self {
        self.0.lock().unwrap().then_with_reports.extend(then);
        self
    }

    /// When each report came.
    fn report_times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().reports.iter().map(|(at, _)| *at).collect()
    }

    fn last_report(&self) -> HealthReport {
        self.0.lock().unwrap().reports.last().unwrap().1.clone()
    }

    pub(super) async fn hears(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let then = {
            let mut script = self.0.lock().unwrap();
            script.reports.push((Instant::now(), report.clone()));
            let uploads = script.requests.len();
            script.uploads_before.push(uploads);
            script.then_with_reports.pop_front()
        };
        let settled = match then {
            Some(Then::Away) => return Err(SyncError::Unreachable("no connection".into())),
            Some(Then::Busy(seconds)) => {
                return Err(SyncError::Busy { retry_after: Some(Duration::from_secs(seconds)) });
            }
            Some(Then::IsOlder) => return Err(SyncError::NoHub(404)),
            Some(Then::Reject) => return Err(SyncError::Rejected(400)),
            Some(Then::NotAdmitted) => return Err(SyncError::NotAdmitted),
            Some(Then::Hang) => std::future::pending().await,
            Some(Then::Settle(settled)) => settled,
            None => Vec::new(),
        };
        let settled = settled.into_iter().map(|(payment, state)| SettledByStaff { payment, state }).collect();
        Ok(HealthAnswer {
            now: jiff::Timestamp::UNIX_EPOCH,
            settled,
            seal_key: None,
            catalogue: None,
            orders: Vec::new(),
            referrals: None,
            standing: None,
            system: None,
            service_key: None,
        })
    }
}

pub(super) fn report(printer: DeviceState) -> HealthReport {
    let since = jiff::Timestamp::UNIX_EPOCH;
    HealthReport {
        version: PROTOCOL_VERSION,
        at: since,
        program: "0.2.0".into(),
        catalogue: "1".into(),
        devices: vec![DeviceReport { device: Device::Printer, state: printer, since }],
        paper: None,
        waiting: 0,
        open_payments: Vec::new(),
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    }
}

fn with_open_payment(payment: Uuid) -> HealthReport {
    let open = OpenPayment {
        payment,
        reference: Reference::from_bits(1),
        amount: Cents(1735),
        at: jiff::Timestamp::UNIX_EPOCH,
        receipt_number: None,
    };
    HealthReport { open_payments: vec![open], ..report(DeviceState::Ready) }
}

async fn seconds(count: u64) {
    tokio::time::sleep(Duration::from_secs(count)).await;
}

#[tokio::test(start_paused = true)]
async fn the_hub_hears_at_once_that_the_paper_is_used_up() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    seconds(10).await;
    let now = Instant::now();
    handle.report(report(DeviceState::PaperOut));
    seconds(1).await;
    assert_eq!(pillar.hub.report_times().last(), Some(&now));
    assert_eq!(pillar.hub.last_report().devices[0].state, DeviceState::PaperOut);
    assert_eq!(pillar.hub.report_times().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_flaps_does_not_flood_the_hub_and_the_newest_word_wins() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, _heard) = pillar.connects(0);
    for round in 0..100 {
        handle.report(report(if round % 2 == 0 { DeviceState::Offline } else { DeviceState::Ready }));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    seconds(10).await;
    let times = pillar.hub.report_times();
    assert!((2..=6).contains(&times.len()), "{} reports in ten seconds", times.len());
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= APART));
    assert_eq!(pillar.hub.last_report().devices[0].state, DeviceState::Ready);
}

fn hub_of_today() -> ScriptedHub {
    let hub = ScriptedHub::default();
    hub.0.lock().unwrap().speaks = versions::SPOKEN.last().copied();
    hub
}

/// A report of a pillar that is well, at which somebody is or is not.
fn used(in_use: bool) -> HealthReport {
    HealthReport { in_use: Some(in_use), ..report(DeviceState::Ready) }
}

#[tokio::test(start_paused = true)]
async fn the_hub_hears_at_once_that_somebody_came_and_when_they_left() {
    let mut pillar = Pillar::new(hub_of_today());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(used(false));
    for in_use in [true, false] {
        seconds(10).await;
        let now = Instant::now();
        handle.report(used(in_use));
        seconds(1).await;
        assert_eq!(pillar.hub.report_times().last(), Some(&now));
        assert_eq!(pillar.hub.last_report().in_use, Some(in_use));
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_touches_and_runs_away_all_the_time_does_not_flood_the_hub_and_a_fault_does_not_wait_for_it()
 {
    let mut pillar = Pillar::new(hub_of_today());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    for round in 0..120 {
        handle.report(used(round % 2 == 0));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let times = pillar.hub.report_times();
    assert!((10..=13).contains(&times.len()), "{} reports in a minute", times.len());
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= COMING_AND_GOING));
    seconds(10).await;
    handle.report(used(true));
    seconds(2).await;
    let now = Instant::now();
    handle.report(HealthReport { in_use: Some(true), ..report(DeviceState::PaperOut) });
    seconds(1).await;
    assert_eq!(pillar.hub.report_times().last(), Some(&now));
}

#[tokio::test(start_paused = true)]
async fn how_warm_it_is_goes_with_the_next_report_and_causes_none() {
    let mut pillar = Pillar::new(hub_of_today());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    for celsius in 40..90 {
        handle.report(HealthReport { celsius: Some(celsius), ..report(DeviceState::Ready) });
        seconds(1).await;
    }
    let times = pillar.hub.report_times();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == HEARTBEAT), "{times:?}");
    assert_eq!(times.len(), 2);
    assert!(matches!(pillar.hub.last_report().celsius, Some(64 | 65)), "as it was then");
}

#[tokio::test(start_paused = true)]
async fn without_news_the_pillar_still_reports_twice_a_minute_and_does_not_greet() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let greetings = pillar.hub.greetings();
    handle.report(report(DeviceState::Ready));
    // What differs in its clock only is no news.
    for _ in 0..50 {
        tokio::time::sleep(HEARTBEAT / 5).await;
        let at = pillar.hub.last_report().at;
        handle.report(HealthReport { at, ..report(DeviceState::Ready) });
    }
    seconds(1).await;
    let times = pillar.hub.report_times();
    assert_eq!(times.len(), 11, "the first, and ten in as many heartbeats");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == HEARTBEAT));
    assert_eq!(pillar.hub.greetings(), greetings);
}

#[tokio::test(start_paused = true)]
async fn a_pillar_that_was_revoked_finds_out_within_a_minute_though_nothing_else_happens() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    seconds(1).await;
    pillar.hub.0.lock().unwrap().then_with_reports.push_back(Then::NotAdmitted);
    let revoked = Instant::now();
    until(&mut heard, SyncEvent::Admitted(false)).await;
    assert!(revoked.elapsed() <= Duration::from_secs(60), "{:?}", revoked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_report_that_had_to_wait_says_the_time_at_which_it_is_sent() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, _heard) = pillar.connects(0);
    handle.report(report(DeviceState::Ready));
    tokio::time::sleep(HEARTBEAT + Duration::from_secs(1)).await;
    let sent = pillar.hub.last_report();
    assert_eq!(sent.at.as_second(), i64::try_from(HEARTBEAT.as_secs()).unwrap());
    assert_eq!(sent.devices[0].since, jiff::Timestamp::UNIX_EPOCH);
}

#[tokio::test(start_paused = true)]
async fn while_the_hub_is_away_reports_back_off_and_only_the_newest_is_sent_in_the_end() {
    let away = [Then::Away, Then::Away, Then::Away];
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports(away));
    let (handle, mut heard) = pillar.connects(u64::MAX);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::CoverOpen));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    // News does not end the back-off.
    handle.report(report(DeviceState::Offline));
    handle.report(report(DeviceState::Ready));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let times = pillar.hub.report_times();
    assert_eq!(times.len(), 4);
    for pair in times.windows(2) {
        let wait = pair[1] - pair[0];
        assert!(wait >= plan::SHORTEST && wait <= Duration::from_secs(8), "{wait:?}");
    }
    assert_eq!(pillar.hub.last_report().devices[0].state, DeviceState::Ready);
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_wait_for_a_report_that_hangs() {
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([Then::Hang]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    seconds(5).await;
    let now = Instant::now();
    let one = pillar.commits(1);
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(now.elapsed(), Duration::ZERO);
    seconds(3).await;
    assert_eq!(pillar.hub.report_times().len(), 2, "the report is sent after it");
}

#[tokio::test(start_paused = true)]
async fn requests_go_before_reports() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    for number in 1..=100 {
        pillar.commits(number);
    }
    let (handle, mut heard) = pillar.connects(0);
    handle.report(report(DeviceState::Ready));
    until(&mut heard, received(id(100))).await;
    seconds(1).await;
    assert_eq!(pillar.hub.batches().len(), 2);
    assert_eq!(pillar.hub.0.lock().unwrap().uploads_before, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_cannot_hear_reports_now_still_gets_requests_at_once() {
    for trouble in [Then::Away, Then::Busy(600), Then::Reject, Then::IsOlder] {
        let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([trouble]));
        let (handle, mut heard) = pillar.connects(u64::MAX);
        assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
        handle.report(report(DeviceState::Ready));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = Instant::now();
        let one = pillar.commits(1);
        handle.wake();
        until(&mut heard, received(one)).await;
        assert_eq!(now.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_asks_for_patience_hears_no_report_until_then() {
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([Then::Busy(600)]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    handle.report(report(DeviceState::PaperOut));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let times = pillar.hub.report_times();
    assert_eq!((times.len(), times[1] - times[0]), (2, Duration::from_secs(600)));
}

#[tokio::test(start_paused = true)]
async fn an_older_hub_is_greeted_and_not_asked_to_take_reports_for_an_hour() {
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([Then::IsOlder]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let greetings = pillar.hub.greetings();
    handle.report(report(DeviceState::Ready));
    for _ in 0..11 {
        tokio::time::sleep(LONGEST).await;
        handle.report(report(DeviceState::PaperOut));
    }
    assert_eq!(pillar.hub.report_times().len(), 1);
    let often = pillar.hub.greetings() - greetings;
    let beats = usize::try_from(LONGEST.as_secs() * 11 / HEARTBEAT.as_secs()).unwrap();
    assert!((beats - 1..=beats).contains(&often), "{often}");
    assert!(heard.try_recv().is_err(), "it is online all the time");
    tokio::time::sleep(LONGEST + Duration::from_secs(1)).await;
    let times = pillar.hub.report_times();
    assert_eq!((times.len(), times[1] - times[0]), (2, OLDER_HUB));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_the_hub_rejects_is_not_pressed_upon_it() {
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([Then::Reject]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    tokio::time::sleep(LONGEST - Duration::from_secs(1)).await;
    assert_eq!(pillar.hub.report_times().len(), 1);
    seconds(2).await;
    assert_eq!(pillar.hub.report_times().len(), 2);
    assert!(heard.try_recv().is_err(), "it is online all the time");
}

#[tokio::test(start_paused = true)]
async fn what_staff_found_out_is_told_until_the_payment_is_no_longer_open() {
    let payment = Uuid::from_u128(7);
    let found = || Then::Settle(vec![(payment, PaymentState::Paid)]);
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([found(), found(), found()]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let told = SyncEvent::SettledByStaff { payment, state: PaymentState::Paid };
    handle.report(with_open_payment(payment));
    assert_eq!(next(&mut heard).await, told);
    assert_eq!(next(&mut heard).await, told, "with the next report, when nobody listened before");
    handle.report(report(DeviceState::Ready));
    seconds(10).await;
    assert_eq!(pillar.hub.report_times().len(), 3);
    assert!(heard.try_recv().is_err(), "it is no payment of that report");
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_other_payments_or_without_an_outcome_settles_nothing() {
    let (payment, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let nothing = vec![(payment, PaymentState::Unknown), (other, PaymentState::Paid)];
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports([Then::Settle(nothing)]));
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(with_open_payment(payment));
    seconds(20).await;
    assert_eq!(pillar.hub.report_times().len(), 1);
    assert!(heard.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn pillars_that_were_switched_on_together_do_not_stay_in_step() {
    let mut together = Vec::new();
    for dice in [0, 1_000, 2_500, 5_000] {
        let mut pillar = Pillar::new(ScriptedHub::default());
        let (handle, mut heard) = pillar.connects(dice);
        assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
        handle.report(report(DeviceState::Ready));
        seconds(120).await;
        let times = pillar.hub.report_times();
        let pauses: Vec<u128> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
        assert!(pauses.iter().all(|pause| (20_000..=25_000).contains(pause)), "{pauses:?}");
        together.push(pauses[0]);
    }
    assert_eq!(together, [25_000, 24_000, 22_500, 20_000]);
}

#[tokio::test(start_paused = true)]
async fn after_a_day_without_a_network_that_comes_back_unnoticed_the_hub_hears_of_the_pillar_within_half_a_minute()
 {
    let mut pillar = Pillar::new(ScriptedHub::default().then_with_reports((0..100_000).map(|_| Then::Away)));
    let (handle, mut heard) = pillar.connects(u64::MAX);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.report(report(DeviceState::Ready));
    seconds(86_400).await;
    pillar.hub.0.lock().unwrap().then_with_reports.clear();
    let before = pillar.hub.report_times().len();
    seconds(30).await;
    assert!(pillar.hub.report_times().len() > before);
}
