//! Words about what residents thought of their visits. Invariant: an average is never told without saying of what, and
//! of few answers it is only told that they are few.

use std::cmp::Ordering;

use jiff::Span;
use jiff::civil::Date;

use super::Lang;

/// The texts about surveys that never change.
#[derive(Debug)]
pub(in super::super) struct SurveyTexts {
    pub title: &'static str,
    pub filter: &'static str,
    pub period: &'static str,
    pub pillar: &'static str,
    pub all_pillars: &'static str,
    pub no_pillar: &'static str,
    pub task: &'static str,
    pub all_tasks: &'static str,
    pub show: &'static str,
    pub week: &'static str,
    pub from_day: &'static str,
    pub times: &'static str,
    pub clear: &'static str,
    pub helped: &'static str,
    pub treated: &'static str,
    pub missed_most: &'static str,
    pub missed_head: &'static str,
    pub missed_title: &'static str,
    pub missed_help: &'static str,
    /// What somebody may miss, in the order of the protocol, in the words of the pillar.
    pub missed: [&'static str; 6],
    pub share: &'static str,
    pub compared: &'static str,
    pub figure: &'static str,
    pub difference: &'static str,
    pub no_difference: &'static str,
    pub the_same: &'static str,
    pub something_else: &'static str,
    pub few: &'static str,
    pub clear_by_week: &'static str,
    pub helped_by_week: &'static str,
    pub treated_by_week: &'static str,
    pub by_week: &'static str,
    pub by_pillar: &'static str,
    pub by_task: &'static str,
    pub download: &'static str,
    pub download_name: &'static str,
    pub privacy: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
}

const NL: SurveyTexts = SurveyTexts {
    title: "Wat bezoekers vinden",
    filter: "Kies wat u wilt zien",
    period: "Periode",
    pillar: "Zuil",
    all_pillars: "Alle zuilen",
    no_pillar: "Niet bekend",
    task: "Aanvraag",
    all_tasks: "Alle aanvragen",
    show: "Toon",
    week: "Week",
    from_day: "Vanaf",
    times: "Keer ingevuld",
    clear: "Duidelijk (1 tot 5)",
    helped: "In één keer geholpen",
    treated: "Goed behandeld",
    missed_most: "Het vaakst gemist",
    missed_head: "Gemist",
    missed_title: "Wat bezoekers misten",
    missed_help: "De zuil vraagt dit alleen aan wie eerder niet tevreden was. De percentages gaan over de mensen die deze vraag beantwoordden.",
    missed: [
        "Wat ik kwam doen, kan hier niet",
        "Uitleg die ik begrijp",
        "Hulp van een mens",
        "Een andere manier om te betalen",
        "Meer rust of privacy",
        "Ik miste niets",
    ],
    share: "Percentage",
    compared: "Vergeleken met de periode ervoor",
    figure: "Wat",
    difference: "Verschil",
    no_difference: "niet te zeggen",
    the_same: "hetzelfde",
    something_else: "iets anders",
    few: "te weinig",
    clear_by_week: "Hoe duidelijk het was, per week",
    helped_by_week: "In één keer geholpen, per week",
    treated_by_week: "Goed behandeld, per week",
    by_week: "Per week",
    by_pillar: "Per zuil",
    by_task: "Per aanvraag",
    download: "Download als CSV, voor een rekenblad",
    download_name: "wat-bezoekers-vinden",
    privacy: "Niemand weet wie wat invulde: de hub telt antwoorden per week, zuil en aanvraag, in de week waarin ze \
              binnenkwamen. Bij minder dan 5 antwoorden staat er “te weinig”. Blijft er in een \
              lijst dan nog uit te rekenen wat zij vonden, dan is ook de kleinste andere regel weggelaten. Dat geldt ook \
              als u een zuil of een aanvraag kiest. Alleen tussen verschillende perioden blijft een verschil zichtbaar.",
    empty: "Hierover zijn geen antwoorden.",
    empty_help: "Aan het eind van een bezoek vraagt de zuil of het duidelijk was, of iemand in één keer is geholpen, of iemand zich \
                 goed behandeld voelde en wat er ontbrak. \
                 Wat bezoekers antwoorden staat hier, zonder hun naam. Kies anders een langere periode.",
};

const EN: SurveyTexts = SurveyTexts {
    title: "What visitors think",
    filter: "Choose what you want to see",
    period: "Period",
    pillar: "Pillar",
    all_pillars: "All pillars",
    no_pillar: "Not known",
    task: "Request",
    all_tasks: "All requests",
    show: "Show",
    week: "Week",
    from_day: "From",
    times: "Times answered",
    clear: "Clear (1 to 5)",
    helped: "Helped in one go",
    treated: "Treated well",
    missed_most: "Missed most",
    missed_head: "Missed",
    missed_title: "What visitors missed",
    missed_help: "The pillar asks this only of those who were not content before. The percentages are of the people who answered this question.",
    missed: [
        "What I came for is not here",
        "An explanation that I understand",
        "Help from a person",
        "Another way to pay",
        "More peace or privacy",
        "Nothing was missing",
    ],
    share: "Percentage",
    compared: "Compared with the period before",
    figure: "What",
    difference: "Difference",
    no_difference: "not to be said",
    the_same: "the same",
    something_else: "something else",
    few: "too few",
    clear_by_week: "How clear it was, by week",
    helped_by_week: "Helped in one go, by week",
    treated_by_week: "Treated well, by week",
    by_week: "By week",
    by_pillar: "By pillar",
    by_task: "By request",
    download: "Download as CSV, for a spreadsheet",
    download_name: "what-visitors-think",
    privacy: "Nobody knows who answered what: the hub counts answers by week, pillar and request, in the week in which \
              they came in. Of fewer than 5 answers it says “too few”. Where a list would \
              still let you work out what they thought, the smallest other line is left out too. That is also so when you \
              choose a pillar or a request. Only between different periods a difference can still be seen.",
    empty: "There are no answers about this.",
    empty_help: "At the end of a visit the pillar asks whether it was clear, whether somebody was helped in one go and felt \
                 treated well, and what was missing. \
                 What visitors answer stands here, without their name. Or choose a longer period.",
};

impl Lang {
    /// The texts about surveys.
    pub(in super::super) const fn survey_texts(self) -> &'static SurveyTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "Laatste 13 weken".
    pub(in super::super) fn period(self, weeks: i64) -> String {
        match self {
            Self::Nl => format!("Laatste {weeks} weken"),
            Self::En => format!("Last {weeks} weeks"),
        }
    }

