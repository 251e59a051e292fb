//! One visit with answers that are found nowhere else: in every kind of question, typed, and read from a
//! document and a pass.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use zuil::devices::reader::simulator::Specimen;
use zuil::devices::terminal::simulator::Pace;
use zuil_wire::Reference;

use super::traces::Traces;
use crate::town::{self, Town};

/// The longest that the resident waits for anything. Drawing without optimisation takes its time.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Letters that follow each other in no word that a pillar says.
const NAME: &str = "zwybrexq quosdoëmva";
const STORY: &str = "kjeldberqm vrouqh tzimmex wyxhokq";
const POSTCODE: &str = "7391KW";
const HOUSE_NUMBER: &str = "8164";
const ADDITION: &str = "q7z";
const PHONE: &str = "0683947215";
const EMAIL: &str = "vlokquist@xyberdijk.nl";
/// What somebody searches for, with their name and their number. The name stands in the list of names.
const SEARCH: &str = "schuttingvlok przybylski 0683947215";
/// What editors may read of it.
pub const KEPT: &str = "schuttingvlok";
/// A number that no document has.
const DOCUMENT: Specimen = Specimen { number: "XQ7Z4K9BW", ..Specimen::PASSPORT };
const PASS: [u8; 7] = [0x04, 0x9d, 0x37, 0x5b, 0xe2, 0x61, 0x8f];

/// A task that asks everything and costs something.
const TASK: &str = r#"
upl = "afvalinzameling grofvuil"
icon = "bulky-waste"
minutes = 4
title = { nl = "Alles vragen", en = "Ask everything" }
summary = { nl = "Een taak voor de proef.", en = "A task for the test." }
next_steps = { nl = "Er gebeurt niets.", en = "Nothing happens." }
[fee]
amount = "17.35"
label = { nl = "De proef", en = "The test" }
[[needs]]
nl = "Niets"
en = "Nothing"
"#;

/// A town whose pillar has that task only, speaks, and is recorded.
pub fn town() -> Town {
    let folder = tempfile::tempdir().unwrap();
    write_catalogue(folder.path());
    let town = Town::with_catalogue(folder);
    let recordings = town.folder().join("recordings");
    fs::create_dir(&recordings).unwrap();
    let settings = fs::read_to_string(town.config()).unwrap();
    let recorder = format!(
        "log_level = \"trace\"\n{settings}[recorder]\nfolder = \"{}\"\ndevices = [\"printer\", \"terminal\"]\n\
         until = \"2099-12-31\"\n",
        recordings.display()
    );
    fs::write(town.config(), recorder).unwrap();
    town.terminal.set_auto(Some(Duration::ZERO));
    town.terminal.set_pace(Pace {
        card_time_out: Duration::from_secs(30),
        pin: Duration::from_millis(50),
        bank: Duration::from_millis(50),
        remove_card: Duration::from_millis(50),
    });
    town.plug_headphones(true).unwrap();
    town
}

fn write_catalogue(folder: &Path) {
    let example = town::catalogue();
    let from = |name: &str| fs::read_to_string(example.join(name)).unwrap();
    let municipality = from("municipality.toml");
    let (before, tasks) = municipality.split_once("\ntasks = [").unwrap();
    let (_, after) = tasks.split_once(']').unwrap();
    fs::write(folder.join("municipality.toml"), format!("{before}\ntasks = [\"everything\"]{after}"))
        .unwrap();
    fs::write(folder.join("logo.svg"), from("logo.svg")).unwrap();
    let street = format!("{POSTCODE},Proefhof,Voorbeeldhuizen,2,9000,even\n");
    fs::write(folder.join("addresses.csv"), from("addresses.csv") + &street).unwrap();
    let question = |(id, more): (&str, &str)| {
        format!(
            "[[questions]]\nid = \"{id}\"\nkind = \"{id}\"\n{more}label = {{ nl = \"{id}\", en = \"{id}\" }}\n\
             title = {{ nl = \"Vraag naar {id}\", en = \"Question for {id}\" }}\n"
        )
    };
    let questions = [
        ("text", "max = 80\n"),
        ("long-text", "min = 5\nmax = 300\n"),
        ("address", ""),
        ("phone", ""),
        ("email", ""),
        ("document", ""),
        ("waste-pass", "min = 6\nmax = 20\n"),
    ];
    let task = TASK.to_owned() + &questions.map(question).concat();
    fs::create_dir(folder.join("tasks")).unwrap();
    fs::write(folder.join("tasks/everything.toml"), task).unwrap();
    // Something can be asked, and what is searched for here is not in it.
    fs::create_dir(folder.join("answers")).unwrap();
    fs::write(folder.join("answers/abroad.toml"), from("answers/abroad.toml")).unwrap();
}

