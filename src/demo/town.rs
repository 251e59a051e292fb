//! The systems of a made-up municipality, into which the demonstration's hub brings what residents did.
//!
//! Invariant: they know every type of case and every category that the catalogue names, and serve on loopback only.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use zuil_catalogue::{Catalogue, Destination};
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::{self, CaseType, Format};
use zuil_municipal_doubles::serve::{self, Shared};
use zuil_municipal_doubles::{Double as _, Fault, Town};

use super::Failure;

/// Made up, and long enough.
const SECRET: &str = "the-demonstration-has-no-secrets-to-keep";

/// Which of two requests that race gets an error; nothing races here.
const DICE: u64 = 1;

/// Open Zaak, Open Klant and Signalen of a municipality that does not exist; they end when it is dropped.
pub struct MadeUpTown {
    /// Where they are, and where a page lists what they registered.
    pub url: String,
    registered: Shared,
    _serving: Runtime,
}

impl MadeUpTown {
    /// Lets them serve what the tasks of `catalogue` are brought to.
    ///
    /// # Errors
    /// When no port or thread can be had.
    pub fn start(catalogue: &Catalogue) -> Result<Self, Failure> {
        let serving = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = serving.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}", listener.local_addr()?);
        let town = Arc::new(Mutex::new(registry(&url, catalogue)));
        serving.spawn(serve::serve(listener, Arc::clone(&town), DICE));
        Ok(Self { url, registered: town, _serving: serving })
    }

    /// What the hub did there that it should not have done.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).faults()
    }

    /// What the hub's settings say of them; their secrets are written into `folder`, and so is what goes by e-mail.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn connectors(&self, folder: &Path) -> io::Result<String> {
        let letters = folder.join("letters");
        fs::create_dir_all(&letters)?;
        fs::write(folder.join("town.secret"), SECRET)?;
        Ok(format!(
            "[connectors.instead]\ne-mail = \"file-drop\"\n[connectors.file_drop]\nfolder = \"{}\"\n\
             [connectors.open_zaak]\nurl = \"{url}\"\nclient_id = \"zuil\"\nsecret_file = \"town.secret\"\n\
             bronorganisatie = \"002220647\"\n[connectors.open_klant]\nurl = \"{url}\"\ntoken_file = \"town.secret\"\n\
             [connectors.signalen]\nurl = \"{url}\"\npoint = [4.82, 52.04]\n",
            letters.display(),
            url = self.url,
        ))
    }
}

/// Everything that the tasks are brought to.
fn registry(url: &str, catalogue: &Catalogue) -> Town {
    let mut types = open_zaak::Catalogue::new();
    let mut categories = Vec::new();
    for task in &catalogue.tasks {
        match &task.destination {
            Some(Destination::OpenZaak { zaaktype, properties }) => {
                let named =
                    |kind: CaseType, (name, _): &(String, String)| kind.with_property(name, Format::Text);
                types = types.with(properties.iter().fold(CaseType::new(zaaktype), named));
            }
            Some(Destination::Signalen { categories: named, .. }) => categories.extend(named),
            Some(Destination::OpenKlant { .. } | Destination::Email { .. }) | None => {}
        }
    }
    let mut town = Town::new(url, Client::new("zuil", SECRET), SECRET, types);
    for (main, sub) in categories.iter().filter_map(|(_, name)| name.split_once('/')) {
        town.signalen = town.signalen.with_category(main, sub);
    }
    town
}
