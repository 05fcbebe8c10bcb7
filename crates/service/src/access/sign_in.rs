//! Signing in and out, and who asks by a session.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use http::{HeaderValue, header};
use leasehold_core::{Rng, Timestamp};

use super::attempts::{Attempt, Attempts};
use super::provider::{Answer, Identity, NotSignedIn, SignInProvider};
use super::sessions::Who;
use super::{AccessError, Accounts, Admin, Audit, Caller, CookieNames, Event, PasswordHash, SecretText, Sessions};
use crate::{Request, Response};

/// The accounts of a server with their sessions. Its methods read files and check passwords: they block.
#[derive(Debug)]
pub struct SignIns {
    /// The accounts.
    pub accounts: Accounts,
    /// What has happened.
    pub audit: Audit,
    sessions: Sessions,
    attempts: Attempts,
    cookies: CookieNames,
    provider: Option<SignInProvider>,
}

/// The cookies of someone who has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    cookies: Vec<HeaderValue>,
}

/// Why someone was not signed in.
#[derive(Debug)]
pub enum Refused {
    /// Name or password, or the link: it is not told which.
    Wrong,
    /// Too many tries have failed.
    TooMany(Duration),
    /// The identity provider's answer is not taken; why, for the one who signs in.
    NotByProvider(String),
    /// The accounts cannot be read, or the audit not written.
    Failed(AccessError),
}

impl SignIns {
    /// Those of the accounts in `folder`.
    pub fn of(folder: &Path, cookies: CookieNames) -> Self {
        let (accounts, audit) = (Accounts::of(folder), Audit::of(folder));
        Self { accounts, audit, sessions: Sessions::default(), attempts: Attempts::new(), cookies, provider: None }
    }

    /// These, with an identity provider as another way in.
    #[must_use]
    pub fn with_provider(self, provider: Option<SignInProvider>) -> Self {
        Self { provider, ..self }
    }

