//! Pictures of a task's screens, for whoever edits a catalogue where the hub is.
//!
//! Invariant: the pictures are made by the pillar's own program, so that they show what residents will see; nothing
//! of a screen is known here.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;

use super::Failure;

/// The pillar's program.
const PROGRAM: &str = "zuil";

/// What pictures to make; as `zuil preview` has it.
#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The folder of the catalogue.
    dir: PathBuf,
    /// The task, by the name of its file without .toml; all tasks when none is named.
    task: Option<String>,
    /// The language, such as ar; all languages of the catalogue when none is named. May be given several times.
    #[arg(long, value_name = "CODE")]
    lang: Vec<String>,
    /// Where to put the pictures, in a folder for each task and language [default: preview].
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// How large texts are: normal, large or largest.
    #[arg(long, value_name = "SIZE")]
    text_size: Option<String>,
    /// Light on dark.
    #[arg(long)]
    dark: bool,
}

/// Has the pillar's program make them. It says itself what is wrong.
pub(super) fn preview(wanted: &Preview) -> Result<ExitCode, Failure> {
    let own = env::current_exe().ok();
    let beside = own.as_deref().and_then(Path::parent);
    let program = find(beside, env::var_os("PATH")).ok_or_else(|| missing(beside))?;
    let ended = Command::new(&program)
        .args(arguments(wanted))
        .status()
        .map_err(|error| format!("{} cannot be run ({error}); install it anew", program.display()))?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The program that stands in a folder, or else in one of those in which programs are looked for.
fn find(beside: Option<&Path>, path: Option<OsString>) -> Option<PathBuf> {
    let folders = path.iter().flat_map(env::split_paths).collect::<Vec<_>>();
    let all = beside.map(Path::to_owned).into_iter().chain(folders);
    all.map(|folder| folder.join(PROGRAM)).find(|program| program.is_file())
}

fn missing(beside: Option<&Path>) -> String {
    let here = beside.map_or_else(String::new, |folder| format!(" into {}", folder.display()));
    format!(
        "the pictures are made by the pillar's program `{PROGRAM}`, which is not on this machine; put it{here}, beside \
         zuil-hub, of the same version, or run `{PROGRAM} preview` where it is"
    )
}

fn arguments(wanted: &Preview) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["preview".into()];
    let mut option = |name: &str, value: OsString| {
        // In one piece, so that no value is taken for an option.
        let mut whole = OsString::from(format!("--{name}="));
        whole.push(value);
        arguments.push(whole);
    };
    wanted.lang.iter().for_each(|language| option("lang", language.into()));
    wanted.out.iter().for_each(|folder| option("out", folder.into()));
    wanted.text_size.iter().for_each(|size| option("text-size", size.into()));
    if wanted.dark {
        arguments.push("--dark".into());
    }
    arguments.extend(["--".into(), wanted.dir.clone().into()]);
    arguments.extend(wanted.task.iter().map(OsString::from));
    arguments
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn wanted() -> Preview {
        Preview {
            dir: "-my town".into(),
            task: Some("bulky-waste".into()),
            lang: vec!["ar".into(), "nl".into()],
            out: Some("out".into()),
            text_size: None,
            dark: true,
        }
    }

    #[test]
    fn the_program_beside_the_hub_comes_before_others_and_a_folder_is_none() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = Some(env::join_paths([there.path()]).unwrap());
        fs::create_dir(here.path().join(PROGRAM)).unwrap();
        assert_eq!(find(Some(here.path()), path.clone()), None);
        fs::write(there.path().join(PROGRAM), "").unwrap();
        assert_eq!(find(Some(here.path()), path.clone()), Some(there.path().join(PROGRAM)));
        fs::remove_dir(here.path().join(PROGRAM)).unwrap();
        fs::write(here.path().join(PROGRAM), "").unwrap();
        assert_eq!(find(Some(here.path()), path), Some(here.path().join(PROGRAM)));
        assert_eq!(find(None, None), None);
    }

    #[test]
    fn who_has_no_such_program_is_told_where_to_put_it() {
        let told = missing(Some(Path::new("/opt/zuil")));
        assert!(told.contains("`zuil`") && told.contains("/opt/zuil"), "{told}");
    }

    #[test]
    fn all_that_was_asked_for_is_handed_on() {
        let arguments = arguments(&wanted());
        assert_eq!(
            arguments,
            ["preview", "--lang=ar", "--lang=nl", "--out=out", "--dark", "--", "-my town", "bulky-waste"]
        );
    }
}
