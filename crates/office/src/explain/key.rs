//! Product keys: the published generic ones are explained; of any other only that it is none of them.

use super::{Explanation, Kind, Unknown};
use crate::facts::gvlk::{self, Gvlk, Install};

/// What a whole key is; `None` where `query` is not like one. Of a key that is not published, no more than the last five
/// characters are ever said.
pub(super) fn whole(query: &str) -> Option<Result<Explanation, Unknown>> {
    let bare: String = query.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let parts: Vec<&str> = query.split(['-', ' ']).filter(|part| !part.is_empty()).collect();
    let grouped = parts.len() == 5 && parts.iter().all(|part| part.chars().count() == 5);
    let like_a_key = bare.len() == 25 && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !like_a_key || !(grouped || parts.len() == 1 && bare.bytes().any(|byte| byte.is_ascii_digit())) {
        return None;
    }
    Some(gvlk::find(&bare).map(key).ok_or_else(|| {
        let why = if gvlk::well_formed(&grouped_by_five(&bare)) {
            "it is none of the generic keys (GVLK) that Microsoft publishes: it may be a MAK, a KMS host key or a retail \
             key, and which is not guessed; treat it as a secret, and never put a KMS host key (CSVLK) on a client"
        } else {
            "it has characters that no product key has: it is mistyped"
        };
        Unknown { asked: format!("*****-*****-*****-*****-{}", &bare[20..]), why: why.to_owned(), bits: None, near: vec![] }
    }))
}

/// The published keys that end in `query`.
pub(super) fn last_five(query: &str) -> Vec<Explanation> {
    if query.len() == 5 { gvlk::ending_in(query).map(key).collect() } else { Vec::new() }
}

/// Whether `query` is like the last five characters of a key, and not like a word.
pub(super) fn like_last_five(query: &str) -> bool {
    let digit = query.bytes().any(|byte| byte.is_ascii_digit());
    digit && gvlk::well_formed(&[query; 5].join("-"))
}

pub(super) fn all() -> impl Iterator<Item = Explanation> {
    gvlk::table().keys.iter().map(key)
}

fn key(gvlk: &Gvlk) -> Explanation {
    let meaning = "A generic key (GVLK) that Microsoft publishes: it activates nothing by itself, it makes the product \
                   look for your own KMS host or activation object.";
    let install = gvlk.install.map_or("", |install| match install {
        Install::ClickToRun => "Click-to-Run (Office Deployment Tool)",
        Install::Msi => "Windows Installer (MSI)",
    });
    let title = format!("generic key of {}", gvlk.product);
    let alone = if gvlk.last5_unique { "" } else { "another published key ends in the same five characters" };
    Explanation::new(Kind::Key, &gvlk.last5, &title, meaning, &gvlk.source)
        .detail("key", &gvlk.key)
        .detail("release", &gvlk.release)
        .detail("product id in the deployment tool", gvlk.odt_id.as_deref().unwrap_or_default())
        .detail("installed by", install)
        .detail("note", gvlk.note.as_deref().unwrap_or_default())
        .detail("note", alone)
}

fn grouped_by_five(bare: &str) -> String {
    let groups: Vec<&str> = (0..5).map(|at| &bare[at * 5..at * 5 + 5]).collect();
    groups.join("-")
}
