//! Where pillars stand and when one can get there, and how far away a postcode is. Pure: the moment is an argument.
//!
//! Invariant: a day without hours is closed, and a distance is as the crow flies, on a round earth.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::Text;

/// The mean radius of the earth, in kilometres.
const EARTH_KM: f64 = 6371.0;
/// A site that is closed opens again within so many days, or nobody can say when.
const LOOK_AHEAD_DAYS: i64 = 366;

/// Where the pillars of a municipality stand, and where its postcodes lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sites {
    /// A place for each pillar.
    pub sites: Vec<Site>,
    /// Where postcodes lie.
    pub places: Vec<Neighbourhood>,
}

/// Where one pillar stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The name of the pillar at the hub.
    pub pillar: String,
    /// What people call the building, such as "Jumbo Marktplein".
    pub name: String,
    /// Street and house number.
    pub address: String,
    /// Its postcode, such as `2411AD`.
    pub postcode: String,
    /// Its town or village.
    pub town: String,
    /// Where it is.
    pub point: Point,
    /// How one gets there and up to it in a wheelchair, when something was written.
    pub access: Option<Text>,
    /// When one can get there.
    pub hours: Hours,
}

/// Where the houses of a postcode lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbourhood {
    /// Its first four digits, or all six signs.
    pub postcode: String,
    /// The town, village or quarter.
    pub name: String,
    /// Its middle.
    pub point: Point,
}

/// A point on the earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich.
    pub longitude: f64,
}

/// When a building is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// For each weekday from Monday on, from and until when; closed when there is nothing.
    pub week: [Vec<(Time, Time)>; 7],
    /// Days on which it is otherwise, such as holidays.
    pub except: Vec<(Date, Vec<(Time, Time)>)>,
}

/// Whether a building is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is, until then.
    OpenUntil(Time),
    /// It is not, and opens then.
    OpensAt(DateTime),
    /// It is not, and nobody knows when it will be.
    Closed,
}

impl Sites {
    /// Where a postcode lies, by as many of its signs as are known: `2411AB`, else `2411`.
    #[must_use]
    pub fn point_of(&self, postcode: &str) -> Option<Point> {
        let exactly = |wanted: &str| self.places.iter().find(|place| place.postcode == wanted);
        let found = exactly(postcode).or_else(|| exactly(postcode.get(..4)?));
        found.map(|place| place.point)
    }

    /// Where a pillar stands.
    #[must_use]
    pub fn of_pillar(&self, pillar: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.pillar == pillar)
    }
}

impl Point {
    /// How far another point is, in kilometres, as the crow flies.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
        let across = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let chord = half(self.latitude, other.latitude) + across * half(self.longitude, other.longitude);
        2.0 * EARTH_KM * chord.clamp(0.0, 1.0).sqrt().asin()
    }
}

impl Hours {
    /// From and until when it is open on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> &[(Time, Time)] {
        let except = self.except.iter().find(|(other, _)| *other == day).map(|(_, hours)| hours);
        except.unwrap_or(&self.week[place_of(day.weekday())])
    }

    /// Whether it is open at a moment, local time.
    #[must_use]
    pub fn at(&self, now: DateTime) -> Opening {
        let is_now = |(from, until): &&(Time, Time)| *from <= now.time() && now.time() < *until;
        if let Some((_, until)) = self.on(now.date()).iter().find(is_now) {
            return Opening::OpenUntil(*until);
        }
        let days = (0..=LOOK_AHEAD_DAYS).filter_map(|days| now.date().checked_add(days.days()).ok());
        let mut moments =
            days.flat_map(|day| self.on(day).iter().map(move |(from, _)| day.to_datetime(*from)));
        moments.find(|moment| *moment > now).map_or(Opening::Closed, Opening::OpensAt)
    }
}

/// The place of a weekday in [`Hours::week`].
fn place_of(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn shop() -> Hours {
        let mut hours = Hours::default();
        for day in 0..5 {
            hours.week[day] =
                vec![(time(9, 0, 0, 0), time(12, 30, 0, 0)), (time(13, 0, 0, 0), time(18, 0, 0, 0))];
        }
        hours.except = vec![
            (date(2026, 12, 25), vec![]),
            (date(2026, 12, 26), vec![(time(10, 0, 0, 0), time(12, 0, 0, 0))]),
        ];
        hours
    }

    #[test]
    fn a_shop_is_open_within_its_hours_and_says_when_it_opens_again() {
        let hours = shop();
        for (now, expected) in [
            (date(2026, 11, 23).at(9, 0, 0, 0), Opening::OpenUntil(time(12, 30, 0, 0))),
            (date(2026, 11, 23).at(12, 45, 0, 0), Opening::OpensAt(date(2026, 11, 23).at(13, 0, 0, 0))),
            (date(2026, 11, 23).at(18, 0, 0, 0), Opening::OpensAt(date(2026, 11, 24).at(9, 0, 0, 0))),
            (date(2026, 11, 27).at(20, 0, 0, 0), Opening::OpensAt(date(2026, 11, 30).at(9, 0, 0, 0))),
        ] {
            assert_eq!(hours.at(now), expected, "{now}");
        }
    }

    #[test]
    fn a_holiday_is_as_it_was_written_and_not_as_its_weekday() {
        let hours = shop();
        let christmas = date(2026, 12, 25).at(10, 0, 0, 0);
        assert_eq!(hours.at(christmas), Opening::OpensAt(date(2026, 12, 26).at(10, 0, 0, 0)));
        let boxing_day = date(2026, 12, 26).at(11, 0, 0, 0);
        assert_eq!(
            hours.at(boxing_day),
            Opening::OpenUntil(time(12, 0, 0, 0)),
            "a Saturday, closed otherwise"
        );
        assert_eq!(Hours::default().at(christmas), Opening::Closed);
    }

    #[test]
    fn a_distance_is_that_of_the_crow() {
        let point = |latitude, longitude| Point { latitude, longitude };
        let (gouda, utrecht) = (point(52.0116, 4.7105), point(52.0894, 5.1100));
        let km = gouda.km_to(utrecht);
        assert!((28.0..29.5).contains(&km), "{km}");
        assert!(gouda.km_to(gouda) < 1e-9);
        assert!((gouda.km_to(utrecht) - utrecht.km_to(gouda)).abs() < 1e-9);
        let opposite = point(0.0, 0.0).km_to(point(0.0, 180.0));
        assert!((opposite - 20_015.1).abs() < 1.0, "{opposite}");
    }

    #[test]
    fn a_postcode_lies_where_its_signs_say_and_else_where_its_digits_say() {
        let place = |postcode: &str, latitude| Neighbourhood {
            postcode: postcode.into(),
            name: "Dorp".into(),
            point: Point { latitude, longitude: 4.7 },
        };
        let sites = Sites { sites: vec![], places: vec![place("2411", 52.1), place("2411AB", 52.2)] };
        let latitude = |postcode: &str| sites.point_of(postcode).map(|point| point.latitude);
        assert_eq!(latitude("2411AB"), Some(52.2));
        assert_eq!(latitude("2411AC"), Some(52.1));
        assert_eq!(latitude("2411"), Some(52.1));
        assert_eq!(latitude("2412AB"), None);
        assert_eq!(latitude("24"), None);
    }
}
