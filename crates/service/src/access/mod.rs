//! Who may use an admin API and a dashboard: administrators with passwords or by an identity provider, tokens, one-time links,
//! sessions, and an audit of what they do. Everything lies in two files of a folder that its owner alone can read.
//!
//! Which roles there are and what they allow is left to the server that asks.

mod accounts;
mod attempts;
mod audit;
mod caller;
mod cookies;
mod error;
mod password;
mod provider;
mod secret;
mod sessions;
mod sign_in;

pub use accounts::{Accounts, Admin, Kept, NewAdmin, NewToken, TokenRow};
pub use audit::{Audit, AuditEntry, Event};
pub use caller::Caller;
pub use cookies::{CookieNames, cookie};
pub use error::{AccessError, MIN_LENGTH};
pub use password::PasswordHash;
pub use provider::{Discovered, ProviderFailure, ProviderNetwork, ProviderSettings, SignInProvider};
pub use secret::SecretText;
pub use sessions::Sessions;
pub use sign_in::{Refused, SignIns, SignedIn};
