//! A pillar and its hub, each on a disk of its own, each cut off at any moment, and a network that loses
//! answers: whatever a resident was told to be saved is at the hub in the end, once.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zuil_hub::store::{
    Batch, Filter, Incoming, Outcome, Pillar, SealedContent, Signature, SqliteStore, Store,
};
use zuil_wire::seal::SigningKey;
use zuil_wire::verify::VerifyKey;

use super::*;

const STORIES: u64 = 60;

/// What a hub and a pillar have between them.
struct Story {
    pillar: Disk,
    hub: Disk,
    dice: fastrand::Rng,
    /// Everything of which the resident was told that it is saved.
    told: BTreeMap<u64, Option<PaymentState>>,
    /// What was asked and not answered: it may be there.
    maybe: BTreeMap<u64, Option<PaymentState>>,
}

impl Story {
    fn new(seed: u64) -> Self {
        Self {
            pillar: Disk::new(seed),
            hub: Disk::with_powersafe_overwrite(seed),
            dice: fastrand::Rng::with_seed(seed),
            told: BTreeMap::new(),
            maybe: BTreeMap::new(),
        }
    }

    fn open_pillar(&self) -> SqliteOutbox {
        self.pillar.restore_power();
        SqliteOutbox::open_on(&self.pillar.path("outbox.sqlite"), VFS).unwrap()
    }

    fn open_hub(&self) -> SqliteStore {
        self.hub.restore_power();
        let store = SqliteStore::open_on(&self.hub.path("hub.sqlite"), VFS).unwrap();
        if store.pillars().unwrap().is_empty() {
            store.add_pillar(&voorbeeld()).unwrap();
        }
        store
    }

    /// A day until one of the two is cut off.
    fn day(&mut self) {
        let (outbox, store) = (self.open_pillar(), self.open_hub());
        let (cut, after) = (self.dice.bool(), self.dice.u64(5..200));
        if cut { &self.pillar } else { &self.hub }.cut_power_after(after);
        for _ in 0..30 {
            if !self.serves(&outbox) {
                break;
            }
            self.uploads(&outbox, &store);
        }
        self.pillar.cut_power();
        self.hub.cut_power();
    }

    /// One resident; whether the pillar still has power.
    fn serves(&mut self, outbox: &SqliteOutbox) -> bool {
        let Ok(number) = outbox.next_sequence() else { return false };
        if self.dice.bool() {
            let done = outbox.commit(&sealed(number)).is_ok();
            self.notes(number, None, done);
            return done;
        }
        if outbox.record_intent(&intent(number, None), &sealed(number)).is_err() {
            return false;
        }
        let end = [PaymentState::Paid, PaymentState::NotPaid, PaymentState::Unknown][self.dice.usize(..3)];
        let record = if end == PaymentState::Paid { paid(1) } else { without_details(end) };
        let done = outbox.record_outcome(payment(number), &record).is_ok();
        if end != PaymentState::NotPaid {
            self.notes(number, Some(end), done);
        }
        done
    }

    fn notes(&mut self, number: u64, payment: Option<PaymentState>, done: bool) {
        if done { &mut self.told } else { &mut self.maybe }.insert(number, payment);
    }

    /// What waits goes to the hub, whose answer is lost sometimes.
    fn uploads(&mut self, outbox: &SqliteOutbox, store: &SqliteStore) {
        let Ok(pending) = outbox.pending(self.dice.usize(1..5)) else { return };
        let Some(outcomes) = take_in(store, &pending) else { return };
        if self.dice.u8(..4) > 0 {
            let sent: Vec<Sent> = pending.iter().map(Pending::sent).collect();
            // What fails here was not noted; it is told to the hub once more.
            let _ = outbox.acknowledge(&outcomes, &sent);
        }
    }

