//! What the QR code of the hub says, as a reader types it that works like a keyboard: `zuil-enrol:?hub=…&code=…&authority=…`.
//! Also taken is `https://hub…#CODE`.
//!
//! Invariant: what is no such text is left to be an address. The authority is not taken from it: that is for the proof.

use zeroize::Zeroizing;

use super::hub::CODE;

/// More than any such text has, in characters.
pub(super) const LONGEST_LINK: usize = 400;
const SCHEME: &str = "zuil-enrol:";

/// The hub and the code of a QR code.
pub(super) struct Link {
    pub(super) hub: Zeroizing<String>,
    pub(super) code: Zeroizing<String>,
}

/// Whether what was typed so far begins as a QR code of the hub does.
pub(super) fn is_begun(typed: &str) -> bool {
    typed.get(..SCHEME.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(SCHEME))
}

/// The hub and the code, where both are in it.
pub(super) fn read(typed: &str) -> Option<Link> {
    let typed = typed.trim();
    let (hub, code) = if is_begun(typed) {
        let (_, query) = typed.split_once('?')?;
        let said = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name));
        (said("hub=")?, said("code=")?)
    } else {
        typed.rsplit_once('#')?
    };
    let letters = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    let code: Zeroizing<String> = Zeroizing::new(letters.collect());
    let is_whole = code.len() == CODE && !hub.is_empty();
    is_whole.then(|| Link { hub: Zeroizing::new(hub.to_owned()), code })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(typed: &str) -> Option<(String, String)> {
        read(typed).map(|link| (link.hub.to_string(), link.code.to_string()))
    }

    #[test]
    fn address_and_code_are_taken_from_what_the_hubs_qr_code_says() {
        let wanted = Some(("https://hub.example.nl:8443".to_owned(), "7K3MQ9XA2FT01BCDEF".to_owned()));
        let authority = "ab".repeat(32);
        for typed in [
            format!(
                "zuil-enrol:?hub=https://hub.example.nl:8443&code=7K3MQ9-XA2FT0-1BCDEF&authority={authority}"
            ),
            format!(
                " ZUIL-ENROL:?code=7k3mq9-xa2ft0-1bcdef&hub=https://hub.example.nl:8443&authority={authority}\n"
            ),
            "https://hub.example.nl:8443#7K3MQ9-XA2FT0-1BCDEF".to_owned(),
        ] {
            assert_eq!(both(&typed), wanted, "{typed}");
            assert!(typed.len() < LONGEST_LINK);
        }
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_an_address() {
        for typed in [
            "",
            "hub.example.nl",
            "https://hub.example.nl:8443",
            "https://hub.example.nl#7K3MQ9",
            "#7K3MQ9-XA2FT0-1BCDEF",
            "zuil-enrol:",
            "zuil-enrol:?hub=https://hub.example.nl",
            "zuil-enrol:?hub=&code=7K3MQ9-XA2FT0-1BCDEF",
            "zuil-enrol:?hub=https://hub.example.nl&code=7K3MQ9-XA2FT0",
            "é",
        ] {
            assert_eq!(both(typed), None, "{typed}");
        }
        assert!(is_begun("zuil-enrol:?h") && !is_begun("zuil-enro") && !is_begun("zuilén-enrol:"));
    }
}
