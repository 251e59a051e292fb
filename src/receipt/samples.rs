//! Made-up errands in every language, for tests and for looking at.

use std::sync::Arc;

use zuil_wire::{Cents, PaymentState, Reference, State};

use crate::visit::{CardLines, Slip, SlipPayment};
use zuil_catalogue::{Branding, Language, Logo};

/// The words of the errand in a language.
struct Words {
    title: &'static str,
    labels: [&'static str; 3],
    items: &'static str,
    fee: &'static str,
    next_steps: &'static str,
    phone_hours: &'static str,
}

/// The look of the example's municipality, as far as it comes on paper.
pub(super) fn branding() -> Arc<Branding> {
    let svg = include_str!("../../catalogue/example/logo.svg").to_owned();
    let logo = Some(Logo { file: "logo.svg".to_owned(), svg });
    Arc::new(Branding { logo, ..Branding::default() })
}

/// An errand with everything that a receipt can have.
pub(super) fn bulky_waste(language: Language) -> Slip {
    let words = words(language);
    let [address, items, day] = words.labels.map(str::to_owned);
    let date = crate::words::full_day(language, jiff::civil::date(2026, 12, 1));
    Slip {
        language,
        task_title: words.title.to_owned(),
        at: jiff::civil::date(2026, 11, 22).at(10, 5, 0, 0),
        reference: Reference::from_bits(0x0003_1415_9265_3589),
        state: State::Received,
        sent: vec![
            (address, "Voorbeeldstraat 12 b, 1234 AB Voorbeeldhuizen".to_owned()),
            (items, words.items.to_owned()),
            (day, date),
        ],
        payment: Some(SlipPayment {
            amount: Cents(1735),
            label: words.fee.to_owned(),
            state: PaymentState::Paid,
            card: Some(CardLines {
                scheme: "Maestro".to_owned(),
                terminal_id: "52523535".to_owned(),
                receipt_number: 231,
            }),
        }),
        next_steps: words.next_steps.to_owned(),
        municipality: "Voorbeeldhuizen".to_owned(),
        phone: "14 0000".to_owned(),
        phone_hours: words.phone_hours.to_owned(),
        website: "www.voorbeeldhuizen.example".to_owned(),
        branding: branding(),
    }
}

/// The same without a fee, still in the pillar.
pub(super) fn free(language: Language) -> Slip {
    let mut slip = bulky_waste(language);
    slip.payment = None;
    slip.state = State::Saved;
    slip
}

/// The same with a payment of which nobody knows yet what became of it.
pub(super) fn unknown(language: Language) -> Slip {
    let mut slip = bulky_waste(language);
    if let Some(payment) = &mut slip.payment {
        payment.state = PaymentState::Unknown;
        payment.card = None;
    }
    slip
}

fn words(language: Language) -> Words {
    match language {
        Language::Nl => Words {
            title: "Grofvuil laten ophalen",
            labels: ["Adres", "Wat we ophalen", "Datum"],
            items: "Bank, matras, wasmachine, één kast",
            fee: "Grofvuil ophalen",
            next_steps: "Zet uw grofvuil op dinsdag 1 december vóór 7.30 uur aan de weg. We halen het op tussen 7.30 en 16.00 uur.",
            phone_hours: "Maandag t/m vrijdag van 9.00 tot 17.00 uur",
        },
        Language::En => Words {
            title: "Have bulky waste picked up",
            labels: ["Address", "What we pick up", "Date"],
            items: "Sofa, mattress, washing machine, one café table",
            fee: "Bulky waste pick-up",
            next_steps: "Put your bulky waste at the kerb on Tuesday 1 December before 7:30. We pick it up between 7:30 and 16:00.",
            phone_hours: "Monday to Friday, 9:00 to 17:00",
        },
        Language::De => Words {
            title: "Sperrmüll abholen lassen",
            labels: ["Adresse", "Was wir abholen", "Datum"],
            items: "Sofa, Matratze, Waschmaschine, ein Küchenschrank",
            fee: "Sperrmüllabholung",
            next_steps: "Stellen Sie Ihren Sperrmüll am Dienstag, 1. Dezember, vor 7:30 Uhr an die Straße. Wir holen ihn zwischen 7:30 und 16:00 Uhr ab.",
            phone_hours: "Montag bis Freitag von 9:00 bis 17:00 Uhr",
        },
        Language::Fr => Words {
            title: "Faire enlever des encombrants",
            labels: ["Adresse", "Ce que nous enlevons", "Date"],
            items: "Canapé, matelas, machine à laver, une armoire",
            fee: "Enlèvement d'encombrants",
            next_steps: "Déposez vos encombrants au bord de la rue le mardi 1er décembre avant 7 h 30. Nous les enlevons entre 7 h 30 et 16 h.",
            phone_hours: "Du lundi au vendredi de 9 h à 17 h",
        },
        Language::Pl => Words {
            title: "Odbiór odpadów wielkogabarytowych",
            labels: ["Adres", "Co odbieramy", "Data"],
            items: "Kanapa, materac, pralka, żółta szafa",
            fee: "Odbiór odpadów",
            next_steps: "Proszę wystawić odpady przy ulicy we wtorek, 1 grudnia, przed godz. 7:30. Odbierzemy je między godz. 7:30 a 16:00.",
            phone_hours: "Od poniedziałku do piątku w godz. 9:00–17:00",
        },
        Language::Tr => Words {
            title: "Büyük eşya atığı aldırma",
            labels: ["Adres", "Alacaklarımız", "Tarih"],
            items: "Koltuk, yatak, çamaşır makinesi, bir ağaç dolap",
            fee: "Büyük atık alımı",
            next_steps: "Atıklarınızı 1 Aralık Salı günü saat 7.30’dan önce yol kenarına koyun. Saat 7.30 ile 16.00 arasında alırız.",
            phone_hours: "Pazartesiden cumaya saat 9.00–17.00 arası",
        },
        Language::Ar => Words {
            title: "طلب نقل النفايات الكبيرة",
            labels: ["العنوان", "ما سننقله", "التاريخ"],
            items: "أريكة، مرتبة، غسالة، خزانة واحدة",
            fee: "نقل النفايات الكبيرة",
            next_steps: "ضعوا النفايات في شارع Voorbeeldstraat أمام المنزل يوم الثلاثاء 1 ديسمبر قبل الساعة \u{2066}7:30\u{2069}. سننقلها بين الساعة \u{2066}7:30\u{2069} و\u{2066}16:00\u{2069}.",
            phone_hours: "من الإثنين إلى الجمعة من الساعة \u{2066}9:00\u{2069} حتى \u{2066}17:00\u{2069}",
        },
        Language::Uk => Words {
            title: "Вивезення великогабаритного сміття",
            labels: ["Адреса", "Що ми заберемо", "Дата"],
            items: "Диван, матрац, пральна машина, одна шафа з ґанку",
            fee: "Вивезення сміття",
            next_steps: "Поставте сміття біля дороги у вівторок, 1 грудня, до 7:30. Ми заберемо його між 7:30 і 16:00.",
            phone_hours: "З понеділка до п’ятниці з 9:00 до 17:00",
        },
    }
}
