//! Counts and times requests. Invariant: a label is a route as the router names it, never an address with something of
//! a resident in it, so that there are as many figures as routes and no more.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The bounds of the histogram, in seconds. A page takes 0.1 at most; a pillar gives up after 30.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// The route of what is at no route.
const NO_ROUTE: &str = "none";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    door: &'static str,
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    door: &'static str,
    route: String,
}

/// The figures of all doors.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    answered: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
}

/// The figures of one door.
pub(super) struct AtDoor {
    door: &'static str,
    requests: Requests,
}

impl Requests {
    pub(super) fn registered_in(registry: &mut Registry) -> Self {
        let requests = Self {
            answered: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        };
        registry.register("requests", "Requests that were answered", requests.answered.clone());
        registry.register_with_unit(
            "request_duration",
            "How long answers took",
            Unit::Seconds,
            requests.seconds.clone(),
        );
        requests
    }

    pub(super) fn at(&self, door: &'static str) -> Arc<AtDoor> {
        Arc::new(AtDoor { door, requests: self.clone() })
    }
}

/// Counts and times a request.
pub(super) async fn watch(State(at): State<Arc<AtDoor>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let method = known(request.method().as_str()).to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let seconds = begun.elapsed().as_secs_f64();
    let AtDoor { door, requests } = &*at;
    requests.seconds.get_or_create(&Route { door, route: route.clone() }).observe(seconds);
    let status = response.status().as_u16();
    requests.answered.get_or_create(&Answered { door, method, route, status }).inc();
    response
}

/// A method, or one word for all that nobody knows: whoever makes them up makes no figures.
fn known(method: &str) -> &str {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" => method,
        _ => "other",
    }
}