    /// The server of the identity provider, where there is one.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_ref().map(|provider| provider.settings.server())
    }

    /// Where a browser is sent to sign in by the provider, and the cookie that it keeps meanwhile.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn ask_provider(
        &self,
        request: &Request,
        (now, rng): (Timestamp, &dyn Rng),
    ) -> Result<(String, HeaderValue), Refused> {
        let Some(provider) = &self.provider else { return Err(Refused::Wrong) };
        self.attempts.ask(request.client).map_err(Refused::TooMany)?;
        match provider.ask(now, rng) {
            Ok(question) => Ok((question.url, self.cookies.set_question(question.browser.expose()))),
            Err(why) => self.not_by_provider(&why, request.client, now),
        }
    }

    /// Signs in whom the provider's answer names.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn by_provider(&self, request: &Request, (now, rng): (Timestamp, &dyn Rng)) -> Result<SignedIn, Refused> {
        let Some(provider) = &self.provider else { return Err(Refused::Wrong) };
        let attempt = Attempt { name: "", from: request.client, known_device: None };
        self.attempts.may(attempt).map_err(Refused::TooMany)?;
        let query = request.query().unwrap_or_default().as_bytes();
        match provider.take(Answer { query, browser: self.cookies.question(request) }, now) {
            Ok(identity) => {
                let actor = format!("sso:{}", identity.name);
                let event = Event { actor: &actor, action: "signed-in", subject: "", from: Some(request.client) };
                self.audit.note(event, now).map_err(Refused::Failed)?;
                tracing::info!(%actor, from = %request.client, "signed in");
                let (secret, _) = self.sessions.open(Who::Provider(identity), now, rng);
                Ok(SignedIn { cookies: vec![self.cookies.set_session(secret.expose()), self.cookies.end_question()] })
            }
            Err(why) => {
                self.attempts.failed(attempt);
                self.not_by_provider(&why, request.client, now)
            }
        }
    }

    /// Signs `name` in by password.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn by_password(
        &self,
        (name, password): (&str, &str),
        request: &Request,
        (now, rng): (Timestamp, &dyn Rng),
    ) -> Result<SignedIn, Refused> {
        let kept = self.accounts.read().map_err(Refused::Failed)?;
        let admin = kept.admin(name);
        let device = self.cookies.device(request);
        let known_device = device.filter(|device| admin.is_some_and(|admin| admin.knows(device)));
        let attempt = Attempt { name, from: request.client, known_device };
        self.attempts.may(attempt).map_err(Refused::TooMany)?;
        // One whom there is not takes as long.
        let hash = admin.and_then(|admin| admin.password.clone()).unwrap_or_else(PasswordHash::of_no_account);
        if hash.is_of(password)
            && let Some(admin) = admin
        {
            return self.opened(admin, known_device.is_some(), request.client, (now, rng));
        }
        self.attempts.failed(attempt);
        self.refused(name, request.client, now)
    }

    /// Signs in whom a one-time link is for.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn by_link(
        &self,
        secret: &str,
        request: &Request,
        (now, rng): (Timestamp, &dyn Rng),
    ) -> Result<SignedIn, Refused> {
        let attempt = Attempt { name: "", from: request.client, known_device: None };
        self.attempts.may(attempt).map_err(Refused::TooMany)?;
        if let Some(admin) = self.accounts.take_link(secret, now).map_err(Refused::Failed)? {
            return self.opened(&admin, false, request.client, (now, rng));
        }
        self.attempts.failed(attempt);
        self.refused("", request.client, now)
    }

    /// Who asks by a session that holds.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn caller(&self, request: &Request, now: Timestamp) -> Result<Option<Caller>, AccessError> {
        let Some(secret) = self.cookies.session(request) else { return Ok(None) };
        let Some(session) = self.sessions.find(secret, now) else { return Ok(None) };
        let name = match session.who {
            Who::Account(name) => name,
            Who::Provider(Identity { name, roles }) => {
                return Ok(Some(Caller { actor: format!("sso:{name}"), roles, form_token: session.form_token }));
            }
        };
        // At each request: one who was removed, or has other roles now, is so at once.
        let kept = self.accounts.read()?;
        Ok(kept.admin(&name).map(|admin| Caller {
            actor: format!("admin:{}", admin.name),
            roles: admin.roles.clone(),
            form_token: session.form_token,
        }))
    }

    /// Ends the session of a request.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn sign_out(&self, request: &Request, caller: &Caller, now: Timestamp) -> Result<HeaderValue, AccessError> {
        if let Some(secret) = self.cookies.session(request) {
            self.sessions.close(secret);
        }
        let event = Event { actor: &caller.actor, action: "signed-out", subject: "", from: Some(request.client) };
        self.audit.note(event, now)?;
        Ok(self.cookies.end_session())
    }

    fn opened(
        &self,
        admin: &Admin,
        knows_device: bool,
        from: IpAddr,
        (now, rng): (Timestamp, &dyn Rng),
    ) -> Result<SignedIn, Refused> {
        let actor = format!("admin:{}", admin.name);
        self.audit
            .note(Event { actor: &actor, action: "signed-in", subject: "", from: Some(from) }, now)
            .map_err(Refused::Failed)?;
        let (secret, _) = self.sessions.open(Who::Account(admin.name.clone()), now, rng);
        let mut cookies = vec![self.cookies.set_session(secret.expose())];
        if !knows_device {
            let device = SecretText::new("", rng);
            let noted = self.accounts.change(|kept| {
                kept.add_device(&admin.name, &device);
                Ok(())
            });
            noted.map_err(Refused::Failed)?;
            cookies.push(self.cookies.set_device(device.expose()));
        }
        tracing::info!(admin = %admin.name, %from, "signed in");
        Ok(SignedIn { cookies })
    }

    /// Writes down that the provider's answer was not taken, and says why to the one who signs in: not what a token has wrong.
    fn not_by_provider<T>(&self, why: &NotSignedIn, from: IpAddr, now: Timestamp) -> Result<T, Refused> {
        let (name, words) = match why {
            NotSignedIn::Unasked => ("", "this browser has not asked for it, or too long ago: begin anew.".to_owned()),
            NotSignedIn::Declined(words) => ("", format!("the identity provider says: {words}.")),
            NotSignedIn::Token(_) => {
                ("", "what the identity provider has sent does not hold; the log says why.".to_owned())
            }
            NotSignedIn::NoRole(name) => (name.as_str(), format!("{name} has no role here.")),
            NotSignedIn::Provider(failure) => {
                ("", format!("the identity provider cannot be asked [{}].", failure.code))
            }
        };
        tracing::warn!(%from, why = %why, "not signed in by the identity provider");
        let event = Event { actor: "nobody", action: "sign-in-refused", subject: name, from: Some(from) };
        self.audit.note(event, now).map_err(Refused::Failed)?;
        Err(Refused::NotByProvider(words))
    }

    fn refused(&self, name: &str, from: IpAddr, now: Timestamp) -> Result<SignedIn, Refused> {
        tracing::warn!(admin = %name, %from, "not signed in");
        let subject: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        let event = Event { actor: "nobody", action: "sign-in-refused", subject: &subject, from: Some(from) };
        self.audit.note(event, now).map_err(Refused::Failed)?;
        Err(Refused::Wrong)
    }
}

impl SignedIn {
    /// `response` with the cookies.
    #[must_use]
    pub fn with_cookies(self, mut response: Response) -> Response {
        for cookie in self.cookies {
            response.headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
