//! Residents who want to know how their request stands.

use super::*;
use zuil_wire::State;

fn standing(state: State) -> Standing {
    let case_number = (state == State::Registered).then(|| "ZAAK-2026-17".to_owned());
    let task = Some("bulky-waste".to_owned());
    Standing { state, task, on: date(2026, 11, 20), case_number, payment: None }
}

fn looked_up(known: LookedUp) -> Event {
    Event::LookedUp { reference: reference(), known }
}

impl Pillar {
    /// Chooses to see how a request stands, and types a reference.
    fn types_a_reference(&mut self, typed: &str) -> &mut Self {
        self.does(Intent::Begin).does(Intent::ChooseLanguage(Language::Nl)).does(Intent::Inquire).types(typed)
    }

    /// Types the whole reference and asks.
    fn looks_up(&mut self) -> &mut Self {
        self.types_a_reference(&reference().compact()).next()
    }

    #[track_caller]
    fn typed(&self) -> ReferenceView {
        match self.screen() {
            Screen::Reference(typed) => typed,
            other => panic!("no reference but {other:?}"),
        }
    }

    #[track_caller]
    fn outcome(&self) -> StandingOutcome {
        match self.screen() {
            Screen::Standing(view) => {
                assert_eq!(view.reference, reference());
                view.outcome
            }
            other => panic!("nothing was told but {other:?}"),
        }
    }

