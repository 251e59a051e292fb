//! What residents did not find, on its way to the hub.

use super::super::report::OLDER_HUB;
use super::*;

/// What the hub does with the next questions.
pub(super) enum Then {
    /// It keeps them, but its answer is lost.
    LoseTheAnswer,
    /// It has never heard of questions.
    IsOlder,
    Reject,
    /// It falls over them.
    FallOver,
    SayNothing,
    Hang,
}

impl ScriptedHub {
    fn then_with_questions(self, then: impl IntoIterator<Item = Then>) -> Self {
        self.0.lock().unwrap().then_with_questions.extend(then);
        self
    }

    fn unfound(&self) -> Vec<QuestionItem> {
        self.0.lock().unwrap().unfound.clone()
    }

    /// How many were in each request.
    fn asked(&self) -> Vec<usize> {
        self.0.lock().unwrap().asked.iter().map(|(_, request)| request.questions.len()).collect()
    }

    fn asked_at(&self) -> Vec<Instant> {
        self.0.lock().unwrap().asked.iter().map(|(at, _)| *at).collect()
    }

    fn keeps(&self, questions: &Questions) -> QuestionsAnswer {
        let mut script = self.0.lock().unwrap();
        for question in &questions.questions {
            if !script.unfound.contains(question) {
                script.unfound.push(question.clone());
            }
        }
        QuestionsAnswer { questions: questions.questions.iter().map(|question| question.id).collect() }
    }

    pub(super) async fn is_asked(&self, questions: &Questions) -> Result<QuestionsAnswer, SyncError> {
        let then = {
            let mut script = self.0.lock().unwrap();
            script.asked.push((Instant::now(), questions.clone()));
            script.then_with_questions.pop_front()
        };
        match then {
            Some(Then::LoseTheAnswer) => {
                self.keeps(questions);
                Err(SyncError::Unreachable("the connection broke".into()))
            }
            Some(Then::IsOlder) => Err(SyncError::NoHub(404)),
            Some(Then::Reject) => Err(SyncError::Rejected(400)),
            Some(Then::FallOver) => Err(SyncError::Busy { retry_after: None }),
            Some(Then::SayNothing) => Ok(QuestionsAnswer { questions: vec![id(4_711)] }),
            Some(Then::Hang) => std::future::pending().await,
            None => Ok(self.keeps(questions)),
        }
    }
}

/// What somebody (made up) asked in vain.
fn question(number: u64) -> QuestionItem {
    QuestionItem {
        id: id(number),
        language: "nl".into(),
        words: "vliegen met een drone".into(),
        on: "2026-03-02".parse().unwrap(),
    }
}

impl Pillar {
    fn with_questions(hub: ScriptedHub, count: u64) -> Self {
        let pillar = Self::new(hub);
        (1..=count).for_each(|number| pillar.outbox.keep_question(&question(number)).unwrap());
        pillar
    }

    fn kept(&self) -> usize {
        self.outbox.pending_questions(9_999).unwrap().len()
    }
}

async fn seconds(count: u64) {
    tokio::time::sleep(Duration::from_secs(count)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_not_found_goes_to_the_hub_after_all_else_and_is_forgotten_at_the_pillar() {
    let mut pillar = Pillar::with_questions(ScriptedHub::default(), 70);
    let one = pillar.commits(901);
    pillar.outbox.keep_survey(&survey(902)).unwrap();
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(one));
    seconds(1).await;
    assert_eq!(pillar.hub.asked(), [64, 6]);
    assert!(pillar.hub.asked_at()[0] >= *pillar.hub.times().last().unwrap());
    assert_eq!(pillar.hub.times().len(), 2, "the request, the survey, and neither with a question");
    assert_eq!(pillar.hub.unfound(), (1..=70).map(question).collect::<Vec<_>>());
    assert_eq!(pillar.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_same_questions_are_sent_again_and_count_once() {
    let hub = ScriptedHub::default().then_with_questions([Then::LoseTheAnswer]);
    let mut pillar = Pillar::with_questions(hub, 3);
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, SyncEvent::Online(true)).await;
    assert_eq!((pillar.hub.asked(), pillar.kept()), (vec![3, 3], 0));
    assert_eq!(pillar.hub.unfound().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_is_older_is_asked_again_in_an_hour_and_hears_everything_else_meanwhile() {
    let hub = ScriptedHub::default().then_with_questions([Then::IsOlder]);
    let mut pillar = Pillar::with_questions(hub, 2);
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let one = pillar.commits(901);
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    tokio::time::sleep(OLDER_HUB / 2).await;
    assert_eq!((pillar.hub.asked().len(), pillar.kept()), (1, 2), "they are kept");
    tokio::time::sleep(OLDER_HUB).await;
    assert_eq!((pillar.hub.asked().len(), pillar.kept()), (2, 0), "the hub was updated");
    assert!(heard.try_recv().is_err(), "it was online all the time");
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_takes_no_questions_still_takes_requests_and_greetings() {
    for then in [Then::Reject, Then::FallOver, Then::SayNothing] {
        let mut pillar = Pillar::with_questions(ScriptedHub::default().then_with_questions([then]), 1);
        let began = Instant::now();
        let (handle, mut heard) = pillar.connects(0);
        until(&mut heard, SyncEvent::Online(true)).await;
        assert!(began.elapsed() <= plan::SHORTEST * 2, "{:?}", began.elapsed());
        let one = pillar.commits(901);
        handle.wake();
        assert_eq!(next(&mut heard).await, received(one));
        assert_eq!((pillar.hub.asked().len(), pillar.kept()), (1, 1));
        tokio::time::sleep(LONGEST + Duration::from_secs(5)).await;
        assert_eq!((pillar.hub.asked().len(), pillar.kept()), (2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn questions_that_are_under_way_are_given_up_for_a_request() {
    let hub = ScriptedHub::default().then_with_questions([Then::Hang]);
    let mut pillar = Pillar::with_questions(hub, 1);
    let (handle, mut heard) = pillar.connects(0);
    seconds(5).await;
    assert_eq!(pillar.hub.asked(), [1]);
    let one = pillar.commits(901);
    let now = Instant::now();
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(now.elapsed(), Duration::ZERO);
    seconds(1).await;
    assert_eq!((pillar.hub.asked(), pillar.kept()), (vec![1, 1], 0));
}

#[tokio::test(start_paused = true)]
async fn a_question_wakes_nobody_and_goes_with_the_next_sign_of_life() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    seconds(100).await;
    pillar.outbox.keep_question(&question(1)).unwrap();
    seconds(100).await;
    assert_eq!(pillar.hub.asked().len(), 0);
    tokio::time::sleep(LONGEST).await;
    assert_eq!((pillar.hub.asked().len(), pillar.kept()), (1, 0));
}
