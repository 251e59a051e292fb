//! Stories of rolls: used up slowly, changed early, counted wrong, and forgotten by a power cut.

use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 3, 30);

fn day(before: i64) -> Date {
    TODAY.checked_sub(in_days(before)).unwrap()
}

/// A counter that saw so much use on each of the days before today, the oldest first.
fn after(uses: &[u32]) -> PaperCounter {
    let mut counter = PaperCounter::new(PaperSettings::default());
    for (place, &used) in uses.iter().enumerate() {
        counter.used(used, day((uses.len() - place) as i64));
    }
    counter
}

fn empty_on(counter: &PaperCounter) -> Option<Date> {
    counter.paper(TODAY).empty_on
}

fn in_(days: i64) -> Option<Date> {
    Some(TODAY.checked_add(in_days(days)).unwrap())
}

#[test]
fn a_technician_hears_the_first_day_on_which_the_roll_may_be_empty() {
    // 10 m used; 70 m left: 4 m still today, and 66 m for the days after it.
    let counter = after(&[2_000, 4_000, 4_000]);
    assert_eq!(counter.left_mm(), 70_000);
    let mean = 10_000_u64.div_ceil(3);
    assert_eq!(empty_on(&counter), in_((70_000 - mean).div_ceil(mean) as i64));
    assert_eq!(counter.paper(TODAY).used_mm, 10_000);
    assert_eq!(counter.paper(TODAY).roll_mm, 80_000);
}

#[test]
fn a_busy_week_brings_the_day_nearer() {
    let quiet = after(&[1_000; 28]);
    let mut busy_at_last = [1_000; 28];
    busy_at_last[21..].fill(3_000);
    let busy = after(&busy_at_last);
    assert_eq!(empty_on(&quiet), in_(51));
    // 42 m used, 38 m left at 3 m a day, 3 m of it today.
    assert_eq!(empty_on(&busy), in_(12));
}

#[test]
fn closed_days_do_not_make_the_forecast_bold() {
    let closed_at_times = after(&[2_000, 0, 0, 2_000, 0, 2_000, 0]);
    assert_eq!(empty_on(&closed_at_times), in_(36), "74 m at 2 m a day, not at 0.9 m");
}

#[test]
fn what_was_used_today_is_not_expected_once_more() {
    let mut counter = after(&[4_000, 4_000, 4_000]);
    counter.used(68_000, TODAY);
    assert_eq!(counter.left_mm(), 0);
    assert_eq!(empty_on(&counter), in_(0));
    let mut counter = after(&[4_000, 4_000, 4_000]);
    counter.used(64_000, TODAY);
    assert_eq!(empty_on(&counter), in_(1), "4 m are left, and today had its share");
    let mut counter = after(&[20_000, 20_000, 20_000]);
    counter.used(1_000, TODAY);
    assert_eq!(empty_on(&counter), in_(0), "19 m are left, and as much may still be used today");
}

#[test]
fn too_little_use_gives_no_forecast() {
    assert_eq!(empty_on(&PaperCounter::new(PaperSettings::default())), None);
    assert_eq!(empty_on(&after(&[5_000, 5_000])), None, "two days");
    assert_eq!(empty_on(&after(&[300, 300, 300])), None, "less than a metre");
    assert!(empty_on(&after(&[400, 300, 300])).is_some());
}

#[test]
fn hardly_any_use_gives_no_date_in_another_decade() {
    assert_eq!(empty_on(&after(&[1_000, 1, 1])).map(|day| day.year()), Some(2026));
    let settings = PaperSettings { roll_mm: u32::MAX, ..PaperSettings::default() };
    let mut counter = PaperCounter::new(settings);
    (1..=3).rev().for_each(|before| counter.used(334, day(before)));
    assert_eq!(empty_on(&counter), None);
}

#[test]
fn only_the_last_28_days_count() {
    let mut counter = PaperCounter::new(PaperSettings::default());
    counter.used(30_000, day(40));
    (1..=3).rev().for_each(|before| counter.used(1_000, day(before)));
    assert_eq!(counter.count.days.len(), 3);
    assert_eq!(counter.left_mm(), 47_000, "the roll forgets nothing");
    assert_eq!(empty_on(&counter), in_(46));
}

#[test]
fn days_of_a_clock_that_was_ahead_are_forgotten() {
    let mut counter = after(&[1_000, 1_000, 1_000]);
    counter.used(50_000, date(2031, 1, 1));
    assert_eq!(empty_on(&counter), None, "and with it all days before");
    (1..=3).rev().for_each(|before| counter.used(1_000, day(before)));
    assert_eq!(empty_on(&counter), in_(23), "24 m are left");
    assert_eq!(counter.count.days.len(), 3);
}

