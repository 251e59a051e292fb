//! What a visit wants done. The runner does it and answers with events.

use std::sync::Arc;

use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};
use zuil_wire::{AnswerLine, Cents, Reference, ReferralCode, SurveyAnswers};

use zuil_catalogue::{Branding, Language};

use super::event::{CardLines, ReaderKind};

/// Something the runner must do.
#[derive(Clone, Debug, PartialEq)]
// There are a handful of effects in a visit; a box for the slip would save nothing.
#[expect(clippy::large_enum_variant)]
pub enum Effect {
    /// Make a free transaction durable; answer [`super::Event::Saved`] or [`super::Event::NotSaved`].
    Commit(Draft),
    /// Make the intent and the sealed transaction durable, then charge; answer
    /// [`super::Event::PaymentDone`] (or [`super::Event::NotSaved`] when nothing could be kept).
    Charge(Draft),
    /// Ask the terminal to stop. The payment may still turn out paid.
    CancelCharge,
    /// Print the receipt; answer [`super::Event::Receipt`].
    Print(Slip),
    /// Keep the survey's answers for the hub.
    KeepSurvey {
        /// The task's id.
        task: String,
        /// What was answered.
        answers: SurveyAnswers,
    },
    /// Keep for the hub what someone asked and found no answer to.
    NotFound {
        /// The language in which it was typed.
        language: Language,
        /// What was typed, without personal data; at least three letters.
        words: String,
    },
    /// Count for the hub that an answer was opened which a search found.
    Found {
        /// The language in which it was asked.
        language: Language,
        /// The answer's id.
        answer: String,
    },
    /// Ask the hub for new referrals, when it can be reached.
    FetchReferrals,
    /// Look up what a code stands for; answer [`super::Event::Referred`].
    LookUpReferral(ReferralCode),
    /// Keep that a request was made with a referral, and tell the hub.
    ReferralUsed {
        /// The referral.
        referral: Uuid,
        /// The transaction, which is durable.
        transaction: Uuid,
    },
    /// Look up how the request with a reference stands, here and at the hub; answer [`super::Event::LookedUp`], twice
    /// when it is known here and the hub has something to say, too.
    LookUpRequest(Reference),
    /// Listen to a reader for one reading; answer [`super::Event::Read`], and [`super::Event::Unreadable`]
    /// any number of times before.
    Listen(ReaderKind),
    /// Listen to no reader.
    Ignore,
    /// The visit is over: forget the receipt, unless a healthy printer is printing it. (Speech ends
    /// with the view.)
    Wipe,
}

/// A finished task with plain answers. It is wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Draft {
    /// The task's id.
    pub task: String,
    /// The task's name in Dutch.
    pub task_title: String,
    /// The language of the visit.
    #[zeroize(skip)]
    pub language: Language,
    /// The answers in the order in which they were asked, in Dutch for staff.
    pub answers: Vec<AnswerLine>,
    /// What it costs.
    #[zeroize(skip)]
    pub fee: Cents,
}

/// What the receipt says, in the resident's language. It is wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The language.
    pub language: Language,
    /// The task's name in that language.
    pub task_title: String,
    /// When, on the wall.
    pub at: jiff::civil::DateTime,
    /// The reference.
    pub reference: zuil_wire::Reference,
    /// Where the transaction is at this moment.
    pub state: zuil_wire::State,
    /// What was sent: label and value in that language.
    pub sent: Vec<(String, String)>,
    /// The payment, for tasks with a fee.
    pub payment: Option<SlipPayment>,
    /// What happens next, in that language.
    pub next_steps: String,
    /// The municipality's name.
    pub municipality: String,
    /// The number to call.
    pub phone: String,
    /// When that number is answered.
    pub phone_hours: String,
    /// The website, without `https://`.
    pub website: String,
    /// How the municipality looks: its logo.
    pub branding: Arc<Branding>,
}

impl Drop for Slip {
    fn drop(&mut self) {
        for (label, value) in &mut self.sent {
            label.zeroize();
            value.zeroize();
        }
    }
}

/// The payment part of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipPayment {
    /// What was charged.
    pub amount: Cents,
    /// What it was for.
    pub label: String,
    /// What is known of it.
    pub state: zuil_wire::PaymentState,
    /// The terminal's details, when it told them.
    pub card: Option<CardLines>,
}
