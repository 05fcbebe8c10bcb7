//! The overview: whether machines are licensed, what needs an administrator, what comes next.

use leasehold_core::Timestamp;
use maud::{Markup, html};

use super::OPERATE;
use super::data::{Family, Status, Warning};
use crate::chart::{Bar, Bars, meter};
use crate::frame::Frame;
use crate::parts::{badge, bytes, count, distance, fact, id, number, sentence, span, time, when};

/// The overview.
#[must_use]
pub fn overview_page(frame: &Frame<'_>, status: &Status) -> String {
    let content = html! {
        (summary(status))
        (warnings(&status.warnings))
        @for family in &status.families { (family_section(family, status.now)) }
        (host_section(frame, status))
    };
    frame.live_page("Overview", &content)
}

/// The state in a sentence.
fn summary(status: &Status) -> Markup {
    let urgent = status.warnings.iter().any(|warning| warning.urgent);
    let reached = status.families.iter().all(|family| family.clients >= family.threshold);
    let (tone, text) = if status.certificate.is_none() {
        ("bad", "This host is not activated yet: it grants nothing.".to_owned())
    } else if urgent {
        ("bad", "Machines are refused, or soon will be.".to_owned())
    } else if !reached {
        ("warning", "This host works; it grants leases once enough machines have asked.".to_owned())
    } else if !status.warnings.is_empty() {
        ("warning", "This host works, and something needs you.".to_owned())
    } else {
        let live: u64 = status.families.iter().map(|family| family.live).sum();
        ("good", format!("All is well: {} out.", count(live, "lease is", "leases are")))
    };
    html! { p class={ "state " (tone) } { (text) } }
}

fn warnings(warnings: &[Warning]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            section aria-labelledby="warnings" {
                h2 id="warnings" { "What needs you" }
                ul.warnings {
                    @for warning in warnings {
                        li class=(if warning.urgent { "bad" } else { "warning" }) {
                            p { strong { (warning.text) } " " code { (warning.code) } }
                            p.quiet { (sentence(&warning.hint)) }
                        }
                    }
                }
            }
        }
    }
}

fn family_section(family: &Family, now: u64) -> Markup {
    let heading = format!("family-{}", family.family);
    html! {
        section aria-labelledby=(heading) {
            h2 id=(heading) { "Family " (family.family) " " span.quiet { (family.products.join(", ")) } }
            div.tiles {
                (clients_tile(family))
                (leases_tile(family))
                (requests_tile(family))
            }
            p.forecast { (family.forecast) }
            div.charts {
                (hours_chart(family))
                (ends_chart(family, now))
            }
        }
    }
}

fn clients_tile(family: &Family) -> Markup {
    let reached = family.clients >= family.threshold;
    let label = format!("clients: {} of {} needed", number(family.clients), number(family.threshold));
    html! {
        div.tile {
            h3 { "Clients" }
            p.figure { (number(family.clients)) span.quiet { " of " (number(family.threshold)) " needed" } }
            (meter(family.clients, family.threshold, if reached { "good" } else { "warning" }, &label))
            p {
                @if reached { (badge("good", "threshold met")) } @else { (badge("warning", "threshold not met")) }
                span.quiet { " asked within " (span(family.window)) }
            }
        }
    }
}

fn leases_tile(family: &Family) -> Markup {
    html! {
        div.tile {
            h3 { "Leases" }
            @if let Some(capacity) = family.capacity {
                p.figure { (number(family.live)) span.quiet { " of " (number(capacity)) } }
                (meter(family.live, capacity, if family.live >= capacity { "bad" } else { "good" },
                    &format!("leases: {} of {}", number(family.live), number(capacity))))
                p { @if family.live >= capacity { (badge("bad", "all are out")) } @else { (badge("good", "there is room")) } }
            } @else {
                p.figure { (number(family.live)) span.quiet { " live" } }
                p { (badge("good", "without limit")) }
            }
            p.quiet { "each for " (span(family.validity)) ", renewed every " (span(family.renewal)) }
        }
    }
}

fn requests_tile(family: &Family) -> Markup {
    let last = family.hours.last().copied().unwrap_or_default();
    html! {
        div.tile {
            h3 { "This hour" }
            p.figure { (number(last.granted)) span.quiet { " granted" } }
            p { @if last.refused > 0 { (badge("warning", &format!("{} refused", number(last.refused)))) } @else { (badge("good", "none refused")) } }
            p { a href={ "/events?family=" (family.family) } { "Events" } }
        }
    }
}

