//! Sign-in by an identity provider: the `[sign_in]` table of a host's configuration, and the file that `vendor serve --sign-in` names.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leasehold_client::{ProviderError, ProviderLink, check_issuer};
use leasehold_core::Code;
use leasehold_service::access::{Discovered, ProviderFailure, ProviderNetwork, ProviderSettings, SignInProvider};
use leasehold_service::admin::RoleName;
use leasehold_service::id_token::KeySet;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input;
use crate::toml_file;

/// How administrators sign in by an identity provider; unknown keys are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInOptions {
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_credential: Option<String>,
    scopes: Option<Vec<String>>,
    claim: Option<String>,
    url: Option<String>,
    ca: Option<PathBuf>,
    /// The roles of each value of the claim; `*` is each user.
    roles: BTreeMap<String, Vec<String>>,
}

impl SignInOptions {
    /// Those in the file of this path.
    pub(crate) fn read(path: &Path, known: &[RoleName]) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        let text = input::checked_text(path, text)?;
        let options: Self = toml_file::parse(&text)
            .map_err(|words| Failure::failed(Code::BadConfiguration, format!("{}: {words}", path.display())))?;
        options.check(known)?;
        Ok(options)
    }

    /// Whether its values can be used, files apart.
    pub(crate) fn check(&self, known: &[RoleName]) -> Result<(), Failure> {
        check_issuer(&self.issuer).map_err(|words| wrong("issuer", words))?;
        if self.client_id.is_empty() {
            return Err(wrong("client_id", "it is empty"));
        }
        if self.client_secret_file.is_some() && self.client_secret_credential.is_some() {
            return Err(wrong("client_secret_file", "the secret is in a file or in a credential, not in both"));
        }
        let is_plain = |name: &String| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
        if self.client_secret_credential.as_ref().is_some_and(|name| !is_plain(name)) {
            return Err(wrong("client_secret_credential", "the name of a credential is no path"));
        }
        let scopes = self.scopes();
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        if !scopes.iter().any(|scope| scope == "openid") || !scopes.iter().all(is_scope) {
            return Err(wrong("scopes", "a list of words, `openid` among them"));
        }
        if let Some(url) = &self.url {
            let (scheme, rest) = url.split_once("://").unwrap_or_default();
            if !["http", "https"].contains(&scheme) || rest.is_empty() || rest.contains(['?', '#', ' ']) {
                return Err(wrong(
                    "url",
                    "an address that begins with https:// or http://, without query and fragment",
                ));
            }
        }
        let unknown = self.roles.values().flatten().find(|role| !known.iter().any(|known| known.0 == role.as_str()));
        if let Some(unknown) = unknown {
            let all: Vec<&str> = known.iter().map(|role| role.0).collect();
            return Err(wrong("roles", &format!("{unknown}: there is no such role"))
                .hint(format!("the roles are {}", all.join(", "))));
        }
        if self.roles.values().all(Vec::is_empty) {
            return Err(wrong("roles", "no value has a role, so no one could sign in"));
        }
        Ok(())
    }

    /// The provider, for a dashboard at `url` unless the options say where browsers see it.
    pub(crate) fn provider(&self, url: &str) -> Result<SignInProvider, Failure> {
        let url = match &self.url {
            Some(url) => url.clone(),
            None if is_everywhere(url) => {
                return Err(wrong("url", "the dashboard listens at every address: say at which browsers see it"));
            }
            None => url.to_owned(),
        };
        let settings = ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            scopes: self.scopes(),
            claim: self.claim.clone().unwrap_or_else(|| "groups".to_owned()),
            roles: self.roles.clone(),
            url,
        };
        let ca = self.ca.as_deref().map(input::file).transpose()?;
        let link = ProviderLink::new(&self.issuer, ca.as_deref())
            .map_err(|_| wrong("ca", "the file holds no certificates (PEM)"))?;
        let network = Network { link, client_id: self.client_id.clone(), secret: self.secret()? };
        Ok(SignInProvider::new(settings, Arc::new(network)))
    }

    /// The application's secret: read once, never shown.
    fn secret(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        let path = match (&self.client_secret_file, &self.client_secret_credential) {
            (Some(path), _) => path.clone(),
            (None, Some(name)) => {
                let folder = env::var_os(CREDENTIALS).ok_or_else(|| {
                    wrong(
                        "client_secret_credential",
                        "this service was given no credentials (CREDENTIALS_DIRECTORY is not set)",
                    )
                })?;
                PathBuf::from(folder).join(name)
            }
            (None, None) => return Ok(None),
        };
        let secret = Zeroizing::new(input::secret(Some(&path), "client secret")?);
        if secret.is_empty() {
            return Err(wrong("client_secret_file", &format!("{}: it is empty", path.display())));
        }
        Ok(Some(secret))
    }

    fn scopes(&self) -> Vec<String> {
        self.scopes.clone().unwrap_or_else(|| ["openid", "profile"].map(str::to_owned).to_vec())
    }
}

fn wrong(key: &str, words: &str) -> Failure {
    Failure::failed(Code::BadConfiguration, format!("sign-in: {key}: {words}"))
}

/// Whether an address is that of every network, so that no browser could be sent there.
fn is_everywhere(url: &str) -> bool {
    url.contains("://0.0.0.0:") || url.contains("://[::]:")
}

/// The provider as it is asked.
struct Network {
    link: ProviderLink,
    client_id: String,
    secret: Option<Zeroizing<String>>,
}

impl ProviderNetwork for Network {
    fn discover(&self) -> Result<Discovered, ProviderFailure> {
        let metadata = self.link.discover().map_err(|error| failure(&error))?;
        let keys = self.link.keys(&metadata).map_err(|error| failure(&error))?;
        let keys = KeySet::parse(&keys, &metadata.id_token_signing_alg_values_supported);
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or_else(|| unusable("no key for RS256, ES256 or EdDSA"))?;
        let endpoint = metadata.authorization_endpoint.ok_or_else(|| unusable("no address where users sign in"))?;
        let names_itself = metadata.authorization_response_iss_parameter_supported;
        Ok(Discovered { authorization_endpoint: endpoint, names_itself, keys })
    }

    fn redeem(&self, form: &[(&str, &str)]) -> Result<String, ProviderFailure> {
        let metadata = self.link.discover().map_err(|error| failure(&error))?;
        let secret = self.secret.as_ref().map(|secret| secret.as_str());
        self.link.redeem(&metadata, form, (&self.client_id, secret)).map_err(|error| failure(&error))
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

fn failure(error: &ProviderError) -> ProviderFailure {
    ProviderFailure { code: error.code(), message: error.to_string() }
}

fn unusable(what: &str) -> ProviderFailure {
    ProviderFailure { code: Code::ProviderUnusable, message: format!("the identity provider has {what}") }
}

/// Where systemd puts the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
