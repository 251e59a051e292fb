//! Broken catalogues, each made by one change of the small one: each is refused with one mistake, at the place
//! that the change marks with `‸`, in the words of `messages.txt`.
//!
//! After changing a message on purpose: `ZUIL_REGENERATE=1 cargo test -p zuil-catalogue`, and read the difference.

use std::fmt::Write;
use std::fs;

use zuil_catalogue::{Catalogue, Mistake};

use crate::folder::{Folder, here};

const MESSAGES: &str = "tests/check/messages.txt";

/// A change of one file: what is broken, the file, what is replaced, by what.
type Change = (&'static str, &'static str, &'static str, &'static str);

const EVERYTHING: &str = "tasks/everything.toml";
const REPORT: &str = "tasks/report.toml";
const LETTER: &str = "tasks/letter.toml";
const PERMIT: &str = "answers/permit.toml";
const STREET: &str = "answers/street.toml";
const START: &str = "municipality.toml";

#[rustfmt::skip]
const CHANGES: &[Change] = &[
    // The file of the municipality.
    ("a municipality without a name", START, "# A small catalogue with everything that there is to write, for the tests. Made up.\nversion = \"2026-11-22.1\"\nname = \"Voorbeeldhuizen\"\n", "‸# A small catalogue with everything that there is to write, for the tests. Made up.\nversion = \"2026-11-22.1\"\n"),
    ("a municipality with an empty name", START, "name = \"Voorbeeldhuizen\"", "name = ‸\"\""),
    ("a municipality with an unknown key", START, "phone = \"14 0100\"", "phone = \"14 0100\"\n‸fax = \"1\""),
    ("a phone number that cannot be dialled", START, "phone = \"14 0100\"", "phone = ‸\"bel ons\""),
    ("a website with https://", START, "website = \"www.", "website = ‸\"https://www."),
    ("a website that is none", START, "\"www.voorbeeldhuizen.example\"", "‸\"onze website\""),
    ("a text without a language", START, "welcome.nl = ", "‸welcome = "),
    ("a language that nobody has", START, "languages = [\"nl\"]", "languages = [\"nl\", ‸\"xx\"]"),
    ("a language twice", START, "languages = [\"nl\"]", "languages = [\"nl\", ‸\"nl\"]"),
    ("languages without Dutch", START, "languages = [\"nl\"]", "‸languages = [\"en\"]"),
    ("languages that are no list", START, "languages = [\"nl\"]", "languages = ‸\"nl\""),
    ("an empty list of tasks", START, "[\"everything\", \"report\", \"letter\"]", "‸[]"),
    ("a task without a file", START, "\"letter\"]", "\"letter\", ‸\"parking\"]"),
    ("a task twice", START, "\"letter\"]", "\"letter\", ‸\"letter\"]"),
    ("a task that is called by its file", START, "\"letter\"]", "\"letter\", ‸\"Parking.toml\"]"),
    // What is no TOML.
    ("a text without its last quote", LETTER, "\"Brief\"\nsummary", "\"Brief‸\nsummary"),
    ("a text without quotes", LETTER, "icon = \"letter\"", "icon = ‸letter"),
    ("a key without a value", LETTER, "minutes = 1", "minutes =‸"),
    ("a key that stands twice", LETTER, "minutes = 1", "minutes = 1\n‸minutes = 2"),
    ("a header without its last bracket", LETTER, "[[questions]]", "[[questions]‸"),
    ("quotes of a word processor", LETTER, "title.nl = \"Brief\"", "title.nl = ‸„Brief”"),
    ("quotes in a text", LETTER, "Wij lezen hem.", "Kies \"‸anders\"."),
    // The head of a task.
    ("a key that is needed with a slip in it", LETTER, "title.nl = \"Brief\"", "‸titel.nl = \"Brief\""),
    ("a line of the task below a bracket", LETTER, "title.nl = \"Wat wilt u zeggen?\"", "title.nl = \"Wat wilt u zeggen?\"\n‸kcc.nl = \"Brief\""),
    ("a name that the national list lacks", LETTER, "\"contactgegevens\"", "‸\"contactgegeven\""),
    ("an icon that there is not", LETTER, "icon = \"letter\"", "icon = ‸\"fax\""),
    ("a task that takes an hour", LETTER, "minutes = 1", "minutes = ‸60"),
    ("minutes between quotes", LETTER, "minutes = 1", "minutes = ‸\"1\""),
    ("a key with a mistake in it", LETTER, "minutes = 1", "minutes = 1\n‸minuts = 1"),
    ("an identity that there is not", EVERYTHING, "identity = \"none\"", "identity = ‸\"passport\""),
    ("a device that there is not", EVERYTHING, "devices = [\"printer\"]", "devices = [‸\"scanner\"]"),
    ("a device twice", EVERYTHING, "devices = [\"printer\"]", "devices = [\"printer\", ‸\"printer\"]"),
    ("a receipt with a question that there is not", EVERYTHING, "[\"name\", \"children\"]", "[\"name\", ‸\"child\"]"),
    ("a receipt with a question twice", EVERYTHING, "[\"name\", \"children\"]", "[\"name\", ‸\"name\"]"),
    ("a title without Dutch", LETTER, "title.nl = \"Brief\"", "‸title.en = \"Letter\""),
    ("a title in a language that there is not", LETTER, "title.nl = \"Brief\"", "title.nl = \"Brief\"\ntitle.‸ned = \"Brief\""),
    ("a title that is empty", LETTER, "title.nl = \"Brief\"", "title.nl = ‸\"  \""),
    ("a title of two lines", LETTER, "title.nl = \"Brief\"", "title.nl = ‸\"Brief\\naan ons\""),
    ("a title that is a number", LETTER, "title.nl = \"Brief\"", "title.nl = ‸12"),
    ("a summary that is missing", LETTER, "# A letter, which is sent as e-mail. Made up.\nupl = \"contactgegevens\"\nicon = \"letter\"\nminutes = 1\ntitle.nl = \"Brief\"\nsummary.nl = \"Schrijf ons.\"", "‸# A letter, which is sent as e-mail. Made up.\nupl = \"contactgegevens\"\nicon = \"letter\"\nminutes = 1\ntitle.nl = \"Brief\""),
    ("a thing to bring in a language that there is not", EVERYTHING, "[[needs]]\nnl = \"Uw pas.\"", "[[needs]]\nnl = \"Uw pas.\"\n‸text = \"x\""),
    ("a thing to do elsewhere that is no group", EVERYTHING, "[[instead]]\nnl", "‸[instead]\nnl"),
    // When it is offered.
    ("times that say nothing", EVERYTHING, "[offered]\nfrom = \"11-15\"\nuntil = \"02-28\"\nweekdays = [\"monday\", \"tuesday\"]\nhours = \"08:30-17:00\"", "[‸offered]"),
    ("a season on a day that there is not", EVERYTHING, "until = \"02-28\"", "until = ‸\"02-30\""),
    ("a season with a year", EVERYTHING, "from = \"11-15\"", "from = ‸\"2026-11-15\""),
    ("a season without an end", EVERYTHING, "[offered]\nfrom = \"11-15\"\nuntil = \"02-28\"", "[‸offered]\nfrom = \"11-15\""),
    ("hours that end before they begin", EVERYTHING, "\"08:30-17:00\"", "‸\"17:00-08:30\""),
    ("hours that a day does not have", EVERYTHING, "\"08:30-17:00\"", "‸\"08:30-25:00\""),
    ("a weekday in Dutch", EVERYTHING, "[\"monday\", \"tuesday\"]", "[\"monday\", ‸\"dinsdag\"]"),
    // Where it is brought.
    ("a system that there is not", LETTER, "\"e-mail\"", "‸\"fax\""),
    ("a destination without a system", LETTER, "[destination]\nsystem = \"e-mail\"", "[‸destination]"),
    ("an address of e-mail without @", LETTER, "\"post@voorbeeldhuizen.example\"", "‸\"post.voorbeeldhuizen.example\""),
    ("a key of another destination", LETTER, "to = \"post@", "‸zaaktype = \"x\"\nto = \"post@"),
    ("a case without a zaaktype", EVERYTHING, "[destination]\nsystem = \"open-zaak\"\nzaaktype = \"vergunning\"", "[‸destination]\nsystem = \"open-zaak\""),
    ("a property from a question that there is not", EVERYTHING, "naam = \"name\"", "naam = ‸\"names\""),
    ("a property that is no text", EVERYTHING, "naam = \"name\"", "naam = ‸1"),
    ("a subject that Open Klant refuses", LETTER, "system = \"e-mail\"\nto = \"post@voorbeeldhuizen.example\"", "system = \"open-klant\"\nonderwerp = ‸\"Een onderwerp dat veel te lang is, omdat iemand er alles in heeft geschreven wat er te zeggen was, zonder eraan te denken dat een onderwerp alleen zegt waar het over gaat, en dat de rest in de vragen hoort te staan.\""),
    ("a category from a question that there is not", REPORT, "category = \"what\"", "category = ‸\"sort\""),
    ("a category from a question without options", REPORT, "category = \"what\"", "category = ‸\"mail\""),
    ("a category that not everybody gives", REPORT, "category = \"what\"\nplace = \"where\"\n[destination.categories]\nlamp = \"straat/lantaarnpaal\"\nother = \"overig/overig\"\n\n[[questions]]\nid = \"what\"", "category = ‸\"what\"\nplace = \"where\"\n[destination.categories]\nlamp = \"straat/lantaarnpaal\"\nother = \"overig/overig\"\n\n[[questions]]\nid = \"what\"\nrequired = false"),
    ("a place that says not where", REPORT, "place = \"where\"", "place = ‸\"mail\""),
    ("an option without a category", REPORT, "[destination]\nsystem = \"signalen\"\ncategory = \"what\"\nplace = \"where\"\n[destination.categories]\nlamp = \"straat/lantaarnpaal\"\n", "[‸destination]\nsystem = \"signalen\"\ncategory = \"what\"\nplace = \"where\"\n[destination.categories]\n"),
    ("a category of an option that there is not", REPORT, "other = \"overig/overig\"", "other = \"overig/overig\"\n‸tree = \"overig/overig\""),
    ("a category without its second half", REPORT, "\"straat/lantaarnpaal\"", "‸\"lantaarnpaal\""),
    // What it costs.
    ("a fee that the list lacks", EVERYTHING, "fee = \"permit-first\"", "fee = ‸\"permit-third\""),
    ("a fee of zero from the list", EVERYTHING, "fee = \"permit-first\"", "fee = ‸\"free-thing\""),
    ("an amount of zero", EVERYTHING, "amount = \"3.00\"", "amount = ‸\"0.00\""),
    ("an amount with one digit of cents", EVERYTHING, "amount = \"3.00\"", "amount = ‸\"3.0\""),
    ("an amount without quotes", EVERYTHING, "amount = \"3.00\"", "amount = ‸3.00"),
    ("a fee and an amount in one part", EVERYTHING, "[[fee.parts]]\nfee = \"permit-first\"", "‸[[fee.parts]]\nfee = \"permit-first\"\namount = \"1.00\""),
    ("a fee for each of what is not counted", EVERYTHING, "per = \"months\"", "per = ‸\"name\""),
    ("a fee without a label", EVERYTHING, "[fee]\nlabel.nl = \"Vergunning\"", "[‸fee]"),
    ("free of charge on an option that there is not", EVERYTHING, "free_when = [{ question = \"minima\", is = [\"yes\"] }]", "free_when = [{ question = \"minima\", is = [‸\"ja\"] }]"),
    ("a list of fees without its year", "fees.toml", "# Made up.\nyear = 2026", "‸# Made up."),
    ("a fee with a mistake in the list", "fees.toml", "\"12.50\"", "‸\"12,5\""),
    ("a fee with a name in capitals", "fees.toml", "[permit-second]", "[‸Permit-Second]"),
    ("a fee with an unknown key", "fees.toml", "amount = \"25.00\"", "amount = \"25.00\"\n‸name = \"x\""),
    ("a fee outside its group", "fees.toml", "year = 2026", "year = 2026\n‸dog = \"1.00\""),
    // Questions.
    ("a kind that there is not", EVERYTHING, "kind = \"birth-date\"", "kind = ‸\"birthday\""),
    ("a question without a kind", EVERYTHING, "[[questions]]\nid = \"pass\"\nkind = \"waste-pass\"", "‸[[questions]]\nid = \"pass\""),
    ("a question for the BSN", EVERYTHING, "kind = \"document\"", "kind = ‸\"bsn\""),
    ("a question for an attachment", EVERYTHING, "kind = \"document\"", "kind = ‸\"attachment\""),
    ("a question without an id", EVERYTHING, "[[questions]]\nid = \"plate\"", "‸[[questions]]"),
    ("an id with a capital", EVERYTHING, "id = \"plate\"", "id = ‸\"Plate\""),
    ("an id twice", EVERYTHING, "[[questions]]\nid = \"plate\"", "‸[[questions]]\nid = \"account\""),
    ("a question without a title", EVERYTHING, "[[questions]]\nid = \"plate\"\nkind = \"licence-plate\"\nlabel.nl = \"Kenteken\"\ntitle.nl = \"Wat is uw kenteken?\"", "‸[[questions]]\nid = \"plate\"\nkind = \"licence-plate\"\nlabel.nl = \"Kenteken\""),
    ("required that is no yes or no", EVERYTHING, "required = false", "required = ‸\"no\""),
    ("a limit of another kind", EVERYTHING, "kind = \"iban\"", "kind = \"iban\"\n‸max = 34"),
    ("a text that is too long to type", EVERYTHING, "max = 80", "max = ‸500"),
    ("a long text with min above max", LETTER, "min = 10\nmax = 500", "‸min = 10\nmax = 5"),
    ("a choice of one", REPORT, "[[questions]]\nid = \"what\"\nkind = \"choice\"\nlabel.nl = \"Soort\"\ntitle.nl = \"Wat is kapot?\"", "‸[[questions]]\nid = \"kind\"\nkind = \"choice\"\nlabel.nl = \"Soort\"\ntitle.nl = \"Wat is kapot?\"\n[[questions.options]]\nid = \"x\"\ntext.nl = \"X\"\n\n[[questions]]\nid = \"what\"\nkind = \"choice\"\nlabel.nl = \"Soort\"\ntitle.nl = \"Wat is kapot?\""),
    ("an option twice", EVERYTHING, "[[questions.options]]\nid = \"weekend\"", "‸[[questions.options]]\nid = \"night\""),
    ("an option without its text", EVERYTHING, "[[questions.options]]\nid = \"weekend\"\ntext.nl = \"Het weekend\"", "‸[[questions.options]]\nid = \"weekend\""),
    ("more to choose than there is", EVERYTHING, "max = 2\n", "‸max = 9\n"),
    ("a question with the id of what a place unfolds to", REPORT, "[[questions]]\nid = \"where\"\nkind = \"place\"\nlabel.nl = \"Plek\"\ntitle.nl = \"Waar is het?\"\n[[questions.landmarks]]\nid = \"church\"\ntext.nl = \"De kerk\"\n[[questions.landmarks]]\nid = \"school\"\ntext.nl = \"De school\"\n\n[[questions]]\nid = \"mail\"", "‸[[questions]]\nid = \"where\"\nkind = \"place\"\nlabel.nl = \"Plek\"\ntitle.nl = \"Waar is het?\"\n[[questions.landmarks]]\nid = \"church\"\ntext.nl = \"De kerk\"\n[[questions.landmarks]]\nid = \"school\"\ntext.nl = \"De school\"\n\n[[questions]]\nid = \"where-where\""),
    ("a landmark twice", REPORT, "[[questions.landmarks]]\nid = \"school\"", "‸[[questions.landmarks]]\nid = \"church\""),
    ("a number with min above max", EVERYTHING, "min = 1\nmax = 12", "‸min = 13\nmax = 12"),
    ("a number with decimals", EVERYTHING, "unit.nl = \"maanden\"", "‸decimals = 2\nunit.nl = \"maanden\""),
    ("an amount to type that is below zero", EVERYTHING, "min = 100\n", "min = ‸-100\n"),
    ("days that are upside down", EVERYTHING, "first = 1\n", "‸first = 40\n"),
    ("a calendar that may be empty", EVERYTHING, "last = 30\nweekdays = [\"monday\", \"friday\"]", "last = 3\n‸weekdays = [\"monday\", \"friday\"]"),
    ("a pass number that is too long", EVERYTHING, "min = 6\nmax = 12\n", "min = 6\nmax = ‸40\n"),
    ("an appointment without a product", EVERYTHING, "[[questions]]\nid = \"slot\"\nkind = \"appointment\"\nproduct = \"vergunning\"", "‸[[questions]]\nid = \"slot\"\nkind = \"appointment\""),
    // Conditions.
    ("a condition on a question that there is not", EVERYTHING, "question = \"born\"", "question = ‸\"birth\""),
    ("a condition on a later question", EVERYTHING, "question = \"born\"", "question = ‸\"contact\""),
    ("a condition on its own question", EVERYTHING, "question = \"born\"", "question = ‸\"parents\""),
    ("a condition on a group", EVERYTHING, "free_when = [{ question = \"minima\", is = [\"yes\"] }]", "free_when = [{ question = ‸\"children\", answered = true }]"),
    ("a condition on an option that there is not", EVERYTHING, "not = [\"guest\"]", "not = [‸\"visitor\"]"),
    ("a condition on an option of a question without options", EVERYTHING, "question = \"which\", not = [\"guest\"]", "question = ‸\"name\", not = [\"guest\"]"),
    ("a condition that counts what is no number", EVERYTHING, "question = \"months\", at_least = 6", "question = ‸\"name\", at_least = 6"),
    ("a condition that says two things", EVERYTHING, "when = { question = \"months\", at_least = 6 }", "‸when = { question = \"months\", at_least = 6, at_most = 7 }"),
    ("a condition that says nothing", EVERYTHING, "when = { question = \"months\", at_least = 6 }", "‸when = { question = \"months\" }"),
    ("a condition without a question", EVERYTHING, "when = { question = \"months\", at_least = 6 }", "‸when = { at_least = 6 }"),
    ("a condition with a word for a number", EVERYTHING, "at_least = 6", "at_least = ‸\"six\""),
    ("a condition with an unknown key", EVERYTHING, "at_least = 6", "at_least = 6, ‸at_lest = 6"),
    ("a condition that is a word", EVERYTHING, "when = { question = \"months\", at_least = 6 }", "when = ‸\"months\""),
    // Groups.
    ("a group without a name for its rows", EVERYTHING, "[[questions]]\nid = \"children\"\nkind = \"group\"\nmax = 3\nrow.nl = \"Kind\"", "‸[[questions]]\nid = \"children\"\nkind = \"group\"\nmax = 3"),
    ("a group of one row", EVERYTHING, "max = 3", "max = ‸1"),
    ("a group that is called another kind", EVERYTHING, "kind = \"group\"", "kind = ‸\"choice\""),
    ("a group in a group", EVERYTHING, "kind = \"text\"\nlabel.nl = \"Welke school\"", "kind = ‸\"group\"\nlabel.nl = \"Welke school\""),
    ("a place in a group", EVERYTHING, "kind = \"text\"\nlabel.nl = \"Welke school\"", "kind = ‸\"place\"\nlabel.nl = \"Welke school\""),
    ("a document in a group", EVERYTHING, "[[questions.questions]]\nid = \"first-name\"\nkind = \"text\"", "‸[[questions.questions]]\nid = \"first-name\"\nkind = \"document\""),
    ("a question in a group with the id of what leads on", EVERYTHING, "[[questions]]\nid = \"children\"\nkind = \"group\"\nmax = 3\nrow.nl = \"Kind\"\nmore.nl = \"Nog een kind?\"\nhelp.nl = \"Alleen kinderen thuis.\"\n[[questions.questions]]\nid = \"first-name\"", "‸[[questions]]\nid = \"children\"\nkind = \"group\"\nmax = 3\nrow.nl = \"Kind\"\nmore.nl = \"Nog een kind?\"\nhelp.nl = \"Alleen kinderen thuis.\"\n[[questions.questions]]\nid = \"more\""),
    ("a condition of a group on what stands outside", EVERYTHING, "question = \"school\"", "question = ‸\"minima\""),
    // Answers.
    ("a product that the national list lacks", STREET, "\"contactgegevens\"", "‸\"straat\""),
    ("an answer without what to do next", STREET, "[[answers]]\nid = \"street-broken\"\nquestions.nl = [\"Wat doe ik als iets kapot is?\"]\nshort.nl = \"Meld het hier.\"\nlong.nl = \"Wij kijken binnen drie dagen.\"\n[[answers.next]]\ntask = \"report\"\n", "‸[[answers]]\nid = \"street-broken\"\nquestions.nl = [\"Wat doe ik als iets kapot is?\"]\nshort.nl = \"Meld het hier.\"\nlong.nl = \"Wij kijken binnen drie dagen.\"\n"),
    ("an answer that leads to a task that there is not", STREET, "task = \"report\"", "task = ‸\"reports\""),
    ("an answer that leads to two things at once", STREET, "[[answers.next]]\ntask = \"report\"", "‸[[answers.next]]\ntask = \"report\"\nphone = \"14 0100\""),
    ("a next step in single brackets", STREET, "[[answers.next]]", "‸[answers.next]"),
    ("an answer that leads to a page with https://", PERMIT, "\"www.voorbeeldhuizen.example/vergunning\"", "‸\"https://www.voorbeeldhuizen.example\""),
    ("an answer that leads to a number with letters", PERMIT, "\"14 0100\"", "‸\"14 gemeente\""),
    ("an answer that does not say how long it is true", STREET, "[[answers]]\nid = \"street-broken\"\nquestions.nl = [\"Wat doe ik als iets kapot is?\"]\nshort.nl = \"Meld het hier.\"\nlong.nl = \"Wij kijken binnen drie dagen.\"\n[[answers.next]]\ntask = \"report\"\n[answers.valid]\nfrom = 2026-01-01\nchecked = 2026-11-02\nsource = \"Beleid (verzonnen)\"\n", "‸[[answers]]\nid = \"street-broken\"\nquestions.nl = [\"Wat doe ik als iets kapot is?\"]\nshort.nl = \"Meld het hier.\"\nlong.nl = \"Wij kijken binnen drie dagen.\"\n[[answers.next]]\ntask = \"report\"\n"),
    ("an answer without a source", STREET, "[answers.valid]\nfrom = 2026-01-01\nchecked = 2026-11-02\nsource = \"Beleid (verzonnen)\"", "[answers.‸valid]\nfrom = 2026-01-01\nchecked = 2026-11-02"),
    ("an answer that ends before it begins", PERMIT, "[answers.valid]\nfrom = 2026-01-01\nuntil = 2026-12-31", "[answers.‸valid]\nfrom = 2026-01-01\nuntil = 2025-12-31"),
    ("a day between quotes", STREET, "from = 2026-01-01", "‸from = \"2026-01-01\""),
    ("a day with a time", STREET, "from = 2026-01-01", "‸from = 2026-01-01T10:00:00"),
    ("a day that there is not", STREET, "checked = 2026-11-02", "checked = ‸2026-11-31"),
    ("an answer without a question", STREET, "[\"Wat doe ik als iets kapot is?\"]", "‸[]"),
    ("an answer with an empty question", PERMIT, "\"prijs vergunning\"", "‸\"\""),
    ("an answer whose id another file has", STREET, "id = \"street-broken\"", "id = ‸\"permit-cost\""),
    ("an answer with an unknown key", STREET, "short.nl = ", "‸shorts.nl = \"x\"\nshort.nl = "),
    ("a product without answers", STREET, "# Made up.\nupl = \"contactgegevens\"\ntitle.nl = \"Straat\"\n\n[[answers]]\nid = \"street-broken\"\nquestions.nl = [\"Wat doe ik als iets kapot is?\"]\nshort.nl = \"Meld het hier.\"\nlong.nl = \"Wij kijken binnen drie dagen.\"\n[[answers.next]]\ntask = \"report\"\n[answers.valid]\nfrom = 2026-01-01\nchecked = 2026-11-02\nsource = \"Beleid (verzonnen)\"\n", "‸# Made up.\nupl = \"contactgegevens\"\ntitle.nl = \"Straat\"\n"),
    // Fees in texts.
    ("a text with a fee that the list lacks", PERMIT, "kost 12 euro.", "kost ‸{fee:parking}."),
    ("a text with a slip in the name of a fee", PERMIT, "kost 12 euro.", "kost {fee:permit-first} of ‸{fee:permit-secnod}."),
    ("a text with a fee in capitals", PERMIT, "12 euro", "‸{fee:Permit-First}"),
    ("a text with another word for a fee", PERMIT, "12 euro", "‸{fees:permit-first}"),
    ("a text with something else between brackets", PERMIT, "12 euro", "‸{bedrag}"),
    ("a text with a fee without its last bracket", PERMIT, "12 euro.", "{fee:permit-second} of ‸{fee:permit-first."),
    ("a text with a last bracket only", PERMIT, "12 euro.", "12 euro‸}."),
    ("a fee that the list lacks, on the third line of a text", PERMIT, "\"U betaalt met uw pas.\\n\\nContant betalen kan niet.\"", "\"\"\"\nU betaalt {fee:permit-first}.\n\nOf ‸{fee:parking}.\"\"\""),
    ("a fee that the list lacks, in how people put a question", PERMIT, "\"prijs vergunning\"", "\"prijs ‸{fee:parking}\""),
    ("a fee that the list lacks, in a task", LETTER, "Schrijf ons.", "Schrijf ons voor ‸{fee:parking}."),
    ("a fee that the list lacks, in a thing to bring", EVERYTHING, "nl = \"Uw pas.\"", "nl = \"Uw pas en ‸{fee:parking}.\""),
    ("a fee that the list lacks, in an announcement", "announcements.toml", "De brief is verstuurd.", "De brief kost ‸{fee:parking}."),
    ("a fee that the list lacks, on the first screen", START, "Vrijdag zijn we dicht.", "Vrijdag betaalt u ‸{fee:parking}."),
    ("a sign for the euro before a fee", PERMIT, "12 euro", "€ ‸{fee:permit-first}"),
    ("a word for the euro behind a fee", PERMIT, "12 euro", "‸{fee:permit-first} euro"),
    ("a word for the euro before the second of two fees", PERMIT, "12 euro", "{fee:permit-first} of EUR\u{a0}‸{fee:permit-second}"),
    ("a sign for the euro between two fees, with the second one", PERMIT, "12 euro", "{fee:permit-first} €‸{fee:permit-second}"),
    ("a word for the euro behind a fee in another language", PERMIT, "12 euro.\"", "12 euro.\"\nshort.uk = \"Дозвіл коштує ‸{fee:permit-first} євро.\""),
    // Announcements.
    ("an announcement of an answer that there is not", "announcements.toml", "answers = [\"permit-cost\"]", "answers = [‸\"permit-costs\"]"),
    ("an announcement that ends before it begins", "announcements.toml", "[[announcements]]\nid = \"closed\"\nfrom = 2026-12-24", "‸[[announcements]]\nid = \"closed\"\nfrom = 2027-12-24"),
    ("an announcement without an end", "announcements.toml", "[[announcements]]\nid = \"closed\"\nfrom = 2026-12-24\nuntil = 2026-12-26", "‸[[announcements]]\nid = \"closed\"\nfrom = 2026-12-24"),
    ("an announcement twice", "announcements.toml", "[[announcements]]\nid = \"letter\"", "‸[[announcements]]\nid = \"closed\""),
    ("an announcement with an id of two words", "announcements.toml", "id = \"closed\"", "id = ‸\"closed now\""),
    // Synonyms.
    ("a synonym that is alone", "synonyms.toml", "[\"stoep\", \"trottoir\"]", "‸[\"stoep\"]"),
    ("a synonym in two groups", "synonyms.toml", "[\"stoep\", \"trottoir\"]", "[\"stoep\", ‸\"vuilnis\"]"),
    ("synonyms in one list", "synonyms.toml", "en = [[\"rubbish\", \"waste\"]]", "en = [‸\"rubbish\"]"),
    ("synonyms in a language that there is not", "synonyms.toml", "en = [[", "‸english = [["),
    // Addresses.
    ("addresses without their columns", "addresses.csv", "postcode,street,town,first,last,parity\n", "‸"),
    ("a postcode that there cannot be", "addresses.csv", "2411AC", "‸0411AC"),
    ("a street without a name", "addresses.csv", "Dorpsweg", "‸"),
    ("an address with a column too few", "addresses.csv", "2411AC,Dorpsweg,", "‸2411AC,"),
    ("house numbers upside down", "addresses.csv", ",2,40,", ",‸40,2,"),
    ("a house number with a letter", "addresses.csv", ",2,40,", ",2,‸40a,"),
    ("a house number in two streets", "addresses.csv", "2411AC,Dorpsweg,Voorbeeldhuizen,1,9,odd", "‸2411AB,Dorpsweg,Voorbeeldhuizen,1,9,all"),
    ("a side of the street that there is not", "addresses.csv", "odd", "‸left"),
    // Branding.
    ("a branding that is no JSON", "branding.json", "\"#ffffff\" },\n        \"color-subtle\"", "\"#ffffff\" }\n        ‸\"color-subtle\""),
    ("a colour that is none", "branding.json", "\"#3a4a55\"", "‸\"darkblue\""),
    ("a colour with five digits", "branding.json", "\"#3a4a55\"", "‸\"#3a4a5\""),
    ("words that cannot be read on the screen", "branding.json", "\"#3a4a55\"", "‸\"#767676\""),
    ("a brand on which nothing can be read", "branding.json", "\"huis\": {\n    \"blauw\": { \"value\": \"#0a4a6d\" }\n  },\n  \"basis\": {\n    \"color\": {\n      \"default\": {\n        \"bg-document\": { \"value\": \"#ffffff\" },\n        \"color-subtle\": { \"value\": \"#3a4a55\" }\n      },\n      \"action-1-inverse\": {\n        \"bg-default\": { \"value\": \"{huis.blauw}\" },\n        \"color-default\": { \"value\": \"#ffffff\" }", "\"huis\": {\n    \"blauw\": { \"value\": \"#0a4a6d\" }\n  },\n  \"basis\": {\n    \"color\": {\n      \"default\": {\n        \"bg-document\": { \"value\": \"#ffffff\" },\n        \"color-subtle\": { \"value\": \"#3a4a55\" }\n      },\n      \"action-1-inverse\": {\n        \"bg-default\": { \"value\": \"{huis.blauw}\" },\n        \"color-default\": { \"value\": ‸\"#8fb3c7\" }"),
    ("a dark screen that is grey", "branding.json", "\"#000000\"", "‸\"#4a5055\""),
    ("a token that refers to nothing", "branding.json", "\"{huis.blauw}\"", "‸\"{huis.rood}\""),
    ("a token that refers to itself", "branding.json", "\"{huis.blauw}\"", "‸\"{basis.color.action-1-inverse.bg-default}\""),
    ("a token without its value", "branding.json", "\"color-subtle\": { \"value\": \"#3a4a55\" }", "\"color-subtle\": ‸\"#3a4a55\""),
    ("a token twice", "branding.json", "\"color-subtle\": { \"value\": \"#3a4a55\"", "\"bg-document\": ‸{ \"value\": \"#ffffff\""),
    ("a logo that there is not", "branding.json", "\"mark.svg\"", "‸\"mark.png\""),
    ("a picture beside the brand that is no colour", "branding.json", "\"action-1-inverse\": {", "\"accent-1-inverse\": { \"bg-default\": { \"value\": ‸\"orange\" } },\n      \"action-1-inverse\": {"),
    ("a logo that was cut off", "mark.svg", "/></svg>", "/‸"),
    ("a logo that is another kind of file", "mark.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\"/></svg>", "‸<html><p>404</p></html>"),
    ("a logo without a size", "mark.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\">", "‸<svg xmlns=\"http://www.w3.org/2000/svg\">"),
];

