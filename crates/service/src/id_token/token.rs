//! ID tokens (`OpenID` Connect Core section 3.1.3.7): read strictly, and believed only where every check holds.

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{SignInFault, Timestamp, UserId};
use serde_json::{Map, Value};

use super::header::Header;
use super::json;
use super::keys::KeySet;

/// A token that is not checked yet.
#[derive(Debug)]
pub struct Token<'t> {
    /// By which key it says it is signed.
    pub header: Header,
    claims: Map<String, Value>,
    signed: &'t str,
    signature: Vec<u8>,
}

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    /// The provider's name, exactly as it has it.
    pub issuer: &'e str,
    /// The name by which the provider knows this application.
    pub client_id: &'e str,
    /// For whom it has to be.
    pub audience: &'e str,
    /// The claim that lists the user's groups.
    pub groups: &'e str,
    /// What the question has named, so that no older answer is taken for this one; `None` where there was no question.
    pub nonce: Option<&'e str>,
}

/// What a token says of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub user: UserId,
    /// Their groups.
    pub groups: Vec<String>,
}

/// Reads a token: three parts (RFC 7515), so nothing encrypted and nothing without a signature.
///
/// # Errors
/// [`SignInFault`].
pub fn read(token: &str) -> Result<Token<'_>, SignInFault> {
    use SignInFault::Malformed;
    if token.is_empty() || token.len() > MAX_TOKEN {
        return Err(Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(Malformed)?;
    let object = |part: &str| json::object(&Base64UrlUnpadded::decode_vec(part).ok()?);
    // The dots of further parts are no digits: such parts are not decoded.
    let (header, claims) = (object(header).ok_or(Malformed)?, object(claims).ok_or(Malformed)?);
    let signature = Base64UrlUnpadded::decode_vec(signature).map_err(|_| Malformed)?;
    Ok(Token { header: Header::read(&header)?, claims, signed, signature })
}

impl Token<'_> {
    /// Whom the token is about, if all of it holds at `now`.
    ///
    /// # Errors
    /// [`SignInFault`]: the first thing that does not hold.
    pub fn check(&self, keys: &KeySet, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, SignInFault> {
        if !keys.uses(self.header.algorithm) {
            return Err(SignInFault::Algorithm);
        }
        if !keys.knows(&self.header) {
            return Err(SignInFault::UnknownKey);
        }
        if !keys.verify(&self.header, self.signed.as_bytes(), &self.signature) {
            return Err(SignInFault::BadSignature);
        }
        if self.text("iss") != Some(expected.issuer) {
            return Err(SignInFault::OtherIssuer);
        }
        if self.claims.contains_key("events") {
            return Err(SignInFault::OtherPurpose);
        }
        if expected.nonce.is_some_and(|nonce| self.text("nonce") != Some(nonce)) {
            return Err(SignInFault::OtherPurpose);
        }
        self.check_audience(expected)?;
        self.check_times(now)?;
        let subject = self.text("sub").filter(|subject| (1..=MAX_SUBJECT).contains(&subject.len()));
        let user = UserId::of(expected.issuer, subject.ok_or(SignInFault::Malformed)?);
        Ok(Claims { user, groups: self.groups(expected.groups) })
    }

    /// For this application: by name, and where there are others too, the party that it was made for is this one.
    fn check_audience(&self, expected: &Expected<'_>) -> Result<(), SignInFault> {
        let audiences = texts(self.claims.get("aud")).ok_or(SignInFault::Malformed)?;
        let party = match self.claims.get("azp") {
            None => None,
            Some(party) => Some(party.as_str().ok_or(SignInFault::Malformed)?),
        };
        let named = audiences.iter().any(|audience| audience == expected.audience);
        let ours = party.map_or(audiences.len() == 1, |party| party == expected.client_id);
        if named && ours { Ok(()) } else { Err(SignInFault::OtherAudience) }
    }

    /// Made before now, not ended, and not for later.
    fn check_times(&self, now: Timestamp) -> Result<(), SignInFault> {
        let (expires, issued) = (self.time("exp")?, self.time("iat")?);
        let (expires, issued) = (expires.ok_or(SignInFault::Malformed)?, issued.ok_or(SignInFault::Malformed)?);
        if now.unix() >= expires {
            return Err(SignInFault::Expired);
        }
        let begins = self.time("nbf")?.unwrap_or_default().max(issued);
        if begins > now.unix().saturating_add(LEEWAY) { Err(SignInFault::NotYetValid) } else { Ok(()) }
    }

    /// A time (RFC 7519: a number, which may have a fraction); anything else than a number is no time.
    fn time(&self, name: &str) -> Result<Option<u64>, SignInFault> {
        let Some(value) = self.claims.get(name) else { return Ok(None) };
        let seconds = value.as_u64().or_else(|| {
            let seconds = value.as_f64().filter(|seconds| (0.0..1e15).contains(seconds))?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range of a u64")]
            Some(seconds as u64)
        });
        seconds.map(Some).ok_or(SignInFault::Malformed)
    }

    /// A claim that is a text. It is to be believed once the token was checked.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// The groups of the user; none where the provider says something else than names.
    fn groups(&self, claim: &str) -> Vec<String> {
        texts(self.claims.get(claim)).unwrap_or_default()
    }
}

/// One text or a list of texts.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) => several.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// More than an ID token has, its groups included; requests have as much room for all their headers.
const MAX_TOKEN: usize = 12 * 1_024;
const MAX_SUBJECT: usize = 255;
/// Seconds by which the provider's clock may be ahead of this one.
const LEEWAY: u64 = 60;

#[cfg(test)]
mod tests;
