//! The file of administrators, tokens and one-time links. It is read at each use: what a command changes holds at once.

use std::path::{Path, PathBuf};

use leasehold_core::{AdminName, Rng, Span, Timestamp, TokenName};
use leasehold_files::Readers;
use serde::{Deserialize, Serialize};

use super::secret::hex;
use super::{AccessError, PasswordHash, SecretText};

/// The accounts of one folder.
#[derive(Clone, Debug)]
pub struct Accounts {
    folder: PathBuf,
}

/// What the file holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Kept {
    /// Who may sign in.
    pub admins: Vec<Admin>,
    /// What programs show.
    pub tokens: Vec<TokenRow>,
    links: Vec<Link>,
}

/// Someone who may sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub roles: Vec<String>,
    /// When they were added.
    pub made: u64,
    /// By what they are known; `None` by one-time links alone.
    pub password: Option<PasswordHash>,
    /// Hashes of what their browsers keep: one that has signed in before has tries of its own.
    #[serde(default)]
    pub devices: Vec<String>,
}

/// A token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRow {
    /// What it is called.
    pub name: String,
    /// SHA-256 of its text.
    hash: String,
    /// What it allows.
    pub roles: Vec<String>,
    /// When it was made.
    pub made: u64,
    /// When it ends; `None` is never.
    pub expires: Option<u64>,
    /// When it was withdrawn.
    pub revoked: Option<u64>,
}

/// A link by which an administrator signs in once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    hash: String,
    admin: String,
    expires: u64,
}

/// An administrator to add.
#[derive(Clone, Debug)]
pub struct NewAdmin {
    /// What they are called.
    pub name: AdminName,
    /// What they may do.
    pub roles: Vec<String>,
    /// By what they are known; `None` by one-time links alone.
    pub password: Option<PasswordHash>,
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is called; no token ever was.
    pub name: TokenName,
    /// What it allows.
    pub roles: Vec<String>,
    /// When it ends; `None` is never.
    pub expires: Option<Timestamp>,
}

impl Accounts {
    /// Those of `folder`.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// All of them.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn read(&self) -> Result<Kept, AccessError> {
        let path = self.folder.join(ACCESS);
        let bytes = leasehold_files::read_if_there(&path, MAX_FILE).map_err(AccessError::at(&path))?;
        let Some(bytes) = bytes else { return Ok(Kept::default()) };
        serde_json::from_slice(&bytes).map_err(|_| AccessError::Damaged(path))
    }

    /// Changes them, one process at a time.
    ///
    /// # Errors
    /// [`AccessError`], those of `change` among them: nothing is changed then.
    pub fn change<T>(&self, change: impl FnOnce(&mut Kept) -> Result<T, AccessError>) -> Result<T, AccessError> {
        let lock = self.folder.join(LOCK);
        let file = leasehold_files::open_lock(&lock).map_err(AccessError::at(&lock))?;
        file.lock().map_err(AccessError::at(&lock))?;
        let mut kept = self.read()?;
        let done = change(&mut kept)?;
        let path = self.folder.join(ACCESS);
        let bytes = serde_json::to_vec_pretty(&kept).map_err(|error| AccessError::at(&path)(error.into()))?;
        leasehold_files::replace(&path, &bytes, Readers::Owner).map_err(AccessError::at(path))?;
        Ok(done)
    }

    /// A link's secret, by which `admin` signs in once before `expires`.
    ///
    /// # Errors
    /// [`AccessError::Unknown`], [`AccessError::File`].
    pub fn add_link(
        &self,
        admin: &AdminName,
        (now, expires): (Timestamp, Timestamp),
        rng: &dyn Rng,
    ) -> Result<SecretText, AccessError> {
        let secret = SecretText::new("", rng);
        self.change(|kept| {
            kept.admin(admin.as_str()).ok_or_else(|| AccessError::Unknown(format!("administrator {admin}")))?;
            kept.links.retain(|link| link.expires > now.unix());
            let (hash, admin) = (hex(&secret.hash()), admin.to_string());
            kept.links.push(Link { hash, admin, expires: expires.unix() });
            Ok(())
        })?;
        Ok(secret)
    }

    /// Whom the link with this secret signs in; it is good for nothing afterwards.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn take_link(&self, secret: &str, now: Timestamp) -> Result<Option<Admin>, AccessError> {
        let hash = hex(&SecretText::hash_of(secret));
        let is_one = |kept: &Kept| kept.links.iter().any(|link| link.hash == hash);
        // Strangers must not have the file written.
        if !is_one(&self.read()?) {
            return Ok(None);
        }
        self.change(|kept| {
            let Some(at) = kept.links.iter().position(|link| link.hash == hash) else { return Ok(None) };
            let link = kept.links.remove(at);
            Ok(kept.admin(&link.admin).filter(|_| link.expires > now.unix()).cloned())
        })
    }
}

