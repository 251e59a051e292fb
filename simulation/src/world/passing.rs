//! What becomes of messages: lost, said twice, held up, reordered, cut, refused on the way; and the steps in
//! which the hub takes one.

use super::*;

impl World {
    /// A request leaves its pillar.
    pub(super) fn sends(&mut self, exchange: Exchange) {
        self.look_at_request(&exchange);
        self.hit(match exchange.kind {
            Kind::Upload => "requests: uploads",
            Kind::Report => "requests: reports",
            Kind::Questions => "requests: questions",
            Kind::Counts => "requests: counts",
            Kind::Hello => "requests: greetings",
        });
        let [lost, twice, late, cut] = self.line_now();
        if self.draws(lost) {
            self.hit("messages lost: requests");
            self.say(format!("{}: lost on its way", self.name_of(&exchange)));
            self.breaks(exchange);
            return;
        }
        if self.draws(cut) {
            self.hit("messages cut in the middle");
            let mut exchange = exchange;
            exchange.body.truncate(self.random.usize(0..exchange.body.len().max(1)));
            self.say(format!("{}: cut", self.name_of(&exchange)));
            self.soon(Step::Reaches(exchange), 5..200);
            return;
        }
        if self.draws(twice) {
            self.hit("messages doubled");
            let again = Exchange { body: exchange.body.clone(), reply: None, ..exchange };
            let within = [10..500, 500..60_000, 60_000..2_400_000][self.random.usize(0..3)].clone();
            self.soon(Step::Reaches(again), within);
        }
        let within = if self.draws(late) {
            self.hit("messages late");
            [200..5_000, 5_000..110_000, 110_000..600_000][self.random.usize(0..3)].clone()
        } else {
            5..200
        };
        self.soon(Step::Reaches(exchange), within);
    }

    /// Whoever waits for the answer learns sooner or later, or never, that there is none.
    fn breaks(&mut self, exchange: Exchange) {
        if self.random.bool() {
            let index = exchange.pillar;
            self.soon(Step::Hears(index, exchange.reply, Reply::Broken), 50..20_000);
        } else {
            // The sender must live on: dropping it would tell.
            let index = exchange.pillar;
            self.soon(Step::Hears(index, exchange.reply, Reply::Broken), 130_000..140_000);
        }
    }

    fn line_now(&self) -> [u8; 4] {
        match (self.is_mended, self.wrong.bad_line) {
            (true, _) => [0; 4],
            (false, 0) => self.plan.line,
            (false, _) => [25, 30, 40, 10],
        }
    }

    fn draws(&mut self, of_a_hundred: u8) -> bool {
        of_a_hundred > 0 && self.random.u8(0..100) < of_a_hundred
    }

    /// A request reaches the hub's house.
    pub(super) fn reaches_the_hub(&mut self, exchange: Exchange) {
        let boot = self.hub.boots;
        if self.wrong.partitioned.contains_key(&exchange.pillar) {
            self.hit("messages lost: partition");
            self.breaks(exchange);
            return;
        }
        if let Some(reply) = self.is_turned_away(&exchange) {
            self.soon(Step::Hears(exchange.pillar, exchange.reply, reply), 5..200);
            return;
        }
        if !self.hub.is_on() {
            self.hit("requests to a hub that is off");
            self.breaks(exchange);
            return;
        }
        if exchange.reply.is_none() {
            self.hit("messages heard twice");
        }
        match self.hub.understands(exchange.pillar, exchange.kind, &exchange.body) {
            Ok(work) => self.soon(Step::HubTakes(boot, exchange, Box::new(work)), 0..60),
            Err(reply) => {
                self.hit("requests that the hub cannot read");
                self.soon(Step::HubAnswers(boot, exchange, reply), 0..60);
            }
        }
        self.notice_hub_power_cut();
    }

    /// Something before the hub answers in its place.
    fn is_turned_away(&mut self, exchange: &Exchange) -> Option<Reply> {
        let name = self.name_of(exchange);
        if let Some((status, asked)) = self.wrong.busy {
            self.hit("hub asks for patience");
            self.say(format!("{name}: {status}, wait {asked:?}"));
            return Some(Reply::Status(status, asked));
        }
        if self.wrong.garbage {
            self.hit("garbage for an answer");
            return Some(Reply::Body(b"<html><body>Log in to the network</body></html>".to_vec()));
        }
        let upload = exchange.kind == Kind::Upload;
        if let (true, Some(status)) = (upload, self.wrong.rejects) {
            self.hit("whole requests rejected");
            self.say(format!("{name}: {status}"));
            return Some(Reply::Status(status, None));
        }
        let poisoned: Vec<String> =
            self.wrong.poison.values().filter_map(|poison| poison.id).map(|id| id.to_string()).collect();
        if upload && !poisoned.is_empty() && ids_in(&exchange.body).iter().any(|id| poisoned.contains(id)) {
            self.hit("requests rejected for one in them");
            self.say(format!("{name}: 422"));
            return Some(Reply::Status(422, None));
        }
        None
    }

