//! Reads the groups within a group: `[key]`, `[[key]]`, and groups under names of their own.
//!
//! Invariant: each knows what it is to the editor and where it begins, for the mistakes in it.

use toml::de::DeArray;

use super::{Placed, Section};

impl<'a> Section<'a> {
    /// A table under a key, when it is there.
    pub(crate) fn section(&self, key: &'static str, name: &str) -> Option<Section<'a>> {
        let (at, value) = self.find(key)?;
        if let Some(table) = value.get_ref().as_table() {
            return Some(Section::new(self.source, table, name, at));
        }
        self.mistake(
            value.span().start,
            format!("{key} is not a group of lines"),
            format!("Write [{key}] on a line of its own, and what belongs to it below."),
        );
        None
    }

    /// The tables of a list of tables (`[[key]]`); none when it is not there.
    pub(crate) fn sections(&self, key: &'static str, name: &str) -> Vec<Section<'a>> {
        let Some((_, value)) = self.find(key) else { return Vec::new() };
        let tables: Option<Vec<_>> = value.get_ref().as_array().and_then(|list| {
            list.iter()
                .map(|item| {
                    let table = item.get_ref().as_table()?;
                    Some(Section::new(self.source, table, name, item.span().start))
                })
                .collect()
        });
        tables.unwrap_or_else(|| {
            let header = self.header(value.span().start).unwrap_or(key);
            let remedy = format!("Write [[{header}]] on a line of its own before each of them.");
            self.mistake(value.span().start, format!("{key} is not a list of groups"), remedy);
            Vec::new()
        })
    }

    /// The tables under a key, be it one or a list of them; none when it is not there.
    pub(crate) fn one_or_more(&self, key: &'static str, name: &str) -> Vec<Section<'a>> {
        let value = self.table.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value);
        let Some(value) = value else { return self.sections(key, name) };
        if value.get_ref().as_table().is_some() {
            return self.section(key, name).into_iter().collect();
        }
        let are_tables = |list: &DeArray<'_>| list.iter().all(|item| item.get_ref().as_table().is_some());
        if value.get_ref().as_array().is_some_and(are_tables) {
            return self.sections(key, name);
        }
        self.asked.borrow_mut().push(key);
        let remedy = format!("Write it as in: {key} = {{ question = \"…\", is = [\"…\"] }}");
        self.mistake(value.span().start, format!("{key} is no condition"), remedy);
        Vec::new()
    }

    /// All tables of this one but some, by name.
    pub(crate) fn all_sections(&self, but: &[&str]) -> Vec<(Placed<String>, Section<'a>)> {
        let mut found = Vec::new();
        for (name, value) in self.table.iter().filter(|(name, _)| !but.contains(&name.get_ref().as_ref())) {
            let at = name.span().start;
            match value.get_ref().as_table() {
                Some(table) => found.push((
                    Placed { value: name.get_ref().to_string(), at },
                    Section::new(self.source, table, format!("[{}]", name.get_ref()), at),
                )),
                None => {
                    self.mistake(at, format!("{} has no \"{}\"", self.name, name.get_ref()), "Remove it.")
                }
            }
        }
        found
    }

    /// What stands between brackets at a place, when a header does.
    fn header(&self, at: usize) -> Option<&str> {
        let (header, _) = self.source.text.get(at..)?.strip_prefix('[')?.split_once(']')?;
        let is_path = header.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        (is_path && !header.is_empty()).then_some(header)
    }
}