impl Kept {
    /// The administrator of this name.
    pub fn admin(&self, name: &str) -> Option<&Admin> {
        self.admins.iter().find(|admin| admin.name == name)
    }

    /// Adds an administrator.
    ///
    /// # Errors
    /// [`AccessError::Exists`].
    pub fn add_admin(&mut self, new: NewAdmin, now: Timestamp) -> Result<(), AccessError> {
        let NewAdmin { name, roles, password } = new;
        if self.admin(name.as_str()).is_some() {
            return Err(AccessError::Exists(format!("administrator {name}")));
        }
        self.admins.push(Admin { name: name.to_string(), roles, made: now.unix(), password, devices: Vec::new() });
        Ok(())
    }

    /// Sets an administrator's password. Their browsers are strangers again.
    ///
    /// # Errors
    /// [`AccessError::Unknown`].
    pub fn set_password(&mut self, name: &AdminName, password: PasswordHash) -> Result<(), AccessError> {
        let admin = self.admins.iter_mut().find(|admin| admin.name == name.as_str());
        let admin = admin.ok_or_else(|| AccessError::Unknown(format!("administrator {name}")))?;
        (admin.password, admin.devices) = (Some(password), Vec::new());
        Ok(())
    }

    /// Removes an administrator, whose sessions end at once.
    ///
    /// # Errors
    /// [`AccessError::Unknown`].
    pub fn remove_admin(&mut self, name: &AdminName) -> Result<(), AccessError> {
        let before = self.admins.len();
        self.admins.retain(|admin| admin.name != name.as_str());
        self.links.retain(|link| link.admin != name.as_str());
        if self.admins.len() == before { Err(AccessError::Unknown(format!("administrator {name}"))) } else { Ok(()) }
    }

    /// Notes what a browser of `name` keeps.
    pub(super) fn add_device(&mut self, name: &str, device: &SecretText) {
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.name == name) {
            admin.devices.push(hex(&device.hash()));
            let excess = admin.devices.len().saturating_sub(MAX_DEVICES);
            admin.devices.drain(..excess);
        }
    }

    /// Adds a token, of which `text` is shown once.
    ///
    /// # Errors
    /// [`AccessError::Exists`].
    pub fn add_token(&mut self, new: &NewToken, text: &SecretText, now: Timestamp) -> Result<(), AccessError> {
        let NewToken { name, roles, expires } = new;
        if self.tokens.iter().any(|token| token.name == name.as_str()) {
            return Err(AccessError::Exists(format!("token {name}")));
        }
        self.tokens.push(TokenRow {
            name: name.to_string(),
            hash: hex(&text.hash()),
            roles: roles.clone(),
            made: now.unix(),
            expires: expires.map(Timestamp::unix),
            revoked: None,
        });
        Ok(())
    }

    /// Revokes a token at once and for ever.
    ///
    /// # Errors
    /// [`AccessError::Unknown`].
    pub fn revoke_token(&mut self, name: &TokenName, now: Timestamp) -> Result<(), AccessError> {
        let token = self.tokens.iter_mut().find(|token| token.name == name.as_str());
        let token = token.ok_or_else(|| AccessError::Unknown(format!("token {name}")))?;
        token.revoked.get_or_insert(now.unix());
        Ok(())
    }

    /// The token with this text, if it may be used at `now`.
    pub fn token(&self, text: &str, now: Timestamp) -> Option<&TokenRow> {
        let hash = hex(&SecretText::hash_of(text));
        self.tokens.iter().find(|token| token.hash == hash).filter(|token| token.holds_at(now))
    }
}

impl Admin {
    /// Whether a browser with this secret has signed in as them before.
    pub(super) fn knows(&self, device: &str) -> bool {
        self.devices.contains(&hex(&SecretText::hash_of(device)))
    }
}

impl TokenRow {
    /// Whether it may be used at `now`.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now.unix() < end)
    }
}

impl Accounts {
    /// How long a one-time link is good for.
    pub const LINK_LIFE: Span = Span::seconds(900);
}

const ACCESS: &str = "access.json";
const LOCK: &str = "access.lock";
const MAX_FILE: u64 = 1_024 * 1_024;
/// Browsers that are remembered for each administrator.
const MAX_DEVICES: usize = 20;
