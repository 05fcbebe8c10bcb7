//! Asking a server for JSON: identity providers, and hosts where users ask them.

use std::time::Duration;

use crate::error::failure::Failure;
use crate::provider::tokens::Token;
use crate::session::exchange::{Exchange, Response, authorised, failure, text, unexpected};
use crate::session::host::route::Route;

/// What is sent where JSON is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body<'b> {
    /// Nothing: a `GET`.
    Nothing,
    /// Nothing: a `DELETE`.
    Delete,
    /// A form.
    Form(&'b str),
    /// A form of an application that shows who it is.
    FormAs { form: &'b str, authorization: &'b str },
}

impl Exchange {
    /// Asks a server for JSON, within `timeout`: the status and the body, which is JSON whatever the status.
    pub(crate) fn json(
        &self,
        route: &Route,
        path: &str,
        body: Body<'_>,
        token: Option<&Token>,
        max: u64,
        timeout: Duration,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let (agent, url) = (self.agent(route)?, route.address.url(path));
        let response = match body {
            Body::Nothing => {
                let request = agent.get(url).config().timeout_global(Some(timeout)).build();
                authorised(request, token).header("accept", JSON).call()
            }
            Body::Delete => {
                let request = agent.delete(url).config().timeout_global(Some(timeout)).build();
                authorised(request, token).header("accept", JSON).call()
            }
            Body::Form(form) => {
                let request = agent.post(url).config().timeout_global(Some(timeout)).build();
                let request = authorised(request, token).header("accept", JSON);
                request.header("content-type", FORM).send(form)
            }
            Body::FormAs { form, authorization } => {
                let request = agent.post(url).config().timeout_global(Some(timeout)).build();
                let request = request.header("authorization", authorization).header("accept", JSON);
                request.header("content-type", FORM).send(form)
            }
        };
        read_json(response, max).map_err(|failure| self.blame(route, failure))
    }
}

/// An answer in JSON; keys and problems have types of their own.
fn read_json(response: Response, max: u64) -> Result<(u16, Vec<u8>), Failure> {
    let (head, mut body) = response.map_err(failure)?.into_parts();
    let content_type = text(&head.headers, "content-type").split(';').next().unwrap_or_default().trim();
    let is_json = content_type.eq_ignore_ascii_case(JSON) || content_type.to_ascii_lowercase().ends_with("+json");
    if !is_json || head.status.is_redirection() {
        let location = head.headers.contains_key("location").then(|| text(&head.headers, "location"));
        return Err(unexpected(head.status.as_u16(), text(&head.headers, "content-type"), location));
    }
    Ok((head.status.as_u16(), body.with_config().limit(max).read_to_vec().map_err(failure)?))
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
