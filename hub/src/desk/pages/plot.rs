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
}
