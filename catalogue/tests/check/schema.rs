//! The JSON Schemas with which an editor's program completes and explains the keys of a catalogue.
//!
//! They are written here once, and kept in `schema/`. The check itself says which keys, kinds and words it knows: a
//! schema that has another is wrong.
//!
//! After a change: `ZUIL_REGENERATE=1 cargo test -p zuil-catalogue`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};
use zuil_catalogue::{Catalogue, Language};

use crate::folder::{Folder, here};
use crate::validate::validate;

const KINDS: [&str; 20] = [
    "text",
    "long-text",
    "choice",
    "choices",
    "yes-no",
    "date",
    "birth-date",
    "number",
    "amount",
    "phone",
    "email",
    "contact",
    "address",
    "place",
    "iban",
    "licence-plate",
    "document",
    "waste-pass",
    "appointment",
    "group",
];
const ICONS: [&str; 22] = [
    "report",
    "phone",
    "bulky-waste",
    "document",
    "calendar",
    "home",
    "moving",
    "extract",
    "parking",
    "tax",
    "house",
    "heart",
    "child",
    "bus",
    "hand",
    "question",
    "status",
    "code",
    "complaint",
    "idea",
    "letter",
    "pass",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const SYSTEMS: [&str; 4] = ["open-zaak", "open-klant", "signalen", "e-mail"];
const DEVICES: [&str; 4] = ["printer", "terminal", "document-reader", "pass-reader"];

/// What each kind of question may have beside id, label, title, help, required and when.
const OF_KINDS: [(&str, &[&str]); 20] = [
    ("text", &["max"]),
    ("long-text", &["min", "max"]),
    ("choice", &["options"]),
    ("choices", &["options", "max"]),
    ("yes-no", &[]),
    ("date", &["first", "last", "weekdays"]),
    ("birth-date", &[]),
    ("number", &["min", "max", "unit"]),
    ("amount", &["min", "max"]),
    ("phone", &[]),
    ("email", &[]),
    ("contact", &[]),
    ("address", &[]),
    ("place", &["landmarks"]),
    ("iban", &[]),
    ("licence-plate", &[]),
    ("document", &[]),
    ("waste-pass", &["min", "max"]),
    ("appointment", &["product"]),
    ("group", &["row", "more", "max", "questions"]),
];
const OF_SYSTEMS: [(&str, &[&str]); 4] = [
    ("open-zaak", &["zaaktype", "properties"]),
    ("open-klant", &["onderwerp"]),
    ("signalen", &["category", "place", "categories"]),
    ("e-mail", &["to"]),
];

fn text(says: &str) -> Value {
    json!({ "$ref": "#/definitions/text", "description": says })
}

fn word(says: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": says })
}

fn one_of(words: &[&str], says: &str) -> Value {
    json!({ "enum": words, "description": says })
}

fn number(least: i64, most: i64, says: &str) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most, "description": says })
}

fn yes_no(says: &str) -> Value {
    json!({ "type": "boolean", "description": says })
}

fn day(says: &str) -> Value {
    json!({ "type": "string", "format": "date", "description": says })
}

