//! Words about what a pillar keeps until the hub has it. Invariant: each says what a technician can do about it.

use zuil_wire::health::{Salvaged, StorageReport, Tried};

use super::Lang;

impl Lang {
    /// How many requests are in the pillar and not here yet.
    pub(in super::super) fn waiting_in_the_pillar(self, count: u64) -> String {
        match (self, count) {
            (_, 0) => self.pillar_texts().nothing_waits.into(),
            (Self::Nl, 1) => "1 aanvraag".into(),
            (Self::Nl, _) => format!("{count} aanvragen"),
            (Self::En, 1) => "1 request".into(),
            (Self::En, _) => format!("{count} requests"),
        }
    }

    /// "Was beschadigd en is opnieuw gemaakt, vandaag 9:12; 412 aanvragen bewaard."
    pub(in super::super) fn storage_was_salvaged(self, when: &str, salvaged: &Salvaged) -> String {
        let Salvaged { kept, unreadable, .. } = salvaged;
        match (self, unreadable) {
            (Self::Nl, false) => format!(
                "Was beschadigd en is opnieuw gemaakt, {when}; alle {kept} aanvragen zijn bewaard. Vervang de schijf."
            ),
            (Self::Nl, true) => format!(
                "Was beschadigd en is opnieuw gemaakt, {when}; {kept} aanvragen zijn bewaard. Er was iets \
                 onleesbaar: misschien ontbreken aanvragen, of een betaling. De zuil neemt geen pinpas aan tot \
                 een technicus bij de zuil de lijst van de betaalautomaat heeft vergeleken met de betalingen \
                 hier. Vervang de schijf."
            ),
            (Self::En, false) => {
                format!("Was damaged and made anew, {when}; all {kept} requests were kept. Replace the disk.")
            }
            (Self::En, true) => format!(
                "Was damaged and made anew, {when}; {kept} requests were kept. Something was unreadable: \
                 requests may be missing, or a payment. The pillar takes no card until a technician at it has \
                 compared the terminal's list with the payments here. Replace the disk."
            ),
        }
    }

    /// "300 aanvragen", or what to do when there is too little room; nothing while there is plenty.
    pub(in super::super) fn room_in_the_pillar(self, room: u32) -> Option<String> {
        let requests = self.requests(room.into());
        Some(match (self, room) {
            (_, 1000..) => return None,
            (_, StorageReport::RESERVE..) => requests,
            (Self::Nl, _) => format!(
                "{requests}. Dat is te weinig om iemand te helpen; de zuil is buiten gebruik. Kijk waarom er niets \
                 naar de hub gaat, en of de schijf van de zuil vol of kapot is."
            ),
            (Self::En, _) => format!(
                "{requests}. That is too little to help anyone; the pillar is out of service. See why nothing \
                 goes to the hub, and whether the pillar's disk is full or broken."
            ),
        })
    }

    /// "14 keer, het laatst vandaag 9:12: the hub answered 500".
    pub(in super::super) fn tried_in_vain(self, tried: &Tried, last: &str) -> String {
        let (times, why) = (self.times(tried.tries.into()), &tried.why);
        match self {
            Self::Nl => format!("{times}, het laatst {last}: {why}"),
            Self::En => format!("{times}, last {last}: {why}"),
        }
    }
}