/// What someone who leaves in the middle could have left.
pub fn traces_of_the_middle() -> Traces {
    let answers =
        [("text", NAME), ("long-text", STORY)].map(|(question, text)| (question.into(), text.into()));
    Traces::of(&answers, &[NAME, STORY].map(str::to_owned), "")
}

/// What a search could have left: of all that was typed, and of what no editor may read.
pub fn traces_of_the_search() -> (Traces, Traces) {
    let typed = [("search".to_owned(), SEARCH.to_owned())];
    let letters = [SEARCH.to_owned()];
    (Traces::of(&typed, &letters, ""), Traces::of(&typed, &letters, KEPT))
}

/// A reference that no receipt has.
fn reference() -> Reference {
    Reference::from_bits(0x0001_9d37_5be2_618f)
}

/// What looking up a reference could have left: as it was typed, and as it was sent and shown.
pub fn traces_of_the_reference() -> Traces {
    let (typed, sent) = (reference().compact(), reference().to_string());
    let shown = reference().groups().join(" ");
    let answers = [typed.clone(), sent, shown].map(|text| ("reference".to_owned(), text));
    Traces::of(&answers, &[typed], "")
}

/// What the visit could have left, as the hub has it: what was typed, as it was understood, and as it was
/// shown and printed.
pub fn traces(town: &Town) -> Traces {
    let [stored] = town.at_the_hub().try_into().unwrap();
    let mut answers: Vec<(String, String)> = vec![
        ("phone".into(), PHONE.into()),
        ("address".into(), format!("{HOUSE_NUMBER} {ADDITION}")),
        ("document".into(), DOCUMENT.number.into()),
        ("waste-pass".into(), PASS.map(|byte| format!("{byte:02x}")).concat()),
    ];
    for line in &town.opened(&stored).answers {
        let question = line.question.clone();
        match question.as_str() {
            // The words around it are the program's.
            "document" => assert!(line.value.contains(DOCUMENT.number), "{}", line.value),
            "waste-pass" => answers.push((question, line.value.clone())),
            _ => answers
                .extend([line.value.clone(), line.display.clone()].map(|text| (question.clone(), text))),
        }
    }
    for (question, typed) in [("text", NAME), ("long-text", STORY), ("email", EMAIL)] {
        let same = |(name, text): &(String, String)| name == question && text.to_lowercase() == typed;
        assert!(answers.iter().any(same), "{question} came to the hub as {answers:?}");
    }
    assert_eq!(answers.iter().filter(|(name, _)| name == "waste-pass").count(), 2, "the pass came, too");
    let public: Vec<String> = ["municipality.toml", "addresses.csv", "tasks/everything.toml"]
        .iter()
        .map(|name| fs::read_to_string(town.catalogue().join(name)).unwrap())
        .collect();
    let typed = [NAME, STORY, PHONE, EMAIL].map(str::to_owned);
    Traces::of(&answers, &typed, &public.concat())
}

