//! Accounts of staff and their sessions. Invariant: passwords, tokens and recovery codes only as hashes, and
//! of a secret that was plain nothing is left in the file or in its log.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::access::{
    AccessStore, Account, AppSecret, Change, Changed, Limits, NewAccount, Roles, SealedSecret, Session, Stage,
};
use super::super::{Digest, Entry, StoreError, rules};
use super::values::{micros, optional_time, time, to_integer};
use super::{SqliteStore, audit};

const ACCOUNT: &str = "name, shown_name, roles, password_hash, totp_secret, created_at, disabled_at,
     signed_in_at, (SELECT count(*) FROM recovery_codes WHERE account = accounts.name)";

impl AccessStore for SqliteStore {
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(list)
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.read(|db| find(db, name))
    }

    fn add_account(&self, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError> {
        self.write(|db| add(db, account, entry))
    }

    fn change_account(&self, name: &str, change: &Change, entry: &Entry) -> Result<Changed, StoreError> {
        self.write(|db| change_one(db, name, change, entry))
    }

    fn seal_app_secret(&self, name: &str, plain: &[u8], sealed: &SealedSecret) -> Result<bool, StoreError> {
        let is_sealed = self.write(|db| {
            let sql = "UPDATE accounts SET totp_secret = ?3 WHERE name = ?1 AND totp_secret = ?2";
            Ok(db.execute(sql, params![name, plain, sealed.as_bytes()])? == 1)
        })?;
        if is_sealed {
            self.forget_what_was_plain();
        }
        Ok(is_sealed)
    }

    fn use_totp_step(&self, name: &str, step: u64) -> Result<bool, StoreError> {
        self.write(|db| {
            let sql = "UPDATE accounts SET totp_step = ?2 WHERE name = ?1 AND coalesce(totp_step, -1) < ?2";
            Ok(db.execute(sql, params![name, to_integer(step)])? == 1)
        })
    }

    fn use_recovery_code(&self, name: &str, code: &Digest, entry: &Entry) -> Result<bool, StoreError> {
        self.write(|db| {
            let sql = "DELETE FROM recovery_codes WHERE account = ?1 AND code_hash = ?2";
            let used = db.execute(sql, params![name, code])? == 1;
            if used {
                audit::append(db, entry)?;
            }
            Ok(used)
        })
    }

    fn open_session(
        &self,
        token: &Digest,
        account: &str,
        stage: Stage,
        limits: &Limits,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        self.write(|db| open_session(db, token, account, stage, limits, entry))
    }

    fn session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError> {
        let Some((session, last_used)) = self.read(|db| session(db, token))? else { return Ok(None) };
        let ended = !limits.admit(session.stage, session.opened_at, last_used, now);
        if ended || session.account.disabled_at.is_some() {
            return Ok(None);
        }
        if now.duration_since(last_used) >= rules::SESSION_PRECISION {
            self.write(|db| {
                let sql = "UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1";
                Ok(db.execute(sql, params![token, micros(now)])?)
            })?;
        }
        Ok(Some(session))
    }

    fn idle_session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError> {
        let Some((session, last_used)) = self.read(|db| session(db, token))? else { return Ok(None) };
        let goes_on = limits.admit(session.stage, session.opened_at, last_used, now);
        Ok(Some(session).filter(|session| goes_on && session.account.disabled_at.is_none()))
    }

    fn close_session(&self, token: &Digest) -> Result<(), StoreError> {
        self.write(|db| Ok(db.execute("DELETE FROM sessions WHERE token_hash = ?1", [token]).map(drop)?))
    }
}

