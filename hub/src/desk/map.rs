//! Where things stand on a drawing of the municipality, without anybody else's map. Pure.
//!
//! Invariants: north is up and a kilometre is as long everywhere; no two marks lie upon each other as long as there is
//! room, and one that had to make room still knows its place.

/// How wide and high the drawing is, in its own units.
pub(super) const WIDE: f64 = 360.0;
/// See [`WIDE`].
pub(super) const HIGH: f64 = 320.0;
/// What stays free at its edges, for marks that make room, the scale and the arrow to the north.
const EDGE: f64 = 56.0;
/// How large a mark is, from its middle: on the smallest screen it is still as large as a finger needs.
pub(super) const MARK: f64 = 18.0;
/// How far two marks are apart; squares at an angle have to make more room than others.
const APART: f64 = 2.0 * MARK + 10.0;
/// How often marks make room for each other, and how many pairs are looked at for it at most: of more than some hundred
/// marks there is no room for all, and nobody waits for it.
const ROUNDS: usize = 200;
const PAIRS: usize = 2_000_000;
/// Kilometres in a degree of latitude.
const DEGREE: f64 = 111.2;
/// No drawing shows less than so many kilometres: a single place would fill it.
const LEAST: f64 = 2.0;
/// How long the bar for the scale may be.
const LONGEST_BAR: f64 = 120.0;
/// How wide a letter of a name is, about, and how high.
const LETTER: (f64, f64) = (8.0, 16.0);

/// Where something is on earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub lat: f64,
    pub lon: f64,
}

/// Where something is on the drawing: to the right and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct At {
    pub x: f64,
    pub y: f64,
}

/// A drawing that has room for some spots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drawing {
    middle: Spot,
    /// Units in a kilometre.
    scale: f64,
}

/// A mark, and the place that it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    pub at: At,
    pub place: At,
}

impl Drawing {
    /// A drawing of spots; nothing when there are none.
    pub(super) fn of(spots: &[Spot]) -> Option<Self> {
        let range = |value: fn(&Spot) -> f64| {
            let values = spots.iter().map(value);
            let low = values.clone().fold(f64::INFINITY, f64::min);
            (low, values.fold(f64::NEG_INFINITY, f64::max))
        };
        if spots.is_empty() {
            return None;
        }
        let ((south, north), (west, east)) = (range(|spot| spot.lat), range(|spot| spot.lon));
        let middle = Spot { lat: f64::midpoint(south, north), lon: f64::midpoint(west, east) };
        let (down, across) =
            ((north - south) * DEGREE, (east - west) * DEGREE * middle.lat.to_radians().cos());
        let scale = f64::min(
            (WIDE - 2.0 * EDGE) / f64::max(across, LEAST),
            (HIGH - 2.0 * EDGE) / f64::max(down, LEAST),
        );
        Some(Self { middle, scale })
    }

    /// Where a spot is.
    pub(super) fn at(&self, spot: Spot) -> At {
        let east = (spot.lon - self.middle.lon) * DEGREE * self.middle.lat.to_radians().cos();
        let north = (spot.lat - self.middle.lat) * DEGREE;
        At { x: WIDE / 2.0 + east * self.scale, y: HIGH / 2.0 - north * self.scale }
    }

    /// Marks for spots, in their order, that make room for each other.
    pub(super) fn marks(&self, spots: &[Spot]) -> Vec<Mark> {
        let mut marks: Vec<Mark> =
            spots.iter().map(|spot| self.at(*spot)).map(|place| Mark { at: place, place }).collect();
        let rounds = ROUNDS.min(PAIRS / marks.len().pow(2).max(1));
        for _ in 0..rounds {
            let mut moved = false;
            for one in 0..marks.len() {
                for other in one + 1..marks.len() {
                    if let Some((first, second)) = parted(marks[one].at, marks[other].at, one + other) {
                        (marks[one].at, marks[other].at) = (first, second);
                        moved = true;
                    }
                }
            }
            if !moved {
                break;
            }
        }
        marks
    }

