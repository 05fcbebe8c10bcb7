//! Speaking with an `OpenID` Connect provider: discovery, keys, tokens. Each answer is bounded in time and size, comes over
//! TLS (or from this machine), and is never looked for elsewhere: redirects are failures.

pub(crate) mod browser;
pub(crate) mod device_grant;
pub(crate) mod sign_in;
pub(crate) mod tokens;

use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::address::HostAddress;
use crate::error::Error;
use crate::error::failure::{Failure, NotAHost};
use crate::error::provider::{ProviderError, ProviderFault};
use crate::exchange::Exchange;
use crate::exchange::question::{Body, Question, TIMEOUT_FOUND};
use crate::exchange::reply::HttpReply;
use crate::exchange::trust::Trust;
use crate::provider::tokens::TokenReply;
use crate::route::{HostSource, Route};

/// The connection to an identity provider, through the system's proxy where one is set.
#[derive(Clone, Debug)]
pub struct ProviderLink {
    issuer: String,
    exchange: Exchange,
}

/// What a provider says of itself (`OpenID` Connect Discovery 1.0).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProviderMetadata {
    /// Its name, exactly as tokens have it.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// The algorithms by which it signs ID tokens.
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where users sign in with a browser.
    pub authorization_endpoint: Option<String>,
    /// How applications with a secret show it; `None` is by HTTP Basic.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether its answers in a browser name it (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    pub(crate) device_authorization_endpoint: Option<String>,
    pub(crate) revocation_endpoint: Option<String>,
}

impl ProviderLink {
    /// A connection to the provider of this name, whose TLS certificate the platform trusts, or one of `further` (PEM).
    ///
    /// # Errors
    /// [`Error::Authorities`] where `further` holds no certificates.
    pub fn new(issuer: &str, further: Option<&[u8]>) -> Result<Self, Error> {
        Ok(Self::over(issuer, Exchange::new(Trust::of(None, further)?, CONNECT)))
    }

    /// A connection over the exchange of a client.
    pub(crate) fn over(issuer: &str, exchange: Exchange) -> Self {
        Self { issuer: issuer.to_owned(), exchange }
    }

    /// What the provider says of itself, where it is the one that was asked for and every address is safe to send to.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn discover(&self) -> Result<ProviderMetadata, ProviderError> {
        let url = format!("{}{DISCOVERY}", self.issuer.strip_suffix('/').unwrap_or(&self.issuer));
        let metadata: ProviderMetadata = self.get(&url)?;
        if metadata.issuer != self.issuer {
            let found = shortened(&metadata.issuer);
            return Err(self.error(ProviderFault::OtherIssuer { found }));
        }
        let ProviderMetadata { jwks_uri, token_endpoint, .. } = &metadata;
        let more =
            [&metadata.authorization_endpoint, &metadata.device_authorization_endpoint, &metadata.revocation_endpoint];
        for url in [jwks_uri, token_endpoint].into_iter().chain(more.into_iter().flatten()) {
            self.route(url)?;
        }
        Ok(metadata)
    }

    /// The provider's keys, a JSON Web Key Set (RFC 7517), as they came.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn keys(&self, metadata: &ProviderMetadata) -> Result<Vec<u8>, ProviderError> {
        match self.ask(&metadata.jwks_uri, Body::Nothing)? {
            (200, bytes) => Ok(bytes),
            (status, _) => Err(self.error(ProviderFault::Status(status))),
        }
    }

    /// The ID token for a code, redeemed by an application with this name and this secret, where it has one.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn redeem(
        &self,
        metadata: &ProviderMetadata,
        form: &[(&str, &str)],
        (client_id, secret): (&str, Option<&str>),
    ) -> Result<String, ProviderError> {
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        let by_form = methods.is_some_and(|methods| methods.iter().any(|method| method == "client_secret_post"));
        let mut form = form.to_vec();
        let reply: TokenReply = match secret {
            Some(secret) if !by_form => {
                let authorization = basic(client_id, secret);
                self.post_as(&metadata.token_endpoint, &form, Some(&authorization))?
            }
            _ => {
                form.push(("client_id", client_id));
                form.extend(secret.map(|secret| ("client_secret", secret)));
                self.post(&metadata.token_endpoint, &form)?
            }
        };
        let token = reply.id_token.ok_or_else(|| self.error(ProviderFault::Missing("ID token in its answer")))?;
        Ok(token.as_str().to_owned())
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, ProviderError> {
        match self.ask(url, Body::Nothing)? {
            (200, bytes) => self.read(&bytes),
            (status, _) => Err(self.error(ProviderFault::Status(status))),
        }
    }

    /// Sends a form; the answer, or the provider's refusal (RFC 6749 section 5.2).
    pub(crate) fn post<T: DeserializeOwned>(&self, url: &str, form: &[(&str, &str)]) -> Result<T, ProviderError> {
        self.post_as(url, form, None)
    }

    fn post_as<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
        authorization: Option<&str>,
    ) -> Result<T, ProviderError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let body = match authorization {
            Some(authorization) => Body::FormAs { form: &form, authorization },
            None => Body::Form(&form),
        };
        match self.ask(url, body)? {
            (200, bytes) => self.read(&bytes),
            (status, bytes) => match serde_json::from_slice::<Refusal>(&bytes) {
                Ok(Refusal { error, error_description }) => {
                    let details = error_description.map(|words| shortened(&words));
                    Err(self.error(ProviderFault::Refused { error: shortened(&error), details }))
                }
                Err(_) => Err(self.error(ProviderFault::Status(status))),
            },
        }
    }

    /// As [`Self::post`], where the answer does not matter but by its status.
    pub(crate) fn tell(&self, url: &str, form: &[(&str, &str)]) -> Result<(), ProviderError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        match self.ask(url, Body::Form(&form)) {
            // An answer without a body has no type of content.
            Ok((200, _))
            | Err(ProviderError {
                fault: ProviderFault::Unanswered(Failure::NotAHost(NotAHost::Reply { status: 200 | 204, .. })),
                ..
            }) => Ok(()),
            Ok((status, _)) => Err(self.error(ProviderFault::Status(status))),
            Err(error) => Err(error),
        }
    }

    /// The status and the body, which is JSON.
    fn ask(&self, url: &str, body: Body<'_>) -> Result<(u16, Vec<u8>), ProviderError> {
        let (route, path) = self.route(url)?;
        let question = Question { max: MAX_BYTES, ..Question::new(&path, body, TIMEOUT) };
        let reply = self.exchange.ask(&route, &question).and_then(HttpReply::json);
        reply.map_err(|failure| self.error(ProviderFault::Unanswered(failure)))
    }

    fn read<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, ProviderError> {
        serde_json::from_slice(bytes).map_err(|error| self.error(ProviderFault::Json(error)))
    }

    /// The way to `url`, and its path.
    fn route(&self, url: &str) -> Result<(Route, String), ProviderError> {
        let parsed = split(url).ok_or_else(|| self.error(ProviderFault::Address(shortened(url))))?;
        let (address, path) = parsed;
        if !address.is_secure() && !address.is_loopback() {
            return Err(self.error(ProviderFault::Insecure(shortened(url))));
        }
        Ok((Route::by_name(address, HostSource::Setting), path))
    }

    pub(crate) fn error(&self, fault: ProviderFault) -> ProviderError {
        ProviderError { issuer: self.issuer.clone(), fault }
    }
}