fn list(db: &Connection) -> Result<Vec<Account>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {ACCOUNT} FROM accounts ORDER BY name"))?;
    let rows = query.query_map([], |row| Ok(account(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn find(db: &Connection, name: &str) -> Result<Option<Account>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {ACCOUNT} FROM accounts WHERE name = ?1"))?;
    query.query_row([name], |row| Ok(account(row))).optional()?.transpose()
}

/// A row of which [`ACCOUNT`] are the first columns.
fn account(row: &Row<'_>) -> Result<Account, StoreError> {
    let roles: String = row.get(2)?;
    Ok(Account {
        name: row.get(0)?,
        shown_name: row.get(1)?,
        roles: Roles::parse(&roles).ok_or(StoreError::Damaged("role"))?,
        password_hash: row.get(3)?,
        totp: row.get::<_, Option<Vec<u8>>>(4)?.map(AppSecret::read),
        created_at: time(row.get(5)?)?,
        disabled_at: optional_time(row.get(6)?)?,
        signed_in_at: optional_time(row.get(7)?)?,
        recovery_codes: row.get(8)?,
    })
}

fn add(db: &Transaction<'_>, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError> {
    let added = db.execute(
        "INSERT INTO accounts (name, shown_name, roles, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        params![
            account.name,
            account.shown_name,
            account.roles.to_string(),
            account.password_hash,
            micros(account.created_at)
        ],
    )?;
    if added == 0 {
        return Ok(NewAccount::NameTaken);
    }
    audit::append(db, entry)?;
    Ok(NewAccount::Added)
}

fn change_one(
    db: &Transaction<'_>,
    name: &str,
    change: &Change,
    entry: &Entry,
) -> Result<Changed, StoreError> {
    let Some(before) = find(db, name)? else { return Ok(Changed::NoSuchAccount) };
    let Some(after) = rules::changed(&before, change, entry.at) else { return Ok(Changed::Yes) };
    if before.can_manage() && !after.can_manage() {
        let others = list(db)?.iter().filter(|other| other.name != name && other.can_manage()).count();
        if others == 0 {
            return Ok(Changed::NobodyLeft);
        }
    }
    db.execute(
        "UPDATE accounts SET shown_name = ?2, roles = ?3, password_hash = ?4, totp_secret = ?5, disabled_at = ?6
         WHERE name = ?1",
        params![
            name,
            after.shown_name,
            after.roles.to_string(),
            after.password_hash,
            after.totp.as_ref().map(AppSecret::as_bytes),
            after.disabled_at.map(micros)
        ],
    )?;
    if let Change::Totp(..) | Change::NoTotp = change {
        db.execute("UPDATE accounts SET totp_step = NULL WHERE name = ?1", [name])?;
        db.execute("DELETE FROM recovery_codes WHERE account = ?1", [name])?;
    }
    if let Change::Totp(_, codes) = change {
        for code in codes {
            let sql =
                "INSERT INTO recovery_codes (account, code_hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            db.execute(sql, params![name, code])?;
        }
    }
    if rules::ends_sessions(change) {
        db.execute("DELETE FROM sessions WHERE account = ?1", [name])?;
    }
    audit::append(db, entry)?;
    Ok(Changed::Yes)
}

fn open_session(
    db: &Transaction<'_>,
    token: &Digest,
    account: &str,
    stage: Stage,
    limits: &Limits,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let now = entry.at;
    db.execute(
        "DELETE FROM sessions WHERE last_used_at < ?1 OR opened_at < ?2 OR (stage <> 'open' AND opened_at < ?3)",
        params![micros(now - limits.idle), micros(now - limits.total), micros(now - limits.half_way)],
    )?;
    let added = db.execute(
        "INSERT INTO sessions (token_hash, account, stage, opened_at, last_used_at)
         SELECT ?1, name, ?3, ?4, ?4 FROM accounts WHERE name = ?2 AND disabled_at IS NULL",
        params![token, account, stage.as_str(), micros(now)],
    )?;
    if added == 1 && stage == Stage::Open {
        db.execute("UPDATE accounts SET signed_in_at = ?2 WHERE name = ?1", params![account, micros(now)])?;
        audit::append(db, entry)?;
    }
    Ok(added == 1)
}

/// A session, ended or not, and when it was last used.
fn session(db: &Connection, token: &Digest) -> Result<Option<(Session, Timestamp)>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {ACCOUNT}, stage, opened_at, last_used_at FROM sessions JOIN accounts ON account = name
         WHERE token_hash = ?1"
    ))?;
    let read = |row: &Row<'_>| {
        let read = || {
            let stage: String = row.get(9)?;
            let stage = Stage::parse(&stage).ok_or(StoreError::Damaged("session"))?;
            let session = Session { account: account(row)?, stage, opened_at: time(row.get(10)?)? };
            Ok((session, time(row.get(11)?)?))
        };
        Ok(read())
    };
    query.query_row([token], read).optional()?.transpose()
}