#[test]
fn paper_that_was_out_and_is_there_again_is_a_new_roll() {
    let mut counter = after(&[20_000, 20_000, 20_000]);
    for condition in [Condition::Ready, Condition::Printing, Condition::PaperOut] {
        counter.condition(condition);
    }
    assert_eq!((counter.left_mm(), empty_on(&counter)), (0, in_(0)));
    for condition in [Condition::CoverOpen, Condition::PaperOut, Condition::Offline, Condition::Ready] {
        counter.condition(condition);
    }
    assert_eq!(counter.paper(TODAY).used_mm, 0);
    assert_eq!(empty_on(&counter), in_(3), "the use of the last weeks is still known");
}

#[test]
fn a_cover_that_was_opened_is_no_new_roll() {
    let mut counter = after(&[20_000]);
    for condition in [Condition::CoverOpen, Condition::Ready, Condition::Offline, Condition::Ready] {
        counter.condition(condition);
    }
    assert_eq!(counter.paper(TODAY).used_mm, 20_000);
}

#[test]
fn a_roll_that_was_changed_before_its_end_is_recognised_by_the_sensor() {
    let mut counter = after(&[30_000]);
    counter.condition(Condition::NearEnd);
    counter.condition(Condition::Ready);
    assert_eq!(counter.paper(TODAY).used_mm, 30_000, "a sensor that flickers is no new roll");
    counter.condition(Condition::NearEnd);
    counter.condition(Condition::CoverOpen);
    counter.condition(Condition::Ready);
    assert_eq!(counter.paper(TODAY).used_mm, 0);
}

#[test]
fn a_technician_may_say_that_the_roll_is_new() {
    let mut counter = after(&[30_000]);
    counter.condition(Condition::NearEnd);
    counter.roll_changed();
    assert_eq!((counter.left_mm(), counter.paper(TODAY).used_mm), (80_000, 0));
}

#[test]
fn the_printers_own_sensor_is_believed_more_than_the_count() {
    let mut counter = after(&[1_000, 1_000, 1_000]);
    counter.condition(Condition::NearEnd);
    assert_eq!(counter.left_mm(), 2_000, "someone put in half a roll");
    counter.used(500, TODAY);
    assert_eq!(counter.left_mm(), 1_500);
    assert_eq!(empty_on(&counter), in_(1));
    counter.condition(Condition::Printing);
    counter.condition(Condition::NearEnd);
    assert_eq!(counter.left_mm(), 1_500, "the sensor speaks once of each roll");
    // The next roll is longer than it says; the sensor will speak in time.
    counter.condition(Condition::PaperOut);
    counter.condition(Condition::Ready);
    counter.used(85_000, TODAY);
    assert_eq!(counter.left_mm(), 2_000);
}

#[test]
fn the_remainder_of_a_roll_put_in_again_is_nearly_empty_still() {
    let mut counter = after(&[1_000]);
    counter.condition(Condition::PaperOut);
    counter.condition(Condition::NearEnd);
    assert_eq!(counter.left_mm(), 2_000);
}

#[test]
fn a_restart_goes_on_counting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.json");
    let mut counter = after(&[1_000, 2_000, 3_000]);
    counter.condition(Condition::NearEnd);
    counter.save(&file).unwrap();
    counter.save(&file).unwrap();
    let read = PaperCounter::load(&file, PaperSettings::default());
    assert_eq!(read, counter);
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["paper.json"]);
}

#[test]
fn a_power_cut_amid_saving_leaves_the_old_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.json");
    let counter = after(&[1_000, 2_000, 3_000]);
    counter.save(&file).unwrap();
    fs::write(file.with_extension("new"), b"{\"version\":1,\"us").unwrap();
    assert_eq!(PaperCounter::load(&file, PaperSettings::default()), counter);
    counter.save(&file).unwrap();
    assert_eq!(PaperCounter::load(&file, PaperSettings::default()), counter);
}

#[test]
fn a_file_that_is_missing_torn_or_absurd_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.json");
    let fresh = PaperCounter::new(PaperSettings::default());
    assert_eq!(PaperCounter::load(&file, PaperSettings::default()), fresh);
    after(&[1_000, 2_000]).save(&file).unwrap();
    let good = fs::read_to_string(&file).unwrap();
    let bad = [
        good[..good.len() / 2].to_owned(),
        String::new(),
        "\0".repeat(64),
        good.replace("\"version\":1", "\"version\":9"),
        good.replace("\"used_mm\":3000", "\"used_mm\":99999999999"),
        good.replace("\"used_mm\":3000", "\"used_mm\":-1"),
        good.replace("null", "5000"),
        good.replace("{", "{\"more\":1,"),
    ];
    for text in bad {
        assert_ne!(text, good);
        fs::write(&file, &text).unwrap();
        assert_eq!(PaperCounter::load(&file, PaperSettings::default()), fresh, "{text}");
    }
}

#[test]
fn a_folder_that_is_gone_is_an_error_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let counter = after(&[1_000]);
    assert!(counter.save(&folder.path().join("gone").join("paper.json")).is_err());
    assert_eq!(counter.paper(TODAY).used_mm, 1_000);
}
