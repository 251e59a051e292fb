//! Reads phone numbers and addresses of websites.

use super::reader::{Placed, Section};

/// A phone number as it is written, such as `14 0100`: it has digits, and nothing that cannot be dialled.
pub(super) fn phone(section: &Section<'_>, phone: Placed<String>) -> Option<String> {
    let digits = phone.value.chars().filter(char::is_ascii_digit).count();
    let can_be_dialled = phone.value.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
    if can_be_dialled && (3..=15).contains(&digits) {
        return Some(phone.value);
    }
    section.mistake(
        phone.at,
        format!("\"{}\" is no phone number", phone.value),
        "Write digits and spaces only, as in: phone = \"14 0100\"",
    );
    None
}

/// The address of a website or page, without `https://`.
pub(super) fn website(section: &Section<'_>, website: Placed<String>) -> Option<String> {
    if website.value.contains("://") {
        section.mistake(
            website.at,
            "the website is written with https://",
            "Leave out https://, as in: website = \"www.voorbeeldhuizen.example/paspoort\"",
        );
        return None;
    }
    let host = website.value.split('/').next().unwrap_or_default();
    if host.split('.').count() < 2
        || host.split('.').any(str::is_empty)
        || website.value.contains(char::is_whitespace)
    {
        section.mistake(
            website.at,
            format!("\"{}\" is no address of a website", website.value),
            "Write it as in: website = \"www.voorbeeldhuizen.example/paspoort\"",
        );
        return None;
    }
    Some(website.value)
}
