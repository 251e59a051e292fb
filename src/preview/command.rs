//! `zuil preview`: the command line of the preview.
//!
//! Invariant: standard output holds the path of each picture that was made, one a line, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::DateTime;
use zuil_catalogue::{Catalogue, Language};

use super::walk::{Lost, scenes, stage};
use crate::pillar::NotServing;
use crate::screens::Easel;
use crate::visit::TextSize;

/// What pictures to make.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The folder of the catalogue.
    pub dir: PathBuf,
    /// The task, by the name of its file without .toml; all tasks when none is named.
    pub task: Option<String>,
    /// All tasks.
    #[arg(long, conflicts_with = "task")]
    pub all: bool,
    /// The language, such as ar; all languages of the catalogue when none is named. May be given several times.
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
    /// Where to put the pictures, in a folder for each task and language.
    #[arg(long, value_name = "FOLDER", default_value = "preview")]
    pub out: PathBuf,
    /// How large texts are.
    #[arg(long, value_name = "SIZE", value_enum, default_value_t)]
    pub text_size: Size,
    /// Light on dark.
    #[arg(long)]
    pub dark: bool,
}

/// How large texts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// As designed.
    #[default]
    Normal,
    /// Half as large again.
    Large,
    /// Twice as large.
    Largest,
}

impl From<Size> for TextSize {
    fn from(size: Size) -> Self {
        match size {
            Size::Normal => Self::Normal,
            Size::Large => Self::Large,
            Size::Largest => Self::Largest,
        }
    }
}

/// Makes the pictures, as they are at a moment on the wall, and tells the path of each as soon as it is there.
///
/// # Errors
/// When the catalogue has mistakes, there is no such task or language, or a picture cannot be made or written.
pub fn run(
    options: &Options,
    wall: DateTime,
    mut tell: impl FnMut(&Path),
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let catalogue = Catalogue::load(&options.dir).map_err(NotServing::Catalogue)?;
    let languages = languages(&catalogue, &options.lang)?;
    let tasks: Vec<&str> = match &options.task {
        Some(task) => vec![task],
        None => catalogue.tasks.iter().chain(&catalogue.later).map(|task| task.id.as_str()).collect(),
    };
    let staged: Vec<_> =
        tasks.iter().map(|task| Ok((*task, stage(&catalogue, task)?))).collect::<Result<_, Lost>>()?;
    let easel = Easel::new()?;
    for (task, staged) in &staged {
        for language in &languages {
            let folder = options.out.join(task).join(language.code());
            make_anew(&folder)?;
            for (at, mut scene) in scenes(staged, task, *language, wall)?.into_iter().enumerate() {
                scene.view.frame.dark = options.dark;
                scene.view.frame.text_size = options.text_size.into();
                let file = folder.join(format!("{:02}-{}.png", at + 1, scene.name));
                fs::write(&file, easel.picture(&scene.view)?)
                    .map_err(|error| cannot("write", &file, &error))?;
                tell(&file);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The languages that are named, or all that residents can choose.
fn languages(catalogue: &Catalogue, named: &[String]) -> Result<Vec<Language>, String> {
    let offered = &catalogue.municipality.languages;
    if named.is_empty() {
        return Ok(offered.clone());
    }
    let find = |code: &String| {
        let found = Language::from_code(code).filter(|language| offered.contains(language));
        found.ok_or_else(|| {
            let codes: Vec<&str> = offered.iter().map(|language| language.code()).collect();
            format!("this catalogue does not offer the language \"{code}\"; take one of {}", codes.join(", "))
        })
    };
    named.iter().map(find).collect()
}

/// A folder without pictures of an earlier time, which would be taken for those of now. Nothing else is removed.
fn make_anew(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".png") && name.starts_with(|first: char| first.is_ascii_digit())
    };
    for old in entries.flatten().map(|entry| entry.path()).filter(is_ours) {
        fs::remove_file(&old).map_err(|error| cannot("remove", &old, &error))?;
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {} ({error}); name another folder with --out", path.display())
}
