//! Reads the file that binds a pillar to its hub.
//!
//! Invariant: nothing of what is in the file gets into an error or a log; it holds private keys.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;
use zuil_wire::Binding;

use super::files::{self, Written};

/// Why there is no binding.
#[derive(Debug, thiserror::Error)]
pub enum BindingError {
    /// There is no such file.
    #[error(
        "{0} does not exist; run `zuil enrol`, or make it with `zuil-hub pillar add NAME` and copy it to this place"
    )]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("{0} cannot be read; give it to the pillar's user with mode 0600")]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file is no binding.
    #[error(
        "{path} is not a binding (line {line}, column {column}); make it anew with `zuil-hub pillar add NAME`"
    )]
    NotABinding {
        /// The file.
        path: PathBuf,
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// A value is missing or of the wrong kind.
    #[error("{path}: {what}; make it anew with `zuil-hub pillar add NAME`")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Reads a binding, and warns when others than its owner can read it, too.
///
/// # Errors
/// When the file is missing, unreadable or no binding.
pub fn read_binding(path: &Path) -> Result<Binding, BindingError> {
    let text = Zeroizing::new(fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BindingError::Missing(path.to_owned()),
        _ => BindingError::Unreadable(path.to_owned(), error),
    })?);
    if others_can_read(path) {
        tracing::warn!(
            path = %path.display(),
            "others can read the binding, which holds private keys; run `chmod 600` on it"
        );
    }
    let binding: Binding = serde_json::from_slice(&text).map_err(|error| BindingError::NotABinding {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
    })?;
    check(&binding).map_err(|what| BindingError::Unusable { path: path.to_owned(), what })?;
    Ok(binding)
}

/// Writes a binding; it is there wholly or not at all. `done` hears of each step, and can end it there.
pub(super) fn keep(
    path: &Path,
    binding: &Binding,
    done: &mut dyn FnMut(Written) -> io::Result<()>,
) -> io::Result<()> {
    let mut text = Zeroizing::new(serde_json::to_vec_pretty(binding)?);
    text.push(b'\n');
    files::write_private(path, &text, done)
}

fn others_can_read(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

pub(super) fn check(binding: &Binding) -> Result<(), &'static str> {
    if binding.pillar.is_empty() {
        return Err("the pillar has no name");
    }
    if !binding.hub_url.starts_with("https://") {
        return Err("hub_url does not begin with https://");
    }
    zuil_wire::seal::SigningKey::from_base64(&binding.signing_key)
        .map_err(|_| "signing_key is not usable")?;
    zuil_wire::seal::SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key)
        .map_err(|_| "seal_public_key is not usable")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zuil_wire::seal::{OpenKey, SigningKey};

    fn written(change: impl FnOnce(&mut serde_json::Value)) -> (tempfile::TempDir, PathBuf) {
        let (signing_key, _) = SigningKey::generate().unwrap();
        let (_, seal_public_key) = OpenKey::generate().unwrap();
        let mut binding = serde_json::json!({
            "pillar": "voorbeeld", "hub_url": "https://hub.example.nl:8443", "authority": "",
            "certificate": "", "private_key": "", "signing_key": *signing_key,
            "seal_key_id": "k1", "seal_public_key": seal_public_key,
        });
        change(&mut binding);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("binding.json");
        fs::write(&path, binding.to_string()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        (folder, path)
    }

    fn error(path: &Path) -> String {
        read_binding(path).err().unwrap().to_string()
    }

    #[test]
    fn a_binding_from_the_hub_is_read() {
        let (_folder, path) = written(|_| ());
        assert_eq!(read_binding(&path).unwrap().pillar, "voorbeeld");
        assert!(!others_can_read(&path));
    }

    #[test]
    fn a_binding_that_others_can_read_is_noticed() {
        let (_folder, path) = written(|_| ());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(others_can_read(&path));
        read_binding(&path).unwrap();
    }

    #[test]
    fn what_is_wrong_with_a_binding_is_said_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let missing = error(&folder.path().join("binding.json"));
        assert!(missing.contains("does not exist") && missing.contains("pillar add"), "{missing}");
        for (key, value, said) in [
            ("hub_url", "http://hub.example.nl", "https://"),
            ("pillar", "", "name"),
            ("signing_key", "geheim", "signing_key"),
            ("seal_public_key", "geheim", "seal_public_key"),
        ] {
            let (_folder, path) = written(|binding| binding[key] = value.into());
            let text = error(&path);
            assert!(text.contains(said) && text.contains("pillar add"), "{text}");
        }
    }

    #[test]
    fn no_error_repeats_what_is_in_the_file() {
        for change in [
            |binding: &mut serde_json::Value| binding["private_key"] = serde_json::json!(["geheim"]),
            |binding: &mut serde_json::Value| binding["geheim"] = "geheim".into(),
            |binding: &mut serde_json::Value| binding["signing_key"] = "geheim".into(),
        ] {
            let (_folder, path) = written(change);
            let error = read_binding(&path).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("geheim"), "{error:?}");
        }
    }
}
