//! Who asks.

use crate::admin::RoleName;

/// Who asks, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// As the audit names them: `admin:ann`, `token:web-shop`, `cli:ann`.
    pub actor: String,
    /// What they may do.
    pub roles: Vec<String>,
    /// What each form of their session carries; empty for programs, which send none.
    pub form_token: String,
}

impl Caller {
    /// Whether they may do what `role` allows.
    pub fn may(&self, role: RoleName) -> bool {
        self.roles.iter().any(|own| own == role.0)
    }

    /// The name without the kind of caller.
    pub fn name(&self) -> &str {
        self.actor.split_once(':').map_or(&self.actor, |(_, name)| name)
    }

    /// Whether a form with this token is of their session.
    pub fn has_sent(&self, form_token: &str) -> bool {
        // Both are random and of one length: the time of comparing tells nothing that could be used.
        !self.form_token.is_empty() && self.form_token == form_token
    }
}
