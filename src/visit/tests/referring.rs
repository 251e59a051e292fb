//! Residents whom an agent referred.

use zuil_wire::ReferralCode;

use super::*;

const REFERRAL: Uuid = Uuid::from_u128(0x9d2e);

fn opens(task: &str) -> Event {
    Event::Referred(Referred::Opens { id: REFERRAL, task: task.to_owned() })
}

impl Pillar {
    /// Has a code, and types digits.
    fn types_a_code(&mut self, digits: &str) -> &mut Self {
        self.does(Intent::HaveCode).types(digits)
    }

    #[track_caller]
    fn code(&self) -> CodeView {
        match self.screen() {
            Screen::Code(code) => code,
            other => panic!("no code but {other:?}"),
        }
    }

    #[track_caller]
    fn explains(&self, title: &str) {
        assert!(matches!(self.screen(), Screen::Explain { title: shown, .. } if shown == title));
    }
}

#[test]
fn six_digits_open_the_task_and_the_hub_hears_what_was_made_with_them() {
    let mut pillar = pillar();
    pillar.types_a_code("48291");
    assert!(pillar.done().contains(&Effect::FetchReferrals), "the newest codes are fetched meanwhile");
    assert!(!pillar.view().frame.can_go_on);
    pillar.types("8").next();
    assert_eq!(pillar.done(), [Effect::LookUpReferral(ReferralCode::of(48_291))]);
    pillar.tell(opens("call-back")).explains("Laat u terugbellen");
    pillar.fills_in_call_back().next();
    assert!(pillar.done().iter().all(|effect| !matches!(effect, Effect::ReferralUsed { .. })), "not yet");
    pillar.tell(saved());
    assert!(pillar.done().contains(&Effect::ReferralUsed { referral: REFERRAL, transaction: ID }));
}

#[test]
fn a_referral_to_something_that_costs_money_is_used_when_the_request_is_kept() {
    let mut pillar = pillar();
    pillar.types_a_code("482918").next().tell(opens("bulky-waste"));
    pillar.fills_in_bulky_waste().next();
    pillar.done();
    pillar.tell(not_paid(WhyNotPaid::Declined));
    assert_eq!(pillar.done(), [], "nothing was made with it");
    pillar.next().tell(paid(PaymentState::Paid));
    assert!(pillar.done().contains(&Effect::ReferralUsed { referral: REFERRAL, transaction: ID }));
}

#[test]
fn what_was_begun_without_a_code_uses_none() {
    let mut pillar = pillar();
    pillar.types_a_code("482918").next().tell(opens("bulky-waste")).back();
    pillar.does(Intent::ChooseTask("call-back".to_owned())).fills_in_call_back().next().tell(saved());
    assert!(pillar.done().iter().all(|effect| !matches!(effect, Effect::ReferralUsed { .. })));
}

#[test]
fn a_typing_slip_is_told_without_asking_and_counts_for_nothing() {
    let mut pillar = pillar();
    pillar.types_a_code("482919");
    pillar.done();
    for _ in 0..9 {
        pillar.next();
        assert_eq!(pillar.done(), []);
        assert_eq!(pillar.code().trouble, Some(CodeTrouble::Mistyped));
    }
    pillar.does(Intent::Erase);
    assert_eq!(pillar.code(), CodeView { typed: "48291".to_owned(), trouble: None });
    pillar.types("8x 9");
    assert_eq!(pillar.code().typed, "482918", "six digits and nothing else");
}

#[test]
fn after_five_wrong_codes_nobody_tries_another_for_a_minute_also_not_in_another_visit() {
    let mut pillar = pillar();
    pillar.does(Intent::HaveCode);
    for tries in 1..=5 {
        pillar.types("482918").next().tell(Event::Referred(Referred::Unknown));
        let expected = if tries < 5 { CodeTrouble::Unknown } else { CodeTrouble::Pause };
        assert_eq!(pillar.code(), CodeView { typed: String::new(), trouble: Some(expected) });
    }
    pillar.does(Intent::Stop).is_waiting_for_someone();
    pillar.types_a_code("482918");
    pillar.done();
    pillar.waits(30).next();
    assert_eq!(pillar.done(), []);
    assert_eq!(pillar.code().trouble, Some(CodeTrouble::Pause));
    pillar.waits(30).next();
    assert_eq!(pillar.done(), [Effect::LookUpReferral(ReferralCode::of(48_291))]);
}

#[test]
fn a_code_of_ones_own_between_the_guesses_does_not_make_them_count_for_nothing() {
    let mut pillar = pillar();
    pillar.does(Intent::HaveCode);
    for _ in 0..4 {
        pillar.types("482918").next().tell(Event::Referred(Referred::Unknown));
    }
    pillar.types("482918").next().tell(opens("call-back")).explains("Laat u terugbellen");
    pillar.does(Intent::Stop);
    pillar.types_a_code("482918").next().tell(Event::Referred(Referred::Unknown));
    assert_eq!(pillar.code().trouble, Some(CodeTrouble::Pause));
}

#[test]
fn wrong_codes_of_ten_minutes_ago_count_for_nothing() {
    for (seconds, expected) in [(599, CodeTrouble::Pause), (600, CodeTrouble::Unknown)] {
        let mut pillar = pillar();
        pillar.does(Intent::HaveCode);
        for _ in 0..4 {
            pillar.types("482918").next().tell(Event::Referred(Referred::Unknown));
        }
        pillar.waits(seconds).is_waiting_for_someone();
        pillar.types_a_code("482918").next().tell(Event::Referred(Referred::Unknown));
        assert_eq!(pillar.code().trouble, Some(expected), "after {seconds} s");
    }
}

#[test]
fn a_code_that_is_used_or_too_old_says_so_and_is_no_guess() {
    let mut pillar = pillar();
    pillar.does(Intent::HaveCode);
    for _ in 0..6 {
        for (referred, trouble) in
            [(Referred::Used, CodeTrouble::Used), (Referred::Expired, CodeTrouble::Expired)]
        {
            pillar.types("482918").next().tell(Event::Referred(referred));
            assert_eq!(pillar.code().trouble, Some(trouble));
        }
    }
}

#[test]
fn a_referral_to_what_cannot_be_done_now_says_what_is_missing() {
    let mut pillar = pillar();
    pillar.tell(Event::Offer(Offer { card: false, ..ALL }));
    pillar.types_a_code("482918").next().tell(opens("bulky-waste"));
    assert!(matches!(pillar.screen(), Screen::Explain { missing: Some(Missing::Card), .. }));
    pillar.does(Intent::Stop);
    pillar.types_a_code("482918").next().tell(opens("no-such-task"));
    assert_eq!(pillar.code().trouble, Some(CodeTrouble::Unknown));
}

#[test]
fn nothing_of_a_code_stays_when_somebody_walks_away() {
    let mut pillar = pillar();
    pillar.types_a_code("4829").waits(200).is_waiting_for_someone();
    assert!(pillar.done().contains(&Effect::Wipe));
    assert_eq!(pillar.does(Intent::HaveCode).code().typed, "");
}
