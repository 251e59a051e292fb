//! The pages, one typed template each. Invariant: a page holds ready words only; what is stored is
//! put into words here and nowhere else.

mod account;
mod audit;
mod badges;
mod drafts;
mod editions;
mod enrolment;
mod finder;
mod handover;
mod map;
mod orders;
mod payments;
mod pillar;
mod pillars;
mod plot;
mod questions;
mod referrals;
mod revoke;
mod service;
mod settling;
mod staff;
mod status;
mod surveys;
mod systems;
mod timeline;
mod transactions;
mod visits;
mod worklist;

use axum::response::Response;

pub(super) use account::{account, new_own_app, new_own_password};
pub(super) use audit::audit;
pub(super) use drafts::{begin_draft, delete_draft, draft, draft_file, drafts, finish_draft, rewrite_draft};
pub(super) use enrolment::{cancel_code, enrolment, enrolments, make_code};
pub(super) use finder::finder;
pub(super) use handover::{handovers, register_by_hand, send_again, send_all_again};
pub(super) use map::map;
pub(super) use orders::{attachment, confirm_order, order};
pub(super) use payments::{confirm, decide, payments};
pub(super) use pillar::pillar;
pub(super) use pillars::pillars;
pub(super) use questions::{found_as_csv, questions, questions_as_csv};
pub(super) use referrals::{make_referral, referrals, revoke_referral};
pub(super) use revoke::{confirm_revocation, revoke};
pub(super) use service::{make_service_code, service, void_service_codes};
pub(super) use settling::{close_request, confirm_close, confirm_send_anyway, send_anyway};
pub(super) use staff::{add_staff, member, new_password, remove_app, set_access, set_roles, staff};
pub(super) use status::{status, status_form};
pub(super) use surveys::{surveys, surveys_as_csv};
pub(super) use systems::{decide_system, systems};
pub(super) use transactions::{list, show_content, transaction};
pub(super) use visits::visits;
pub(super) use worklist::{Counts, take_call, tell_call, worklist};

use super::Failure;
use super::visitor::Visitor;

/// A word with a shape; never colour alone.
struct Badge {
    kind: &'static str,
    text: &'static str,
}

pub(super) async fn not_found(visitor: Visitor) -> Response {
    visitor.answer(Err(Failure::NotFound))
}
