//! What a pillar and its hub say to each other, and nothing else.
//!
//! Both sides depend on this crate and never on one another. Its invariant: whatever leaves a
//! pillar is sealed to the municipality ([`seal`]) and signed by the pillar, and every message has
//! a golden JSON file that only a new [`PROTOCOL_VERSION`] may change; a new request beside the others
//! needs none.

pub mod asked;
pub mod binding;
pub mod catalogue;
pub mod enrolment;
pub mod health;
mod lenient;
pub mod lookup;
pub mod messages;
pub mod money;
pub mod orders;
pub mod questions;
pub mod recording;
pub mod reference;
pub mod referrals;
pub mod rotation;
pub mod seal;
pub mod service;
pub mod standing;
pub mod system;
pub mod transaction;
pub mod verify;
pub mod versions;
pub mod visits;

pub use asked::{AskedAnswer, AskedCount, AskedCounts};
pub use binding::Binding;
pub use catalogue::{CatalogueKeyNotice, CatalogueManifest};
pub use enrolment::{EnrolmentCode, NotACode};
pub use health::{HealthAnswer, HealthReport};
pub use lookup::{FoundRequest, LookupAnswer, LookupRequest};
pub use messages::{Envelope, Header, ItemOutcome, Refusal, UploadRequest, UploadResponse};
pub use money::Cents;
pub use orders::{Order, OrderResult, OrderResults, OrdersAnswer};
pub use questions::{QuestionItem, Questions, QuestionsAnswer};
pub use reference::Reference;
pub use referrals::{Referral, ReferralCode, ReferralList, ReferralsAnswer, UsedReferral, UsedReferrals};
pub use rotation::SealKeyNotice;
pub use service::{
    ReadinessReport, ServiceCode, ServiceDeed, ServiceEntries, ServiceEntry, ServiceKey, ServiceOutcome,
    ServiceTaken,
};
pub use standing::{RequestStanding, StandingAnswer, StandingRequest};
pub use system::{SystemOffer, SystemReport, SystemVersion};
pub use transaction::{
    AnswerLine, Missed, PaymentRecord, PaymentState, State, SurveyAnswers, Transaction, Treated,
};
pub use visits::{VisitEntries, VisitEntry, VisitsAnswer};

/// The first version of the protocol, which every build speaks: that of headers and envelopes. Which one
/// a request is in is agreed upon, see [`versions`].
pub const PROTOCOL_VERSION: u16 = 1;
