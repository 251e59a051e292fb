//! The names of the national list of products (UPL), by which a municipality's products are found
//! everywhere in the country.

use super::reader::{Placed, Section};

const NAMES: &str = include_str!("upl.txt");

/// Reads `upl = "…"`, which must be a name of the list.
pub(super) fn read(file: &Section<'_>) -> Option<String> {
    let name = file.word("upl")?;
    if names().any(|known| known == name.value) {
        return Some(name.value);
    }
    let near = nearest(&name);
    file.mistake(
        name.at,
        format!("the national list of products has no name \"{}\"", name.value),
        format!("Use a name of that list, exactly as it is written there. Near it is: {near}."),
    );
    None
}

fn names() -> impl Iterator<Item = &'static str> {
    NAMES.lines().filter(|line| !line.starts_with('#'))
}

/// The names of the list that share most pairs of letters with a name.
fn nearest(name: &Placed<String>) -> String {
    let wanted = pairs(&name.value);
    let mut near: Vec<(usize, &str)> = names()
        .map(|known| {
            let known_pairs = pairs(known);
            let shared = wanted.iter().filter(|pair| known_pairs.contains(pair)).count();
            (200 * shared / (wanted.len() + known_pairs.len()).max(1), known)
        })
        .collect();
    near.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
    near.into_iter().take(3).map(|(_, known)| format!("\"{known}\"")).collect::<Vec<_>>().join(", ")
}

fn pairs(text: &str) -> Vec<[char; 2]> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}
