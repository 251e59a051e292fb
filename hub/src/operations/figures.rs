//! What the store tells at the moment when somebody asks. Hubs on one database tell the same.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use zuil_wire::health::{Device, DeviceState};

use crate::store::{Filter, OnItsWay, Pillar, Reported, Store, StoreError, System};

/// The figures of a store.
pub(super) struct Figures {
    store: Arc<dyn Store>,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

/// All that is read for one answer.
struct Standing {
    transactions: u64,
    parked: u64,
    unsettled: u64,
    to_forget: u64,
    on_their_way: Vec<OnItsWay>,
    now: Timestamp,
    pillars: Vec<Pillar>,
    reports: Vec<Reported>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPillar {
    pillar: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfSystem {
    system: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfDevice {
    pillar: String,
    device: &'static str,
}

/// A figure of which there is one for each of something.
type Many<'a, Labels> = &'a mut dyn Iterator<Item = (Labels, i64)>;

impl Figures {
    pub(super) fn of(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    fn read(&self) -> Result<Standing, StoreError> {
        let now = Timestamp::now();
        let tally = self.store.tally(now)?;
        Ok(Standing {
            transactions: self.store.transactions(Filter::default(), 0, 0)?.total,
            parked: tally.parked,
            unsettled: tally.unsettled,
            to_forget: self.store.to_forget(0, 0)?.count,
            on_their_way: self.store.on_their_way(now)?,
            now,
            pillars: self.store.pillars()?,
            reports: self.store.reports()?,
        })
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let standing = self.read().inspect_err(|error| tracing::error!(%error, "the store tells no figures"));
        one(&mut encoder, "store_up", "1 when the store could be read", i64::from(standing.is_ok()))?;
        standing.map_or(Ok(()), |standing| standing.encode(&mut encoder))
    }
}

impl Standing {
    fn encode(self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        one(encoder, "transactions", "Requests of residents that are here", count(self.transactions))?;
        one(encoder, "transactions_parked", "Requests that wait for a person", count(self.parked))?;
        one(
            encoder,
            "payments_unsettled",
            "Payments of which nobody knows the outcome",
            count(self.unsettled),
        )?;
        let help = "Requests whose content will be deleted soon and which nobody dealt with";
        one(encoder, "contents_to_forget", help, count(self.to_forget))?;
        self.encode_handovers(encoder)?;
        self.encode_pillars(encoder)?;
        self.encode_reports(encoder)
    }

    fn encode_handovers(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        // Each system is told, so that nothing on its way is 0 and not nothing.
        let each = || System::ALL.into_iter().map(Some).chain([None]);
        let of = |system: Option<System>| OfSystem { system: system.map_or("unknown", System::as_str) };
        let told =
            |system: Option<System>| self.on_their_way.iter().find(|one: &&OnItsWay| one.system == system);
        let count = |system: Option<System>| {
            let count = told(system).map_or(0, |one| i64::try_from(one.count).unwrap_or(i64::MAX));
            (of(system), count)
        };
        let help = "Requests that are on their way into another system and go on by themselves";
        many(encoder, "handovers_waiting", help, &mut each().map(count))?;
        let age = |system: Option<System>| {
            let age = told(system).map_or(0, |one| self.now.duration_since(one.since).as_secs().max(0));
            (of(system), age)
        };
        let help = "How long the oldest of them has been on its way";
        many(encoder, "handovers_oldest_seconds", help, &mut each().map(age))
    }

    fn encode_pillars(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let admitted = self.pillars.iter().filter(|pillar| pillar.revoked_at.is_none());
        let seen = admitted.filter_map(|pillar| {
            Some((OfPillar { pillar: pillar.name.clone() }, pillar.last_seen_at?.as_second()))
        });
        let help = "When a pillar that is admitted was heard last, in seconds since 1970";
        many(encoder, "pillar_last_seen_timestamp_seconds", help, &mut { seen })
    }

    fn encode_reports(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let of = |report: &Reported| OfPillar { pillar: report.pillar.clone() };
        let waiting =
            |report: &Reported| (of(report), i64::try_from(report.report.waiting).unwrap_or(i64::MAX));
        let help = "Requests that wait in a pillar, as it said last";
        many(encoder, "pillar_waiting", help, &mut self.reports.iter().map(waiting))?;
        let paper = self.reports.iter().filter_map(|report| {
            let paper = report.report.paper?;
            let left = paper.roll_mm.saturating_sub(paper.used_mm);
            Some((of(report), i64::try_from(left).unwrap_or(i64::MAX)))
        });
        many(encoder, "pillar_paper_left_millimeters", "Paper left on the roll", &mut { paper })?;
        let warmth =
            self.reports.iter().filter_map(|report| Some((of(report), i64::from(report.report.celsius?))));
        let help = "How warm it is inside a pillar, as it said last";
        many(encoder, "pillar_temperature_celsius", help, &mut { warmth })?;
        let devices = self.reports.iter().flat_map(|report| {
            report.report.devices.iter().map(|device| {
                let works = matches!(device.state, DeviceState::Ready | DeviceState::PaperNearEnd);
                let of = OfDevice { pillar: report.pillar.clone(), device: word(device.device) };
                (of, i64::from(works))
            })
        });
        many(encoder, "pillar_device_works", "1 when a device works, as the pillar said last", &mut {
            devices
        })
    }
}

fn one(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    let gauge = ConstGauge::new(value);
    gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn many<Labels: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: Many<'_, Labels>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

const fn word(device: Device) -> &'static str {
    match device {
        Device::Printer => "printer",
        Device::Terminal => "terminal",
        Device::DocumentReader => "document_reader",
        Device::PassReader => "pass_reader",
    }
}