fn list(of: Value, least: usize, says: &str) -> Value {
    json!({ "type": "array", "items": of, "minItems": least, "description": says })
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A table with these keys and no other.
fn table(says: &str, required: &[&str], keys: Value) -> Value {
    json!({
        "type": "object", "description": says, "required": required, "properties": keys,
        "additionalProperties": false,
    })
}

/// A table that may have the keys of `more` only for the words of `by` for which they are listed.
fn depends(mut table: Value, by: &str, always: &[&str], more: &[(&str, &[&str])]) -> Value {
    let rules: Vec<Value> = more
        .iter()
        .map(|(word, keys)| {
            let keys: Vec<&str> = always.iter().chain(*keys).copied().collect();
            json!({
                "if": { "properties": { by: { "const": word } }, "required": [by] },
                "then": { "propertyNames": { "enum": keys } },
            })
        })
        .collect();
    table["allOf"] = Value::Array(rules);
    table
}

fn languages(of: Value) -> Value {
    let keys: Map<String, Value> = Language::ALL
        .iter()
        .map(|language| {
            let mut value = of.clone();
            value["description"] = json!(language.own_name());
            (language.code().to_owned(), value)
        })
        .collect();
    json!({ "type": "object", "required": ["nl"], "properties": keys, "additionalProperties": false })
}

/// A text in each language.
fn texts() -> Value {
    let mut texts = languages(json!({ "type": "string", "minLength": 1 }));
    texts["description"] = json!("In each language. {fee:NAME} stands for the amount of a fee of fees.toml.");
    texts
}

fn document(title: &str, says: &str, root: Value, definitions: Value) -> Value {
    let mut document = json!({
        "$schema": "http://json-schema.org/draft-07/schema#", "title": title, "description": says,
    });
    for (key, value) in root.as_object().unwrap() {
        if key != "description" {
            document[key] = value.clone();
        }
    }
    document["definitions"] = definitions;
    document
}

fn task() -> Value {
    let question = |kinds: &[&str], inner: bool| {
        let mut keys = json!({
            "id": word("The id of this question in its task: small letters, digits, dashes."),
            "kind": one_of(kinds, "How it is answered."),
            "label": text("Short, for the review and the receipt: at most 24 characters."),
            "title": text("The question itself: at most 70 characters."),
            "help": text("One line of help: at most 90 characters. Of a group: below the first question of each row."),
            "required": yes_no("Whether it must be answered. Left out, it must."),
            "when": named("conditions"),
            "min": number(0, 1_000_000, "long-text: the fewest characters. number: the least. amount: the fewest euros. waste-pass: the fewest signs."),
            "max": number(1, 1_000_000, "text, long-text: the most characters. choices: the most options. number, amount: the most. waste-pass: the most signs. group: the most rows, 2 to 9."),
            "unit": text("number: what is counted, such as maanden: at most 12 characters."),
            "first": number(-365, 365, "date: the first day, in days from today; less than 0 is in the past."),
            "last": number(-365, 365, "date: the last day, in days from today."),
            "weekdays": list(one_of(&WEEKDAYS, "A weekday."), 1, "date: the weekdays that can be chosen."),
            "product": word("appointment: the product of the agenda."),
            "options": list(named("option"), 2, "choice, choices: what one can choose from."),
            "landmarks": list(named("option"), 1, "place: places that everybody here knows."),
        });
        if !inner {
            keys["row"] = text("group: what a row is called, such as Kind: at most 20 characters.");
            keys["more"] = text("group: the question that leads to the next row.");
            keys["questions"] = list(named("inner-question"), 1, "group: what is asked in each row.");
        }
        let always = ["id", "kind", "label", "title", "help", "required", "when"];
        let of_group = ["id", "kind", "help", "when"];
        let says = if inner { "A question of a group." } else { "A question. Each has a screen of its own." };
        let of_kinds = OF_KINDS.iter().filter(|(kind, _)| kinds.contains(kind)).copied();
        let of_kinds: Vec<_> = of_kinds.filter(|(kind, _)| *kind != "group").collect();
        let mut question = depends(table(says, &["id", "kind"], keys), "kind", &always, &of_kinds);
        for rule in question["allOf"].as_array_mut().unwrap() {
            rule["then"]["required"] = json!(["label", "title"]);
        }
        if !inner {
            let group: Vec<_> = OF_KINDS.iter().filter(|(kind, _)| *kind == "group").copied().collect();
            let of_group = depends(json!({}), "kind", &of_group, &group);
            question["allOf"]
                .as_array_mut()
                .unwrap()
                .extend(of_group["allOf"].as_array().unwrap().iter().cloned());
        }
        question
    };
    let inner: Vec<&str> = KINDS
        .into_iter()
        .filter(|kind| !["group", "document", "waste-pass", "place"].contains(kind))
        .collect();
    let words = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let destination = table(
        "Where the hub brings it.",
        &["system"],
        json!({
            "system": one_of(&SYSTEMS, "The system of the municipality."),
            "zaaktype": word("open-zaak: the identificatie of the zaaktype."),
            "properties": words.clone(),
            "onderwerp": word("open-klant: the subject in Dutch, at most 200 characters."),
            "category": word("signalen: the id of the question of kind choice that says what it is about."),
            "place": word("signalen: the id of the question that says where."),
            "categories": words,
            "to": word("e-mail: the address."),
        }),
    );
    let amount = || json!({ "type": "string", "pattern": "^[0-9]{1,5}[.,][0-9]{2}$", "description": "Euros and two digits of cents, such as 17.35." });
    let definitions = json!({
        "text": texts(),
        "option": table("An option or a landmark.", &["id", "text"], json!({
            "id": word("Its id: small letters, digits, dashes."), "text": text("At most 40 characters."),
        })),
        "condition": table("A condition on an earlier answer.", &["question"], json!({
            "question": word("The id of an earlier question."),
            "is": list(word("The id of an option, yes or no."), 1, "The answer is one of these."),
            "not": list(word("The id of an option, yes or no."), 1, "The answer is none of these."),
            "at_least": number(0, 1_000_000, "The number, or how many were chosen, is this or more."),
            "at_most": number(0, 1_000_000, "The number, or how many were chosen, is this or less."),
            "answered": yes_no("Whether it was answered and not skipped."),
        })),
        "conditions": { "description": "All of these must hold.", "anyOf": [named("condition"), list(named("condition"), 1, "All of these must hold.")] },
        "fee-part": table("A part of the fee.", &[], json!({
            "fee": word("A name of fees.toml."), "amount": amount(), "when": named("conditions"),
            "per": {
                "description": "Times the answer to this question (number or choices), or the rows of this group; a list is multiplied.",
                "anyOf": [word("A question or group."), list(word("A question or group."), 1, "All of these are multiplied.")],
            },
        })),
        "inner-question": question(&inner, true),
        "question": question(&KINDS, false),
    });
    let root = table(
        "",
        &["upl", "icon", "minutes", "title", "summary", "next_steps", "questions"],
        json!({
            "upl": word("Its name in the national list of products (UPL), exactly."),
            "icon": one_of(&ICONS, "The picture on its tile."),
            "minutes": number(1, 30, "How many minutes it takes."),
            "identity": one_of(&["none", "digid"], "Who must be known. Left out, nobody."),
            "devices": list(one_of(&DEVICES, "A device."), 1, "Without these it cannot be done."),
            "receipt": list(word("The id of a question."), 1, "Which answers stand on the receipt. Left out, all."),
            "title": text("Its name on the tile: at most 32 characters."),
            "summary": text("What one gets: one or two sentences."),
            "kcc": text("One line for the agent on the phone: at most 160 characters."),
            "term": text("By when the municipality answers."),
            "next_steps": text("What happens next: at most 400 characters."),
            "offered": table("When it is offered. Left out, always.", &[], json!({
                "from": word("The first day of the season, as month and day: 11-15."),
                "until": word("The last day of the season, as month and day."),
                "weekdays": list(one_of(&WEEKDAYS, "A weekday."), 1, "On these days."),
                "hours": word("Between these hours: 08:30-17:00."),
            })),
            "destination": depends(destination, "system", &["system"], &OF_SYSTEMS),
            "fee": table("What it costs. Left out, it is free.", &["label"], json!({
                "label": text("What it is for: at most 24 characters."),
                "free_when": { "description": "Free when one of these holds.", "anyOf": [named("condition"), list(named("condition"), 1, "Free when one of these holds.")] },
                "parts": list(named("fee-part"), 1, "What it costs is the sum of these."),
                "fee": word("A name of fees.toml."), "amount": amount(),
            })),
            "needs": list(named("text"), 1, "What to have at hand or to bring."),
            "instead": list(named("text"), 1, "What cannot be done here, and what to do instead."),
            "questions": list(named("question"), 1, "What is asked, in this order."),
        }),
    );
    document("A task", "Something that residents get done at a pillar.", root, definitions)
}

fn product() -> Value {
    let definitions = json!({
        "text": texts(),
        "texts": languages(json!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 })),
        "next": table("What to do next: one of these.", &[], json!({
            "task": word("Do this task at the pillar."), "phone": word("Call this number: 14 0100."),
            "website": word("Go to this page, without https://."),
        })),
        "answer": table("A question and its answer.", &["id", "questions", "short", "long", "next", "valid"], json!({
            "id": word("Its id, of which there is one in the catalogue."),
            "common": yes_no("One of those that are asked most: then it is written in every language."),
            "questions": { "$ref": "#/definitions/texts", "description": "The first is shown, at most 70 characters; all are searched." },
            "short": text("One or two sentences: at most 220 characters."),
            "long": text("Two to six short sentences: at most 600 characters."),
            "next": list(named("next"), 1, "What to do next, most useful first."),
            "valid": table("When it is true, and who says so.", &["from", "checked", "source"], json!({
                "from": day("From this day on."), "until": day("Until and including this day. Left out, for good."),
                "checked": day("When somebody last looked whether it is true."), "source": word("A law, a rule, or a page."),
            })),
        })),
    });
    let root = table(
        "",
        &["upl", "title", "answers"],
        json!({
            "upl": word("Its name in the national list of products (UPL), exactly."),
            "title": text("What residents call it: at most 48 characters."),
            "answers": list(named("answer"), 1, "What people ask about it."),
        }),
    );
    document("A product", "A product of the municipality, and what people ask about it.", root, definitions)
}