    /// A bar for the scale: how many kilometres it stands for, and how long it is. The longest of 1, 2, 5, 10 and so on
    /// that fits.
    pub(super) fn bar(&self) -> (u32, f64) {
        let lengths = [1, 2, 5, 10, 20, 50, 100, 200, 500];
        let fits = |km: &u32| f64::from(*km) * self.scale <= LONGEST_BAR;
        let km = lengths.into_iter().rfind(fits).unwrap_or(1);
        (km, f64::from(km) * self.scale)
    }
}

/// Names near where they belong, each where it lies upon no mark and no other name; one for which there is no such room
/// is left out. Where the middle of a name's base line is.
pub(super) fn names<'a>(belong: &[(&'a str, At)], marks: &[Mark]) -> Vec<(&'a str, At)> {
    let on_a_mark = |name: Area| marks.iter().any(|mark| name.touches(Area::around(mark.at, MARK, MARK)));
    let mut placed: Vec<(&str, At)> = Vec::new();
    for (name, belongs) in belong {
        let steps = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0];
        let tries = steps.iter().flat_map(|across| steps.iter().map(move |down| (*across, *down)));
        let at = |(across, down): (f64, f64)| At {
            x: across.mul_add(1.5 * MARK, belongs.x),
            y: down.mul_add(1.25 * MARK, belongs.y),
        };
        let is_free = |at: &At| {
            let area = Area::of(name, *at);
            let others = placed.iter().any(|(other, at)| area.touches(Area::of(other, *at)));
            area.is_inside() && !on_a_mark(area) && !others
        };
        let mut tries: Vec<At> = tries.map(at).filter(is_free).collect();
        tries.sort_by(|one, other| belongs.far(*one).total_cmp(&belongs.far(*other)));
        placed.extend(tries.first().map(|at| (*name, *at)));
    }
    placed
}

