//! A resident who waits, and a hub that answers, lies, or says nothing.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::civil::date;
use tokio::sync::mpsc;
use zuil_wire::PaymentState;

use super::*;

/// A hub that gives these answers, and then none any more.
struct Desk {
    asked: mpsc::UnboundedSender<Reference>,
    answers: Mutex<VecDeque<Result<LookupAnswer, SyncError>>>,
}

impl LookupDesk for Desk {
    async fn look_up(&self, reference: Reference) -> Result<LookupAnswer, SyncError> {
        self.asked.send(reference).unwrap();
        let answer = self.answers.lock().unwrap().pop_front();
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

/// A pillar at such a hub: how to ask, what the hub was asked, and what was answered.
struct Pillar {
    inquiries: Inquiries,
    asked: mpsc::UnboundedReceiver<Reference>,
    answered: mpsc::UnboundedReceiver<(Reference, Lookup)>,
    desk: Arc<Desk>,
}

fn pillar(answers: Vec<Result<LookupAnswer, SyncError>>) -> Pillar {
    let (tells, asked) = mpsc::unbounded_channel();
    let desk = Arc::new(Desk { asked: tells, answers: Mutex::new(answers.into()) });
    let (tells, answered) = mpsc::unbounded_channel();
    let (inquiries, inquired) = inquiries(move |reference, lookup| tells.send((reference, lookup)).unwrap());
    tokio::spawn(answer(Arc::clone(&desk), inquired));
    Pillar { inquiries, asked, answered, desk }
}

fn reference(number: u64) -> Reference {
    Reference::from_bits(number)
}

fn registered() -> FoundRequest {
    FoundRequest {
        state: State::Registered,
        task: Some("bulky-waste".to_owned()),
        on: date(2026, 11, 22),
        case_number: Some("ZAAK-2026-17".to_owned()),
        payment: None,
    }
}

/// What a resident hears when the hub says this.
async fn hears(answer: Result<LookupAnswer, SyncError>) -> Lookup {
    let mut pillar = pillar(vec![answer]);
    pillar.inquiries.ask(reference(1));
    pillar.answered.recv().await.unwrap().1
}

#[tokio::test]
async fn what_the_hub_says_is_told_to_who_asked() {
    assert_eq!(hears(Ok(LookupAnswer { found: Some(registered()) })).await, Lookup::Found(registered()));
    assert_eq!(hears(Ok(LookupAnswer { found: None })).await, Lookup::Nothing);
    for error in [
        SyncError::Unreachable("no connection".into()),
        SyncError::NoHub(404),
        SyncError::Busy { retry_after: None },
        SyncError::BadAnswer("made up"),
        SyncError::NotAdmitted,
    ] {
        assert_eq!(hears(Err(error)).await, Lookup::Unavailable);
    }
}

#[tokio::test]
async fn a_hub_that_was_replaced_is_asked_once_more_in_its_own_words() {
    let answers = vec![
        Err(SyncError::SpokenOtherwise),
        Ok(LookupAnswer { found: None }),
        Err(SyncError::SpokenOtherwise),
    ];
    let mut pillar = pillar(answers);
    pillar.inquiries.ask(reference(1));
    assert_eq!(pillar.answered.recv().await, Some((reference(1), Lookup::Nothing)));
    pillar.desk.answers.lock().unwrap().push_back(Err(SyncError::SpokenOtherwise));
    pillar.inquiries.ask(reference(1));
    assert_eq!(pillar.answered.recv().await, Some((reference(1), Lookup::Unavailable)));
}

#[tokio::test]
async fn who_asked_before_hears_nothing_when_somebody_asks_after_them() {
    let mut pillar = pillar(vec![]);
    pillar.inquiries.ask(reference(1));
    assert_eq!(pillar.asked.recv().await, Some(reference(1)), "and it is never answered");
    pillar.desk.answers.lock().unwrap().push_back(Ok(LookupAnswer { found: None }));
    pillar.inquiries.ask(reference(2));
    assert_eq!(pillar.answered.recv().await, Some((reference(2), Lookup::Nothing)));
    // The pillar stops, and so does who answers.
    drop(pillar.inquiries);
    assert_eq!(pillar.answered.recv().await, None);
}

#[tokio::test]
async fn what_no_hub_has_to_say_is_not_passed_on() {
    let told = |found| async move {
        match hears(Ok(LookupAnswer { found: Some(found) })).await {
            Lookup::Found(found) => found,
            other => panic!("{other:?}"),
        }
    };
    let saved = told(FoundRequest { state: State::Saved, ..registered() }).await;
    assert_eq!((saved.state, saved.case_number), (State::Received, None));
    let parked = FoundRequest { state: State::Parked, payment: Some(PaymentState::Unknown), ..registered() };
    let parked = told(parked).await;
    assert_eq!((parked.case_number, parked.payment), (None, Some(PaymentState::Unknown)));
    let closed = FoundRequest { state: State::Closed, payment: Some(PaymentState::NotPaid), ..registered() };
    let closed = told(closed).await;
    assert_eq!((closed.state, closed.case_number, closed.payment), (State::Closed, None, None));
    let paid = told(FoundRequest { payment: Some(PaymentState::NotPaid), ..registered() }).await;
    assert_eq!(paid.payment, None);
    let hidden = ["Z\u{200b}17", "Z\u{2066}17\u{2069}", "Z\u{feff}17", "Z\u{a0}17"];
    for number in ["", "Bel 0900 0000\nnu", "\u{202e}71-6202", &"9".repeat(65)].into_iter().chain(hidden) {
        let found = FoundRequest { case_number: Some(number.to_owned()), ..registered() };
        assert_eq!(told(found).await.case_number, None, "{number:?}");
    }
}

#[tokio::test]
async fn a_case_number_may_have_letters_of_any_script() {
    for number in ["ZAAK-2026/17 (b)", "SÚDWEST-17", "ЗАЯВА-17", &"é".repeat(64)] {
        let found = FoundRequest { case_number: Some(number.to_owned()), ..registered() };
        let heard = hears(Ok(LookupAnswer { found: Some(found.clone()) })).await;
        assert_eq!(heard, Lookup::Found(found), "{number:?}");
    }
}