#[test]
fn each_broken_catalogue_is_refused_at_the_right_place_in_the_words_that_we_know() {
    let mut told = String::new();
    let mut wrong = Vec::new();
    for (name, file, from, to) in CHANGES {
        let folder = Folder::small();
        let text = folder.read(file);
        assert_eq!(text.matches(from).count(), 1, "{name}: {from:?} in {file}");
        let marked = text.replacen(from, to, 1);
        let at = marked.find('‸').unwrap_or_else(|| panic!("{name} has no mark"));
        folder.write(file, marked.replace('‸', ""));
        let mistakes = refused(&folder);
        let before = &marked[..at];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let expected = (*file, before.matches('\n').count() + 1, column);
        if !matches!(&mistakes[..], [one] if (one.file.as_str(), one.line, one.column) == expected) {
            wrong.push(format!("{name}: expected one mistake at {expected:?}\n{}", listed(&mistakes)));
        }
        tell(&mut told, name, &mistakes);
    }
    for (name, spoil) in SPOILT {
        let folder = Folder::small();
        spoil(&folder);
        let mistakes = refused(&folder);
        if mistakes.len() != 1 {
            wrong.push(format!("{name}: expected one mistake\n{}", listed(&mistakes)));
        }
        tell(&mut told, name, &mistakes);
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(CHANGES.len() + SPOILT.len() >= 60);
    let golden = here(MESSAGES);
    if std::env::var_os("ZUIL_REGENERATE").is_some() {
        fs::write(&golden, &told).unwrap();
    }
    let known = fs::read_to_string(&golden).unwrap_or_default();
    let differs = known.lines().zip(told.lines()).find(|(known, told)| known != told);
    assert!(known == told, "the messages differ from {MESSAGES}, first here: {differs:?}");
}

/// What no change of a text can do.
type Spoil = fn(&Folder);

const SPOILT: &[(&str, Spoil)] = &[
    ("a file in another encoding", |folder| {
        let text = folder.read(LETTER).replace("Schrijf ons.", "Schrijf een ~.");
        let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'~' { 0xEB } else { byte }).collect();
        folder.write(LETTER, bytes);
    }),
    ("a file of the municipality in another encoding", |folder| folder.write(START, b"name = \"caf\xE9\"")),
    ("a file of answers that is empty", |folder| folder.write("answers/empty.toml", "")),
    ("a file of answers with a name in capitals", |folder| {
        fs::rename(folder.path().join(STREET), folder.path().join("answers/Street.toml")).unwrap();
    }),
    ("a file of answers that is a folder", |folder| {
        fs::create_dir(folder.path().join("answers/more.toml")).unwrap();
    }),
    ("a logo with a photograph in it", |folder| folder.write("mark.svg", "x".repeat(200_001))),
    ("a logo in another encoding", |folder| folder.write("mark.svg", b"<svg caf\xE9/>")),
    ("no addresses", |folder| fs::remove_file(folder.path().join("addresses.csv")).unwrap()),
    ("no file of the municipality", |folder| fs::remove_file(folder.path().join(START)).unwrap()),
    ("no fees, which a task names", |folder| fs::remove_file(folder.path().join("fees.toml")).unwrap()),
    ("fees that are no TOML", |folder| folder.write("fees.toml", "year == 2026")),
    ("a municipality that is no TOML", |folder| folder.write(START, "name = 'Voorbeeldhuizen")),
];

fn refused(folder: &Folder) -> Vec<Mistake> {
    let checked = Catalogue::check(folder.path());
    assert_eq!(checked.catalogue.is_none(), !checked.mistakes.is_empty());
    checked.mistakes
}

fn listed(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("  {mistake}\n")).collect()
}

fn tell(told: &mut String, name: &str, mistakes: &[Mistake]) {
    writeln!(told, "# {name}").unwrap();
    mistakes.iter().for_each(|mistake| writeln!(told, "{mistake}").unwrap());
    writeln!(told).unwrap();
}