    /// "De 13 weken ervoor".
    pub(in super::super) fn period_before(self, weeks: i64) -> String {
        match self {
            Self::Nl => format!("De {weeks} weken ervoor"),
            Self::En => format!("The {weeks} weeks before"),
        }
    }

    /// The same week in the period before, such as "13 weken eerder".
    pub(in super::super) fn weeks_earlier(self, weeks: i64) -> String {
        match self {
            Self::Nl => format!("{weeks} weken eerder"),
            Self::En => format!("{weeks} weeks earlier"),
        }
    }

    /// How many more times than before, such as "12 meer".
    pub(in super::super) fn times_more(self, now: u64, before: u64) -> String {
        let words = match self {
            Self::Nl => ["meer", "minder", "evenveel"],
            Self::En => ["more", "fewer", "as many"],
        };
        more(now, before, words, |times| times.to_string())
    }

    /// How many tenths more than before, such as "0,3 hoger".
    pub(in super::super) fn tenths_more(self, now: u64, before: u64) -> String {
        more(now, before, self.higher(), |tenths| self.tenths(tenths))
    }

    /// How many more of a hundred than before, such as "5 procentpunt hoger".
    pub(in super::super) fn points_more(self, now: u64, before: u64) -> String {
        more(now, before, self.higher(), |points| match self {
            Self::Nl => format!("{points} procentpunt"),
            Self::En if points == 1 => format!("{points} percentage point"),
            Self::En => format!("{points} percentage points"),
        })
    }

    const fn higher(self) -> [&'static str; 3] {
        match self {
            Self::Nl => ["hoger", "lager", "gelijk"],
            Self::En => ["higher", "lower", "equal"],
        }
    }

    /// What was missed, for whoever does not see the drawing.
    pub(in super::super) fn missed_in_words(self, most: &str) -> String {
        match self {
            Self::Nl => format!(
                "Wat bezoekers misten. Het vaakst: {most}. Alle cijfers staan in de tabel met deze naam."
            ),
            Self::En => format!(
                "What visitors missed. Most of all: {most}. All figures stand in the table of this name."
            ),
        }
    }

