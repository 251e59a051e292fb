//! Alerts and their messages.

use uuid::Uuid;

use super::super::{Alert, AlertChanges, AlertKind, Channel, NewMessage, Store};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 5] = [
    one_hub_watches_at_a_time,
    of_one_trouble_there_is_one_open_alert,
    without_the_watch_nothing_is_kept,
    a_message_is_due_until_it_was_given,
    what_is_over_is_forgotten_in_the_end_and_what_is_not_never,
];

const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn alert(pillar: &str, kind: AlertKind, second: i64) -> Alert {
    Alert { pillar: pillar.into(), kind, began_at: at(second - 85), raised_at: at(second), ended_at: None }
}

fn raises(store: &dyn Store, alerts: &[Alert], second: i64) {
    assert!(store.claim_watch(ONE, at(second), at(second + 30)).unwrap());
    let changes = AlertChanges { raised: alerts.to_vec(), ..AlertChanges::default() };
    assert!(store.keep_alerts(ONE, &changes, at(second)).unwrap());
}

fn ends(store: &dyn Store, pillar: &str, kind: AlertKind, second: i64) {
    assert!(store.claim_watch(ONE, at(second), at(second + 30)).unwrap());
    let changes = AlertChanges { ended: vec![(pillar.into(), kind, at(second))], ..AlertChanges::default() };
    assert!(store.keep_alerts(ONE, &changes, at(second)).unwrap());
}

fn one_hub_watches_at_a_time(store: &dyn Store) {
    assert!(store.claim_watch(ONE, at(0), at(30)).unwrap());
    assert!(!store.claim_watch(OTHER, at(29), at(60)).unwrap());
    assert!(store.claim_watch(ONE, at(20), at(50)).unwrap(), "who has it may have it longer");
    assert!(!store.claim_watch(OTHER, at(49), at(80)).unwrap());
    assert!(store.claim_watch(OTHER, at(50), at(80)).unwrap());
    assert!(!store.claim_watch(ONE, at(51), at(90)).unwrap());
}

fn of_one_trouble_there_is_one_open_alert(store: &dyn Store) {
    let down = alert("jumbo", AlertKind::Down, 100);
    raises(store, &[down.clone(), alert("jumbo", AlertKind::Printer, 100)], 100);
    raises(store, &[alert("jumbo", AlertKind::Down, 200), alert("bieb", AlertKind::Down, 200)], 200);
    let open = store.alerts(at(10_000)).unwrap();
    assert_eq!(open.iter().filter(|alert| alert.kind == AlertKind::Down).count(), 2);
    assert!(open.contains(&down), "the first one stands");
    assert_eq!(open[0].pillar, "bieb", "the newest first");
    ends(store, "jumbo", AlertKind::Down, 300);
    ends(store, "jumbo", AlertKind::Terminal, 300);
    ends(store, "jumbo", AlertKind::Down, 400);
    raises(store, &[alert("jumbo", AlertKind::Down, 500)], 500);
    let of_jumbo = store.alerts_of("jumbo", 9).unwrap();
    let told = of_jumbo.iter().map(|alert| (alert.kind, alert.raised_at, alert.ended_at));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (AlertKind::Down, at(500), None),
            (AlertKind::Printer, at(100), None),
            (AlertKind::Down, at(100), Some(at(300))),
        ]
    );
    assert_eq!(store.alerts_of("jumbo", 1).unwrap().len(), 1);
    assert_eq!(store.alerts(at(10_000)).unwrap().len(), 3, "the open ones");
    assert_eq!(store.alerts(at(100)).unwrap().len(), 4, "and those of that time");
}

fn without_the_watch_nothing_is_kept(store: &dyn Store) {
    let changes =
        AlertChanges { raised: vec![alert("jumbo", AlertKind::Down, 10)], ..AlertChanges::default() };
    assert!(!store.keep_alerts(ONE, &changes, at(10)).unwrap());
    assert!(store.claim_watch(ONE, at(0), at(30)).unwrap());
    assert!(!store.keep_alerts(OTHER, &changes, at(10)).unwrap());
    assert!(!store.keep_alerts(ONE, &changes, at(30)).unwrap(), "it is over");
    assert_eq!(store.alerts(at(0)).unwrap(), []);
    assert!(store.keep_alerts(ONE, &changes, at(29)).unwrap());
    assert_eq!(store.alerts(at(0)).unwrap().len(), 1);
}

fn a_message_is_due_until_it_was_given(store: &dyn Store) {
    let message = |number, channel| NewMessage {
        id: Uuid::from_u128(number),
        channel,
        body: format!("{{\"bericht\": {number}}}"),
    };
    let messages = vec![message(7, Channel::Email), message(6, Channel::Webhook)];
    assert!(store.claim_watch(ONE, at(0), at(30)).unwrap());
    let changes = AlertChanges { messages: messages.clone(), ..AlertChanges::default() };
    assert!(store.keep_alerts(ONE, &changes, at(10)).unwrap());
    assert_eq!(store.claim_messages(at(9), at(99), 9).unwrap(), []);
    let first = store.claim_messages(at(10), at(70), 1).unwrap().remove(0);
    assert_eq!((&first.message, first.tries, first.since), (&messages[0], 0, at(10)));
    let second = store.claim_messages(at(10), at(70), 9).unwrap();
    assert_eq!(second.len(), 1, "the first one is claimed");
    store.end_message(second[0].message.id).unwrap();
    store.retry_message(first.message.id, at(40)).unwrap();
    assert_eq!(store.claim_messages(at(39), at(99), 9).unwrap(), []);
    let again = store.claim_messages(at(40), at(99), 9).unwrap();
    assert_eq!((again.len(), again[0].tries, again[0].since), (1, 1, at(10)));
    assert_eq!(store.claim_messages(at(99), at(199), 9).unwrap().len(), 1, "as when that hub was ended");
    store.end_message(first.message.id).unwrap();
    assert_eq!(store.claim_messages(at(9_999), at(99_999), 9).unwrap(), []);
}

fn what_is_over_is_forgotten_in_the_end_and_what_is_not_never(store: &dyn Store) {
    raises(store, &[alert("jumbo", AlertKind::Down, 100), alert("bieb", AlertKind::Down, 100)], 100);
    ends(store, "jumbo", AlertKind::Down, 200);
    assert_eq!(store.forget_alerts(at(200)).unwrap(), 0);
    assert_eq!(store.forget_alerts(at(201)).unwrap(), 1);
    assert_eq!(store.alerts(at(0)).unwrap().len(), 1);
}
