//! Answers that editors are writing, in memory.

use jiff::Timestamp;

use super::super::StoreError;
use super::super::draft::{AnswerDraft, DraftStore, Rewritten};
use super::MemoryStore;

impl DraftStore for MemoryStore {
    fn add_draft(&self, draft: &AnswerDraft) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        if memory.drafts.contains_key(&draft.id) {
            return Ok(false);
        }
        memory.drafts.insert(draft.id.clone(), draft.clone());
        Ok(true)
    }

    fn drafts(&self) -> Result<Vec<AnswerDraft>, StoreError> {
        Ok(self.lock().drafts.values().cloned().collect())
    }

    fn draft(&self, id: &str) -> Result<Option<AnswerDraft>, StoreError> {
        Ok(self.lock().drafts.get(id).cloned())
    }

    fn rewrite_draft(
        &self,
        id: &str,
        text: &str,
        seen: Timestamp,
        who: &str,
        now: Timestamp,
    ) -> Result<Rewritten, StoreError> {
        let mut memory = self.lock();
        let Some(draft) = memory.drafts.get_mut(id) else { return Ok(Rewritten::NoSuchDraft) };
        if draft.changed.1 != seen {
            return Ok(Rewritten::Meanwhile);
        }
        text.clone_into(&mut draft.text);
        draft.changed = (who.to_owned(), now);
        draft.done_at = None;
        Ok(Rewritten::Yes)
    }

    fn finish_draft(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.lock().drafts.get_mut(id).map(|draft| draft.done_at = Some(now)).is_some())
    }

    fn delete_draft(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.lock().drafts.remove(id).is_some())
    }
}