    #[track_caller]
    fn found(&self) -> FoundView {
        match self.outcome() {
            StandingOutcome::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn is_looking(&mut self) -> &mut Self {
        assert_eq!(self.screen(), Screen::LookingUp);
        self
    }
}

#[test]
fn whoever_types_the_reference_sees_the_case_number_and_leaves_nothing() {
    let mut pillar = pillar();
    pillar.types_a_reference("7k3m");
    assert_eq!(pillar.typed(), ReferenceView { typed: "7K3M".to_owned(), mistyped: false });
    assert!(!pillar.view().frame.can_go_on);
    pillar.does(Intent::Stop).is_waiting_for_someone();
    pillar.done();
    pillar.looks_up().is_looking();
    assert_eq!(pillar.done(), [Effect::LookUpRequest(reference())]);
    pillar.tell(looked_up(LookedUp::AtHub(standing(State::Registered))));
    let found = FoundView {
        state: State::Registered,
        errand: Some("Grofvuil laten ophalen".to_owned()),
        on: date(2026, 11, 20),
        case_number: Some("ZAAK-2026-17".to_owned()),
        payment: None,
        by_pillar: false,
        last_known: false,
    };
    assert_eq!(pillar.found(), found);
    // In another language the errand is called otherwise.
    pillar.does(Intent::ChooseLanguage(Language::En));
    assert!(pillar.found().errand.is_some_and(|errand| errand != "Grofvuil laten ophalen"));
    pillar.next();
    assert_eq!(pillar.screen(), Screen::Goodbye);
    pillar.next().is_waiting_for_someone();
    assert!(pillar.done().contains(&Effect::Wipe));
    assert_eq!(pillar.types_a_reference("").typed().typed, "");
}

#[test]
fn a_reference_is_typed_as_people_read_it() {
    let mut pillar = pillar();
    pillar.types_a_reference("o-iL u!é0 x");
    assert_eq!(pillar.typed().typed, "0110X", "O is zero, I and L are one, and no reference has a U");
    pillar.types("23456789");
    assert_eq!(pillar.typed().typed.len(), 11, "and not longer");
    pillar.does(Intent::Erase);
    assert_eq!(pillar.typed().typed.len(), 10);
}

#[test]
fn a_typing_slip_is_told_at_once_and_nobody_is_asked() {
    let mut pillar = pillar();
    let mut typed: Vec<char> = reference().compact().chars().collect();
    typed.swap(2, 3);
    assert_ne!(typed[2], typed[3]);
    pillar.types_a_reference(&typed.iter().collect::<String>());
    pillar.done();
    pillar.next();
    assert!(pillar.typed().mistyped);
    assert_eq!(pillar.done(), []);
    pillar.does(Intent::Erase);
    assert!(!pillar.typed().mistyped, "whoever mends it is not told again");
}

#[test]
fn a_reference_that_nobody_knows_can_be_mended_without_typing_it_anew() {
    let mut pillar = pillar();
    pillar.looks_up().tell(looked_up(LookedUp::Nothing));
    assert_eq!(pillar.outcome(), StandingOutcome::NotFound);
    pillar.next();
    assert_eq!(pillar.typed().typed, reference().compact());
}

#[test]
fn what_is_saved_in_this_pillar_is_told_as_such_and_needs_no_network() {
    let mut pillar = pillar();
    pillar.looks_up().tell(looked_up(LookedUp::Here(Standing { task: None, ..standing(State::Saved) })));
    let found = pillar.found();
    assert_eq!((found.state, found.errand, found.last_known), (State::Saved, None, false));
    assert!(found.by_pillar, "the day is the one on which it was made");
}

#[test]
fn whoever_may_have_paid_here_is_told_so_with_and_without_the_network() {
    let unknown = |state| {
        let payment = Some(PaymentState::Unknown);
        looked_up(LookedUp::Here(Standing { task: None, payment, ..standing(state) }))
    };
    let mut pillar = pillar();
    pillar.looks_up().tell(unknown(State::Saved));
    assert_eq!((pillar.found().state, pillar.found().payment), (State::Saved, Some(PaymentState::Unknown)));
    pillar.back().next().tell(unknown(State::Parked)).tell(looked_up(LookedUp::Unavailable));
    assert_eq!((pillar.found().state, pillar.found().payment), (State::Parked, Some(PaymentState::Unknown)));
    assert!(pillar.found().last_known);
}

#[test]
fn of_what_was_made_here_the_hubs_word_counts_and_without_it_what_this_pillar_knew_last() {
    let received = || looked_up(LookedUp::Here(standing(State::Received)));
    let mut pillar = pillar();
    pillar.looks_up().tell(received()).is_looking();
    pillar.tell(looked_up(LookedUp::AtHub(standing(State::Registered))));
    assert_eq!((pillar.found().state, pillar.found().last_known), (State::Registered, false));
    pillar.back().next().tell(received()).tell(looked_up(LookedUp::Unavailable));
    assert_eq!((pillar.found().state, pillar.found().last_known), (State::Received, true));
    // The hub refused it, so that it has none: staff look at it all the same.
    pillar.back().next().tell(looked_up(LookedUp::Here(standing(State::Parked))));
    pillar.tell(looked_up(LookedUp::Nothing));
    assert_eq!((pillar.found().state, pillar.found().last_known), (State::Parked, false));
}

#[test]
fn a_request_that_staff_are_done_with_is_told_so_whatever_this_pillar_knew_of_it() {
    let mut pillar = pillar();
    pillar.looks_up().tell(looked_up(LookedUp::Here(standing(State::Received)))).is_looking();
    pillar.tell(looked_up(LookedUp::AtHub(standing(State::Closed))));
    let found = pillar.found();
    assert_eq!((found.state, found.case_number, found.last_known), (State::Closed, None, false));
    pillar.next();
    assert_eq!(pillar.screen(), Screen::Goodbye);
}

#[test]
fn nobody_is_told_that_all_is_well_with_a_request_that_the_hub_has_lost() {
    for state in [State::Received, State::Registered] {
        let mut pillar = pillar();
        pillar.looks_up().tell(looked_up(LookedUp::Here(standing(state)))).is_looking();
        pillar.tell(looked_up(LookedUp::Nothing));
        assert_eq!(pillar.outcome(), StandingOutcome::NotFound, "{state:?}");
    }
}

#[test]
fn without_the_network_the_resident_is_told_so_and_can_ask_again() {
    let mut pillar = pillar();
    pillar.looks_up().tell(looked_up(LookedUp::Unavailable));
    assert_eq!(pillar.outcome(), StandingOutcome::Unavailable);
    pillar.done();
    pillar.next().is_looking();
    assert_eq!(pillar.done(), [Effect::LookUpRequest(reference())]);
}

#[test]
fn nobody_waits_longer_than_eight_seconds_and_a_hub_that_answers_later_changes_nothing() {
    let mut pillar = pillar();
    pillar.looks_up().waits(7).is_looking();
    pillar.waits(1);
    assert_eq!(pillar.outcome(), StandingOutcome::Unavailable);
    pillar.tell(looked_up(LookedUp::AtHub(standing(State::Registered))));
    assert_eq!(pillar.outcome(), StandingOutcome::Unavailable);
    pillar.next().tell(looked_up(LookedUp::Here(standing(State::Received)))).waits(8);
    assert!(pillar.found().last_known, "what this pillar knows is told when the hub says nothing");
}

#[test]
fn an_answer_that_comes_after_the_resident_left_changes_nothing() {
    let answer = || looked_up(LookedUp::AtHub(standing(State::Registered)));
    let mut pillar = pillar();
    pillar.looks_up().back();
    let typed = pillar.typed();
    pillar.tell(answer());
    assert_eq!(pillar.typed(), typed);
    pillar.next().is_looking().does(Intent::Stop).is_waiting_for_someone();
    pillar.tell(answer()).is_waiting_for_someone();
    // Nor does it for who comes next and asks for something else.
    let other = Reference::from_bits(7);
    pillar.types_a_reference(&other.compact()).next().is_looking().tell(answer()).is_looking();
}

#[test]
fn a_form_that_somebody_came_back_from_is_not_lost() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(1).next().types("Noor");
    pillar.back().back().back();
    assert!(matches!(pillar.screen(), Screen::Choose { .. }), "{:?}", pillar.screen());
    pillar.does(Intent::Inquire).types(&reference().compact()).does(Intent::Stop);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop));
    pillar.does(Intent::Resume).next().tell(looked_up(LookedUp::AtHub(standing(State::Received)))).next();
    pillar.does(Intent::ChooseTask("call-back".to_owned())).next().next();
    assert_eq!(pillar.fields(), ["Noor"]);
}

#[test]
fn nothing_of_a_reference_stays_when_somebody_walks_away() {
    let mut pillar = pillar();
    pillar.types_a_reference("7K3M").waits(200).is_waiting_for_someone();
    assert!(pillar.done().contains(&Effect::Wipe));
    pillar.looks_up().tell(looked_up(LookedUp::AtHub(standing(State::Registered))));
    pillar.waits(200).is_waiting_for_someone();
}

#[test]
fn somebody_who_looks_after_the_pillar_hears_that_something_was_read_and_not_what() {
    let mut pillar = pillar();
    pillar.looks_up();
    assert_eq!(pillar.visit.whereabouts(pillar.now).step, Step::Between);
    pillar.tell(looked_up(LookedUp::AtHub(standing(State::Registered))));
    let read = Whereabouts { step: Step::Reading, task: None, question: None };
    assert_eq!(pillar.visit.whereabouts(pillar.now), read);
}
