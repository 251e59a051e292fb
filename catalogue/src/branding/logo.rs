//! The municipality's logo.
//!
//! Invariant: a [`Logo`] that exists is a whole SVG picture with a size, and small enough to be drawn at once.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::findings::{Findings, Place};
use crate::reader::Source;

/// The most bytes of a logo. Larger ones hold photographs, or were never tidied.
const MOST: usize = 200_000;

/// A logo and the file that it was read from.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// The file, relative to the catalogue's folder.
    pub file: String,
    /// The picture, as SVG.
    pub svg: String,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logo").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Reads the logo that lies in a folder under this name.
pub(super) fn read(dir: &Path, file: &str, findings: &Findings) -> Option<Logo> {
    let at_top = |what: String, remedy: &str| {
        let top = Place { file: file.to_owned(), line: 1, column: 1 };
        findings.mistake(top, what, remedy.to_owned());
    };
    let bytes = match fs::read(dir.join(file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            at_top(
                format!("the logo cannot be read ({error})"),
                "Put it there anew, and let everybody read it.",
            );
            return None;
        }
    };
    if bytes.len() > MOST {
        at_top(
            format!("the logo has {} kB, and {} kB is the most", bytes.len().div_ceil(1000), MOST / 1000),
            "Save it as \"plain\" or \"optimised\" SVG, without photographs in it.",
        );
        return None;
    }
    let Ok(svg) = String::from_utf8(bytes) else {
        at_top(
            "the logo is not written in UTF-8".to_owned(),
            "Save it anew as SVG, with the encoding UTF-8.",
        );
        return None;
    };
    is_picture(&Source::new(file, &svg, findings)).then(|| Logo { file: file.to_owned(), svg })
}

fn is_picture(source: &Source<'_>) -> bool {
    let read = match roxmltree::Document::parse(source.text) {
        Ok(read) => read,
        Err(error) => {
            let at = error.pos();
            source.mistake(
                place(source.text, at.row, at.col),
                format!("this is no SVG ({})", without_place(&error)),
                "Save the logo anew as SVG.",
            );
            return false;
        }
    };
    let root = read.root_element();
    let has_size =
        root.has_attribute("viewBox") || (root.has_attribute("width") && root.has_attribute("height"));
    if root.tag_name().name() != "svg" || !has_size {
        source.mistake(
            root.range().start,
            "the logo is no SVG with a size",
            "Save it anew as SVG, with a viewBox: <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\">",
        );
        return false;
    }
    if let Some(words) = read.descendants().find(|node| node.tag_name().name() == "text") {
        source.warn(
            words.range().start,
            "these letters look as the pillar's own type has them, not as in the logo",
            "Turn text into paths in your drawing program, and save it anew.",
        );
    }
    true
}

/// The place of a line and column, both from 1, the column in characters.
fn place(text: &str, line: u32, column: u32) -> usize {
    let (line, column) = (line as usize, column as usize);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    before + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

fn without_place(error: &roxmltree::Error) -> String {
    let said = error.to_string();
    said.split(" at ").next().unwrap_or(&said).replace('\n', "the end of the line")
}
