//! A catalogue's files as they travel from hub to pillar. Invariant: what was taken from a folder and put
//! into another is the same catalogue, and nothing else travels with it.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use zuil_wire::catalogue::{CatalogueFile, is_name};

use super::load::{ANSWERS, FILES, TASKS};
use super::{Catalogue, Checked};

/// Takes all files of the catalogue in a folder; what nobody reads, and links, stay behind.
///
/// # Errors
/// Those of the file system.
pub fn files_of(dir: &Path) -> io::Result<Vec<CatalogueFile>> {
    let mut files = Vec::new();
    let is_known = |name: &str| FILES.contains(&name) || name.ends_with(".svg");
    take(dir, "", is_known, &mut files)?;
    for folder in [TASKS, ANSWERS] {
        if dir.join(folder).is_dir() {
            take(&dir.join(folder), folder, |name| name.ends_with(".toml"), &mut files)?;
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

/// Reads and checks a catalogue that travelled, by way of an own folder at `scratch`. Whatever was there is
/// deleted, before and after.
///
/// # Errors
/// Those of the file system; [`io::ErrorKind::InvalidInput`] for a name that no catalogue has.
pub fn check_files(files: &[CatalogueFile], scratch: &Path) -> io::Result<Checked> {
    delete(scratch)?;
    if let Some(parent) = scratch.parent() {
        fs::create_dir_all(parent)?;
    }
    // In a folder that everybody may write to, one that somebody else made meanwhile is an error: what is
    // checked there is what was signed.
    fs::DirBuilder::new().mode(0o700).create(scratch)?;
    for folder in [TASKS, ANSWERS] {
        fs::create_dir(scratch.join(folder))?;
    }
    for file in files {
        if !is_name(&file.name) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it has a file that no catalogue has"));
        }
        fs::write(scratch.join(&file.name), &file.content)?;
    }
    let checked = Catalogue::check(scratch);
    delete(scratch)?;
    Ok(checked)
}

fn take(
    dir: &Path,
    folder: &str,
    is_known: impl Fn(&str) -> bool,
    files: &mut Vec<CatalogueFile>,
) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let whole = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if is_known(&name) && is_name(&whole) && entry.file_type()?.is_file() {
            files.push(CatalogueFile { name: whole, content: fs::read(entry.path())? });
        }
    }
    Ok(())
}

fn delete(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/example"))
    }

    #[test]
    fn a_catalogue_that_travelled_is_the_same_catalogue() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("unpacked");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("fees.toml"), "left over").unwrap();
        let files = files_of(example()).unwrap();
        let travelled = check_files(&files, &folder).unwrap();
        assert_eq!(travelled.mistakes, []);
        assert_eq!(travelled.catalogue, Catalogue::check(example()).catalogue);
        assert!(!folder.exists());
    }

    #[test]
    fn what_nobody_reads_and_what_is_a_link_stays_behind() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("tasks/drafts")).unwrap();
        for name in ["fees.toml", "notes.toml", "secret.key", ".hidden.svg", "tasks/a.toml", "tasks/a.toml~"]
        {
            fs::write(dir.path().join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("tasks/b.toml")).unwrap();
        let names: Vec<String> = files_of(dir.path()).unwrap().into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["fees.toml", "tasks/a.toml"]);
    }

    #[test]
    fn nothing_is_written_outside_of_the_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let file = CatalogueFile { name: "../escaped.toml".to_owned(), content: Vec::new() };
        let refused = check_files(&[file], &scratch.path().join("unpacked")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        assert!(!scratch.path().join("escaped.toml").exists());
    }
}
