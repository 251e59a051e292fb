//! The description of the pillars' interface (OpenAPI 3.1), which comes from the messages themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use zuil_wire::enrolment::{
    EnrolmentAnswer, EnrolmentRefusal, EnrolmentRequest, Greeting, GreetingRequest, RenewalAnswer,
    RenewalRequest,
};
use zuil_wire::{
    AskedAnswer, AskedCounts, HealthAnswer, HealthReport, LookupAnswer, LookupRequest, OrderResults,
    OrdersAnswer, Questions, QuestionsAnswer, ReadinessReport, ReferralList, ReferralsAnswer, ServiceEntries,
    ServiceKey, ServiceTaken, StandingAnswer, StandingRequest, UploadRequest, UploadResponse, UsedReferrals,
    VisitEntries, VisitsAnswer,
};

/// What a status tells a pillar, in the words of `docs/protocol.md`.
const STATUSES: [(&str, &str); 14] = [
    ("304", "The pillar has it already."),
    ("400", "The request cannot be understood, or broke off."),
    ("403", "The pillar is not admitted: revoked, or never added. A technician must bind it again."),
    ("404", "No catalogue was published, or there is no such order, or no such system for this pillar."),
    ("405", "Not with this method."),
    ("408", "The request took too long."),
    ("413", "The request is too large, or has too many parts: send less at once."),
    ("415", "Requests are understood plain or compressed with zstd."),
    ("416", "The file ends before the part that is wanted."),
    ("422", "What the report says cannot be."),
    ("426", "The hub does not speak this version of the protocol."),
    ("429", "Too many came from there, as docs/protocol.md says: wait as long as `Retry-After` says."),
    ("503", "The hub is busy, or cannot store anything now: try again after `Retry-After`."),
    ("200", ""),
];

/// What every request may be answered with.
const ALWAYS: [&str; 5] = ["403", "405", "408", "415", "503"];

struct Description {
    schemas: SchemaGenerator,
    paths: Map<String, Value>,
}

impl Description {
    fn schema<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }

    fn operation(
        &mut self,
        method: &str,
        path: &str,
        mut operation: Value,
        answer: Value,
        statuses: &[&str],
    ) {
        let mut responses = Map::new();
        responses.insert("200".into(), answer);
        for status in ALWAYS.iter().chain(statuses) {
            let (_, text) = STATUSES.iter().find(|(known, _)| known == status).unwrap();
            responses.insert((*status).into(), json!({ "description": text }));
        }
        operation["responses"] = responses.into();
        let methods = self.paths.entry(path).or_insert_with(|| json!({}));
        methods[method] = operation;
    }

    fn post<Asked: JsonSchema, Answered: JsonSchema>(&mut self, path: &str, what: &str, more: &[&str]) {
        let (asked, answered) = (self.schema::<Asked>(), self.schema::<Answered>());
        let operation = json!({
            "summary": what,
            "requestBody": { "required": true, "content": { "application/json": { "schema": asked } } },
        });
        let answer = json!({
            "description": "All that the answer says is durable.",
            "content": { "application/json": { "schema": answered } },
        });
        self.operation("post", path, operation, answer, &[&["400", "413", "426"], more].concat());
    }
}

