//! A small town around one pillar, for the stories: a hub in this process, a network that can be
//! cut, simulated devices, and someone who walks up to the pillar.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::demo::Failure;
use zuil::demo::errand::ScriptedResident;
use zuil::demo::stage::{PILLAR, Stage};
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::pillar::{NotServing, Pillar};
use zuil::runner::Input;
use zuil::visit::{Intent, Screen, View};
use zuil_hub::config::Config;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::store::{Filter, Store, Stored};
use zuil_wire::{Reference, State, Transaction};

/// The longest that a story waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The town.
pub struct Town {
    folder: tempfile::TempDir,
    hub: zuil_hub::Running,
    _runtime: tokio::runtime::Runtime,
    stage: Stage,
    catalogue: PathBuf,
    _own_catalogue: Option<tempfile::TempDir>,
}

impl std::ops::Deref for Town {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Town {
    /// A town on an ordinary day.
    pub fn new() -> Self {
        Self::set(catalogue(), None, |folder| Ok(Config::on_any_port("Voorbeeldhuizen", folder)))
    }

    /// A town whose hub has more in its settings, such as the systems into which it brings what comes in. The catalogue
    /// is published.
    pub fn with_hub(settings: impl FnOnce(&Path) -> io::Result<String>) -> Self {
        Self::set(catalogue(), None, |folder| {
            let config = configured(folder, settings)?;
            zuil_hub::catalogues::publish(folder, &catalogue(), Timestamp::now())?;
            Ok(config)
        })
    }

    /// A town with tasks of its own, in a folder that goes with it.
    pub fn with_catalogue(folder: tempfile::TempDir) -> Self {
        let path = folder.path().to_owned();
        Self::set(path, Some(folder), |folder| Ok(Config::on_any_port("Voorbeeldhuizen", folder)))
    }

    /// Where the tasks stand.
    pub fn catalogue(&self) -> &Path {
        &self.catalogue
    }

    fn set(
        catalogue: PathBuf,
        own_catalogue: Option<tempfile::TempDir>,
        configure: impl FnOnce(&Path) -> Result<Config, Failure>,
    ) -> Self {
        Self::set_and_bound(catalogue, own_catalogue, configure, |_, config, url, file| {
            let binding = zuil_hub::fleet::add_pillar(config, PILLAR, Some(url), Timestamp::now()).unwrap();
            fs::write(file, serde_json::to_vec(&binding).unwrap()).unwrap();
        })
    }

    /// A town in which somebody binds the pillar: to this hub, with this configuration, at this address, in this file.
    pub fn bound_by(bind: impl FnOnce(&zuil_hub::Running, &Config, &str, &Path)) -> Self {
        let configure = |folder: &Path| Ok(Config::on_any_port("Voorbeeldhuizen", folder));
        Self::set_and_bound(catalogue(), None, configure, bind)
    }

    /// As [`Town::bound_by`], of a hub that has more in its settings; nothing is published.
    pub fn with_hub_and_bound_by(
        settings: impl FnOnce(&Path) -> io::Result<String>,
        bind: impl FnOnce(&zuil_hub::Running, &Config, &str, &Path),
    ) -> Self {
        Self::set_and_bound(catalogue(), None, |folder| configured(folder, settings), bind)
    }

    fn set_and_bound(
        catalogue: PathBuf,
        own_catalogue: Option<tempfile::TempDir>,
        configure: impl FnOnce(&Path) -> Result<Config, Failure>,
        bind: impl FnOnce(&zuil_hub::Running, &Config, &str, &Path),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = configure(&folder.path().join("hub")).unwrap();
        let hub = runtime.block_on(zuil_hub::Hub::start(config.clone())).unwrap();
        let intake = hub.intake_url.trim_start_matches("https://").parse().unwrap();
        let stage = Stage::set(folder.path(), &catalogue, intake, |url, file| {
            bind(&hub, &config, url, file);
            Ok(())
        })
        .unwrap();
        Self { folder, hub, _runtime: runtime, stage, catalogue, _own_catalogue: own_catalogue }
    }

    /// Where everything of this town is kept.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The hub itself.
    pub fn hub(&self) -> &zuil_hub::Running {
        &self.hub
    }

    /// Where staff come in.
    pub fn desk(&self) -> &str {
        &self.hub.desk_url
    }

    /// What the hub keeps.
    pub fn store(&self) -> &dyn Store {
        &*self.hub.store
    }

    /// What the hub has, oldest first.
    pub fn at_the_hub(&self) -> Vec<Stored> {
        let mut stored = self.hub.store.transactions(Filter::default(), 0, 100).unwrap().items;
        stored.reverse();
        stored
    }

    /// Reference and state of what the hub has, oldest first.
    pub fn states_at_the_hub(&self) -> Vec<(Reference, State)> {
        self.at_the_hub().into_iter().map(|stored| (stored.reference, stored.state)).collect()
    }

    /// What a resident asked, as staff at the hub read it.
    pub fn opened(&self, stored: &Stored) -> Transaction {
        let keys = SealKeys::open_or_make(&self.folder().join("hub/seal"), Timestamp::now()).unwrap();
        zuil_hub::opening::open(&stored.content, &keys).unwrap()
    }

    /// Takes the pillar's access away, at the hub.
    pub fn revoke(&self) {
        self.hub.store.revoke_pillar(PILLAR, Timestamp::now()).unwrap();
    }