/// A resident at a pillar in a process of its own.
pub struct Visit<'a> {
    town: &'a Town,
    process: Child,
    finger: Option<ChildStdin>,
    said: Receiver<String>,
    sees: String,
    entered: usize,
}

impl<'a> Visit<'a> {
    /// Switches the pillar on and waits until everything works.
    pub fn begin(town: &'a Town, program: &[&str]) -> Self {
        let log = File::create(town.folder().join("pillar.log")).unwrap();
        let mut process = Command::new(program[0])
            .args(&program[1..])
            .arg("--config")
            .arg(town.config())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (told, said) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        let finger = process.stdin.take();
        let mut visit = Self { town, process, finger, said, sees: String::new(), entered: 0 };
        visit.waits_for("attract");
        visit
    }

    /// The pillar's process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Answers all questions, to the review.
    pub fn answers_everything(&mut self) {
        self.begins();
        for text in [NAME, STORY] {
            self.waits_for("fields");
            self.types(text);
            self.goes_on();
        }
        self.waits_for("fields");
        self.types(POSTCODE);
        self.touches("Huisnummer");
        self.types(HOUSE_NUMBER);
        self.touches("Toevoeging (mag leeg blijven)");
        self.types(ADDITION);
        self.goes_on();
        for text in [PHONE, EMAIL] {
            self.waits_for("fields");
            self.types(text);
            self.goes_on();
        }
        let town = self.town;
        self.holds(|| town.document_reader.hold_document(&DOCUMENT));
        self.holds(|| town.pass_reader.hold_pass(&PASS));
        self.waits_for("review");
        self.looks();
    }

    /// Types, thinks better of it, and leaves at once, with the last letters just typed.
    pub fn leaves_in_the_middle(&mut self) {
        self.begins();
        self.waits_for("fields");
        self.types(NAME);
        self.goes_on();
        self.waits_for("fields");
        self.types(STORY);
        self.looks();
        self.touches("Stoppen");
        self.looks();
        self.touches("Ja, stop en wis alles");
        self.waits_for("attract");
        self.looks();
    }

    /// Searches for something that is not there, finds nothing and leaves.
    pub fn asks_in_vain(&mut self) {
        self.looks();
        self.touches("Stel een vraag");
        self.waits_for("ask");
        self.entered = 0;
        self.types(SEARCH);
        // The index has come: only what was really sought is not found.
        self.waits_for("ask");
        self.looks();
        self.touches("Stoppen");
        self.waits_for("attract");
        self.looks();
    }

    /// Looks up a reference that nobody has, and leaves.
    pub fn looks_up_a_reference(&mut self) {
        self.looks();
        self.touches("Alles bekijken");
        self.waits_for("language");
        self.touches("Nederlands");
        self.waits_for("choose");
        self.touches("Hoe staat het met mijn aanvraag?");
        self.waits_for("reference");
        self.entered = 0;
        self.types(&reference().compact());
        self.looks();
        self.touches("Volgende");
        self.waits_for("standing");
        self.looks();
        self.touches("Stoppen");
        self.waits_for("attract");
        self.looks();
    }

    /// From the first screen to the first question.
    fn begins(&mut self) {
        self.looks();
        self.touches("Alles bekijken");
        self.waits_for("language");
        self.touches("Nederlands");
        self.waits_for("choose");
        self.touches("Alles vragen");
        self.waits_for("explain");
        self.touches("Beginnen");
    }

    /// From the review to the first screen, which is then looked at by nobody.
    pub fn pays_and_leaves(&mut self) {
        self.tells("pay");
        self.hears("touched");
        self.waits_for("receipt");
        self.looks();
        self.touches("Volgende");
        self.waits_for("survey-clear");
        self.touches("Overslaan");
        self.waits_for("survey-helped");
        self.touches("Overslaan");
        self.waits_for("survey-treated");
        self.touches("Overslaan");
        self.waits_for("goodbye");
        self.looks();
        // It also ends by itself, on a slow machine before it is touched.
        self.tries("Klaar");
        self.waits_for("attract");
        self.looks();
    }