    /// The network is back and nobody is cut off any more.
    fn ends(&mut self, seed: u64) {
        let (outbox, store) = (self.open_pillar(), self.open_hub());
        for _ in 0..1_000 {
            if outbox.pending(1).unwrap().is_empty() {
                break;
            }
            self.uploads(&outbox, &store);
        }
        assert!(outbox.pending(1).unwrap().is_empty(), "seed {seed}: something is never taken in");
        // A payment that was begun and had no outcome yet is settled before the next resident.
        let mut expected = self.told.clone();
        for (number, state) in &self.maybe {
            if store.transaction(Reference::from_bits(*number)).unwrap().is_some() {
                expected.insert(*number, *state);
            }
        }
        for (number, state) in &expected {
            let stored = store.transaction(Reference::from_bits(*number)).unwrap();
            let stored = stored.unwrap_or_else(|| panic!("seed {seed}: {number} is not at the hub"));
            assert_eq!(stored.payment.map(|payment| payment.state), *state, "seed {seed}: {number}");
        }
        let total = store.transactions(Filter::default(), 0, 1).unwrap().total;
        assert_eq!(total, expected.len() as u64, "seed {seed}: the hub has more than anyone was told");
    }
}

fn voorbeeld() -> Pillar {
    Pillar {
        name: "voorbeeld".into(),
        fingerprint: [1; 32],
        public_key: "key".into(),
        added_at: jiff::Timestamp::UNIX_EPOCH,
        revoked_at: None,
        last_seen_at: None,
        last_sequence: None,
    }
}

/// The pillar's key, made anew in each run.
static KEYS: LazyLock<(SigningKey, Arc<VerifyKey>)> = LazyLock::new(|| {
    let (private, public) = SigningKey::generate().unwrap();
    (SigningKey::from_base64(&private).unwrap(), Arc::new(VerifyKey::from_base64(&public).unwrap()))
});

/// The hub takes in what was sent; `None` when it could not.
fn take_in(store: &SqliteStore, pending: &[Pending]) -> Option<Vec<ItemOutcome>> {
    let (sign, key) = &*KEYS;
    let incoming = |item: &Pending| {
        // What is sealed does not matter here: the hub does not open it to take it in.
        let header = item.sealed.header.clone();
        let (encapsulated_key, ciphertext) = (vec![1; 32], vec![2; 500]);
        let sealed = Sealed {
            header: header.clone(),
            encapsulated_key: BASE64.encode(&encapsulated_key),
            ciphertext: BASE64.encode(&ciphertext),
        };
        let envelope = sign.sign(sealed, item.payment.clone()).unwrap();
        let bytes = BASE64.decode(envelope.signature).unwrap();
        Incoming {
            digest: [u8::try_from(header.sequence % 256).unwrap(); 32],
            sealed: SealedContent { header, encapsulated_key, ciphertext },
            payment: item.payment.clone(),
            key_made_at: jiff::Timestamp::UNIX_EPOCH,
            signature: Signature { key: Some(Arc::clone(key)), bytes },
        }
    };
    let transactions = pending.iter().map(incoming).collect();
    let batch = Batch { pillar: "voorbeeld".into(), transactions, ..Batch::default() };
    let outcomes = store.take_in(&batch, jiff::Timestamp::UNIX_EPOCH).ok()?.outcomes();
    let told = |(item, outcome): (&Pending, Outcome)| match outcome {
        Outcome::Accepted { state, case_number } => {
            ItemOutcome::Accepted { id: item.sealed.header.id, state, case_number }
        }
        Outcome::Conflict | Outcome::KeyTooNew | Outcome::NotSigned => {
            panic!("{} was told in two ways", item.sealed.header.sequence)
        }
    };
    Some(pending.iter().zip(outcomes).map(told).collect())
}

#[test]
fn whoever_is_cut_off_the_hub_has_everything_in_the_end_and_once() {
    let (mut told, mut cuts) = (0, 0);
    for seed in 0..STORIES {
        let mut story = Story::new(seed);
        for _ in 0..4 {
            story.day();
        }
        story.ends(seed);
        told += story.told.len();
        cuts += story.pillar.drawn().cuts + story.hub.drawn().cuts;
    }
    println!("{told} transactions told, {cuts} cuts");
    assert!(told > 1_000 && cuts > 400, "{told} {cuts}");
}
