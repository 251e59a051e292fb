//! What visitors thought, from the pillar's question to what staff read.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use uuid::Uuid;
use zuil_hub::store::{Batch, survey_week};
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Missed, SurveyAnswers, Treated};

use super::desk::{Browser, signed_in};
use super::harness::{TestHub, TestPillar, hub};

/// Surveys (made up) about one task with these marks; whoever gave a 4 or 5 was helped in one go, and whoever gave a 1
/// or 2 was not treated that well and missed help from a person.
pub fn surveys(task: &str, marks: &[u8]) -> Vec<SurveyItem> {
    let survey = |clear: &u8| SurveyItem {
        id: Uuid::new_v4(),
        task: task.into(),
        answers: SurveyAnswers {
            clear: Some(*clear),
            helped: Some(*clear > 3),
            treated: Some(if *clear > 2 { Treated::Yes } else { Treated::ALittle }),
            missing: (*clear < 3).then_some(Missed::Person),
        },
    };
    marks.iter().map(survey).collect()
}

async fn tells(pillar: &TestPillar, surveys: Vec<SurveyItem>) {
    let ids: Vec<Uuid> = surveys.iter().map(|survey| survey.id).collect();
    assert_eq!(pillar.upload_with(&[], surveys).await.surveys, ids);
}

/// Three pillars: one with enough answers, one with just enough, one with too few.
async fn a_week(hub: &TestHub) {
    let [jumbo, library, hall] = ["jumbo", "bieb", "raadhuis"].map(|name| hub.add_pillar(name));
    tells(&jumbo, surveys("bulky-waste", &[5, 5, 5, 5, 4, 3])).await;
    tells(&jumbo, surveys("callback", &[2, 2, 2, 2, 2, 2, 2])).await;
    tells(&library, surveys("bulky-waste", &[1, 1])).await;
    tells(&hall, surveys("bulky-waste", &[4, 4, 4, 4, 4])).await;
}

/// The cells of the row that begins with a name.
fn row(page: &str, name: &str) -> Vec<String> {
    let start = page.find(&format!("scope=\"row\">{name}<")).unwrap_or_else(|| panic!("no row {name}"));
    let row = page[start..].split("</tr>").next().unwrap();
    let cells = row.split("<td ").skip(1).filter_map(|cell| cell.split_once('>'));
    cells.map(|(_, cell)| cell.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn staff_read_what_visitors_think_and_of_few_answers_only_that_they_are_few() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let empty = browser.text("/surveys").await;
    assert!(empty.contains("Hierover zijn geen antwoorden.") && !empty.contains("<svg viewBox=\"0 0 480"));
    a_week(&hub).await;
    let page = browser.text("/surveys").await;
    assert!(page.contains("In de laatste 13 weken vulden bezoekers de vragen 20 keer in."), "{page}");
    assert!(page.contains("Duidelijk: 3,2 van 5. In één keer geholpen: 50%. Goed behandeld: 55%."), "{page}");
    assert_eq!(row(&page, "jumbo"), ["13", "3,2", "38%", "46%", "te weinig"]);
    // Of what was missing, the seven who said so at one pillar would tell of the two at another.
    // Two answers are few; the next smallest goes, too, or they would be the difference.
    assert_eq!(row(&page, "bieb"), ["te weinig"; 5]);
    assert_eq!(row(&page, "raadhuis"), ["te weinig"; 5]);
    let week = survey_week(Timestamp::now()).iso_week_date();
    let name = format!("Week {} van {}", week.week(), week.year());
    assert_eq!(row(&page, &name), ["20", "3,2", "50%", "55%", "Hulp van een mens (100%)"]);
    let in_words = format!("Hoe duidelijk het was, per week. Laagst: 3,2 in week {}.", week.week());
    assert!(page.contains(&in_words) && page.contains(" Het vaakst: Hulp van een mens (100%)."), "{page}");
    // A bar in each of three plots, and one for each thing that may be missed.
    assert_eq!(page.matches("<rect class=\"plot-bar\"").count(), 3 + 6);
    assert_eq!(
        (row(&page, "Hulp van een mens"), row(&page, "Ik miste niets")),
        (vec!["100%".into()], vec!["0%".into()])
    );
    let english = browser.text("/surveys?lang=en").await;
    assert!(english.contains("Clear: 3.2 of 5.") && english.contains("too few"));
}

#[tokio::test]
async fn one_pillar_and_one_task_can_be_looked_at_alone() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    a_week(&hub).await;
    let page = browser.text("/surveys?weeks=4&pillar=jumbo&task=bulky-waste").await;
    assert!(page.contains("In de laatste 4 weken vulden bezoekers de vragen 6 keer in."), "{page}");
    assert_eq!(row(&page, "jumbo"), ["6", "4,5", "83%", "100%", "te weinig"]);
    assert!(!page.contains("scope=\"row\">callback<"));
    // What was chosen stays chosen, and the others can be chosen still.
    assert!(page.contains("<option value=\"jumbo\" selected>") && page.contains("<option value=\"bieb\">"));
    let few = browser.text("/surveys?pillar=bieb").await;
    assert!(few.contains("te weinig antwoorden om er iets over te zeggen.</p>"), "{few}");
    assert!(
        few.contains("nog te weinig antwoorden") && !few.contains("2 keer") && !few.contains("1,0"),
        "{few}"
    );
    let odd = browser.text("/surveys?weeks=7&pillar=nowhere").await;
    assert!(odd.contains("Hierover zijn geen antwoorden."));
    assert!(browser.text("/surveys?weeks=many").await.contains("Laatste 13 weken"));
}

