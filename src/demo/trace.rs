//! What a walkthrough leaves for whoever walks the same way at a pillar that they see only from outside: the
//! pictures of the screens in their order, where everything on them can be touched, and what was touched.
//!
//! Invariant: one line of JSON for each picture and each touch, in the order in which they happened.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use slint::{Rgba8Pixel, SharedPixelBuffer};

use super::Failure;
use crate::screens::Spot;

/// The folder with the pictures, and the file with the lines in it.
pub(super) struct Trace {
    folder: PathBuf,
    lines: File,
    taken: usize,
}

impl Trace {
    /// Begins in a folder, of which nothing stays.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn begin(folder: &Path) -> Result<Self, Failure> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), lines: File::create(folder.join("walk.jsonl"))?, taken: 0 })
    }

    /// Keeps a picture of a screen where all this can be touched.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn picture(
        &mut self,
        name: &str,
        picture: &SharedPixelBuffer<Rgba8Pixel>,
        spots: &[Spot],
    ) -> Result<(), Failure> {
        self.taken += 1;
        let name = format!("{:02}-{name}.png", self.taken);
        let file = File::create(self.folder.join(&name))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), picture.width(), picture.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        // Whoever compares them reads them without a library.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.write_header()?.write_image_data(picture.as_bytes())?;
        let spots: Vec<Value> = spots.iter().map(place).collect();
        self.write(&json!({ "picture": name, "spots": spots }))
    }

    /// This is touched next.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn touch(&mut self, spot: &Spot) -> Result<(), Failure> {
        self.write(&json!({ "touch": place(spot) }))
    }

    fn write(&mut self, line: &Value) -> Result<(), Failure> {
        Ok(writeln!(self.lines, "{line}")?)
    }
}

/// What it says and the middle of it, in pixels.
fn place(spot: &Spot) -> Value {
    json!({
        "label": spot.label,
        "x": spot.left + spot.width / 2.0,
        "y": spot.top + spot.height / 2.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_and_touched_stands_there_in_its_order_with_its_middle() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("screens");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("07-of-another-walk.png"), "").unwrap();
        let mut trace = Trace::begin(&folder).unwrap();
        let next = Spot { label: "Volgende".into(), left: 540.0, top: 1700.0, width: 500.0, height: 120.0 };
        trace.picture("attract", &SharedPixelBuffer::new(2, 1), std::slice::from_ref(&next)).unwrap();
        trace.touch(&next).unwrap();
        let text = fs::read_to_string(folder.join("walk.jsonl")).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let place = json!({ "label": "Volgende", "x": 790.0, "y": 1760.0 });
        assert_eq!(
            lines,
            [json!({ "picture": "01-attract.png", "spots": [place] }), json!({ "touch": place })]
        );
        assert!(folder.join("01-attract.png").exists() && !folder.join("07-of-another-walk.png").exists());
    }
}
