//! Figures by week, drawn as bars. Invariant: a plot shows nothing that does not stand in the table beside it, and its
//! words say what a person would see in it.

/// The room that is drawn in, in units of the drawing.
const WIDTH: u64 = 480;
const LEFT: u64 = 44;
const RIGHT: u64 = 8;
const TOP: u64 = 12;
const BASE: u64 = 172;
/// The most weeks that are named below the bars.
const NAMES: usize = 13;

/// Bars by week.
pub(super) struct Plot {
    /// What is drawn.
    pub title: &'static str,
    /// The same in words.
    pub alternative: String,
    pub lines: Vec<Line>,
    pub bars: Vec<Bar>,
}

/// A line of the scale.
pub(super) struct Line {
    pub y: u64,
    /// The base line of its words.
    pub text_y: u64,
    pub text: String,
}

/// A week.
pub(super) struct Bar {
    pub x: u64,
    pub y: u64,
    pub width: u64,
    /// Nothing where there is no figure.
    pub height: u64,
    pub middle: u64,
    /// The number of the week; empty where there is no room for it.
    pub name: String,
}

/// Bars that lie below each other, each with its name above it.
pub(super) struct Lying {
    /// What is drawn.
    pub title: &'static str,
    /// The same in words.
    pub alternative: String,
    /// How high the drawing is.
    pub height: u64,
    pub bars: Vec<LyingBar>,
}

/// A share of a hundred.
pub(super) struct LyingBar {
    pub name: &'static str,
    /// The base line of its words.
    pub text_y: u64,
    pub y: u64,
    pub width: u64,
    pub text: String,
}

/// A scale: the lowest and highest figure, and between which figures there is a line.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub lowest: u64,
    pub highest: u64,
    pub step: u64,
}

impl Scale {
    fn height(self, figure: u64) -> u64 {
        let figure = figure.clamp(self.lowest, self.highest) - self.lowest;
        figure * (BASE - TOP) / (self.highest - self.lowest).max(1)
    }
}

/// The drawing of figures by week, the oldest first, each with the name of its week.
pub(super) fn draw(
    title: &'static str,
    alternative: String,
    scale: Scale,
    line: impl Fn(u64) -> String,
    weeks: &[(String, Option<u64>)],
) -> Plot {
    let Scale { lowest, highest, step } = scale;
    let figures = (0..).map(|number| lowest + number * step.max(1)).take_while(|figure| *figure <= highest);
    let lines = figures.map(|figure| {
        let y = BASE - scale.height(figure);
        Line { y, text_y: y + 5, text: line(figure) }
    });
    let each = (WIDTH - LEFT - RIGHT) / (weeks.len() as u64).max(1);
    let between = weeks.len().div_ceil(NAMES).max(1);
    let bars = (0_u64..).zip(weeks).map(|(place, (name, figure))| {
        let x = LEFT + place * each;
        // The lowest figure is seen too.
        let height = figure.map_or(0, |figure| scale.height(figure).max(2));
        // The newest is always named.
        let is_named = (weeks.len() as u64 - 1 - place).is_multiple_of(between as u64);
        Bar {
            x: x + each / 8,
            y: BASE - height,
            width: (each - each / 4).clamp(1, 48),
            height,
            middle: x + each / 8 + (each - each / 4).clamp(1, 48) / 2,
            name: if is_named { name.clone() } else { String::new() },
        }
    });
    Plot { title, alternative, lines: lines.collect(), bars: bars.collect() }
}

/// The drawing of shares of a hundred, each with its name and its words.
pub(super) fn draw_lying(
    title: &'static str,
    alternative: String,
    shares: impl Iterator<Item = (&'static str, u64, String)>,
) -> Lying {
    const EACH: u64 = 40;
    let bars: Vec<_> = (0_u64..)
        .zip(shares)
        .map(|(place, (name, share, text))| LyingBar {
            name,
            text_y: place * EACH + 14,
            y: place * EACH + 20,
            // The lowest share is seen too.
            width: (share.min(100) * WIDTH / 100).max(2),
            text,
        })
        .collect();
    Lying { title, alternative, height: bars.len() as u64 * EACH, bars }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERCENT: Scale = Scale { lowest: 0, highest: 100, step: 25 };

    fn drawn(weeks: usize, figure: Option<u64>) -> Plot {
        let weeks: Vec<_> = (1..=weeks).map(|week| (week.to_string(), figure)).collect();
        draw("title", String::new(), PERCENT, |figure| figure.to_string(), &weeks)
    }

    #[test]
    fn everything_that_is_drawn_lies_in_the_drawing() {
        for weeks in [1, 4, 13, 26, 52, 53] {
            let plot = drawn(weeks, Some(100));
            assert_eq!((plot.bars.len(), plot.lines.len()), (weeks, 5));
            for (bar, next) in plot.bars.iter().zip(plot.bars.iter().skip(1)) {
                assert!(bar.x + bar.width <= next.x, "{weeks}");
            }
            let last = plot.bars.last().unwrap();
            assert!(last.x + last.width <= WIDTH && last.y == TOP && !last.name.is_empty());
            assert!(plot.bars.iter().filter(|bar| !bar.name.is_empty()).count() <= NAMES, "{weeks}");
        }
    }

    #[test]
    fn the_lowest_figure_is_seen_and_a_missing_one_is_not() {
        assert_eq!(drawn(4, Some(0)).bars[0].height, 2);
        assert_eq!(drawn(4, None).bars[0].height, 0);
        assert_eq!(drawn(4, Some(50)).bars[0].height, 80);
        assert!(drawn(0, None).bars.is_empty());
    }

    #[test]
    fn bars_that_lie_are_as_long_as_their_share_and_stay_in_the_drawing() {
        let shares = [("all", 100), ("half", 50), ("nobody", 0), ("more than all", 130)];
        let plot = draw_lying(
            "title",
            String::new(),
            shares.into_iter().map(|(name, share)| (name, share, share.to_string())),
        );
        assert_eq!(plot.bars.iter().map(|bar| bar.width).collect::<Vec<_>>(), [480, 240, 2, 480]);
        assert!(plot.bars.iter().all(|bar| bar.y + 12 <= plot.height && bar.text_y < bar.y));
    }
}
