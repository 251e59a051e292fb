//! Made-up identity documents. The number of the holder is the one that the Dutch authorities print in
//! specimens; nobody has it.

use mrz::{MrzDate, Sex, Td1Fields, Td3Fields, format_td1, format_td3};

use crate::devices::reader::DocumentKind;

/// A BSN that nobody has and that passes the check of a BSN.
pub const BSN: &str = "999999990";

/// A made-up document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// A passport (TD3) or an identity card (TD1).
    pub kind: DocumentKind,
    /// Who gave it out, such as `NLD`.
    pub state: &'static str,
    /// Its number.
    pub number: &'static str,
    /// The holder's own number, in the optional data.
    pub personal: Option<&'static str>,
    /// When it expires: year, month, day.
    pub expires: (i32, u32, u32),
}

impl Specimen {
    /// A Dutch passport with a BSN in its zone.
    pub const PASSPORT: Self = Self {
        kind: DocumentKind::Passport,
        state: "NLD",
        number: "SPECI2014",
        personal: Some(BSN),
        expires: (2031, 3, 9),
    };
    /// A Dutch identity card of the older kind, with a BSN in its zone.
    pub const IDENTITY_CARD: Self = Self {
        kind: DocumentKind::IdentityCard,
        number: "SPECI2021",
        expires: (2029, 8, 2),
        ..Self::PASSPORT
    };
    /// A card of Utopia, which is no country, with a number too long for its field.
    pub const UTOPIAN_CARD: Self = Self {
        kind: DocumentKind::IdentityCard,
        state: "UTO",
        number: "D23145890734",
        personal: Some("SECRET77"),
        expires: (2030, 4, 15),
    };

    /// The lines of its zone.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let (state, number) = (self.state.to_owned(), self.number.to_owned());
        let personal = self.personal.map(str::to_owned);
        let (surname, given_names) = ("VOORBEELD".to_owned(), "NOOR".to_owned());
        let date_of_birth = MrzDate::Calendar(mrz::Date::new(1965, 3, 10));
        let (year, month, day) = self.expires;
        let date_of_expiry = MrzDate::Calendar(mrz::Date::new(year, month, day));
        let zone = match self.kind {
            DocumentKind::Passport => format_td3(&Td3Fields {
                issuing_country: state.clone(),
                nationality: state,
                document_number: number,
                personal_number: personal,
                surname,
                given_names,
                date_of_birth,
                date_of_expiry,
                sex: Sex::Female,
                ..Td3Fields::default()
            }),
            DocumentKind::IdentityCard => format_td1(&Td1Fields {
                issuing_country: state.clone(),
                nationality: state,
                document_number: number,
                optional_data_1: personal,
                surname,
                given_names,
                date_of_birth,
                date_of_expiry,
                sex: Sex::Female,
                ..Td1Fields::default()
            }),
        };
        zone.lines().map(str::to_owned).collect()
    }

    /// The lines of its zone with one digit of the expiry date misread.
    #[must_use]
    pub fn misread_lines(&self) -> Vec<String> {
        let mut lines = self.lines();
        let at = if self.kind == DocumentKind::Passport { 22 } else { 9 };
        if let Some(line) = lines.get_mut(1) {
            let wrong = if line.as_bytes().get(at) == Some(&b'7') { "1" } else { "7" };
            line.replace_range(at..=at, wrong);
        }
        lines
    }
}
