//! The documentation is what happens: every `console` block of the README and of the pages in `docs/` is typed, line by line, at a
//! terminal on a machine of its own, and what is printed there is compared with what is printed here.
//!
//! `LEASEHOLD_WRITE_DOCS=1 cargo test -p leasehold --test docs` writes what was printed into the pages instead.
#![cfg(target_os = "linux")]

mod compare;
mod machine;
mod page;
#[path = "../support/terminal.rs"]
mod terminal;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use compare::Bound;
use leasehold_testkit::need::{Need, is_missing};
use machine::{Machine, OPENLDAP};
use page::Page;

/// A test for each page: its name and the page's.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        $(#[test]
        fn $name() {
            typed($path, stringify!($name));
        })*
        const PAGES: &[&str] = &[$($path),*];
    };
}

pages! {
    administrator: "docs/administrator.md",
    admin_api: "docs/admin-api.md",
    authority: "docs/authority.md",
    backup: "docs/backup.md",
    dashboard: "docs/dashboard.md",
    directory: "docs/directory.md",
    dns: "docs/dns.md",
    host: "docs/host.md",
    journal: "docs/journal.md",
    limits: "docs/limits.md",
    offline: "docs/offline.md",
    proxies: "docs/proxies.md",
    rotation: "docs/rotation.md",
    sdk: "docs/sdk.md",
    simulate: "docs/simulate.md",
    start: "docs/start.md",
    stores: "docs/stores.md",
    subscriptions: "docs/subscriptions.md",
    tour: "docs/tour.md",
    upgrade: "docs/upgrade.md",
    vendor: "docs/vendor.md",
    office_config: "docs/office/config.md",
    office_explain: "docs/office/explain.md",
    office_hunt: "docs/office/hunt.md",
    office_lint: "docs/office/lint.md",
    office_plan: "docs/office/plan.md",
    office_status: "docs/office/status.md",
}

#[test]
fn every_page_with_something_to_type_is_typed() {
    let mut found = BTreeSet::from([PathBuf::from("README.md")]);
    for folder in ["docs", "docs/office"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder").map(|entry| entry.expect("an entry"));
        let names = entries.map(|entry| Path::new(folder).join(entry.file_name()));
        found.extend(names.filter(|name| name.extension().is_some_and(|end| end == "md")));
    }
    found.retain(|name| !Page::read(&root().join(name)).steps.is_empty());
    let missing: Vec<_> = found.iter().filter(|name| !PAGES.iter().any(|page| Path::new(page) == **name)).collect();
    assert!(missing.is_empty(), "not typed: {missing:?}");
}

#[test]
fn every_page_is_in_the_book() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the contents");
    let pages = fs::read_dir(root().join("docs")).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let pages = pages.filter(|name| Path::new(name).extension().is_some_and(|end| end == "md"));
    let missing: Vec<_> =
        pages.filter(|name| !summary.contains(&format!("({})", name.display())) && *name != "SUMMARY.md").collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Types all of a page, on a machine where nothing was done before but what the page says that it needs.
fn typed(path: &str, test: &str) {
    let path = root().join(path);
    let mut page = Page::read(&path);
    if page.needs.iter().any(|need| need == OPENLDAP) && is_missing(&[Need::OpenLdap]) {
        return;
    }
    let Some(mut machine) = Machine::alone(test) else { return };
    machine.prepare(&page.needs);
    let mut bound = Bound::default();
    let mut wrong = Vec::new();
    for step in &mut page.steps {
        let printed = machine.run(&bound.applied(&step.command));
        if let Err(difference) = bound.compare(&step.expected, &printed) {
            wrong.push(format!("{}:{}: $ {}\n{difference}", path.display(), step.line, step.command));
            step.expected = bound.as_documented(&printed);
            let _ = bound.compare(&step.expected, &printed);
        }
    }
    if std::env::var_os("LEASEHOLD_WRITE_DOCS").is_some() {
        page.write(&path);
        return;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
