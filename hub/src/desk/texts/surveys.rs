//! Words about what residents thought of their visits. Invariant: an average is never told without saying of what, and
//! of few answers it is only told that they are few.

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
    pub few: &'static str,
    pub clear_by_week: &'static str,
    pub helped_by_week: &'static str,
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
    few: "te weinig",
    clear_by_week: "Hoe duidelijk het was, per week",
    helped_by_week: "In één keer geholpen, per week",
    by_week: "Per week",
    by_pillar: "Per zuil",
    by_task: "Per aanvraag",
    download: "Download als CSV, voor een rekenblad",
    download_name: "wat-bezoekers-vinden",
    privacy: "Niemand weet wie wat invulde: de hub telt antwoorden per week, zuil en aanvraag, in de week waarin ze \
              binnenkwamen. Bij minder dan 5 antwoorden staat er “te weinig”. Is dat in een lijst maar één regel, dan \
              is ook de kleinste andere regel weggelaten, zodat niemand het verschil kan uitrekenen.",
    empty: "Hierover zijn geen antwoorden.",
    empty_help: "Aan het eind van een bezoek vraagt de zuil of het duidelijk was en of iemand in één keer is geholpen. \
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
    few: "too few",
    clear_by_week: "How clear it was, by week",
    helped_by_week: "Helped in one go, by week",
    by_week: "By week",
    by_pillar: "By pillar",
    by_task: "By request",
    download: "Download as CSV, for a spreadsheet",
    download_name: "what-visitors-think",
    privacy: "Nobody knows who answered what: the hub counts answers by week, pillar and request, in the week in which \
              they came in. Of fewer than 5 answers it says “too few”. If that is only one line of a list, the \
              smallest other line is left out too, so that nobody can work out the difference.",
    empty: "There are no answers about this.",
    empty_help: "At the end of a visit the pillar asks whether it was clear, and whether somebody was helped in one go. \
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

    /// "In de laatste 13 weken vulden bezoekers de vragen 231 keer in. Duidelijk: 4,3 van 5. …"
    pub(in super::super) fn surveys_sentence(
        self,
        weeks: i64,
        times: Option<u64>,
        clear: Option<String>,
        helped: Option<u64>,
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
        let sentence = Lang::Nl.surveys_sentence(13, Some(231), Some(Lang::Nl.tenths(43)), None);
        assert_eq!(
            sentence,
            "In de laatste 13 weken vulden bezoekers de vragen 231 keer in. Duidelijk: 4,3 van 5."
        );
        let few = Lang::En.surveys_sentence(4, None, None, None);
        assert_eq!(few, "In the last 4 weeks there were too few answers to say anything about them.");
    }
}