    /// Waits until everything that the pillar has committed is at the hub. The pillar must be on.
    pub fn wait_until_empty(&self) {
        let outbox = SqliteOutbox::open(&self.folder().join("data/outbox.sqlite")).unwrap();
        let until = Instant::now() + PATIENCE;
        while !outbox.pending(1).unwrap().is_empty() {
            assert!(Instant::now() < until, "something is still in the outbox: {:?}", outbox.counts());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the hub has heard of the pillar.
    pub fn wait_until_heard(&self) {
        let until = Instant::now() + PATIENCE;
        while self.store().reports().unwrap().is_empty() {
            assert!(Instant::now() < until, "the hub hears nothing of the pillar");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the hub knows whether the pillar found itself ready.
    pub fn wait_until_it_told_of_itself(&self) {
        let until = Instant::now() + PATIENCE;
        while self.store().readiness(PILLAR).unwrap().is_empty() {
            assert!(Instant::now() < until, "the hub hears nothing of what the pillar found of itself");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A town in which the pillar's settings are changed before anyone starts it.
    pub fn with_settings(change: impl FnOnce(String) -> String) -> Self {
        let town = Self::new();
        let settings = fs::read_to_string(town.config()).unwrap();
        fs::write(town.config(), change(settings)).unwrap();
        town
    }

    /// Switches the pillar on and stands in front of it.
    pub fn resident(&self) -> Resident {
        self.try_resident().unwrap()
    }

    /// As [`Town::resident`], where the pillar may not serve.
    pub fn try_resident(&self) -> Result<Resident, NotServing> {
        Resident::try_at(&self.config())
    }
}

/// Someone in front of the pillar, who sees views and does things.
pub struct Resident {
    inputs: Sender<Input>,
    _pillar: Pillar,
    views: Receiver<View>,
    view: View,
    restarts: Receiver<()>,
}

impl Resident {
    /// Switches the pillar with these settings on and stands in front of it.
    pub fn at(config: &Path) -> Self {
        Self::try_at(config).unwrap()
    }

    fn try_at(config: &Path) -> Result<Self, NotServing> {
        let (show, views) = channel();
        let (restart, restarts) = channel();
        // Nobody may be there any more who would start it.
        let again = move || {
            let _ = restart.send(());
        };
        let config = zuil::config::Config::load(config).unwrap();
        let pillar = Pillar::start_restartable(&config, again, move |view| drop(show.send(view)))?;
        let view = views.recv_timeout(PATIENCE).unwrap();
        Ok(Self { inputs: pillar.inputs(), _pillar: pillar, views, view, restarts })
    }

    /// Does something.
    pub fn does(&self, intent: Intent) {
        self.inputs.send(Input::Resident(Box::new(intent))).unwrap();
    }

    /// What the screen shows.
    pub fn sees(&mut self) -> &View {
        while let Ok(view) = self.views.try_recv() {
            self.view = view;
        }
        &self.view
    }

    /// Waits until the pillar wants to be started anew, as a technician ordered.
    pub fn is_told_to_start_anew(&self) {
        self.restarts.recv_timeout(PATIENCE).unwrap();
    }

    /// Waits until the screen is as told.
    pub fn waits_for(&mut self, what: &str, fits: impl Fn(&View) -> bool) -> View {
        let until = Instant::now() + PATIENCE;
        while !fits(&self.view) {
            let left = until.saturating_duration_since(Instant::now());
            self.view = self
                .views
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("waited in vain for {what}; sees {:?}", self.view.screen));
        }
        self.view.clone()
    }

    /// Looks for so long whether the screen becomes as told.
    pub fn sees_within(&mut self, time: Duration, fits: impl Fn(&View) -> bool) -> Option<View> {
        let until = Instant::now() + time;
        while !fits(&self.view) {
            let left = until.saturating_duration_since(Instant::now());
            self.view = self.views.recv_timeout(left).ok()?;
        }
        Some(self.view.clone())
    }

    /// Does a task up to a screen, sensibly, and does nothing on that one.
    pub fn comes_to(&mut self, task: &str, what: &str, there: impl Fn(&Screen) -> bool) -> View {
        let mut resident = ScriptedResident::who_wants(task);
        while !there(&self.view.screen) {
            for intent in resident.acts_on(&self.view) {
                self.does(intent);
            }
            let before = self.view.clone();
            self.waits_for(what, |view| *view != before);
        }
        self.view.clone()
    }

    /// Does a task up to a screen, sensibly.
    pub fn goes_on(&mut self, task: &str, what: &str, until: impl Fn(&Screen) -> bool) -> View {
        let mut resident = ScriptedResident::who_wants(task);
        loop {
            for intent in resident.acts_on(&self.view) {
                self.does(intent);
            }
            if until(&self.view.screen) {
                return self.view.clone();
            }
            let before = self.view.clone();
            self.waits_for(what, |view| *view != before);
        }
    }
}

/// What `hub.toml` says of a hub in a folder, with more in it, on any free ports.
fn configured(folder: &Path, settings: impl FnOnce(&Path) -> io::Result<String>) -> Result<Config, Failure> {
    fs::create_dir_all(folder)?;
    let file = folder.join("hub.toml");
    let more = settings(folder)?;
    fs::write(&file, format!("municipality = \"Voorbeeldhuizen\"\ndata_dir = \".\"\n{more}"))?;
    let config = Config::load(&file)?;
    let Config { intake, desk, access, .. } = Config::on_any_port("Voorbeeldhuizen", folder);
    Ok(Config { intake, desk, access, ..config })
}

/// The example catalogue of this repository.
pub fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example")
}
