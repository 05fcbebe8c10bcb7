//! Signing in by an `OpenID` Connect provider: the code flow (Core section 3.1) with PKCE (RFC 7636), a state that is bound to the
//! browser, and a nonce. What the provider says is believed where its token holds in every respect.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Code, Rng, SignInFault, Timestamp};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::SecretText;
use crate::id_token::{self, Expected, KeySet};

/// How administrators sign in by a provider, and what they may do then.
#[derive(Clone)]
pub struct ProviderSettings {
    /// The provider's name, exactly as it has it.
    pub issuer: String,
    /// The name by which the provider knows this application.
    pub client_id: String,
    /// What the provider is asked for; `openid` among them.
    pub scopes: Vec<String>,
    /// The claim that lists what a user is: groups or roles.
    pub claim: String,
    /// The roles that each value of the claim gives; [`Self::EVERYONE`] is each user.
    pub roles: BTreeMap<String, Vec<String>>,
    /// Where the dashboard is, as browsers see it.
    pub url: String,
}

/// What is asked of a provider over the network. It blocks.
pub trait ProviderNetwork: Debug + Send + Sync {
    /// What the provider says of itself, with its keys.
    ///
    /// # Errors
    /// [`ProviderFailure`].
    fn discover(&self) -> Result<Discovered, ProviderFailure>;

    /// The ID token for a code, which this application redeems with this form.
    ///
    /// # Errors
    /// [`ProviderFailure`].
    fn redeem(&self, form: &[(&str, &str)]) -> Result<String, ProviderFailure>;
}

/// What a provider says of itself.
#[derive(Debug)]
pub struct Discovered {
    /// Where users sign in.
    pub authorization_endpoint: String,
    /// Whether its answers in a browser name it (RFC 9207).
    pub names_itself: bool,
    /// Its keys.
    pub keys: KeySet,
}

/// Why a provider does not answer, or its answer is of no use.
#[derive(Clone, Debug)]
pub struct ProviderFailure {
    /// The stable code.
    pub code: Code,
    /// In words.
    pub message: String,
}

/// Who has signed in, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) roles: Vec<String>,
}

/// Why no one is signed in.
#[derive(Debug)]
pub(crate) enum NotSignedIn {
    /// This answers no question that was asked in this browser, or one that was answered, or too late.
    Unasked,
    /// The provider says no, in its words.
    Declined(String),
    /// The token does not hold.
    Token(SignInFault),
    /// The user has no role here.
    NoRole(String),
    /// The provider cannot be asked.
    Provider(ProviderFailure),
}

/// A provider by which administrators sign in.
pub struct SignInProvider {
    pub(crate) settings: ProviderSettings,
    network: Arc<dyn ProviderNetwork>,
    asked: Mutex<VecDeque<Asked>>,
    known: Mutex<Option<(Duration, Arc<Discovered>)>>,
    began: Instant,
}

/// A question that waits for its answer.
struct Asked {
    /// The hash of the state, by which the answer is known.
    state: [u8; 32],
    /// The hash of what the browser keeps.
    browser: [u8; 32],
    nonce: String,
    verifier: Zeroizing<String>,
    at: Timestamp,
}

/// Where a browser is sent to, and what it keeps meanwhile.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) url: String,
    pub(crate) browser: SecretText,
}

/// What a browser has brought back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// The query of the address.
    pub(crate) query: &'a [u8],
    /// What the browser has kept.
    pub(crate) browser: Option<&'a str>,
}

impl fmt::Display for NotSignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unasked => f.write_str("no question of this browser waits for this answer"),
            Self::Declined(words) => write!(f, "declined: {words}"),
            Self::Token(fault) => f.write_str(fault.words()),
            Self::NoRole(name) => write!(f, "no role for {name}"),
            Self::Provider(failure) => f.write_str(&failure.message),
        }
    }
}

impl ProviderSettings {
    /// Each user whom the provider knows.
    pub const EVERYONE: &str = "*";
    /// Where the provider sends browsers back to, below [`Self::url`].
    pub const CALLBACK: &str = "/sign-in/callback";

    fn redirect(&self) -> String {
        format!("{}{}", self.url.trim_end_matches('/'), Self::CALLBACK)
    }

