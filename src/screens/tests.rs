//! Every screen in every state: pictures of it, what can be touched on it, and what a touch means.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use i_slint_backend_testing::{ElementHandle, TestingBackend, TestingBackendOptions, mock_elapsed_time};

use super::gallery::{Sample, samples};
use super::*;
use crate::visit::TextSize;

const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1920;

/// The screens without a display, and what was heard from them.
struct Pillar {
    screens: Screens,
    heard: Rc<RefCell<Vec<Intent>>>,
}

impl Pillar {
    fn new() -> Self {
        let options = TestingBackendOptions {
            mock_time: true,
            threading: false,
            renderer_name: Some("software".into()),
        };
        // A second pillar on the same thread uses the platform of the first.
        let _ = slint::platform::set_platform(Box::new(TestingBackend::new(options)));
        let screens = Screens::new().unwrap();
        screens.window().set_size(slint::PhysicalSize::new(WIDTH, HEIGHT));
        let heard = Rc::<RefCell<Vec<Intent>>>::default();
        let ears = heard.clone();
        screens.on_intent(move |intent| ears.borrow_mut().push(intent));
        screens.open().unwrap();
        Self { screens, heard }
    }

    fn show(&self, view: &View) {
        self.screens.show(view);
        mock_elapsed_time(Duration::from_millis(400));
    }

    fn picture(&self) -> slint::SharedPixelBuffer<slint::Rgba8Pixel> {
        self.screens.window().take_snapshot().unwrap()
    }
}

fn folder() -> PathBuf {
    let folder = std::env::var_os("ZUIL_GALLERY").map_or_else(|| "target/gallery".into(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn save(name: &str, picture: &slint::SharedPixelBuffer<slint::Rgba8Pixel>) {
    let file = std::fs::File::create(folder().join(format!("{name}.png"))).unwrap();
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(picture.as_bytes()).unwrap();
}

#[test]
fn every_screen_has_its_picture() {
    let pillar = Pillar::new();
    for language in Language::ALL {
        for Sample { name, view } in samples(language) {
            for (manner, text_size, dark) in MANNERS {
                let mut view = view.clone();
                view.frame.text_size = text_size;
                view.frame.dark = dark;
                if std::env::var("ZUIL_ONLY")
                    .is_ok_and(|only| !format!("{}{manner}-{name}", language.code()).contains(only)))
                {
                    continue;
                }
                let t0 = std::time::Instant::now();
                pillar.show(&view);
                let t1 = t0.elapsed();
                let picture = pillar.picture();
                eprintln!("show {t1:?} picture {:?}", t0.elapsed());
                assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
                save(&format!("{}{manner}-{name}", language.code()), &picture);
            }
        }
    }
}

/// The manners of showing a view: its mark in file names, the text size, the contrast.
const MANNERS: [(&str, TextSize, bool); 4] = [
    ("", TextSize::Normal, false),
    ("-dark", TextSize::Normal, true),
    ("-large", TextSize::Large, false),
    ("-largest", TextSize::Largest, true),
];
