//! Rows of a view that are updated in place, so that what persists keeps its place, its focus and its
//! pressed state, and nothing flickers.

use std::rc::Rc;

use slint::{Model, ModelRc, VecModel};

/// A model whose rows are replaced one by one, and only where they differ.
pub(super) struct Rows<T>(Rc<VecModel<T>>);

impl<T: Clone + PartialEq + 'static> Rows<T> {
    pub(super) fn new() -> Self {
        Self(Rc::new(VecModel::default()))
    }

    pub(super) fn model(&self) -> ModelRc<T> {
        self.0.clone().into()
    }

    pub(super) fn set(&self, rows: impl IntoIterator<Item = T>) {
        let mut count = 0;
        for (place, row) in rows.into_iter().enumerate() {
            count = place + 1;
            match self.0.row_data(place) {
                Some(old) if old == row => {}
                Some(_) => self.0.set_row_data(place, row),
                None => self.0.push(row),
            }
        }
        while self.0.row_count() > count {
            self.0.remove(self.0.row_count() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_what_was_set_whatever_they_were() {
        let rows = Rows::new();
        for wanted in [vec![1, 2, 3], vec![1, 5], vec![], vec![7, 8]] {
            rows.set(wanted.clone());
            assert_eq!(rows.model().iter().collect::<Vec<_>>(), wanted);
        }
    }
}
