//! Signing in with a browser on this machine: the code flow with PKCE (RFC 7636), its answer on loopback (RFC 8252).

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Clock, Rng, random_bytes};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::error::provider::ProviderFault;
use crate::provider::sign_in::{Prompt, SignInUser};
use crate::provider::tokens::TokenReply;
use crate::provider::{ProviderLink, ProviderMetadata, shortened};
use crate::state::sign_in::SignInTerms;
use crate::token::Token;

/// Has the user sign in with a browser, and takes the answer that it brings.
pub(crate) fn sign_in(
    provider: &ProviderLink,
    (metadata, terms): (&ProviderMetadata, &SignInTerms),
    user: &mut dyn SignInUser,
    (clock, rng): (&dyn Clock, &dyn Rng),
) -> Result<TokenReply, Error> {
    let missing = || provider.error(ProviderFault::Missing("authorization endpoint"));
    let endpoint = metadata.authorization_endpoint.as_ref().ok_or_else(missing).map_err(Error::provider)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    let listener = listener.map_err(Error::Loopback)?;
    let port = listener.local_addr().map_err(Error::Loopback)?.port();
    let redirect = format!("http://127.0.0.1:{port}{PATH}");
    let (verifier, state) = (random_text(rng), random_text(rng));
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.as_bytes()));
    let question = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &terms.client_id),
            ("redirect_uri", &redirect),
            ("scope", &terms.scopes.join(" ")),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            // A refresh token is for when the user is away, which some providers have to be told (OpenID Connect section 11).
            ("prompt", "consent"),
        ])
        .finish();
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    user.show(&Prompt::Browser { address: format!("{endpoint}{separator}{question}"), time: TIME });
    let code = answer(&listener, provider, &state, user, clock)?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", redirect.as_str()),
        ("client_id", terms.client_id.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    provider.post(&metadata.token_endpoint, &form).map_err(Error::provider)
}

/// What a browser has brought.
enum Brought {
    Code(Token),
    Refusal {
        error: String,
        details: Option<String>,
    },
    /// Something else than the answer to this sign-in.
    Unrelated,
}

/// Waits for the browser; whatever else comes in is turned away.
fn answer(
    listener: &TcpListener,
    provider: &ProviderLink,
    state: &str,
    user: &mut dyn SignInUser,
    clock: &dyn Clock,
) -> Result<Token, Error> {
    let ends = clock.running().since.saturating_add(TIME);
    loop {
        match listener.accept() {
            Ok((stream, _)) => match receive(stream, state, provider) {
                Brought::Code(code) => return Ok(code),
                Brought::Refusal { error, details } => {
                    return Err(Error::provider(provider.error(ProviderFault::Refused { error, details })));
                }
                Brought::Unrelated => {}
            },
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if clock.running().since >= ends || user.wait(LOOK).is_break() {
                    return Err(Error::SignInTimeout);
                }
            }
            Err(error) => return Err(Error::Loopback(error)),
        }
    }
}

/// Reads one request, and answers it with a page.
fn receive(mut stream: TcpStream, state: &str, provider: &ProviderLink) -> Brought {
    let target = read_target(&mut stream).unwrap_or_default();
    let brought = read_answer(&target, state, provider);
    let (status, words) = match &brought {
        Brought::Code(_) => ("200 OK", "You have signed in. This window can be closed."),
        Brought::Refusal { .. } => ("200 OK", "The sign-in was declined. This window can be closed."),
        Brought::Unrelated => ("404 Not Found", "There is nothing here."),
    };
    let page = format!("<!doctype html><meta charset=utf-8><title>Leasehold</title><p>{words}</p>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         referrer-policy: no-referrer\r\nconnection: close\r\n\r\n",
        page.len()
    );
    // A browser that has gone away has brought its answer all the same.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes())));
    brought
}

/// The target of a `GET`, its head read within bounds.
fn read_target(stream: &mut TcpStream) -> Option<String> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(READ)).ok()?;
    stream.set_write_timeout(Some(READ)).ok()?;
    let mut lines = BufReader::new(stream.take(MAX_HEAD));
    let (mut first, mut line) = (String::new(), String::new());
    lines.read_line(&mut first).ok()?;
    while lines.read_line(&mut line).ok()? > 0 && line.trim_end() != "" {
        line.clear();
    }
    let mut words = first.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned)).flatten()
}

fn read_answer(target: &str, state: &str, provider: &ProviderLink) -> Brought {
    let Some((PATH, query)) = target.split_once('?') else { return Brought::Unrelated };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    // Twice would leave open which one is meant.
    let only = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    };
    if only("state") != Some(state) || only("iss").is_some_and(|issuer| issuer != provider.issuer) {
        return Brought::Unrelated;
    }
    match (only("code"), only("error")) {
        (Some(code), None) => Brought::Code(Token::from(code.to_owned())),
        (None, Some(error)) => {
            Brought::Refusal { error: shortened(error), details: only("error_description").map(shortened) }
        }
        _ => Brought::Unrelated,
    }
}

/// 256 random bits.
fn random_text(rng: &dyn Rng) -> String {
    Base64UrlUnpadded::encode_string(&random_bytes::<32>(rng))
}

const PATH: &str = "/callback";
const TIME: Duration = Duration::from_mins(10);
/// How often it is looked whether the browser has come.
const LOOK: Duration = Duration::from_millis(100);
const READ: Duration = Duration::from_secs(5);
const MAX_HEAD: u64 = 16 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::exchange::trust::Trust;

    #[test]
    fn only_the_answer_to_this_sign_in_counts() {
        let exchange = Exchange::new(Trust::Platform, READ);
        let provider = ProviderLink::over("https://login.example", exchange);
        let read = |target: &str| read_answer(target, "s1", &provider);
        assert!(matches!(read("/callback?code=c&state=s1"), Brought::Code(code) if code.as_str() == "c"));
        assert!(matches!(read("/callback?code=c&state=s1&iss=https%3A%2F%2Flogin.example"), Brought::Code(_)));
        assert!(
            matches!(read("/callback?error=access_denied&state=s1"), Brought::Refusal { error, .. } if error == "access_denied")
        );
        for target in [
            "/",
            "/callback",
            "/callback?code=c",
            "/callback?code=c&state=s2",
            "/callback?code=c&code=d&state=s1",
            "/callback?code=c&state=s1&state=s1",
            "/callback?code=c&state=s1&iss=https%3A%2F%2Fevil.example",
            "/x?code=c&state=s1",
            "/callback?code=c&error=e&state=s1",
        ] {
            assert!(matches!(read(target), Brought::Unrelated), "{target}");
        }
    }
}