fn fees() -> Value {
    let definitions = json!({ "fee": table("A fee.", &["amount"], json!({
        "amount": { "type": "string", "pattern": "^[0-9]{1,5}[.,][0-9]{2}$", "description": "Euros and two digits of cents, such as 17.35." },
        "source": word("Where the amount comes from."),
    })) });
    let mut root = table("", &["year"], json!({ "year": number(2026, 2100, "The year of these fees.") }));
    root["additionalProperties"] = named("fee");
    document("Fees", "The fees of a year, by name.", root, definitions)
}

fn announcements() -> Value {
    let definitions = json!({
        "text": texts(),
        "announcement": table("Something that is told for a time.", &["id", "from", "until", "banner"], json!({
            "id": word("Its id: small letters, digits, dashes."), "from": day("From this day on."),
            "until": day("Until and including this day."),
            "banner": text("The line on the first screen: at most 90 characters."),
            "answers": list(word("The id of an answer."), 1, "The answers that come first meanwhile."),
        })),
    });
    let root = table("", &[], json!({ "announcements": list(named("announcement"), 1, "What is told.") }));
    document("Announcements", "What is told for a time.", root, definitions)
}

fn municipality() -> Value {
    let codes: Vec<&str> = Language::ALL.iter().map(|language| language.code()).collect();
    let definitions = json!({ "text": texts() });
    let root = table(
        "",
        &["version", "name", "phone", "website", "phone_hours", "welcome", "privacy", "tasks"],
        json!({
            "version": word("What you call this version, such as 2026-11-22.1."),
            "name": word("The name without gemeente."),
            "phone": word("The number to call, such as 14 0100."),
            "website": word("The website, without https://."),
            "phone_hours": text("When that number is answered: at most 80 characters."),
            "welcome": text("The question on the first screen: at most 50 characters."),
            "privacy": text("One line on privacy: at most 140 characters."),
            "announcement": text("One line for the first screen: at most 90 characters."),
            "languages": list(one_of(&codes, "A language."), 1, "The languages to choose from, in this order; nl must be among them."),
            "tasks": list(word("The name of a file in tasks, without .toml."), 1, "The tasks, in the order in which they are offered."),
        }),
    );
    document("The municipality", "Whose pillar it is, and what it offers.", root, definitions)
}