    /// The roles of one of whom the claim says this.
    fn roles_of(&self, values: &[String]) -> Vec<String> {
        let given = values.iter().map(String::as_str).chain([Self::EVERYONE]);
        let mut roles: Vec<String> = given.filter_map(|value| self.roles.get(value)).flatten().cloned().collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The provider's server, for people.
    pub(crate) fn server(&self) -> &str {
        let rest = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

impl SignInProvider {
    /// One with these settings, asked over `network`.
    pub fn new(settings: ProviderSettings, network: Arc<dyn ProviderNetwork>) -> Self {
        let (asked, known) = (Mutex::default(), Mutex::default());
        Self { settings, network, asked, known, began: Instant::now() }
    }

    /// A question, with which a browser is sent to the provider.
    pub(crate) fn ask(&self, now: Timestamp, rng: &dyn Rng) -> Result<Question, NotSignedIn> {
        let discovered = self.discovered(FRESH).map_err(NotSignedIn::Provider)?;
        let [state, browser, nonce, verifier] = [(); 4].map(|()| SecretText::new("", rng));
        let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.expose().as_bytes()));
        let ProviderSettings { client_id, scopes, .. } = &self.settings;
        let question = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", client_id),
                ("redirect_uri", &self.settings.redirect()),
                ("scope", &scopes.join(" ")),
                ("state", state.expose()),
                ("nonce", nonce.expose()),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let endpoint = &discovered.authorization_endpoint;
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{endpoint}{separator}{question}");
        let mut asked = lock(&self.asked);
        asked.retain(|asked| asked.holds_at(now));
        if asked.len() == MAX_ASKED {
            asked.pop_front();
        }
        let (nonce, verifier) = (nonce.expose().to_owned(), Zeroizing::new(verifier.expose().to_owned()));
        asked.push_back(Asked { state: state.hash(), browser: browser.hash(), nonce, verifier, at: now });
        Ok(Question { url, browser })
    }

    /// Who has signed in, by what the browser has brought back.
    pub(crate) fn take(&self, answer: Answer<'_>, now: Timestamp) -> Result<Identity, NotSignedIn> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(answer.query).into_owned().collect();
        // Twice would leave open which one is meant.
        let only = |name: &str| {
            let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
            values.next().filter(|_| values.next().is_none())
        };
        let asked = self.asked_with(only("state"), answer.browser, now).ok_or(NotSignedIn::Unasked)?;
        let discovered = self.discovered(FRESH).map_err(NotSignedIn::Provider)?;
        let issuer = only("iss");
        if issuer.is_some_and(|issuer| issuer != self.settings.issuer) || (discovered.names_itself && issuer.is_none())
        {
            return Err(NotSignedIn::Unasked);
        }
        let code = match (only("code"), only("error")) {
            (Some(code), None) => code,
            (None, Some(error)) => return Err(NotSignedIn::Declined(readable(error))),
            _ => return Err(NotSignedIn::Unasked),
        };
        let redirect = self.settings.redirect();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", asked.verifier.as_str()),
        ];
        let token = Zeroizing::new(self.network.redeem(&form).map_err(NotSignedIn::Provider)?);
        self.identity(&token, &asked.nonce, now)
    }

    /// The question with this state, asked in this browser; it is answered once.
    fn asked_with(&self, state: Option<&str>, browser: Option<&str>, now: Timestamp) -> Option<Asked> {
        let (state, browser) = (SecretText::hash_of(state?), SecretText::hash_of(browser?));
        let mut asked = lock(&self.asked);
        let at = asked.iter().position(|asked| asked.state == state && asked.browser == browser)?;
        asked.remove(at).filter(|asked| asked.holds_at(now))
    }

    /// Whom a token is about, if all of it holds.
    fn identity(&self, text: &str, nonce: &str, now: Timestamp) -> Result<Identity, NotSignedIn> {
        let token = id_token::read(text).map_err(NotSignedIn::Token)?;
        let mut discovered = self.discovered(FRESH).map_err(NotSignedIn::Provider)?;
        if !discovered.keys.knows(&token.header) {
            discovered = self.discovered(PAUSE).map_err(NotSignedIn::Provider)?;
        }
        let ProviderSettings { issuer, client_id, claim, .. } = &self.settings;
        let expected = Expected { issuer, client_id, audience: client_id, groups: claim, nonce: Some(nonce) };
        let claims = token.check(&discovered.keys, &expected, now).map_err(NotSignedIn::Token)?;
        let names = ["preferred_username", "email", "sub"].into_iter().filter_map(|name| token.text(name));
        let name = names.map(readable).find(|name| !name.is_empty()).unwrap_or_else(|| claims.user.to_string());
        let roles = self.settings.roles_of(&claims.groups);
        if roles.is_empty() { Err(NotSignedIn::NoRole(name)) } else { Ok(Identity { name, roles }) }
    }

    /// What the provider says of itself; asked anew where what is known is older than `max_age`.
    fn discovered(&self, max_age: Duration) -> Result<Arc<Discovered>, ProviderFailure> {
        let now = self.began.elapsed();
        if let Some((at, known)) = lock(&self.known).clone()
            && now.saturating_sub(at) < max_age
        {
            return Ok(known);
        }
        let discovered = Arc::new(self.network.discover()?);
        *lock(&self.known) = Some((now, Arc::clone(&discovered)));
        Ok(discovered)
    }
}

impl Asked {
    fn holds_at(&self, now: Timestamp) -> bool {
        self.at <= now && now.since(self.at).as_seconds() < TIME
    }
}

/// Words of a stranger's, to be shown and written down.
fn readable(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect::<String>().trim().to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Debug for SignInProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInProvider").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

impl Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings").field("issuer", &self.issuer).field("url", &self.url).finish_non_exhaustive()
    }
}

/// Seconds within which a question is to be answered.
const TIME: u64 = 600;
/// Questions that wait at a time; the oldest gives way.
const MAX_ASKED: usize = 1_000;
/// Characters of a name.
const MAX_NAME: usize = 60;
/// How long what a provider says of itself is used, and how seldom it is asked whatever tokens come.
const FRESH: Duration = Duration::from_hours(1);
const PAUSE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests;
