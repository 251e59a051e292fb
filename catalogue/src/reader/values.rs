//! Reads numbers, days, and what is true or false.
//!
//! Invariant: a number is within the limits that its mistake tells, and a day is one of the calendar.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

use super::{Placed, Section};

impl Section<'_> {
    /// A day that must be there, such as `2026-11-22`, without quotes.
    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        let (at, value) = self.needed(key, &format!("Add a line such as: {key} = 2026-11-22"))?;
        self.read_date(key, at, value)
    }

    /// A day that may be missing.
    pub(crate) fn optional_date(&self, key: &'static str) -> Option<Date> {
        let (at, value) = self.find(key)?;
        self.read_date(key, at, value)
    }

    /// A whole number within limits, or a default when it is not there and there is one.
    pub(crate) fn number(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: Option<u64>,
    ) -> Option<Placed<u64>> {
        let limits = format!("{key} must be a whole number from {} to {}", range.start(), range.end());
        let Some((at, value)) = self.find(key) else {
            if default.is_none() {
                let remedy = format!("Add a line such as: {key} = {}", (*range.start()).max(1));
                self.mistake(self.at, format!("{} has no {key}", self.name), remedy);
            }
            return default.map(|value| Placed { value, at: self.at });
        };
        let place = value.span().start;
        let read = match value.get_ref() {
            DeValue::Integer(digits) => u64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        match read.filter(|number| range.contains(number)) {
            Some(value) => Some(Placed { value, at }),
            None => {
                let remedy = format!(
                    "Write a number from {} to {} without quotes, such as: {key} = {}",
                    range.start(),
                    range.end(),
                    (*range.start()).max(1)
                );
                self.mistake(place, limits, remedy);
                None
            }
        }
    }

    /// A whole number within limits, which may be below zero, or a default when it is not there.
    pub(crate) fn signed(
        &self,
        key: &'static str,
        range: RangeInclusive<i32>,
        default: Option<i32>,
    ) -> Option<Placed<i32>> {
        let example = format!(
            "Write a number from {} to {} without quotes, such as: {key} = {}",
            range.start(),
            range.end(),
            (*range.start()).max(1)
        );
        let Some((at, value)) = self.find(key) else {
            if default.is_none() {
                self.mistake(self.at, format!("{} has no {key}", self.name), example);
            }
            return default.map(|value| Placed { value, at: self.at });
        };
        let read = match value.get_ref() {
            DeValue::Integer(digits) => i32::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let found = read.filter(|number| range.contains(number)).map(|value| Placed { value, at });
        if found.is_none() {
            let limits = format!("{key} must be a whole number from {} to {}", range.start(), range.end());
            self.mistake(value.span().start, limits, example);
        }
        found
    }

    /// A number with decimals that must be there, within limits.
    pub(crate) fn decimal(&self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let (least, most) = (range.start(), range.end());
        let remedy = format!(
            "Write a number from {least:.1} to {most:.1} with a point and without quotes, such as: {key} = {:.4}",
            f64::midpoint(*least, *most)
        );
        let (at, value) = self.needed(key, &remedy)?;
        let read = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let read = read.filter(|number| range.contains(number));
        if read.is_none() {
            self.mistake(at, format!("{key} must be a number from {least:.1} to {most:.1}"), remedy);
        }
        read
    }

    /// `true` or `false`, or the default when it is not there.
    pub(crate) fn yes_no(&self, key: &'static str, default: bool) -> bool {
        let Some((_, value)) = self.find(key) else { return default };
        value.get_ref().as_bool().unwrap_or_else(|| {
            let remedy = format!("Write {key} = true or {key} = false, without quotes.");
            self.mistake(value.span().start, format!("{key} is neither true nor false"), remedy);
            default
        })
    }

    fn read_date(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Option<Date> {
        let written = value.get_ref().as_datetime().filter(|written| written.time.is_none());
        let date = written.and_then(|written| written.to_string().parse().ok());
        if date.is_none() {
            self.mistake(
                at,
                format!("{key} is not a day"),
                format!("Write year, month and day without quotes, such as: {key} = 2026-11-22"),
            );
        }
        date
    }
}