fn synonyms() -> Value {
    let group = list(word("A word."), 2, "Words that mean the same.");
    let keys: Map<String, Value> = Language::ALL
        .iter()
        .map(|language| (language.code().to_owned(), list(group.clone(), 1, language.own_name())))
        .collect();
    document(
        "Synonyms",
        "Words that mean the same, for searching.",
        table("", &[], Value::Object(keys)),
        json!({}),
    )
}

/// The tokens of the branding, and what each is. The colours are those of the dark screen, too.
const LOOKS: [(&str, &str); 3] = [
    ("zuil.name", "The name beside the logo, when it is not that of municipality.toml."),
    ("zuil.logo", "The file of the logo: SVG, beside this file."),
    ("basis.text.font-family.default", "The type; the pillars have Noto Sans of themselves."),
];
const COLOURS: [(&str, &str); 20] = [
    ("basis.color.default.bg-document", "The ground of the screen."),
    ("basis.color.default.bg-subtle", "The ground of what can be touched."),
    ("basis.color.default.bg-active", "The same while it is touched."),
    ("basis.color.default.color-document", "Words."),
    ("basis.color.default.color-subtle", "Words that matter less."),
    ("basis.color.default.border-default", "Lines around what can be touched."),
    ("basis.color.action-1-inverse.bg-default", "The primary action, icons, and the ground of the logo."),
    ("basis.color.action-1-inverse.bg-active", "The same while it is touched."),
    ("basis.color.action-1-inverse.color-default", "Words on the two."),
    ("basis.focus.outline-color", "The outer half of the ring of the focus."),
    ("basis.focus.inverse.outline-color", "The inner half."),
    ("basis.color.positive.color-default", "It went well."),
    ("basis.color.positive.bg-default", "The ground of what says so."),
    ("basis.color.warning.color-default", "Take care."),
    ("basis.color.warning.bg-default", "The ground of what says so."),
    ("basis.color.negative.color-default", "It went wrong, or stops."),
    ("basis.color.negative.bg-default", "The ground of what says so."),
    ("basis.color.accent-1-inverse.bg-default", "A colour of the picture on the first screen."),
    ("basis.color.accent-2-inverse.bg-default", "A colour of the picture on the first screen."),
    ("basis.color.accent-3-inverse.bg-default", "A colour of the picture on the first screen."),
];

