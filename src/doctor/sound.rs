//! Headphones and the program that speaks.
//!
//! Invariant: nothing is spoken.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Finding;
use crate::config::{Headphones, Speech};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// How long a program that speaks may take to say its version.
const VERSION_TIME: Duration = Duration::from_secs(10);

/// Whether the socket can be read.
pub fn headphones(language: Language, settings: Option<&Headphones>) -> Finding {
    let Some(settings) = settings else {
        return Finding::not_there(say(language, "the settings name none"));
    };
    let file = settings.state_file.display().to_string();
    let next = say(language, "look at `state_file` in the settings and in /sys/class/extcon");
    match fs::read_to_string(&settings.state_file).as_deref().map(str::trim) {
        Ok("1") => Finding::ok(say(language, "something is plugged in")),
        Ok("0") => Finding::ok(say(language, "nothing is plugged in")),
        Ok(_) => {
            Finding::failed(fill(say(language, "{file} holds neither 0 nor 1"), &[("file", &file)]), next)
        }
        Err(error) => Finding::failed(
            fill(
                say(language, "{file} cannot be read: {error}"),
                &[("file", &file), ("error", &error.to_string())],
            ),
            next,
        ),
    }
}

/// Whether the program starts.
pub fn speech(language: Language, settings: Option<&Speech>) -> Finding {
    let Some(settings) = settings else {
        return Finding::not_there(say(language, "the settings name none"));
    };
    let program = settings.program.display().to_string();
    let named = [("program", program.as_str())];
    let next = say(language, "install espeak-ng, and look at `program` in the settings");
    let begun = Command::new(&settings.program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = match begun {
        Ok(child) => child,
        Err(error) => {
            let values = [("program", program.as_str()), ("error", &error.to_string())];
            let seen = fill(say(language, "{program} does not start: {error}"), &values);
            return Finding::failed(seen, next);
        }
    };
    let until = Instant::now() + VERSION_TIME;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => {
                return Finding::ok(fill(say(language, "{program} starts"), &named));
            }
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Ok(Some(_)) | Err(_) => break,
        }
    }
    // One that ended by itself cannot be ended again.
    let _ = child.kill();
    let _ = child.wait();
    Finding::failed(fill(say(language, "{program} starts, and then fails or hangs"), &named), next)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::doctor::Verdict;

    fn speaks(program: &str) -> Verdict {
        speech(Language::En, Some(&Speech { program: PathBuf::from(program) })).verdict
    }

    #[test]
    fn a_program_that_is_missing_or_fails_is_told() {
        assert_eq!(speaks("/nowhere/espeak-ng"), Verdict::Failed);
        assert_eq!(speaks("false"), Verdict::Failed);
        assert_eq!(speaks("true"), Verdict::Ok);
    }

    #[test]
    fn a_socket_says_one_or_nought() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let settings = Headphones { state_file: file.path().to_owned() };
        for (content, verdict) in [("1\n", Verdict::Ok), ("0\n", Verdict::Ok), ("ja", Verdict::Failed)] {
            fs::write(file.path(), content).unwrap();
            assert_eq!(headphones(Language::En, Some(&settings)).verdict, verdict);
        }
        let missing = Headphones { state_file: PathBuf::from("/nowhere/state") };
        assert_eq!(headphones(Language::En, Some(&missing)).verdict, Verdict::Failed);
    }
}
