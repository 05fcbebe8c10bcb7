//! Spans as a collector takes them: OTLP 1 in JSON. Numbers of 64 bits are texts there, ids hexadecimal.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Attribute, Span};

/// A body for `POST /v1/traces`. Where `now` is on both clocks, the times of spans follow.
pub(super) fn encode(service: &str, spans: &[Span], now: (Instant, SystemTime)) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let resource =
        [attribute("service.name", &text(service.to_owned())), attribute("service.version", &text(version.to_owned()))];
    let spans: Vec<Value> = spans.iter().map(|span| span_of(span, now)).collect();
    let scope = json!({ "scope": { "name": "leasehold", "version": version }, "spans": spans });
    json!({ "resourceSpans": [{ "resource": { "attributes": resource }, "scopeSpans": [scope] }] })
        .to_string()
        .into_bytes()
}

fn span_of(span: &Span, now: (Instant, SystemTime)) -> Value {
    let request = span.request;
    let (id, parent, kind) = match span.part {
        None => (request.to_string(), request.parent(), SERVER),
        Some(number) => (request.part(number), Some(request.to_string()), INTERNAL),
    };
    let mut value = json!({
        "traceId": request.trace().to_string(),
        "spanId": id,
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": nanoseconds(span.began, now),
        "endTimeUnixNano": nanoseconds(span.ended, now),
        "attributes": span.attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Vec<_>>(),
    });
    if let Some(parent) = parent {
        value["parentSpanId"] = parent.into();
    }
    if span.failed {
        value["status"] = json!({ "code": ERROR });
    }
    value
}

fn attribute(name: &str, value: &Attribute) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({ "stringValue": text }),
        Attribute::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": name, "value": value })
}

fn text(text: String) -> Attribute {
    Attribute::Text(text.into())
}

fn nanoseconds(at: Instant, (instant, time): (Instant, SystemTime)) -> String {
    let at = time - instant.saturating_duration_since(at);
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

/// Kinds of spans and states, as OTLP numbers them.
const INTERNAL: u8 = 1;
const SERVER: u8 = 2;
const ERROR: u8 = 2;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::trace::RequestIds;

    #[test]
    fn a_request_and_a_part_of_it_are_written_as_otlp_has_them() {
        let mut headers = HeaderMap::new();
        let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        headers.insert("traceparent", HeaderValue::from_static(sent));
        let request = RequestIds::default().next(&headers);
        let began = tokio::time::Instant::now().into_std();
        let [middle, end] = [5, 10].map(|milliseconds| began + Duration::from_millis(milliseconds));
        let now = (end, UNIX_EPOCH + Duration::from_hours(500_000));
        let whole = Span::whole(request, "POST /v1/leases".to_owned(), (began, end))
            .with("http.response.status_code", Attribute::Number(503));
        let part = Span::part(request, (0, "commit"), (began, middle));
        let body = encode("leasehold-host", &[Span { failed: true, ..whole }, part], now);
        let body: Value = serde_json::from_slice(&body).unwrap();
        let group = &body["resourceSpans"][0];
        assert_eq!(group["resource"]["attributes"][0]["value"]["stringValue"], "leasehold-host");
        let [whole, part] = [0, 1].map(|at| group["scopeSpans"][0]["spans"][at].clone());
        assert_eq!(whole["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(whole["spanId"], request.to_string());
        assert_eq!(whole["parentSpanId"], "00f067aa0ba902b7");
        assert_eq!(whole["startTimeUnixNano"], "1799999999990000000");
        assert_eq!(whole["endTimeUnixNano"], "1800000000000000000");
        assert_eq!(whole["attributes"][0]["value"]["intValue"], "503");
        assert_eq!((&whole["kind"], &whole["status"]["code"]), (&json!(SERVER), &json!(ERROR)));
        assert_eq!((&part["parentSpanId"], &part["name"]), (&whole["spanId"], &json!("commit")));
        assert_eq!(part["traceId"], whole["traceId"]);
    }
}
