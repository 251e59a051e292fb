//! What a pillar is told when its request as a whole cannot be taken. Invariant: it says what to do, and nothing about
//! anybody else.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::body::NotRead;
use super::{EnrolmentError, ListError, NotStored, ReportError, TakeInError, UploadError};

/// Between how many seconds a pillar is told to wait when too much comes in at once.
const COME_BACK_IN: std::ops::RangeInclusive<u64> = 1..=10;

/// What a pillar is told when its request as a whole cannot be taken. It tries again later.
pub(super) enum Rejection {
    /// The certificate is unknown or revoked.
    NotWelcome,
    /// The request cannot be understood.
    Upload(UploadError),
    /// The report is none, or cannot be true.
    Report(ReportError),
    /// What is told or asked for cannot be understood.
    List(ListError),
    /// This pillar asked or told too much within its time, and is to wait so long.
    TooOften(Duration),
    /// What was asked about enrolment or renewal cannot be understood.
    Enrolment(EnrolmentError),
    /// What was made for an order is none of what can be made.
    Attachment,
    /// There is no such order of this pillar.
    NoSuchOrder,
    /// It is not said which part of a file is wanted.
    NoRange,
    /// The body could not be read.
    Body(NotRead),
    /// More comes in than can be stored.
    Full,
    /// The hub cannot store anything just now.
    Unavailable,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let is_busy = matches!(self, Self::Full | Self::Body(NotRead::NoRoom));
        let wait = if let Self::TooOften(wait) = &self { Some(wait.as_secs() + 1) } else { None };
        let (status, text) = match self {
            Self::NotWelcome => {
                (StatusCode::FORBIDDEN, "this pillar was revoked or never added; bind it again".to_owned())
            }
            Self::Upload(error @ UploadError::TooMany) => (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
            Self::Upload(error @ UploadError::Version) => (StatusCode::UPGRADE_REQUIRED, error.to_string()),
            Self::Upload(error @ UploadError::Form) => (StatusCode::BAD_REQUEST, error.to_string()),
            Self::Report(error) => (error.status(), error.to_string()),
            Self::List(error) => (error.status(), error.to_string()),
            Self::TooOften(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "this pillar asked or told too much; try again later".to_owned(),
            ),
            Self::Enrolment(error) => return error.into_response(),
            Self::Attachment => (
                StatusCode::BAD_REQUEST,
                "this is neither a PNG picture nor a text compressed with zstd".to_owned(),
            ),
            Self::NoSuchOrder => {
                (StatusCode::NOT_FOUND, "this pillar has no order for which that is made".to_owned())
            }
            Self::NoRange => (
                StatusCode::BAD_REQUEST,
                "say which part is wanted, such as `Range: bytes=0-1048575`".to_owned(),
            ),
            Self::Body(NotRead::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, "the request took too long; try again".to_owned())
            }
            Self::Body(NotRead::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "the request is too large; send less at once".to_owned())
            }
            Self::Body(NotRead::Broken) => {
                (StatusCode::BAD_REQUEST, "the request broke off; send it again".to_owned())
            }
            Self::Full | Self::Body(NotRead::NoRoom) => {
                (StatusCode::SERVICE_UNAVAILABLE, "too much comes in at once; try again later".to_owned())
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the hub cannot store anything now; try again later".to_owned(),
            ),
        };
        let mut response = (status, text).into_response();
        // Not the same for all, so that they do not come back all at once.
        if let Some(seconds) = wait.or_else(|| is_busy.then(|| fastrand::u64(COME_BACK_IN))) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl ReportError {
    const fn status(self) -> StatusCode {
        match self {
            Self::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Nonsense(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl ListError {
    const fn status(self) -> StatusCode {
        match self {
            Self::TooMany(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::Form(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<TakeInError> for Rejection {
    fn from(error: TakeInError) -> Self {
        match error {
            TakeInError::NotAdmitted => return Self::NotWelcome,
            TakeInError::NotStored(NotStored::Full) => return Self::Full,
            _ => {}
        }
        tracing::error!(%error, "nothing can be taken in");
        Self::Unavailable
    }
}

impl From<ListError> for Rejection {
    fn from(error: ListError) -> Self {
        Self::List(error)
    }
}

impl From<NotRead> for Rejection {
    fn from(error: NotRead) -> Self {
        Self::Body(error)
    }
}
