//! What each command makes the printer do, in the order in which they were sent.
//!
//! Invariant: a command only plans motions and answers; the paper moves when its turn comes.

use super::super::decoder::Command;
use super::super::paper::HEAD_TO_CUTTER;
use super::super::typesetter::Strip;
use super::{Mechanism, Motion};

impl Mechanism {
    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Character(byte) => {
                let full_line = self.typesetter.character(byte);
                full_line.into_iter().for_each(|strip| self.print_line(strip));
            }
            Command::LineFeed => {
                let strip = self.typesetter.line_feed();
                self.print_line(strip);
            }
            Command::Feed(dots) => self.feed(usize::from(dots)),
            Command::FeedLines(lines) => {
                let strip = self.typesetter.blank_lines(lines);
                self.feed(strip.rows.len());
            }
            Command::Raster(row_bytes, rows) => self.picture = Some((row_bytes.max(1), rows, rows)),
            Command::QrPrint => self.print_line(self.typesetter.qr()),
            Command::Cut(feed) => {
                let dots = feed.map_or(0, |dots| HEAD_TO_CUTTER + usize::from(dots));
                self.feed(dots);
                self.motions.push_back(Motion::Cut);
            }
            Command::AutomaticStatus(which) => self.set_automatic(which != 0),
            Command::PaperSensor => self.tell_paper_sensor(),
            Command::ProcessId(id) => self.tell_process_id(id),
            Command::Initialise => {
                self.typesetter.initialise();
                self.automatic = false;
            }
            Command::Unknown(name) => self.unknown.push(name),
            setting => self.set(setting),
        }
    }

    /// The next row of a picture, when it has come.
    pub(super) fn picture_row(&mut self) -> bool {
        let Some((row_bytes, rows, to_come)) = self.picture else { return false };
        if to_come == 0 {
            self.picture = None;
            let text = format!("[picture of {} x {rows} dots]", row_bytes * 8);
            self.motions.push_back(Motion::Text(text));
        } else if self.received.len() >= row_bytes {
            let bytes: Vec<u8> = self.received.drain(..row_bytes).collect();
            self.motions.push_back(Motion::Row(self.typesetter.raster_row(&bytes)));
            self.picture = Some((row_bytes, rows, to_come - 1));
        } else {
            return false;
        }
        true
    }

    fn set(&mut self, setting: Command) {
        match setting {
            Command::CodePage(page) => self.typesetter.code_page(page),
            Command::Bold(on) => self.typesetter.bold(on),
            Command::Size(wide, high) => self.typesetter.size(wide, high),
            Command::SmallFont(on) => self.typesetter.small_font(on),
            Command::Align(align) => self.typesetter.align(align),
            Command::LineSpacing(dots) => self.typesetter.line_spacing(dots),
            Command::Smooth(on) => self.typesetter.smooth(on),
            Command::QrModule(dots) => self.typesetter.qr_module(dots),
            Command::QrLevel(level) => self.typesetter.qr_level(level),
            Command::QrStore(data) => self.typesetter.qr_store(data),
            _ => {}
        }
    }

    fn print_line(&mut self, strip: Strip) {
        self.motions.extend(strip.rows.into_iter().map(Motion::Row));
        self.motions.push_back(Motion::Text(strip.text));
    }

    fn feed(&mut self, dots: usize) {
        if self.typesetter.has_line() {
            let strip = self.typesetter.line_feed();
            self.print_line(strip);
        }
        self.motions.extend(self.typesetter.blank(dots).rows.into_iter().map(Motion::Row));
    }
}