#[tokio::test]
async fn whoever_chooses_a_pillar_learns_no_more_than_the_whole_page_tells() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    a_week(&hub).await;
    // The two at the library would be the whole without the others.
    let hall = browser.text("/surveys?pillar=raadhuis").await;
    assert!(hall.contains("te weinig antwoorden om er iets over te zeggen.</p>"), "{hall}");
    assert_eq!(row(&hall, "raadhuis"), ["te weinig"; 5]);
    assert_eq!(row(&hall, "Keer ingevuld")[0], "te weinig");
    assert!(hall.contains("nog te weinig antwoorden") && !hall.contains("Laagst: "), "{hall}");
    // And what they missed would be what all missed without the seven.
    let jumbo = browser.text("/surveys?pillar=jumbo").await;
    assert!(jumbo.contains("vulden bezoekers de vragen 13 keer in."), "{jumbo}");
    assert!(!jumbo.contains("Hulp van een mens (100%)"), "{jumbo}");
    let all = browser.text("/surveys").await;
    assert!(all.contains("Hulp van een mens (100%)"), "{all}");
}

#[tokio::test]
async fn the_figures_go_into_a_spreadsheet_without_what_few_people_said() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    a_week(&hub).await;
    tells(&hub.add_pillar("spar"), surveys("=1+1", &[5, 5, 5, 5, 5])).await;
    let response = browser.get("/surveys.csv?weeks=52").await;
    assert_eq!(response.status(), StatusCode::OK);
    let named = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.starts_with("attachment; filename=\"wat-bezoekers-vinden-20"), "{named}");
    let text = response.text().await.unwrap();
    let monday = survey_week(Timestamp::now());
    let week = monday.iso_week_date();
    // Nobody answered a year earlier.
    let few = |times: usize| vec!["te weinig"; times].join(";");
    let line = |rest: String| format!("{}-W{:02};{monday};{rest};{}\r\n", week.year(), week.week(), few(4));
    let callback = line(format!("\"jumbo\";\"callback\";7;2,0;0%;0%;{}", few(6)));
    assert!(text.contains(&callback), "{text}");
    assert!(text.contains(&line(format!("\"bieb\";\"bulky-waste\";{}", few(10)))), "{text}");
    // Or the two answers would be the week without all others.
    assert!(text.contains(&line(format!("\"raadhuis\";\"bulky-waste\";{}", few(10)))), "{text}");
    assert!(text.contains(&line(format!("\"spar\";\"'=1+1\";5;5,0;100%;100%;{}", few(6)))), "{text}");
    assert_eq!(text.lines().count(), 6);
    let only = browser.get("/surveys.csv?pillar=jumbo&task=callback").await.text().await.unwrap();
    assert_eq!(only.lines().count(), 2);
}

/// A hub that was there before the pillar asked how people were treated, beside a period in which it was not.
#[tokio::test]
async fn a_period_stands_beside_the_one_before_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    let older = surveys("bulky-waste", &[2, 2, 2, 2, 3, 3]).into_iter().map(|survey| SurveyItem {
        answers: SurveyAnswers { treated: None, missing: None, ..survey.answers },
        ..survey
    });
    let take = |surveys: Vec<SurveyItem>, weeks_ago: i64| {
        let batch = Batch { pillar: "jumbo".into(), surveys, ..Batch::default() };
        let at = Timestamp::now() - SignedDuration::from_hours(24 * 7 * weeks_ago);
        hub.running.store.take_in(&batch, at).unwrap();
    };
    take(older.collect(), 5);
    take(surveys("bulky-waste", &[4, 4, 4, 4, 4, 4, 4]), 2);
    let page = browser.text("/surveys?weeks=4").await;
    assert!(page.contains("Laatste 4 weken</th>") && page.contains("De 4 weken ervoor</th>"), "{page}");
    assert_eq!(row(&page, "Keer ingevuld"), ["7", "6", "1 meer"]);
    assert_eq!(row(&page, "Duidelijk (1 tot 5)"), ["4,0", "2,3", "1,7 hoger"]);
    assert_eq!(row(&page, "In één keer geholpen"), ["100%", "0%", "100 procentpunt hoger"]);
    assert_eq!(row(&page, "Goed behandeld"), ["100%", "te weinig", "niet te zeggen"]);
    // The file has each week beside the one that is a period earlier, also one in which nobody answered now.
    let file = browser.text("/surveys.csv?weeks=4").await;
    let heads = file.lines().next().unwrap();
    assert!(heads.ends_with(";\"4 weken eerder: Goed behandeld\""), "{heads}");
    let beside =
        |weeks_ago: i64| survey_week(Timestamp::now() - SignedDuration::from_hours(24 * 7 * weeks_ago));
    let line = |week: Date| {
        let found = file.lines().find(|line| line.contains(&format!(";{week};")));
        found.unwrap_or_else(|| panic!("{week}: {file}")).split(';').skip(4).collect::<Vec<_>>()
    };
    let few = "te weinig";
    assert_eq!(
        line(beside(2)),
        ["7", "4,0", "100%", "100%", few, few, few, few, few, few, few, few, few, few]
    );
    assert_eq!(line(beside(1)), [[few; 10].as_slice(), &["6", "2,3", "0%", few]].concat());
    assert_eq!(file.lines().count(), 3);
    // Another period has another one before it.
    let page = browser.text("/surveys?weeks=13&lang=en").await;
    assert_eq!(row(&page, "Times answered"), ["13", "too few", "not to be said"]);
}

#[tokio::test]
async fn what_visitors_think_is_for_staff_only() {
    let hub = hub().await;
    for path in ["/surveys", "/surveys.csv"] {
        assert_eq!(Browser::new(&hub).get(path).await.status(), StatusCode::SEE_OTHER, "{path}");
    }
}
