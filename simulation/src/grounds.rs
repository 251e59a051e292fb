//! What does not differ between schedules: the catalogue and the municipality's sealing keys, made once for
//! all of them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_catalogue::Catalogue;
use zuil_hub::seal_keys::SealKeys;
use zuil_wire::seal::{OpenKey, SealKey};

/// The ground on which every town is built.
pub(crate) struct Grounds {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) keys: SealKeys,
    /// To what a pillar seals: the old key, the new one, and one that the hub does not have.
    pub(crate) seal: [SealKey; 3],
    _folder: TempDir,
}

/// The last of [`Grounds::seal`].
pub(crate) const UNKNOWN_KEY: usize = 2;

impl Grounds {
    /// The same for everyone in this process.
    ///
    /// # Errors
    /// When the catalogue is not where it was built, or there is no room for a few small files.
    pub(crate) fn get() -> Result<&'static Self, String> {
        static GROUNDS: OnceLock<Result<Grounds, String>> = OnceLock::new();
        GROUNDS.get_or_init(|| Self::make().map_err(|error| error.to_string())).as_ref().map_err(Clone::clone)
    }

    fn make() -> Result<Self, Box<dyn std::error::Error>> {
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/example");
        let folder = tempfile::tempdir()?;
        let at = |second| Timestamp::from_second(second);
        let old = SealKeys::open_or_make(folder.path(), at(1_000)?)?.newest().clone();
        SealKeys::add(folder.path(), at(2_000)?)?;
        let keys = SealKeys::open_or_make(folder.path(), at(3_000)?)?;
        let new = keys.newest();
        let (_, unknown) = OpenKey::generate()?;
        let seal = [
            SealKey::from_base64(&old.id, &old.public_key)?,
            SealKey::from_base64(&new.id, &new.public_key)?,
            // No hub ever named a key so: what is sealed to it is refused for good.
            SealKey::from_base64("of-another-hub", &unknown)?,
        ];
        let catalogue = Catalogue::load(&catalogue).map_err(|error| format!("{error:?}"))?;
        Ok(Self { catalogue: Arc::new(catalogue), keys, seal, _folder: folder })
    }
}
