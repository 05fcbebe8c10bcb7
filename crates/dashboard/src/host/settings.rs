//! The settings as they are in force, and what the doctor finds.

use maud::{Markup, html};

use super::OPERATE;
use super::data::{Check, SettingGroup};
use crate::frame::Frame;
use crate::parts::{badge, fact, sentence};

/// Settings, and checks where they were asked for.
#[derive(Clone, Debug, Default)]
pub struct SettingsView {
    /// The settings.
    pub groups: Vec<SettingGroup>,
    /// What the doctor has found; `None` where it was not asked.
    pub checks: Option<Vec<Check>>,
}

/// The page of settings.
#[must_use]
pub fn settings_page(frame: &Frame<'_>, view: &SettingsView) -> String {
    let content = html! {
        p { "They come from the host's configuration and options: change them there, and send the host SIGHUP." }
        div.cards {
            @for group in &view.groups {
                section.card aria-label=(group.title) {
                    h2 { (group.title) }
                    dl { @for setting in &group.settings { (fact(&setting.name, &html! { span.break { (setting.value) } })) } }
                }
            }
        }
        @if frame.offers(OPERATE) {
            section aria-labelledby="backup" {
                h2 id="backup" { "Backup" }
                p { "The host writes its key, its certificate and its store as they are now into the folder that " code { "backups" } " names." }
                p { a.button href="/backup" { "Write a backup" } }
            }
        }
        section aria-labelledby="doctor" {
            h2 id="doctor" { "Doctor" }
            @match &view.checks {
                Some(checks) => { (checked(checks)) }
                None => {
                    p { "It looks whether this host can serve, is found and is reached, and changes nothing. It asks name servers, and takes a moment." }
                    p { a.button href="/settings?doctor=yes#doctor" { "Ask the doctor" } }
                }
            }
        }
    };
    frame.live_page("Settings", &content)
}

fn checked(checks: &[Check]) -> Markup {
    html! {
        ul.checks {
            @for check in checks {
                li {
                    (badge(match check.outcome { "ok" => "good", "warning" => "warning", "failure" => "bad", _ => "quiet" }, check.outcome))
                    " " strong { (check.name) } ": " (sentence(&check.detail))
                    @if let Some(code) = check.code { " " code { (code) } }
                    @if let Some(hint) = &check.hint { p.quiet { (sentence(hint)) } }
                }
            }
        }
    }
}
