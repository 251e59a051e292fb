//! Accounts of staff and their sessions, for all hubs on one database. Invariant: passwords, tokens and recovery codes
//! only as hashes, and whatever two hubs change at once, an administrator is left.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::access::{
    AccessStore, Account, AppSecret, Change, Changed, Limits, NewAccount, Roles, SealedSecret, Session, Stage,
};
use super::super::values::{micros, optional_time, time, to_integer};
use super::super::{Digest, Entry, StoreError, rules};
use super::{PostgresStore, audit, without_nul};

/// Selects what [`account`] reads.
macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT a.name, a.shown_name, a.roles, a.password_hash, a.totp_secret, a.created_at, a.disabled_at,
                 a.signed_in_at, (SELECT count(*) FROM recovery_codes WHERE account = a.name) AS recovery_codes ",
            $rest
        )
    };
}

impl AccessStore for PostgresStore {
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.link.read(async |db| {
            let all = query(select_account!("FROM accounts AS a ORDER BY a.name")).fetch_all(db).await?;
            all.iter().map(account).collect()
        })
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.link.read(async |db| {
            let find = query(select_account!("FROM accounts AS a WHERE a.name = $1"));
            let row = find.bind(without_nul(name)).fetch_optional(db).await?;
            row.as_ref().map(account).transpose()
        })
    }

    fn add_account(&self, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError> {
        self.link.write(async |db| add(db, account, entry).await)
    }

    fn change_account(&self, name: &str, change: &Change, entry: &Entry) -> Result<Changed, StoreError> {
        self.link.write(async |db| change_one(db, name, change, entry).await)
    }

    fn seal_app_secret(&self, name: &str, plain: &[u8], sealed: &SealedSecret) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let seal = query("UPDATE accounts SET totp_secret = $3 WHERE name = $1 AND totp_secret = $2");
            let seal = seal.bind(without_nul(name)).bind(plain).bind(sealed.as_bytes());
            Ok(seal.execute(db).await?.rows_affected() == 1)
        })
    }

    fn use_totp_step(&self, name: &str, step: u64) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            // Whoever comes second waits for this row, and looks at it again.
            let once = "UPDATE accounts SET totp_step = $2 WHERE name = $1 AND coalesce(totp_step, -1) < $2";
            let once = query(once).bind(without_nul(name)).bind(to_integer(step));
            Ok(once.execute(db).await?.rows_affected() == 1)
        })
    }

    fn use_recovery_code(&self, name: &str, code: &Digest, entry: &Entry) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let once = query("DELETE FROM recovery_codes WHERE account = $1 AND code_hash = $2");
            let once = once.bind(without_nul(name)).bind(code).execute(&mut *db).await?;
            let used = once.rows_affected() == 1;
            if used {
                audit::append(db, entry).await?;
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
        self.link.write(async |db| open_session(db, token, account, stage, limits, entry).await)
    }

    fn session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError> {
        let Some((session, last_used)) = self.link.read(async |db| session(db, token).await)? else {
            return Ok(None);
        };
        let ended = !limits.admit(session.stage, session.opened_at, last_used, now);
        if ended || session.account.disabled_at.is_some() {
            return Ok(None);
        }
        if now.duration_since(last_used) >= rules::SESSION_PRECISION {
            self.link.write(async |db| {
                let used =
                    "UPDATE sessions SET last_used_at = greatest(last_used_at, $2) WHERE token_hash = $1";
                Ok(query(used).bind(token).bind(micros(now)).execute(db).await.map(drop)?)
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
        let Some((session, last_used)) = self.link.read(async |db| session(db, token).await)? else {
            return Ok(None);
        };
        let goes_on = limits.admit(session.stage, session.opened_at, last_used, now);
        Ok(Some(session).filter(|session| goes_on && session.account.disabled_at.is_none()))
    }

    fn close_session(&self, token: &Digest) -> Result<(), StoreError> {
        self.link.write(async |db| {
            let close = query("DELETE FROM sessions WHERE token_hash = $1").bind(token);
            Ok(close.execute(db).await.map(drop)?)
        })
    }
}

/// A row of [`select_account`].
fn account(row: &PgRow) -> Result<Account, StoreError> {
    let recovery_codes: i64 = row.try_get("recovery_codes")?;
    Ok(Account {
        name: row.try_get("name")?,
        shown_name: row.try_get("shown_name")?,
        roles: Roles::parse(row.try_get("roles")?).ok_or(StoreError::Damaged("role"))?,
        password_hash: row.try_get("password_hash")?,
        totp: row.try_get::<Option<Vec<u8>>, _>("totp_secret")?.map(AppSecret::read),
        created_at: time(row.try_get("created_at")?)?,
        disabled_at: optional_time(row.try_get("disabled_at")?)?,
        signed_in_at: optional_time(row.try_get("signed_in_at")?)?,
        recovery_codes: u32::try_from(recovery_codes).map_err(|_| StoreError::Damaged("recovery code"))?,
    })
}

async fn add(db: &mut PgConnection, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError> {
    let add = query(
        "INSERT INTO accounts (name, shown_name, roles, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    );
    let add = add.bind(without_nul(&account.name)).bind(without_nul(&account.shown_name));
    let add = add.bind(account.roles.to_string()).bind(&account.password_hash);
    let added = add.bind(micros(account.created_at)).execute(&mut *db).await?;
    if added.rows_affected() == 0 {
        return Ok(NewAccount::NameTaken);
    }
    audit::append(db, entry).await?;
    Ok(NewAccount::Added)
}

async fn change_one(
    db: &mut PgConnection,
    name: &str,
    change: &Change,
    entry: &Entry,
) -> Result<Changed, StoreError> {
    // All of them, for what is allowed depends on who else may manage accounts.
    let all = query(select_account!("FROM accounts AS a ORDER BY a.name FOR NO KEY UPDATE OF a"));
    let all = all.fetch_all(&mut *db).await?.iter().map(account).collect::<Result<Vec<_>, _>>()?;
    let Some(before) = all.iter().find(|one| one.name == name) else { return Ok(Changed::NoSuchAccount) };
    let Some(after) = rules::changed(before, change, entry.at) else { return Ok(Changed::Yes) };
    let mut others = all.iter().filter(|other| other.name != name);
    if before.can_manage() && !after.can_manage() && !others.any(Account::can_manage) {
        return Ok(Changed::NobodyLeft);
    }
    let write = query(
        "UPDATE accounts SET shown_name = $2, roles = $3, password_hash = $4, totp_secret = $5, disabled_at = $6
         WHERE name = $1",
    );
    let write = write.bind(name).bind(without_nul(&after.shown_name)).bind(after.roles.to_string());
    let write = write.bind(&after.password_hash).bind(after.totp.as_ref().map(AppSecret::as_bytes));
    write.bind(after.disabled_at.map(micros)).execute(&mut *db).await?;
    if let Change::Totp(..) | Change::NoTotp = change {
        query("UPDATE accounts SET totp_step = NULL WHERE name = $1").bind(name).execute(&mut *db).await?;
        query("DELETE FROM recovery_codes WHERE account = $1").bind(name).execute(&mut *db).await?;
    }
    if let Change::Totp(_, codes) = change {
        for code in codes {
            let add =
                "INSERT INTO recovery_codes (account, code_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            query(add).bind(name).bind(code).execute(&mut *db).await?;
        }
    }
    if rules::ends_sessions(change) {
        query("DELETE FROM sessions WHERE account = $1").bind(name).execute(&mut *db).await?;
    }
    audit::append(db, entry).await?;
    Ok(Changed::Yes)
}

async fn open_session(
    db: &mut PgConnection,
    token: &Digest,
    account: &str,
    stage: Stage,
    limits: &Limits,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let (now, account) = (entry.at, without_nul(account));
    // Nobody changes it until the session is there, so that a change that ends sessions ends this one, too.
    let lock = query("SELECT 1 FROM accounts WHERE name = $1 AND disabled_at IS NULL FOR NO KEY UPDATE");
    if lock.bind(&account).fetch_optional(&mut *db).await?.is_none() {
        return Ok(false);
    }
    // What another hub forgets at this moment it may forget.
    let forget = query(
        "DELETE FROM sessions WHERE token_hash IN (
             SELECT token_hash FROM sessions WHERE last_used_at < $1 OR opened_at < $2
                 OR (stage <> 'open' AND opened_at < $3)
             FOR UPDATE SKIP LOCKED)",
    );
    let forget = forget.bind(micros(now - limits.idle)).bind(micros(now - limits.total));
    forget.bind(micros(now - limits.half_way)).execute(&mut *db).await?;
    let open = query(
        "INSERT INTO sessions (token_hash, account, stage, opened_at, last_used_at) VALUES ($1, $2, $3, $4, $4)",
    );
    let open = open.bind(token).bind(&account).bind(stage.as_str()).bind(micros(now));
    open.execute(&mut *db).await?;
    if stage == Stage::Open {
        let signed_in = query("UPDATE accounts SET signed_in_at = $2 WHERE name = $1");
        signed_in.bind(&account).bind(micros(now)).execute(&mut *db).await?;
        audit::append(db, entry).await?;
    }
    Ok(true)
}

/// A session, ended or not, and when it was last used.
async fn session(db: &mut PgConnection, token: &Digest) -> Result<Option<(Session, Timestamp)>, StoreError> {
    let find = query(select_account!(
        ", s.stage, s.opened_at, s.last_used_at FROM sessions AS s JOIN accounts AS a ON s.account = a.name
         WHERE s.token_hash = $1"
    ));
    let Some(row) = find.bind(token).fetch_optional(db).await? else { return Ok(None) };
    let stage = Stage::parse(row.try_get("stage")?).ok_or(StoreError::Damaged("session"))?;
    let session = Session { account: account(&row)?, stage, opened_at: time(row.try_get("opened_at")?)? };
    Ok(Some((session, time(row.try_get("last_used_at")?)?)))
}