/// Name and secret of an application as HTTP Basic has them (RFC 6749 section 2.3.1): each as in a form, then in base64.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret));
    format!("Basic {}", Base64::encode_string(pair.as_bytes()))
}

/// Whether `issuer` can name a provider: `https`, or `http` on this machine alone; no query and no fragment.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_issuer(issuer: &str) -> Result<(), &'static str> {
    let (address, path) = split(issuer).ok_or("an issuer is an address that begins with https://")?;
    if path.contains(['?', '#']) {
        Err("an issuer has neither query nor fragment")
    } else if address.is_secure() || address.is_loopback() {
        Ok(())
    } else {
        Err("an issuer begins with https:// (http:// is for this machine alone)")
    }
}

/// The server that an address names, and the rest of it.
fn split(url: &str) -> Option<(HostAddress, String)> {
    if url.len() > MAX_URL || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (name, path) = rest.split_at(at);
    let address = HostAddress::of_web(&format!("{scheme}://{name}")).ok()?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    (!path.contains('#')).then_some((address, path))
}

/// Words of a stranger's, to be shown.
pub(crate) fn shortened(words: &str) -> String {
    crate::refused::readable(words).chars().take(200).collect()
}

/// A provider's refusal.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

const DISCOVERY: &str = "/.well-known/openid-configuration";
/// More than the metadata, the keys or a token of any provider have.
const MAX_BYTES: u64 = 256 * 1_024;
const MAX_URL: usize = 2_048;
/// How long a provider may take for one answer.
const TIMEOUT: Duration = TIMEOUT_FOUND;
const CONNECT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in [
            "https://login.example",
            "https://login.example/tenant/v2.0",
            "http://127.0.0.1:8080/",
            "http://localhost:1",
        ] {
            assert_eq!(check_issuer(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "login.example",
            "http://login.example",
            "ftp://a",
            "https://a?b",
            "https://a/#b",
            "https://me@a",
            "https://a b",
        ] {
            assert!(check_issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_shown_as_in_a_form() {
        assert_eq!(basic("a b", "c:d+"), format!("Basic {}", Base64::encode_string(b"a+b:c%3Ad%2B")));
    }

    #[test]
    fn an_address_keeps_its_path_and_query() {
        let (address, path) = split("https://login.example/a/b?c=d").unwrap();
        assert_eq!((address.to_string().as_str(), path.as_str()), ("https://login.example:443", "/a/b?c=d"));
        assert_eq!(split("http://localhost:99").unwrap().1, "/");
        assert!(split(&format!("https://a/{}", "x".repeat(3_000))).is_none());
    }
}
