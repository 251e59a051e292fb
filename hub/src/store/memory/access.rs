//! Accounts of staff and their sessions, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::super::access::{
    AccessStore, Account, AppSecret, Change, Changed, Limits, NewAccount, SealedSecret, Session, Stage,
};
use super::super::{Digest, Entry, StoreError, rules};
use super::MemoryStore;

#[derive(Default)]
pub(super) struct Staff {
    accounts: BTreeMap<String, Kept>,
    sessions: HashMap<Digest, Opened>,
}

struct Kept {
    account: Account,
    totp_step: Option<u64>,
    codes: BTreeSet<Digest>,
}

struct Opened {
    account: String,
    stage: Stage,
    opened_at: Timestamp,
    last_used_at: Timestamp,
}

impl Kept {
    fn told(&self) -> Account {
        Account {
            recovery_codes: u32::try_from(self.codes.len()).unwrap_or(u32::MAX),
            ..self.account.clone()
        }
    }
}

impl Staff {
    /// What became of a change, and whether there is something to note.
    fn change(&mut self, name: &str, change: &Change, now: Timestamp) -> (Changed, bool) {
        let others = self
            .accounts
            .values()
            .filter(|kept| kept.account.name != name && kept.account.can_manage())
            .count();
        let Some(kept) = self.accounts.get_mut(name) else { return (Changed::NoSuchAccount, false) };
        let Some(after) = rules::changed(&kept.account, change, now) else { return (Changed::Yes, false) };
        if others == 0 && kept.account.can_manage() && !after.can_manage() {
            return (Changed::NobodyLeft, false);
        }
        kept.account = after;
        match change {
            Change::Totp(_, codes) => (kept.totp_step, kept.codes) = (None, codes.iter().copied().collect()),
            Change::NoTotp => (kept.totp_step, kept.codes) = (None, BTreeSet::new()),
            _ => {}
        }
        if rules::ends_sessions(change) {
            self.sessions.retain(|_, opened| opened.account != name);
        }
        (Changed::Yes, true)
    }

    fn open(&mut self, token: &Digest, account: &str, stage: Stage, limits: &Limits, now: Timestamp) -> bool {
        self.sessions
            .retain(|_, opened| limits.admit(opened.stage, opened.opened_at, opened.last_used_at, now));
        let Some(kept) = self.accounts.get_mut(account) else { return false };
        if kept.account.disabled_at.is_some() {
            return false;
        }
        if stage == Stage::Open {
            kept.account.signed_in_at = Some(now);
        }
        let opened = Opened { account: account.to_owned(), stage, opened_at: now, last_used_at: now };
        self.sessions.insert(*token, opened);
        true
    }

    fn session(&mut self, token: &Digest, now: Timestamp, limits: &Limits) -> Option<Session> {
        let session = self.idle_session(token, now, limits)?;
        let opened = self.sessions.get_mut(token)?;
        if now.duration_since(opened.last_used_at) >= rules::SESSION_PRECISION {
            opened.last_used_at = now;
        }
        Some(session)
    }

    fn idle_session(&self, token: &Digest, now: Timestamp, limits: &Limits) -> Option<Session> {
        let opened = self.sessions.get(token)?;
        let account = self.accounts.get(&opened.account)?.told();
        let admitted = limits.admit(opened.stage, opened.opened_at, opened.last_used_at, now);
        if !admitted || account.disabled_at.is_some() {
            return None;
        }
        Some(Session { account, stage: opened.stage, opened_at: opened.opened_at })
    }
}

impl AccessStore for MemoryStore {
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.lock().staff.accounts.values().map(Kept::told).collect())
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        Ok(self.lock().staff.accounts.get(name).map(Kept::told))
    }

    fn add_account(&self, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError> {
        let mut memory = self.lock();
        if memory.staff.accounts.contains_key(&account.name) {
            return Ok(NewAccount::NameTaken);
        }
        let kept = Kept { account: account.clone(), totp_step: None, codes: BTreeSet::new() };
        memory.staff.accounts.insert(account.name.clone(), kept);
        memory.log.append(entry);
        Ok(NewAccount::Added)
    }

    fn change_account(&self, name: &str, change: &Change, entry: &Entry) -> Result<Changed, StoreError> {
        let mut memory = self.lock();
        let (changed, noted) = memory.staff.change(name, change, entry.at);
        if noted {
            memory.log.append(entry);
        }
        Ok(changed)
    }

    fn seal_app_secret(&self, name: &str, plain: &[u8], sealed: &SealedSecret) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let Some(kept) = memory.staff.accounts.get_mut(name) else { return Ok(false) };
        let is_kept =
            matches!(&kept.account.totp, Some(AppSecret::Plain(secret)) if secret.as_slice() == plain);
        if is_kept {
            kept.account.totp = Some(AppSecret::Sealed(sealed.clone()));
        }
        Ok(is_kept)
    }

    fn use_totp_step(&self, name: &str, step: u64) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let Some(kept) = memory.staff.accounts.get_mut(name) else { return Ok(false) };
        let is_new = kept.totp_step.is_none_or(|last| last < step);
        if is_new {
            kept.totp_step = Some(step);
        }
        Ok(is_new)
    }

    fn use_recovery_code(&self, name: &str, code: &Digest, entry: &Entry) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let used = memory.staff.accounts.get_mut(name).is_some_and(|kept| kept.codes.remove(code));
        if used {
            memory.log.append(entry);
        }
        Ok(used)
    }

    fn open_session(
        &self,
        token: &Digest,
        account: &str,
        stage: Stage,
        limits: &Limits,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let opened = memory.staff.open(token, account, stage, limits, entry.at);
        if opened && stage == Stage::Open {
            memory.log.append(entry);
        }
        Ok(opened)
    }

    fn session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError> {
        Ok(self.lock().staff.session(token, now, limits))
    }

    fn idle_session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError> {
        Ok(self.lock().staff.idle_session(token, now, limits))
    }

    fn close_session(&self, token: &Digest) -> Result<(), StoreError> {
        self.lock().staff.sessions.remove(token);
        Ok(())
    }
}