/// The whole description.
fn description() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut it = Description { schemas: settings.into_generator(), paths: Map::new() };
    it.post::<UploadRequest, UploadResponse>("/v1/transactions", "Deliver what residents asked.", &[]);
    it.post::<HealthReport, HealthAnswer>("/v1/report", "Say how the pillar is.", &["422"]);
    it.post::<Questions, QuestionsAnswer>("/v1/questions", "Tell what residents did not find.", &[]);
    it.post::<AskedCounts, AskedAnswer>(
        "/v1/asked",
        "Tell which answers residents found on days that are over.",
        &[],
    );
    it.post::<VisitEntries, VisitsAnswer>("/v1/visits", "Tell what happened on days that are over.", &[]);
    it.post::<OrderResults, OrdersAnswer>("/v1/orders", "Tell what became of what technicians ordered.", &[]);
    let what = "Tell with which referrals requests were made.";
    it.post::<UsedReferrals, ReferralsAnswer>("/v1/referrals", what, &[]);
    let list = it.schema::<ReferralList>();
    let list = json!({
        "description": "The referrals that this pillar may open now.",
        "content": { "application/json": { "schema": list } },
    });
    it.operation("get", "/v1/referrals", json!({ "summary": "Fetch the referrals." }), list, &[]);
    let key = it.schema::<ServiceKey>();
    let key = json!({
        "description": "The key of this pillar's service codes.",
        "content": { "application/json": { "schema": key } },
    });
    let what = json!({ "summary": "Fetch what service codes are checked with." });
    it.operation("get", "/v1/service-key", what, key, &[]);
    let what = "Tell what technicians did in service visits.";
    it.post::<ServiceEntries, ServiceTaken>("/v1/service-visits", what, &["429"]);
    it.post::<ReadinessReport, ServiceTaken>(
        "/v1/readiness",
        "Tell whether the pillar is ready to serve.",
        &[],
    );
    let attach = json!({
        "summary": "Hand over what was made for an order.",
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }],
        "requestBody": { "required": true, "content": {
            "image/png": { "schema": { "type": "string", "format": "binary" } },
            "application/zstd": { "schema": { "type": "string", "format": "binary" } },
        } },
    });
    let attached = json!({ "description": "It is durable." });
    it.operation("put", "/v1/orders/{id}/attachment", attach, attached, &["400", "404", "413"]);
    it.post::<StandingRequest, StandingAnswer>("/v1/standing", "Ask how delivered requests stand.", &[]);
    let what = "Look up how the request with a reference stands.";
    it.post::<LookupRequest, LookupAnswer>("/v1/lookup", what, &["429"]);
    let bundle = json!({
        "description": "The newest published catalogue: one signed file.",
        "headers": { "ETag": { "description": "Its SHA-256.", "schema": { "type": "string" } } },
        "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } },
    });
    let fetch = json!({
        "summary": "Fetch the newest published catalogue.",
        "parameters": [{
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The SHA-256 of what the pillar has.", "schema": { "type": "string" },
        }],
    });
    it.operation("get", "/v1/catalogue", fetch, bundle, &["304", "404"]);
    let part = json!({
        "description": "A part of the file, at most 1 MiB.",
        "headers": { "Content-Range": {
            "description": "Which part, and how large the file is.", "schema": { "type": "string" },
        } },
        "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } },
    });
    let fetch = json!({
        "summary": "Fetch a part of a file of the system that this pillar should have.",
        "parameters": [
            { "name": "version", "in": "path", "required": true, "schema": { "type": "string" } },
            { "name": "file", "in": "path", "required": true, "schema": { "type": "string" } },
            {
                "name": "Range", "in": "header", "required": true,
                "description": "Which part is wanted.", "schema": { "type": "string" },
            },
        ],
    });
    let path = "/v1/system/{version}/{file}";
    it.operation("get", path, fetch, part, &["400", "404", "416"]);
    // What is handed out is always a part.
    let responses = it.paths[path]["get"]["responses"].as_object_mut().unwrap();
    let part = responses.remove("200").unwrap();
    responses.insert("206".into(), part);
    let well = json!({
        "description": "The hub is there and admits this pillar.",
        "content": { "application/json": { "schema": {
            "type": "object", "properties": { "status": { "const": "ok" } }, "required": ["status"],
        } } },
    });
    it.post::<GreetingRequest, Greeting>(
        "/v1/enrolment/greeting",
        "Ask the hub to prove that it knows a code.",
        &["429"],
    );
    it.post::<EnrolmentRequest, EnrolmentAnswer>("/v1/enrolment", "Become a pillar, with a code.", &["429"]);
    it.post::<RenewalRequest, RenewalAnswer>("/v1/renewal", "Get a certificate for another key.", &["429"]);
    for path in ["/v1/enrolment/greeting", "/v1/enrolment"] {
        // Who asks for a certificate has none.
        it.paths[path]["post"]["security"] = json!([]);
        let schema = it.schema::<EnrolmentRefusal>();
        it.paths[path]["post"]["responses"]["403"] = json!({
            "description": "The code opens nothing.",
            "content": { "application/json": { "schema": schema } },
        });
    }
    it.operation("get", "/v1/health", json!({ "summary": "Ask whether the hub is well." }), well, &[]);
    plain(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Zuil: the hub's interface for pillars",
            "version": "5",
            "summary": "What a pillar and its hub say to each other.",
            "description": "docs/protocol.md tells the rest: what is promised, how sealing works, when a pillar tries again.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "https://hub.example:8443" }],
        "security": [{ "certificate": [] }],
        "paths": it.paths,
        "components": {
            "schemas": it.schemas.take_definitions(true),
            "securitySchemes": { "certificate": {
                "type": "mutualTLS",
                "description": "A certificate of the hub's own authority, which the pillar has from its binding.",
            } },
        },
    }))
}

/// Without the links of doc comments, which lead nowhere outside of them.
fn plain(mut value: Value) -> Value {
    fn mend(value: &mut Value) {
        match value {
            Value::String(text) => *text = text.replace("[`", "`").replace("`]", "`"),
            Value::Array(items) => items.iter_mut().for_each(mend),
            Value::Object(map) => map.values_mut().for_each(mend),
            _ => {}
        }
    }
    mend(&mut value);
    value
}

