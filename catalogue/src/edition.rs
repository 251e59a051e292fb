//! A version of the catalogue with all that residents are served from.

use std::fmt;
use std::sync::Arc;

use super::Catalogue;
use super::search::Index;

/// A catalogue, and the index in which its answers are sought.
///
/// The index takes a second to make, so it may come after the catalogue; nothing is found until then.
/// Two editions are the same when they share catalogue and index.
#[derive(Clone)]
pub struct Edition {
    /// What is offered and said.
    pub catalogue: Arc<Catalogue>,
    /// For searching the answers; `None` until it is made.
    pub index: Option<Arc<Index>>,
}

impl Edition {
    /// The edition of a catalogue with its index, which takes a second to make.
    #[must_use]
    pub fn indexed(catalogue: Arc<Catalogue>) -> Self {
        let index = Index::new(&catalogue.products, &catalogue.synonyms);
        Self { catalogue, index: Some(Arc::new(index)) }
    }
}

impl From<Arc<Catalogue>> for Edition {
    fn from(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, index: None }
    }
}

impl PartialEq for Edition {
    fn eq(&self, other: &Self) -> bool {
        let same_index = match (&self.index, &other.index) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same_index && Arc::ptr_eq(&self.catalogue, &other.catalogue)
    }
}

impl fmt::Debug for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let searchable = self.index.is_some();
        f.debug_struct("Edition")
            .field("version", &self.catalogue.version)
            .field("searchable", &searchable)
            .finish()
    }
}