    /// "In de laatste 13 weken vulden bezoekers de vragen 231 keer in. Duidelijk: 4,3 van 5. …"
    pub(in super::super) fn surveys_sentence(
        self,
        weeks: i64,
        times: Option<u64>,
        clear: Option<String>,
        helped: Option<u64>,
        treated: Option<u64>,
    ) -> String {
        let mut sentence = match (self, times) {
            (Self::Nl, None) => {
                format!(
                    "In de laatste {weeks} weken waren er te weinig antwoorden om er iets over te zeggen."
                )
            }
            (Self::En, None) => {
                format!("In the last {weeks} weeks there were too few answers to say anything about them.")
            }
            (Self::Nl, Some(times)) => {
                format!("In de laatste {weeks} weken vulden bezoekers de vragen {times} keer in.")
            }
            (Self::En, Some(times)) => {
                let times = self.times(times);
                format!("In the last {weeks} weeks visitors answered the questions {times}.")
            }
        };
        if let Some(clear) = clear {
            sentence += &match self {
                Self::Nl => format!(" Duidelijk: {clear} van 5."),
                Self::En => format!(" Clear: {clear} of 5."),
            };
        }
        if let Some(helped) = helped {
            sentence += &match self {
                Self::Nl => format!(" In één keer geholpen: {helped}%."),
                Self::En => format!(" Helped in one go: {helped}%."),
            };
        }
        if let Some(treated) = treated {
            sentence += &match self {
                Self::Nl => format!(" Goed behandeld: {treated}%."),
                Self::En => format!(" Treated well: {treated}%."),
            };
        }
        sentence
    }

    /// Tenths, such as "4,3".
    pub(in super::super) fn tenths(self, tenths: u64) -> String {
        let mark = match self {
            Self::Nl => ',',
            Self::En => '.',
        };
        format!("{}{mark}{}", tenths / 10, tenths % 10)
    }

    /// A plot for whoever does not see it: its lowest and highest figure, each with the number of its week.
    pub(in super::super) fn plot_in_words(
        self,
        title: &str,
        extremes: &Option<[(String, String); 2]>,
    ) -> String {
        match (self, extremes) {
            (Self::Nl, None) => format!("{title}. Er zijn per week nog te weinig antwoorden."),
            (Self::En, None) => format!("{title}. There are too few answers by week yet."),
            (Self::Nl, Some([(low_week, low), (high_week, high)])) => format!(
                "{title}. Laagst: {low} in week {low_week}. Hoogst: {high} in week {high_week}. Alle cijfers staan in \
                 de tabel Per week."
            ),
            (Self::En, Some([(low_week, low), (high_week, high)])) => format!(
                "{title}. Lowest: {low} in week {low_week}. Highest: {high} in week {high_week}. All figures stand in \
                 the table By week."
            ),
        }
    }

    /// A week by its Monday, such as "Week 47 van 2026".
    pub(in super::super) fn week(self, monday: Date) -> String {
        let iso = monday.iso_week_date();
        match self {
            Self::Nl => format!("Week {} van {}", iso.week(), iso.year()),
            Self::En => format!("Week {} of {}", iso.week(), iso.year()),
        }
    }

    /// The first and last day of a week.
    pub(in super::super) fn days_of_week(self, monday: Date) -> String {
        let sunday = monday.saturating_add(Span::new().days(6));
        // Both without the year, which stands with the week.
        let day = |day: Date| {
            let month = usize::from(day.month().unsigned_abs()) - 1;
            format!("{} {}", day.day(), self.texts().months.get(month).copied().unwrap_or_default())
        };
        format!("{} – {}", day(monday), day(sunday))
    }
}

/// A difference in words that say more, less, and neither.
fn more(now: u64, before: u64, [more, less, equal]: [&str; 3], number: impl Fn(u64) -> String) -> String {
    match now.cmp(&before) {
        Ordering::Greater => format!("{} {more}", number(now - before)),
        Ordering::Less => format!("{} {less}", number(before - now)),
        Ordering::Equal => equal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_the_year_and_the_days_that_it_has_in_the_calendar() {
        let monday: Date = "2026-12-28".parse().unwrap();
        assert_eq!(Lang::Nl.week(monday), "Week 53 van 2026");
        assert_eq!(Lang::En.days_of_week(monday), "28 Dec – 3 Jan");
    }

    #[test]
    fn what_few_people_said_is_left_out_of_the_sentence() {
        let sentence = Lang::Nl.surveys_sentence(13, Some(231), Some(Lang::Nl.tenths(43)), None, None);
        assert_eq!(
            sentence,
            "In de laatste 13 weken vulden bezoekers de vragen 231 keer in. Duidelijk: 4,3 van 5."
        );
        let few = Lang::En.surveys_sentence(4, None, None, None, None);
        assert_eq!(few, "In the last 4 weeks there were too few answers to say anything about them.");
    }
}
