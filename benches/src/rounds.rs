//! Rounds that alternate between those that are compared, and what their middle is.

use std::time::{Duration, Instant};

/// The middle of some values; 0 of none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// The value below which `percent` (0 to 100) of the values are; 0 of none.
#[must_use]
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * percent.clamp(0.0, 100.0) / 100.0).round() as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}

/// How many a second.
#[must_use]
pub fn per_second(count: usize, took: Duration) -> f64 {
    let count = count as f64;
    count / took.as_secs_f64()
}

/// Runs `work` and tells how long it took.
///
/// # Errors
/// What `work` returned.
pub fn timed<E>(work: impl FnOnce() -> Result<(), E>) -> Result<Duration, E> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}

/// Those that are compared: each is called once a round, gives a value of its own, and goes first as
/// often as the others.
pub type Contender<'a, E> = Box<dyn FnMut() -> Result<f64, E> + 'a>;

/// The values of each contender, in the order of the contenders.
///
/// # Errors
/// What a contender returned.
pub fn alternate<E>(rounds: usize, contenders: &mut [Contender<'_, E>]) -> Result<Vec<Vec<f64>>, E> {
    let mut values = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let which = (round + turn) % contenders.len();
            let value = contenders[which]()?;
            values[which].push(value);
        }
    }
    Ok(values)
}

/// The rates of so many turns one after the other as one rate: turns in which as much was done, though some
/// took longer.
#[must_use]
pub fn together(rates: &[f64], turns: usize) -> Vec<f64> {
    let one =
        |rates: &[f64]| rates.iter().map(|_| 1.0).sum::<f64>() / rates.iter().map(|it| 1.0 / it).sum::<f64>();
    rates.chunks_exact(turns).map(one).collect()
}

/// The middle of the ratios of two contenders, round by round: what else the machine did in a round
/// hit both.
#[must_use]
pub fn median_ratio(values: &[f64], peers: &[f64]) -> f64 {
    median(&values.iter().zip(peers).map(|(value, peer)| value / peer).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
        let hundred: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!((percentile(&hundred, 99.0), percentile(&hundred, 0.0)), (99.0, 0.0));
    }

    #[test]
    fn everyone_goes_first_as_often_as_the_others() {
        let order = std::cell::RefCell::new(Vec::new());
        let contender = |name: &'static str, value: f64| -> Contender<'_, ()> {
            let order = &order;
            Box::new(move || {
                order.borrow_mut().push(name);
                Ok(value)
            })
        };
        let values = alternate(2, &mut [contender("a", 1.0), contender("b", 2.0)]).unwrap();
        assert_eq!(order.into_inner(), ["a", "b", "b", "a"]);
        assert_eq!(values, [vec![1.0, 1.0], vec![2.0, 2.0]]);
        assert_eq!(median_ratio(&values[1], &values[0]), 2.0);
    }

    #[test]
    fn a_hundred_a_second_and_then_as_many_at_fifty_are_sixty_seven_a_second() {
        let rates = together(&[100.0, 50.0, 10.0, 10.0, 7.0], 2);
        assert_eq!(rates.iter().map(|rate| rate.round()).collect::<Vec<_>>(), [67.0, 10.0]);
    }

    #[test]
    fn a_hundred_in_half_a_second_are_two_hundred_a_second() {
        assert_eq!(per_second(100, Duration::from_millis(500)), 200.0);
    }
}