/// The tokens of a website may stand there, too: what is not known here is let be.
fn branding() -> Value {
    let token = |value: Value| {
        let of = |name: &str| json!({ "type": "object", "required": [name], "properties": { name: value } });
        json!({ "anyOf": [of("value"), of("$value")] })
    };
    let definitions = json!({
        "word": token(json!({ "type": "string" })),
        "colour": token(json!({ "type": "string", "pattern": "^(#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|\\{.+\\})$" })),
    });
    let mut root = json!({ "type": "object" });
    for (path, says) in LOOKS {
        put(&mut root, path, json!({ "allOf": [named("word")], "description": says }));
    }
    for (path, says) in COLOURS {
        let colour = json!({ "allOf": [named("colour")], "description": says });
        put(&mut root, path, colour.clone());
        put(&mut root, &format!("dark.{path}"), colour);
    }
    document(
        "The branding",
        "How the municipality looks, as tokens of the NL Design System.",
        root,
        definitions,
    )
}

/// Puts what a token is at its path, with the groups that lead there.
fn put(group: &mut Value, path: &str, token: Value) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let inner = &mut group["properties"][first];
    match rest {
        None => *inner = token,
        Some(rest) => {
            inner["type"] = json!("object");
            put(inner, rest, token);
        }
    }
}

fn sites() -> Value {
    let hours: Map<String, Value> = WEEKDAYS
        .iter()
        .map(|day| {
            ((*day).to_owned(), word("From and until when, such as 08:30-17:00. Left out, it is closed."))
        })
        .collect();
    let degrees = |says: &str, least: i64, most: i64| json!({ "type": "number", "minimum": least, "maximum": most, "description": says });
    let latitude = || degrees("Degrees north, such as 52.0823.", 50, 54);
    let longitude = || degrees("Degrees east, such as 4.7464.", 3, 8);
    let place = table(
        "Where a postcode lies.",
        &["postcode", "name", "latitude", "longitude"],
        json!({
            "postcode": word("Its four digits, such as 2411, or all of it, such as 2411AB."),
            "name": word("The town, village or quarter."),
            "latitude": latitude(),
            "longitude": longitude(),
        }),
    );
    let except = table(
        "A day on which it is otherwise.",
        &["day"],
        json!({
            "day": day("Which, such as 2026-12-25, without quotes."),
            "hours": word("From and until when, such as 10:00-16:00."),
            "closed": yes_no("Whether it is closed all day."),
        }),
    );
    let site = table(
        "Where a pillar stands.",
        &["pillar", "name", "address", "postcode", "town", "latitude", "longitude", "hours"],
        json!({
            "pillar": word("The name that the pillar has at the hub."),
            "name": word("What people call the building."),
            "address": word("Street and house number."),
            "postcode": word("Its postcode, such as 2411AB."),
            "town": word("The town or village."),
            "latitude": latitude(),
            "longitude": longitude(),
            "access": text("How one gets up to it in a wheelchair, for agents: at most 240 characters."),
            "hours": table("When the building is open.", &[], Value::Object(hours)),
            "except": list(named("except"), 1, "Days on which it is otherwise, such as holidays."),
        }),
    );
    let root = table(
        "",
        &[],
        json!({
            "places": list(named("place"), 1, "Where the postcodes lie."),
            "sites": list(named("site"), 1, "Where the pillars stand."),
        }),
    );
    let definitions = json!({ "text": texts(), "place": place, "site": site, "except": except });
    document("The sites", "Where the pillars stand, and where postcodes lie.", root, definitions)
}