impl At {
    fn far(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A part of the drawing: its middle, and how far it reaches from there.
#[derive(Clone, Copy)]
struct Area {
    middle: At,
    wide: f64,
    high: f64,
}

impl Area {
    const fn around(middle: At, wide: f64, high: f64) -> Self {
        Self { middle, wide, high }
    }

    /// What a name takes.
    fn of(name: &str, at: At) -> Self {
        let wide = name.chars().count() as f64 * LETTER.0 / 2.0;
        Self::around(At { x: at.x, y: at.y - LETTER.1 / 3.0 }, wide, LETTER.1 / 2.0)
    }

    fn touches(self, other: Self) -> bool {
        (self.middle.x - other.middle.x).abs() < self.wide + other.wide
            && (self.middle.y - other.middle.y).abs() < self.high + other.high
    }

    /// Above the scale, and below the arrow.
    fn is_inside(self) -> bool {
        let (x, y) = (self.middle.x, self.middle.y);
        x - self.wide >= 4.0
            && x + self.wide <= WIDE - 4.0
            && y - self.high >= EDGE - 4.0
            && y + self.high <= HIGH - EDGE + MARK
    }
}

/// Two marks that lie upon each other, moved apart within the drawing. `turn` says which way those go that are at the
/// very same place.
fn parted(one: At, other: At, turn: usize) -> Option<(At, At)> {
    let (x, y) = (other.x - one.x, other.y - one.y);
    let distance = x.hypot(y);
    if distance >= APART - 0.01 {
        return None;
    }
    let (x, y) = if distance < 0.01 {
        let angle = turn as f64 * 2.4;
        (angle.cos(), angle.sin())
    } else {
        (x / distance, y / distance)
    };
    let step = (APART - distance) / 2.0;
    let inside = |x: f64, y: f64| At { x: x.clamp(MARK, WIDE - MARK), y: y.clamp(MARK, HIGH - MARK) };
    Some((inside(one.x - x * step, one.y - y * step), inside(other.x + x * step, other.y + y * step)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(lat: f64, lon: f64) -> Spot {
        Spot { lat, lon }
    }

    #[test]
    fn north_is_up_and_east_is_right_and_all_of_it_is_inside() {
        let spots = [spot(52.08, 4.75), spot(52.04, 4.80), spot(52.10, 4.90)];
        let drawing = Drawing::of(&spots).unwrap();
        let [first, south, east] = spots.map(|spot| drawing.at(spot));
        assert!(south.y > first.y && east.y < first.y, "{first:?} {south:?} {east:?}");
        assert!(south.x > first.x && east.x > south.x);
        for at in [first, south, east] {
            assert!((EDGE - 0.1..=WIDE - EDGE + 0.1).contains(&at.x), "{at:?}");
            assert!((EDGE - 0.1..=HIGH - EDGE + 0.1).contains(&at.y), "{at:?}");
        }
    }

    #[test]
    fn a_kilometre_is_as_long_to_the_north_as_to_the_east() {
        let drawing = Drawing::of(&[spot(52.0, 4.7), spot(52.1, 4.9)]).unwrap();
        let middle = drawing.at(spot(52.05, 4.8));
        let north = drawing.at(spot(52.05 + 1.0 / DEGREE, 4.8));
        let east = drawing.at(spot(52.05, 4.8 + 1.0 / (DEGREE * 52.05_f64.to_radians().cos())));
        assert!(((middle.y - north.y) - (east.x - middle.x)).abs() < 0.01);
        let (km, long) = drawing.bar();
        assert!((long - f64::from(km) * (middle.y - north.y)).abs() < 0.01);
    }

    #[test]
    fn marks_at_one_place_make_room_and_still_know_it() {
        let spots: Vec<Spot> = (0..9).map(|_| spot(52.05, 4.8)).chain([spot(52.06, 4.81)]).collect();
        let marks = Drawing::of(&spots).unwrap().marks(&spots);
        for (number, one) in marks.iter().enumerate() {
            assert!((MARK..=WIDE - MARK).contains(&one.at.x) && (MARK..=HIGH - MARK).contains(&one.at.y));
            for other in &marks[number + 1..] {
                let distance = (one.at.x - other.at.x).hypot(one.at.y - other.at.y);
                assert!(distance >= 2.0 * MARK, "{distance}");
            }
        }
        assert_eq!(marks[0].place, marks[8].place);
    }

    #[test]
    fn a_name_stands_beside_the_marks_and_no_two_names_upon_each_other() {
        let spots = [spot(52.05, 4.8), spot(52.051, 4.801), spot(52.06, 4.83)];
        let drawing = Drawing::of(&spots).unwrap();
        let marks = drawing.marks(&spots);
        let belong = [
            ("Voorbeeldhuizen", drawing.at(spots[0])),
            ("Molenwijk", drawing.at(spots[1])),
            ("Voorbeelddorp", drawing.at(spots[2])),
        ];
        let named = names(&belong, &marks);
        assert_eq!(named.len(), 3);
        for (number, (name, at)) in named.iter().enumerate() {
            let area = Area::of(name, *at);
            assert!(area.is_inside(), "{name} {at:?}");
            assert!(at.far(belong[number].1) < 5.0 * MARK, "{name} is near");
            for mark in &marks {
                assert!(!area.touches(Area::around(mark.at, MARK, MARK)), "{name} {at:?} {mark:?}");
            }
            for (other, at) in &named[number + 1..] {
                assert!(!area.touches(Area::of(other, *at)), "{name} {other}");
            }
        }
        let crowd: Vec<(&str, At)> = (0..99).map(|_| ("Voorbeeldhuizen", drawing.at(spots[0]))).collect();
        assert!(names(&crowd, &marks).len() < 30, "what has no room is left out");
    }

    #[test]
    fn a_single_place_stands_in_the_middle_and_no_place_is_no_drawing() {
        let spots = [spot(52.05, 4.8)];
        let drawing = Drawing::of(&spots).unwrap();
        assert_eq!(drawing.at(spots[0]), At { x: WIDE / 2.0, y: HIGH / 2.0 });
        assert!(Drawing::of(&[]).is_none());
    }
}
