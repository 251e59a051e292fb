//! A real browser without a display, led as a person leads it: by what stands on the page.
//!
//! Invariant: it ends with the story, together with the program that leads it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The longest that a story waits for a page; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// A browser tells nobody when it has come to a page, so that it is asked.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// For how long a script may look at a page, in milliseconds: long enough for a machine that has much else to do.
const SCRIPT_MILLIS: u64 = 300_000;
/// How often the program that leads a browser is begun, at most.
const TRIES: u32 = 5;

/// How staff may have set their screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Dark letters on light.
    Light,
    /// Light letters on dark.
    Dark,
}

/// A browser with one page open.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    /// Where the hub's pages are, such as `http://127.0.0.1:8080`.
    desk: String,
    _driver: Driver,
}

/// `chromedriver`, which is ended by its process id.
struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    /// It takes a free port of one kind of address and ends when somebody has the same port of the other kind, so that
    /// it may have to be begun again.
    fn start() -> Self {
        (0..TRIES).find_map(|_| Self::try_start()).expect("chromedriver says on which port it is")
    }

    fn try_start() -> Option<Self> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}; run script/setup --browser"));
        let said = BufReader::new(process.stdout.take().unwrap());
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            line.strip_suffix('.')?.rsplit_once("successfully on port ")?.1.parse::<u16>().ok()
        });
        let driver = Self { process, url: format!("http://127.0.0.1:{}", port.unwrap_or_default()) };
        port.map(|_| driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Opens a browser of which the language is Dutch, for the pages at `desk`, such as `http://127.0.0.1:8080`.
    ///
    /// # Panics
    /// When there is none on this machine.
    #[must_use]
    pub fn open(desk: &str, look: Look) -> Self {
        let driver = Driver::start();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut arguments =
            vec!["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=nl", "--window-size=1280,1000"];
        if look == Look::Dark {
            arguments.push("--blink-settings=preferredColorScheme=0");
        }
        let options = json!({ "args": arguments, "prefs": { "intl.accept_languages": "nl" } });
        let times = json!({ "script": SCRIPT_MILLIS });
        let capabilities =
            json!({ "browserName": "chrome", "goog:chromeOptions": options, "timeouts": times });
        let capabilities = capabilities.as_object().unwrap().clone();
        let connected = runtime.block_on(
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.url),
        );
        let client =
            connected.unwrap_or_else(|error| panic!("no browser: {error}; run script/setup --browser"));
        Self { runtime, client, desk: desk.to_owned(), _driver: driver }
    }

    /// Goes to a path of the hub.
    pub fn goes_to(&self, path: &str) {
        self.runtime.block_on(self.client.goto(&format!("{}{path}", self.desk))).unwrap();
    }

    /// Looks at the page anew.
    pub fn looks_again(&self) {
        self.runtime.block_on(self.client.refresh()).unwrap();
    }

    /// Makes the window so wide, in CSS pixels.
    pub fn is_wide(&self, pixels: u32) {
        self.runtime.block_on(self.client.set_window_size(pixels, 1000)).unwrap();
    }

    /// Where it is, without the hub's address.
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.runtime.block_on(self.client.current_url()).unwrap();
        url.as_str().trim_start_matches(&self.desk).to_owned()
    }

    /// Waits until it is at a path of the hub; a query behind it does not matter.
    ///
    /// # Panics
    /// When it does not come there.
    pub fn comes_to(&self, path: &str) {
        let until = Instant::now() + PATIENCE;
        while self.path().split('?').next() != Some(path) {
            assert!(Instant::now() < until, "not at {path} but at {}:\n{}", self.path(), self.reads());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until the page says this.
    ///
    /// # Panics
    /// When it never does.
    pub fn comes_to_read(&self, words: &str) {
        self.comes_to_read_within(words, PATIENCE);
    }

    /// As [`Browser::comes_to_read`], where the hub itself waits for long before it says so.
    ///
    /// # Panics
    /// When the page does not say this within that time.
    pub fn comes_to_read_within(&self, words: &str, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.reads().contains(words) {
            assert!(Instant::now() < until, "{words:?} is not on {}:\n{}", self.path(), self.reads());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Everything that can be read on the page.
    #[must_use]
    pub fn reads(&self) -> String {
        // In one command: another page may come between finding this one and reading it.
        let words = self.runs("return document.body ? document.body.innerText : ''");
        words.as_str().unwrap_or_default().to_owned()
    }

    /// Follows the link, or presses the button, on which this stands.
    pub fn presses(&self, words: &str) {
        let path = format!(
            "//main//a[normalize-space()={0}] | //button[normalize-space()={0}] | //a[normalize-space()={0}]",
            quoted(words)
        );
        self.finds(&path, words).block(self, |element| async move { element.click().await });
    }

    /// Fills in what has this label.
    pub fn fills_in(&self, label: &str, text: &str) {
        let path = format!("//*[@id=//label[normalize-space()={}]/@for]", quoted(label));
        self.finds(&path, label).block(self, |element| async move {
            element.clear().await?;
            element.send_keys(text).await
        });
    }

    /// Marks the box, or chooses what has this label.
    pub fn marks(&self, label: &str) {
        let path = format!("//label[normalize-space()={}]", quoted(label));
        self.finds(&path, label).block(self, |element| async move { element.click().await });
    }

    /// Sends a form of its own from the page that is open to a path of the hub, and waits for the page that answers; its
    /// status, as [`Browser::status`] tells it.
    ///
    /// # Panics
    /// When no page answers.
    #[must_use]
    pub fn sends(&self, path: &str, fields: &[(&str, &str)]) -> u64 {
        let (path, fields) = (json!(path), json!(fields));
        let _ = self.runs(&format!(
            "const form = document.createElement('form');
             [form.method, form.action] = ['post', {path}];
             for (const [name, value] of {fields}) {{
                 const field = document.createElement('textarea');
                 [field.name, field.value] = [name, value];
                 form.append(field);
             }}
             document.body.append(form);
             window.isBefore = true;
             form.submit();"
        ));
        let until = Instant::now() + PATIENCE;
        while self.runs("return window.isBefore === true || document.readyState !== 'complete'") == true {
            assert!(Instant::now() < until, "nothing answers at {path}:\n{}", self.reads());
            std::thread::sleep(LOOK_EVERY);
        }
        self.status()
    }

    /// With which status the page that is open was answered.
    #[must_use]
    pub fn status(&self) -> u64 {
        let status = self.runs("return performance.getEntriesByType('navigation')[0].responseStatus");
        status.as_u64().unwrap_or_default()
    }

    /// What a script on the page gives back.
    #[must_use]
    pub fn runs(&self, script: &str) -> Value {
        self.runtime.block_on(self.client.execute(script, Vec::new())).unwrap()
    }

    /// What a script on the page tells later, to the function that is its last argument.
    #[must_use]
    pub fn runs_to_its_end(&self, script: &str) -> Value {
        self.runtime.block_on(self.client.execute_async(script, Vec::new())).unwrap()
    }

    /// The page as a picture, PNG.
    #[must_use]
    pub fn picture(&self) -> Vec<u8> {
        self.runtime.block_on(self.client.screenshot()).unwrap()
    }

    fn finds(&self, path: &str, what: &str) -> Found {
        let element = self.runtime.block_on(self.client.find(Locator::XPath(path)));
        Found(element.unwrap_or_else(|_| panic!("no {what:?} on {}:\n{}", self.path(), self.reads())))
    }
}

/// Something on the page.
struct Found(fantoccini::elements::Element);

impl Found {
    fn block<F>(self, browser: &Browser, deed: impl FnOnce(fantoccini::elements::Element) -> F)
    where
        F: Future<Output = Result<(), fantoccini::error::CmdError>>,
    {
        let path = browser.path();
        browser.runtime.block_on(deed(self.0)).unwrap_or_else(|error| panic!("on {path}: {error}"));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that ended by itself needs no farewell.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}

/// As a string of XPath 1.0, which knows no escapes.
fn quoted(words: &str) -> String {
    if words.contains('\'') { format!("\"{words}\"") } else { format!("'{words}'") }
}