fn all() -> [(&'static str, Value); 7] {
    [
        ("task", task()),
        ("product", product()),
        ("fees", fees()),
        ("announcements", announcements()),
        ("municipality", municipality()),
        ("synonyms", synonyms()),
        ("sites", sites()),
    ]
}

#[test]
fn the_schemas_are_those_that_are_written_here() {
    for (name, schema) in all().into_iter().chain([("branding", branding())]) {
        let file = here(&format!("schema/{name}.json"));
        let told = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("ZUIL_REGENERATE").is_some() {
            fs::create_dir_all(here("schema")).unwrap();
            fs::write(&file, &told).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        assert!(known == told, "schema/{name}.json is another: run the tests with ZUIL_REGENERATE=1");
    }
}

/// A place of the small catalogue behind which a key is put that nobody knows, and the table of the schema there.
const PLACES: [(&str, &str, &str, &str); 19] = [
    ("municipality.toml", "phone = \"14 0100\"", "municipality", ""),
    ("tasks/everything.toml", "minutes = 4", "task", ""),
    ("tasks/everything.toml", "hours = \"08:30-17:00\"", "task", "/properties/offered"),
    ("tasks/everything.toml", "label.nl = \"Vergunning\"\nfree_when", "task", "/properties/fee"),
    ("tasks/everything.toml", "per = \"months\"", "task", "/definitions/fee-part"),
    ("tasks/everything.toml", "text.nl = \"De eerste\"", "task", "/definitions/option"),
    ("tasks/everything.toml", "question = \"months\", at_least = 6", "task", "/definitions/condition"),
    ("tasks/report.toml", "text.nl = \"De kerk\"", "task", "/definitions/option"),
    ("answers/street.toml", "title.nl = \"Straat\"", "product", ""),
    ("answers/street.toml", "id = \"street-broken\"", "product", "/definitions/answer"),
    ("answers/street.toml", "task = \"report\"", "product", "/definitions/next"),
    ("answers/street.toml", "checked = 2026-11-02", "product", "/definitions/answer/properties/valid"),
    ("announcements.toml", "id = \"closed\"", "announcements", "/definitions/announcement"),
    ("fees.toml", "amount = \"12.50\"", "fees", "/definitions/fee"),
    ("sites.toml", "name = \"Voorbeeldhuizen\"", "sites", "/definitions/place"),
    ("sites.toml", "name = \"Bibliotheek\"", "sites", "/definitions/site"),
    ("sites.toml", "saturday = \"10:00-13:00\"", "sites", "/definitions/site/properties/hours"),
    ("sites.toml", "day = 2026-12-25", "sites", "/definitions/except"),
    ("synonyms.toml", "en = [[\"rubbish\", \"waste\"]]", "synonyms", ""),
];

#[test]
fn the_schemas_have_the_keys_that_the_check_knows() {
    let all = all();
    let schema = |name: &str| &all.iter().find(|(known, _)| *known == name).unwrap().1;
    for (file, behind, name, pointer) in PLACES {
        let (line, rest) = behind.split_once('\n').unwrap_or((behind, ""));
        let mark =
            if line.contains(" = ") && line.contains(',') && !line.contains('[') { ", " } else { "\n" };
        let to = format!("{line}{mark}zzz = 1{}{rest}", if rest.is_empty() { "" } else { "\n" });
        let keys = schema(name).pointer(&format!("{pointer}/properties")).unwrap().as_object().unwrap();
        let mut keys: BTreeSet<String> = keys.keys().cloned().collect();
        let mut known = known_keys(file, behind, &to);
        if pointer == "/properties/fee" {
            // Of a fee with parts, the check does not know the short form.
            keys.retain(|key| key != "fee" && key != "amount");
        } else if pointer == "/definitions/fee-part" {
            // Of a part with an amount, the check does not know that it could name a fee.
            known.insert("fee".to_owned());
        }
        assert_eq!(known, keys, "{file} behind {behind}");
    }
}

#[test]
fn the_schema_has_the_keys_that_the_check_knows_of_each_kind_and_each_destination() {
    let task = task();
    let files = ["tasks/everything.toml", "tasks/report.toml", "tasks/letter.toml"];
    for kind in KINDS {
        let line = format!("kind = \"{kind}\"");
        // Once, or the first of several: with the line behind it.
        let (file, behind) = files.iter().find_map(|file| first_with_next(file, &line)).unwrap();
        let known = known_keys(file, &behind, &format!("zzz = 1\n{behind}"));
        assert_eq!(known, of_word(&task["definitions"]["question"], "kind", kind), "{kind}");
    }
    for (file, system) in files.into_iter().zip(["open-zaak", "signalen", "e-mail"]) {
        let line = format!("system = \"{system}\"");
        let known = known_keys(file, &line, &format!("{line}\nzzz = 1"));
        assert_eq!(known, of_word(&task["properties"]["destination"], "system", system), "{system}");
    }
}

fn first_with_next<'a>(file: &'a str, line: &str) -> Option<(&'a str, String)> {
    let text = Folder::small().read(file);
    let at = text.find(line)?;
    let lines: Vec<&str> = text[at..].lines().take(3).collect();
    let behind = lines.join("\n");
    (text.matches(&behind).count() == 1).then_some((file, behind))
}

/// What the schema allows a table that has a word under a key.
fn of_word(table: &Value, key: &str, word: &str) -> BTreeSet<String> {
    let rules = table["allOf"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["if"]["properties"][key]["const"] == word).unwrap();
    let keys = rule["then"]["propertyNames"]["enum"].as_array().unwrap();
    keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// The keys that the check names when it finds one that it does not know.
fn known_keys(file: &str, from: &str, to: &str) -> BTreeSet<String> {
    words_of(file, from, to, "has no \"zzz\"")
}

/// The words that the check offers in a remedy.
fn words_of(file: &str, from: &str, to: &str, what: &str) -> BTreeSet<String> {
    let folder = Folder::small();
    let text = folder.read(file);
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
    folder.write(file, text.replace(from, to));
    let mistakes = Catalogue::check(folder.path()).mistakes;
    let mistake = mistakes
        .iter()
        .find(|mistake| mistake.what.contains(what))
        .unwrap_or_else(|| panic!("{to}: {mistakes:#?}"));
    let (_, words) = mistake.remedy.split_once("one of: ").unwrap();
    words.trim_end_matches('.').split(", ").map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_kinds_icons_devices_weekdays_and_systems_that_the_check_knows() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    let of = |from: &str, to: &str, what: &str| words_of("tasks/everything.toml", from, to, what);
    assert_eq!(of("\"birth-date\"", "\"zzz\"", "kind of question"), words(&KINDS));
    assert_eq!(of("\"parking\"", "\"zzz\"", "no icon"), words(&ICONS));
    assert_eq!(of("\"printer\"", "\"zzz\"", "no device"), words(&DEVICES));
    assert_eq!(of("\"none\"", "\"zzz\"", "no identity"), words(&["none", "digid"]));
    assert_eq!(of("\"tuesday\"", "\"zzz\"", "no weekday"), words(&WEEKDAYS));
    assert_eq!(of("\"open-zaak\"", "\"zzz\"", "can be brought"), words(&SYSTEMS));
}

#[test]
fn each_file_of_the_example_and_of_the_small_catalogue_names_its_schema_or_fits_it() {
    let mut read = 0;
    for (folder, names_it) in [("example", true), ("tests/small", false)] {
        for (name, schema) in all() {
            let (files, up) = match name {
                "task" => (toml_files(&format!("{folder}/tasks")), "../../"),
                "product" => (toml_files(&format!("{folder}/answers")), "../../"),
                _ => (vec![format!("{folder}/{name}.toml")], "../"),
            };
            for file in files {
                let text = fs::read_to_string(here(&file)).unwrap();
                let line = format!("#:schema {up}schema/{name}.json\n");
                assert!(!names_it || text.starts_with(&line), "{file} does not begin with {line}");
                let table: toml::Table = text.parse().unwrap();
                let wrong = validate(&schema, &schema, &plain(toml::Value::Table(table)), &file);
                assert!(wrong.is_empty(), "{wrong:#?}");
                read += 1;
            }
        }
    }
    assert!(read > 150, "{read}");
}

#[test]
fn the_schema_of_the_branding_has_the_tokens_that_the_check_uses_and_both_brandings_fit_it() {
    let folder = Folder::small();
    folder.write("branding.json", "{ \"utrecht\": { \"link\": { \"value\": \"#00f\" } } }");
    let warnings = Catalogue::check(folder.path()).warnings;
    let (_, used) = warnings[0].remedy.split_once("A pillar uses: ").unwrap();
    let used: BTreeSet<&str> = used.trim_end_matches('.').split(", ").collect();
    assert_eq!(used, LOOKS.into_iter().chain(COLOURS).map(|(path, _)| path).collect());
    let schema = branding();
    for file in ["example/branding.json", "tests/small/branding.json"] {
        let tokens: Value = serde_json::from_str(&fs::read_to_string(here(file)).unwrap()).unwrap();
        assert!(tokens["$schema"] == "../schema/branding.json" || file.starts_with("tests"), "{file}");
        assert_eq!(validate(&schema, &schema, &tokens, file), Vec::<String>::new());
    }
    let wrong = json!({ "dark": { "basis": { "color": { "positive": { "bg-default": "#fff" } } } } });
    assert!(!validate(&schema, &schema, &wrong, "").is_empty());
}

#[test]
fn the_guide_to_the_catalogue_explains_every_token() {
    let guide = fs::read_to_string(here("../docs/catalogue.md")).unwrap();
    for (path, _) in LOOKS.into_iter().chain(COLOURS) {
        // The ground of something may stand behind it: `….color-default`, `.bg-default`.
        let behind =
            path.strip_suffix(".bg-default").map(|of| format!("`{of}.color-default`, `.bg-default`"));
        let told =
            guide.contains(&format!("`{path}`")) || behind.is_some_and(|behind| guide.contains(&behind));
        assert!(told, "docs/catalogue.md does not tell of {path}");
    }
}

#[test]
fn a_schema_points_at_a_key_that_is_wrong() {
    let schema = task();
    let file = Folder::small().read("tasks/everything.toml");
    for (from, to) in [
        ("minutes = 4", "minutes = 60"),
        ("minutes = 4", "minuts = 4"),
        ("kind = \"iban\"", "kind = \"iban\"\nmax = 3"),
    ] {
        let table: toml::Table = file.replace(from, to).parse().unwrap();
        assert!(!validate(&schema, &schema, &plain(toml::Value::Table(table)), "").is_empty(), "{to}");
    }
}

fn toml_files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(here(folder)).unwrap();
    entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().display())).collect()
}