fn from_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn the_description_says_what_the_messages_are() {
    let page = from_root("docs/openapi.json");
    let written = format!("{:#}\n", description());
    if std::env::var_os("ZUIL_REGENERATE").is_some() {
        fs::write(&page, &written).unwrap();
    }
    let known = fs::read_to_string(page).unwrap_or_default();
    assert!(known == written, "docs/openapi.json is another: run the tests with ZUIL_REGENERATE=1");
}

#[test]
fn every_golden_message_is_as_described_and_one_with_something_else_in_it_is_not() {
    let description = description();
    for (message, name, is_strict) in [
        ("upload_request", "UploadRequest", true),
        ("upload_response", "UploadResponse", false),
        ("health_report", "HealthReport", true),
        ("health_report_2", "HealthReport", true),
        ("health_report_bare", "HealthReport", true),
        ("health_report_4", "HealthReport", true),
        ("health_report_catalogue_refused", "HealthReport", true),
        ("health_report_seal_key", "HealthReport", true),
        ("health_answer", "HealthAnswer", false),
        ("health_answer_catalogue", "HealthAnswer", false),
        ("health_answer_orders", "HealthAnswer", false),
        ("health_answer_seal_key", "HealthAnswer", false),
        ("enrolment_greeting_request", "GreetingRequest", true),
        ("enrolment_greeting", "Greeting", false),
        ("enrolment_request", "EnrolmentRequest", true),
        ("enrolment_answer", "EnrolmentAnswer", false),
        ("enrolment_refusal", "EnrolmentRefusal", false),
        ("renewal_request", "RenewalRequest", true),
        ("renewal_answer", "RenewalAnswer", false),
        ("health_answer_orders_made", "HealthAnswer", false),
        ("order_results", "OrderResults", true),
        ("visit_entries", "VisitEntries", true),
        ("visits_answer", "VisitsAnswer", false),
        ("order_results_made", "OrderResults", true),
        ("orders_answer", "OrdersAnswer", false),
        ("health_answer_standing", "HealthAnswer", false),
        ("health_answer_system", "HealthAnswer", false),
        ("system_report_refused", "SystemReport", true),
        ("standing_request", "StandingRequest", true),
        ("standing_answer", "StandingAnswer", false),
        ("standing_answer_closed", "StandingAnswer", false),
        ("lookup_request", "LookupRequest", true),
        ("lookup_answer", "LookupAnswer", false),
        ("lookup_answer_closed", "LookupAnswer", false),
        ("lookup_answer_payment_unknown", "LookupAnswer", false),
        ("lookup_answer_nothing", "LookupAnswer", false),
        ("questions", "Questions", true),
        ("questions_answer", "QuestionsAnswer", false),
        ("asked_counts", "AskedCounts", true),
        ("asked_answer", "AskedAnswer", false),
        ("health_answer_referrals", "HealthAnswer", false),
        ("referral_list", "ReferralList", false),
        ("used_referrals", "UsedReferrals", true),
        ("referrals_answer", "ReferralsAnswer", false),
        ("service_key", "ServiceKey", false),
        ("service_entries", "ServiceEntries", true),
        ("service_taken", "ServiceTaken", false),
        ("readiness_report", "ReadinessReport", true),
        ("health_answer_service_key", "HealthAnswer", false),
    ] {
        let file = from_root(&format!("wire/tests/golden/{message}.json"));
        let mut golden: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let schema = json!({
            "$ref": format!("#/components/schemas/{name}"),
            "components": description["components"],
        });
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let wrong: Vec<String> =
            schema.iter_errors(&golden).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{message}: {wrong:?}");
        golden["nobody-knows-this"] = json!(1);
        assert_eq!(schema.is_valid(&golden), !is_strict, "{message}");
        let required = description["components"]["schemas"][name]["required"].as_array().unwrap();
        golden.as_object_mut().unwrap().remove(required[0].as_str().unwrap());
        assert!(!schema.is_valid(&golden), "{message} without {}", required[0]);
    }
}

#[test]
fn every_route_for_pillars_is_described_and_nothing_else() {
    let source = include_str!("../../src/intake/mod.rs");
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let routes: BTreeSet<(String, String)> = routes
        .map(|route| {
            let (path, handler) = route.split_once("\", ").unwrap();
            (path.to_owned(), handler.split_once('(').unwrap().0.to_owned())
        })
        .collect();
    let described = description();
    let described = described["paths"].as_object().unwrap().iter();
    let described: BTreeSet<(String, String)> = described
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
        })
        .collect();
    assert!(routes.len() >= 5 && routes == described, "{routes:?}\n{described:?}");
}