    /// The hub verifies, opens and stores.
    pub(super) fn hub_takes(&mut self, exchange: Exchange, (pillar, work): (Pillar, Work)) {
        let boot = self.hub.boots;
        let (now, upload) = (hub_clock(self.now), matches!(work, Work::Upload(_)));
        if upload && self.planted == Some(Planted::HubAnswersThenWrites) {
            let reply = self.answers_at_once(&exchange);
            self.soon(
                Step::HubWritesLater(
                    boot,
                    Exchange { body: vec![], reply: None, ..exchange },
                    Box::new((pillar, work)),
                ),
                10..5_000,
            );
            self.soon(Step::HubAnswers(boot, exchange, reply), 0..60);
            return;
        }
        let mut left_out = Vec::new();
        let mut work = work;
        if upload && self.planted.is_some() {
            let known = self.hub.rows(&self.grounds.keys).unwrap_or_default();
            let (body, without) = self.hub_saboteur.hub_takes(&exchange.body, &known);
            left_out = without;
            if let Ok((_, other)) = self.hub.understands(exchange.pillar, exchange.kind, &body) {
                work = other;
            }
        }
        let mut reply = self.hub.takes(&pillar, work, self.grounds, now);
        if let (true, Reply::Body(body)) = (upload && self.planted.is_some(), &mut reply) {
            *body = self.hub_saboteur.hub_answers(std::mem::take(body), &left_out);
        }
        if self.notice_hub_power_cut() {
            return;
        }
        if matches!(reply, Reply::Status(503, _)) {
            self.hit("hub cannot store");
            self.say(format!(
                "{}: the hub cannot store it, {}",
                self.name_of(&exchange),
                self.hub.last_error.borrow()
            ));
        } else if upload {
            self.say(format!("{}: the hub has it", self.name_of(&exchange)));
        }
        if upload {
            if let Some(text) = self.hub_saboteur.hub_notes_down(&exchange.body) {
                self.hub.notes_down(&text);
            }
            self.soon(Step::HubLooks(boot), 100..60_000);
            self.look_at_the_hub();
        }
        self.soon(Step::HubAnswers(boot, exchange, reply), 0..60);
    }

    /// What a hub would answer that has not looked yet.
    fn answers_at_once(&self, exchange: &Exchange) -> Reply {
        let request: Option<UploadRequest> = serde_json::from_slice(&exchange.body).ok();
        let request = request.unwrap_or(UploadRequest { version: 1, envelopes: vec![], surveys: vec![] });
        let done = |id| ItemOutcome::Accepted { id, state: zuil_wire::State::Received, case_number: None };
        let answer = UploadResponse {
            now: hub_clock(self.now),
            outcomes: request.envelopes.iter().map(|envelope| done(envelope.header.id)).collect(),
            surveys: request.surveys.iter().map(|survey| survey.id).collect(),
            later: Vec::new(),
        };
        serde_json::to_vec(&answer).map_or(Reply::Broken, Reply::Body)
    }

    /// The answer leaves the hub's house: from now on it is bound by it.
    pub(super) fn hub_answers(&mut self, exchange: Exchange, reply: Reply) {
        if let (Kind::Upload, Reply::Body(body)) = (exchange.kind, &reply) {
            let answer: Option<UploadResponse> = serde_json::from_slice(body).ok();
            for outcome in answer.map(|answer| answer.outcomes).unwrap_or_default() {
                match outcome {
                    ItemOutcome::Accepted { id, state, .. } => {
                        self.witness.notes().hub_answers(id, Some(state))
                    }
                    ItemOutcome::Refused { id, reason } => {
                        self.hit("transactions refused for good");
                        let name = self.witness.notes().name(id);
                        self.say(format!("{name}: refused, {reason:?}"));
                        self.witness.notes().hub_answers(id, None);
                    }
                }
            }
        }
        let [lost, _, late, _] = self.line_now();
        if self.draws(lost) {
            self.hit("messages lost: answers");
            self.say(format!("{}: its answer is lost", self.name_of(&exchange)));
            self.breaks(exchange);
            return;
        }
        let within = if self.draws(late) {
            self.hit("messages late");
            [200..5_000, 5_000..110_000][self.random.usize(0..2)].clone()
        } else {
            5..200
        };
        self.soon(Step::Hears(exchange.pillar, exchange.reply, reply), within);
    }

    /// An answer arrives, if anybody still waits for it.
    pub(super) fn pillar_hears(&mut self, index: usize, to: Option<oneshot::Sender<Reply>>, reply: Reply) {
        if self.wrong.partitioned.contains_key(&index) && !matches!(reply, Reply::Broken) {
            self.hit("messages lost: partition");
            self.soon(Step::Hears(index, to, Reply::Broken), 1_000..130_000);
            return;
        }
        if let Some(to) = to
            && to.send(reply).is_err()
        {
            self.hit("answers for which nobody waits any more");
        }
    }

    fn look_at_request(&mut self, exchange: &Exchange) {
        if let Some(canary) = canary_in(&exchange.body) {
            self.witness.notes().blame("nothing plain outside memory", format!("{canary} is on the wire"));
        }
        if exchange.kind != Kind::Upload {
            return;
        }
        let Ok(request) = serde_json::from_slice::<UploadRequest>(&exchange.body) else {
            self.witness.notes().blame("uploads have their form", "one has not");
            return;
        };
        self.say(format!("{}: sent", self.name_of(exchange)));
        let mut notes = self.witness.notes();
        for envelope in &request.envelopes {
            let paid = envelope.payment.as_ref().map(|payment| payment.state);
            notes.sees_envelope(exchange.pillar, &envelope.header, paid);
        }
    }

    /// How a request is called in the trace.
    pub(super) fn name_of(&self, exchange: &Exchange) -> String {
        let notes = self.witness.notes();
        let names: Vec<String> =
            ids_in(&exchange.body).iter().filter_map(|id| id.parse().ok()).map(|id| notes.name(id)).collect();
        let what = match exchange.kind {
            Kind::Upload if names.is_empty() => "surveys or what is left of an upload".to_owned(),
            Kind::Upload => names.join(" "),
            Kind::Report => "report".to_owned(),
            Kind::Questions => "questions".to_owned(),
            Kind::Counts => "counts".to_owned(),
            Kind::Hello => "greeting".to_owned(),
        };
        format!("{} > [{what}]", letter(exchange.pillar))
    }
}
