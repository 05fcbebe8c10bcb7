//! Cookies: how they are named, set and read.

use http::{HeaderValue, header};

use crate::Request;

/// The cookies of one server. Cookies know no ports, so servers of one machine name theirs apart.
#[derive(Clone, Debug)]
pub struct CookieNames {
    session: String,
    device: String,
    question: String,
    attributes: &'static str,
    lax: &'static str,
}

impl CookieNames {
    /// Those of a server that listens at `port`, with TLS or, on loopback alone, without.
    pub fn new(port: u16, secure: bool) -> Self {
        let prefix = if secure { "__Host-" } else { "" };
        let attributes =
            if secure { "; Path=/; Secure; HttpOnly; SameSite=Strict" } else { "; Path=/; HttpOnly; SameSite=Strict" };
        // An identity provider leads back from another site: what the browser keeps meanwhile comes along then.
        let lax = if secure { "; Path=/; Secure; HttpOnly; SameSite=Lax" } else { "; Path=/; HttpOnly; SameSite=Lax" };
        let name = |what: &str| format!("{prefix}leasehold-{what}-{port}");
        Self { session: name("session"), device: name("device"), question: name("question"), attributes, lax }
    }

    pub(super) fn session<'r>(&self, request: &'r Request) -> Option<&'r str> {
        cookie(request, &self.session)
    }

    pub(super) fn device<'r>(&self, request: &'r Request) -> Option<&'r str> {
        cookie(request, &self.device)
    }

    pub(super) fn question<'r>(&self, request: &'r Request) -> Option<&'r str> {
        cookie(request, &self.question)
    }

    /// Stays for as long as a question may wait.
    pub(super) fn set_question(&self, secret: &str) -> HeaderValue {
        value(&format!("{}={secret}{}; Max-Age=600", self.question, self.lax))
    }

    pub(super) fn end_question(&self) -> HeaderValue {
        value(&format!("{}={}; Max-Age=0", self.question, self.lax))
    }

    /// Ends with the browser.
    pub(super) fn set_session(&self, secret: &str) -> HeaderValue {
        self.set(&self.session, secret, "")
    }

    /// Stays for a year.
    pub(super) fn set_device(&self, secret: &str) -> HeaderValue {
        self.set(&self.device, secret, "; Max-Age=31536000")
    }

    pub(super) fn end_session(&self) -> HeaderValue {
        self.set(&self.session, "", "; Max-Age=0")
    }

    fn set(&self, name: &str, value: &str, more: &str) -> HeaderValue {
        self::value(&format!("{name}={value}{}{more}", self.attributes))
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The value of a cookie.
pub fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let all = request.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}
