//! The reference of a request: letters go out, what is the matter comes in.

use slint::{ComponentHandle, SharedString};

use super::Sink;
use super::ui::{self, ReferenceState};
use crate::visit::{Intent, ReferenceView};
use crate::words::standing;
use zuil_catalogue::Language;

/// In how many letters each group ends that is complete.
const GROUPS: [usize; 2] = [4, 8];

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let state = app.global::<ReferenceState>();
    let to = sink.clone();
    state.on_typed_letter(move |face| face.chars().for_each(|c| to.send(Intent::Type(c))));
    let to = sink.clone();
    state.on_erase(move || to.send(Intent::Erase));
}

pub(super) fn show(app: &ui::App, language: Language, reference: &ReferenceView) {
    let state = app.global::<ReferenceState>();
    state.set_typed(grouped(&reference.typed).as_str().into());
    let trouble = if reference.mistyped { standing::mistyped(language) } else { "" };
    state.set_trouble(trouble.into());
}

/// Leaves nothing of what was typed.
pub(super) fn forget(app: &ui::App) {
    app.global::<ReferenceState>().set_typed(SharedString::new());
}

/// As it stands on the receipt, so that it can be compared group by group.
fn grouped(typed: &str) -> zeroize::Zeroizing<String> {
    let mut shown = zeroize::Zeroizing::new(String::with_capacity(typed.len() + GROUPS.len()));
    for (place, letter) in typed.chars().enumerate() {
        if GROUPS.contains(&place) {
            shown.push(' ');
        }
        shown.push(letter);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stands_in_the_groups_of_the_receipt() {
        for (typed, shown) in
            [("", ""), ("7K3M", "7K3M"), ("7K3MQ", "7K3M Q"), ("7K3MQ9XA2FP", "7K3M Q9XA 2FP")]
        {
            assert_eq!(*grouped(typed), shown);
        }
    }
}
