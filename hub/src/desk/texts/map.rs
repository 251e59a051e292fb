//! Words on the drawing of where pillars stand.

use super::Lang;

/// The texts that never change.
#[derive(Debug)]
pub(in super::super) struct MapTexts {
    pub title: &'static str,
    pub help: &'static str,
    pub legend: &'static str,
    pub north: &'static str,
    pub table: &'static str,
    pub number: &'static str,
    pub place: &'static str,
    pub town: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub elsewhere: &'static str,
}

const NL: MapTexts = MapTexts {
    title: "Zuilen op de kaart",
    help: "De nummers staan ook in de tabel onder de kaart. Het noorden is boven.",
    legend: "Wat de vormen betekenen",
    north: "N",
    table: "De zuilen van de kaart",
    number: "Nummer",
    place: "Plek",
    town: "Plaats",
    empty: "Van geen enkele zuil is bekend waar hij staat.",
    empty_help: "Een redacteur schrijft dat in de catalogus, in sites.toml. Daarna staat hier een kaart.",
    elsewhere: "Van deze zuilen staat niet in de catalogus waar ze zijn:",
};

const EN: MapTexts = MapTexts {
    title: "Pillars on the map",
    help: "The numbers are also in the table below the map. North is up.",
    legend: "What the shapes mean",
    north: "N",
    table: "The pillars on the map",
    number: "Number",
    place: "Place",
    town: "Town",
    empty: "It is not known of any pillar where it stands.",
    empty_help: "An editor writes that into the catalogue, in sites.toml. Then there is a map here.",
    elsewhere: "The catalogue does not say where these pillars are:",
};

impl Lang {
    /// The texts of the drawing.
    pub(in super::super) const fn map_texts(self) -> &'static MapTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// What a shape means, by the kind of badge that it stands for.
    pub(in super::super) fn shape(self, kind: &str) -> &'static str {
        match (self, kind) {
            (Self::Nl, "good") => "Rondje: werkt",
            (Self::Nl, "waits") => "Driehoek: werkt, maar iets vraagt aandacht",
            (Self::Nl, "bad") => "Vierkant: iets werkt niet",
            (Self::Nl, _) => "Ruit: niet bekend",
            (Self::En, "good") => "Circle: works",
            (Self::En, "waits") => "Triangle: works, but something needs attention",
            (Self::En, "bad") => "Square: something does not work",
            (Self::En, _) => "Diamond: not known",
        }
    }

    /// "2 km", in both languages.
    pub(in super::super) fn kilometres(self, km: u32) -> String {
        match self {
            Self::Nl | Self::En => format!("{km} km"),
        }
    }
}