fn hours_chart(family: &Family) -> Markup {
    let clock = |at: u64| Timestamp::from_unix(at).to_string().get(5..16).unwrap_or_default().to_owned();
    let bars: Vec<Bar> = family
        .hours
        .iter()
        .map(|hour| Bar { label: clock(hour.at), value: hour.granted, more: hour.refused })
        .collect();
    let title = format!("Requests per hour, {}", family.family);
    Bars { title: &title, bars: &bars, lower: "granted", upper: "refused" }.draw()
}

fn ends_chart(family: &Family, now: u64) -> Markup {
    let bars: Vec<Bar> =
        family.ends.iter().map(|ends| Bar { label: distance(ends.to, now), value: ends.leases, more: 0 }).collect();
    let title = format!("When leases end if none is renewed, {}", family.family);
    if bars.is_empty() && family.live > 0 {
        return html! { figure.chart { figcaption { (title) } p.quiet { "being counted: look again in a few minutes" } } };
    }
    Bars { title: &title, bars: &bars, lower: "leases", upper: "" }.draw()
}

fn host_section(frame: &Frame<'_>, status: &Status) -> Markup {
    let now = status.now;
    html! {
        section aria-labelledby="host" {
            h2 id="host" { "Host" }
            div.cards {
                (certificate_card(frame, status))
                div.card {
                    h3 { "Store and disk" }
                    dl {
                        (fact("Store", &html! { @if status.store_works { (badge("good", "works")) } @else { (badge("bad", "does not work")) } }))
                        @if let Some(disk) = status.disk {
                            (fact("Free", &html! { (bytes(disk.free)) " of " (bytes(disk.size)) }))
                            @if let Some(growth) = disk.daily_growth { (fact("Growth", &html! { (bytes(growth)) " a day" })) }
                        }
                        @if let Some(seal) = &status.seal {
                            (fact("Newest seal", &html! { a href="/seals" { (number(seal.number)) } ", " (when(seal.at, now)) }))
                        } @else {
                            (fact("Newest seal", &html! { "none yet" }))
                        }
                    }
                }
                (dns_card(frame, status))
            }
        }
    }
}

fn certificate_card(frame: &Frame<'_>, status: &Status) -> Markup {
    let now = status.now;
    html! {
        div.card {
            h3 { "Certificate" }
            @if let Some(certificate) = &status.certificate {
                dl {
                    (fact("Vendor", &html! { (certificate.vendor) }))
                    (fact("Ends", &html! { (time(certificate.expires, now)) " (" (distance(certificate.expires, now)) ")" }))
                    (fact("State", &html! {
                        @if certificate.revoked { (badge("bad", "revoked")) }
                        @else if certificate.holds { (badge("good", "holds")) } @else { (badge("bad", "has ended")) }
                    }))
                    (fact("Renewed by", &html! {
                        @if let Some(authority) = &status.renewal.authority {
                            span.break { (authority) }
                            @if let Some(next) = status.renewal.next { ", next " (when(next, now)) }
                        } @else { "hand: no authority is set" }
                    }))
                    @if let Some(failure) = &status.renewal.failure {
                        (fact("Last attempt", &html! { (badge("warning", "failed")) " " (failure.message) ", " (when(failure.at, now)) }))
                    }
                    @if let Some(host) = &status.host { (fact("Host", &id(host))) }
                }
                @if frame.offers(OPERATE) && status.renewal.authority.is_some() {
                    p { a.button href="/renew" { "Renew now" } }
                }
            } @else {
                p { "None is installed yet: " code { "leasehold host activate" } " or " code { "leasehold host install" } " does so." }
            }
        }
    }
}

fn dns_card(frame: &Frame<'_>, status: &Status) -> Markup {
    html! {
        div.card {
            h3 { "DNS" }
            @if status.dns.records.is_empty() {
                p.quiet { "Nothing is published by this host: machines find it by name, or by a record that others keep." }
            } @else {
                ul.plain { @for record in &status.dns.records { li { code.break { (record) } } } }
                p {
                    @if status.dns.failed > 0 { (badge("warning", &format!("{} failed", count(status.dns.failed, "attempt", "attempts")))) " " }
                    span.quiet { (number(status.dns.published)) " published since the start" }
                }
                @if frame.offers(OPERATE) { p { a.button href="/publish" { "Publish now" } } }
            }
        }
    }
}
