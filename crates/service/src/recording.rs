//! A request as a span for the collector, where it is traced.

use std::time::Instant;

use http::{Method, StatusCode};

use crate::trace::{Attribute, RequestId, Span, Spans};

/// A traced request that is not answered yet.
pub(crate) struct Recording {
    spans: Spans,
    id: RequestId,
    method: Method,
    path: String,
    began: Instant,
}

impl Recording {
    /// Begins with a request; `None` where it is not traced.
    pub(crate) fn begin<B>(spans: Option<&Spans>, id: RequestId, request: &http::Request<B>) -> Option<Self> {
        let spans = spans.filter(|spans| spans.covers(&id))?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        Some(Self { spans: spans.clone(), id, method, path, began: now() })
    }

    /// The request was answered.
    pub(crate) fn end(self, status: StatusCode) {
        let Self { spans, id, method, path, began } = self;
        let name = match route(&path) {
            route if route.is_empty() || status == StatusCode::NOT_FOUND => method.to_string(),
            route => format!("{method} {route}"),
        };
        let span = Span::whole(id, name, (began, now()))
            .with("http.request.method", Attribute::Text(method.to_string().into()))
            .with("url.path", Attribute::Text(path.into()))
            .with("http.response.status_code", Attribute::Number(status.as_u16().into()));
        spans.offer(Span { failed: status.is_server_error(), ..span });
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The beginning of a path that is not of one client or key: spans of one kind have one name.
fn route(path: &str) -> &str {
    let is_word = |part: &str| part == "v1" || part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let words = path.split('/').take_while(|part| is_word(part));
    let length = words.map(|word| word.len() + 1).sum::<usize>();
    &path[..length.saturating_sub(1).min(path.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_one_kind_have_one_name_whichever_client_they_are_about() {
        assert_eq!(route("/v1/leases"), "/v1/leases");
        assert_eq!(route("/api/v1/clients/3f2a9c00-7e51-0b64-9d1e-000000000000/end"), "/api/v1/clients");
        assert_eq!(route("/devices/%2e%2e/x"), "/devices");
        assert_eq!(route("/"), "/");
        assert_eq!(route("*"), "");
    }
}