    /// Switches the pillar off.
    pub fn ends(&mut self) {
        drop(self.finger.take());
        assert!(self.process.wait().unwrap().success());
    }

    /// Holds something against a reader, again when it did not look yet, and goes on.
    fn holds(&mut self, hold: impl Fn()) {
        self.waits_for("hold");
        self.looks();
        let until = Instant::now() + PATIENCE;
        while self.sees.starts_with("sees hold ") {
            assert!(Instant::now() < until, "nothing is read at {}", self.sees);
            hold();
            if let Ok(line) = self.said.recv_timeout(Duration::from_secs(2)) {
                self.sees = line;
            }
        }
        self.waits_for("read");
        self.goes_on();
    }

    fn goes_on(&mut self) {
        self.looks();
        let before = self.sees.clone();
        self.touches("Volgende");
        let until = Instant::now() + PATIENCE;
        while self.sees == before {
            assert!(Instant::now() < until, "does not get on from {before}");
            self.listens();
        }
        self.entered = 0;
    }

    /// Touches each key; a letter may be a capital by itself.
    fn types(&mut self, text: &str) {
        for letter in text.chars() {
            let signs = !letter.is_ascii();
            if signs {
                self.touches("Tekens en accenten");
            }
            match letter {
                ' ' => self.touches("Spatie"),
                _ => {
                    let either = [letter.to_string(), letter.to_uppercase().to_string()];
                    let until = Instant::now() + PATIENCE;
                    // Another field may have another keyboard, which comes with the next view.
                    while !either.iter().any(|key| self.tries(key)) {
                        assert!(Instant::now() < until, "no key {letter:?} at {}", self.sees);
                    }
                }
            }
            self.entered += 1;
            let wanted = format!(" {}", self.entered);
            let until = Instant::now() + PATIENCE;
            while !self.sees.ends_with(&wanted) {
                assert!(Instant::now() < until, "{letter:?} was not taken at {}", self.sees);
                self.listens();
            }
            if signs {
                self.touches("Letters");
            }
            if self.entered.is_multiple_of(4) {
                self.looks();
            }
        }
    }

    fn looks(&mut self) {
        self.tells("look");
        self.hears("looked");
    }

    /// Touches what says this, as soon as it is there: it may come with the next view.
    fn touches(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.tries(words) {
            assert!(Instant::now() < until, "nothing says {words:?} at {}", self.sees);
        }
    }

    fn tries(&mut self, words: &str) -> bool {
        self.tells(&format!("touch {words}"));
        self.answer() == "touched"
    }

    fn hears(&mut self, expected: &str) {
        assert_eq!(self.answer(), expected, "at {}", self.sees);
    }

    fn tells(&mut self, command: &str) {
        writeln!(self.finger.as_mut().unwrap(), "{command}").unwrap();
    }

    fn answer(&mut self) -> String {
        loop {
            let line = self.listens();
            if !line.starts_with("sees ") {
                return line;
            }
        }
    }

    fn waits_for(&mut self, screen: &str) {
        let until = Instant::now() + PATIENCE;
        while self.sees.split(' ').nth(1) != Some(screen) {
            assert!(Instant::now() < until, "waited in vain for {screen} at {}", self.sees);
            self.listens();
        }
    }

    fn listens(&mut self) -> String {
        let line = self.said.recv_timeout(PATIENCE);
        let line =
            line.unwrap_or_else(|_| panic!("nothing more is heard at {:?}: {}", self.sees, self.log()));
        if line.starts_with("sees ") {
            self.sees.clone_from(&line);
        }
        line
    }

    fn log(&self) -> String {
        let log = fs::read_to_string(self.town.folder().join("pillar.log")).unwrap_or_default();
        log.lines().rev().take(5).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        // A test that failed leaves its process; one that did not has waited for it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
