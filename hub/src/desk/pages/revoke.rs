//! Revoking a pillar: the question whether one is sure, and the deed. Invariant: who revoked it is in the log before it is
//! revoked.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::super::Failure;
use super::super::texts::RevokeTexts;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::fleet;
use crate::store::Revoked;

/// Asks whether someone is sure.
#[derive(Template)]
#[template(path = "revoke.html")]
struct RevokePage {
    frame: Frame,
    w: &'static RevokeTexts,
    pillar: String,
    question: String,
}

pub(in super::super) async fn confirm_revocation(visitor: Visitor, Path(pillar): Path<String>) -> Response {
    let name = pillar.clone();
    let is_there = visitor.desk.ask(move |store| {
        let pillars = store.pillars()?;
        Ok(pillars.iter().any(|known| known.name == name && known.revoked_at.is_none()))
    });
    let page = match is_there.await {
        Ok(true) => Ok(render(&RevokePage {
            frame: visitor.frame(Section::Pillars),
            w: visitor.lang.revoke_texts(),
            question: visitor.lang.revoke_question(&pillar),
            pillar,
        })),
        Ok(false) => Err(Failure::NotFound),
        Err(failure) => Err(failure),
    };
    visitor.answer(page)
}

pub(in super::super) async fn revoke(visitor: Visitor, Path(pillar): Path<String>) -> Response {
    let (folder, name, by) = (Arc::clone(&visitor.desk.folder), pillar.clone(), visitor.who());
    let revoking = tokio::task::spawn_blocking(move || fleet::revoke(&folder, &name, &by, Timestamp::now()));
    let answer = match revoking.await {
        // Names of pillars are letters, digits and dashes.
        Ok(Ok(Revoked::Yes | Revoked::Before(_))) => {
            Ok(Redirect::to(&format!("/pillars/{pillar}")).into_response())
        }
        Ok(Ok(Revoked::NoSuchPillar)) => Err(Failure::NotFound),
        Ok(Err(error)) => {
            tracing::error!(%error, %pillar, "a pillar could not be revoked; do it again");
            Err(Failure::Unavailable)
        }
        Err(_) => Err(Failure::Unavailable),
    };
    visitor.answer(answer)
}