/// TOML as JSON; a day becomes its text.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
    }
}

#[test]
fn the_guide_to_the_catalogue_explains_every_key_kind_and_icon() {
    let guide = fs::read_to_string(here("../docs/catalogue.md")).unwrap();
    let mut keys = BTreeSet::new();
    all().iter().for_each(|(_, schema)| all_keys(schema, &mut keys));
    Language::ALL.iter().for_each(|language| assert!(keys.contains(language.code())));
    keys.extend(KINDS.into_iter().chain(ICONS).map(str::to_owned));
    let told = |key: &str| {
        ["`{}`", "`[{}]", "[{}]", "`[[{}]]`", ".{}]", "{}.nl", " {} =", "\n{} ="]
            .iter()
            .any(|around| guide.contains(&around.replace("{}", key)))
    };
    let untold: Vec<&String> = keys.iter().filter(|key| !told(key)).collect();
    assert!(untold.is_empty(), "docs/catalogue.md does not tell of {untold:?}");
}

fn all_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    keys.extend(schema["properties"].as_object().into_iter().flat_map(|keys| keys.keys().cloned()));
    let named = ["properties", "definitions"].into_iter().filter_map(|name| schema[name].as_object());
    named.flat_map(|members| members.values()).for_each(|inner| all_keys(inner, keys));
    schema["anyOf"].as_array().into_iter().flatten().for_each(|inner| all_keys(inner, keys));
    if schema["items"].is_object() {
        all_keys(&schema["items"], keys);
    }
}

#[test]
fn the_examples_of_the_guide_can_be_read() {
    let guide = fs::read_to_string(here("../docs/catalogue.md")).unwrap();
    let of = |language: &str| -> Vec<String> {
        let fence = format!("```{language}\n");
        guide.split(&fence).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
    };
    of("toml").iter().for_each(|block| assert!(block.parse::<toml::Table>().is_ok(), "{block}"));
    assert!(of("toml").len() > 12);
    let task =
        of("toml").into_iter().find(|block| block.starts_with("upl = \"afvalinzameling grofvuil\"")).unwrap();
    let folder = Folder::small();
    folder.write("tasks/letter.toml", task);
    folder.write("branding.json", of("json")[0].replace("logo.svg", "mark.svg"));
    let checked = Catalogue::check(folder.path());
    assert_eq!((checked.mistakes, checked.warnings), (vec![], vec![]));
}
