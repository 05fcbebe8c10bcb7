//! What each crate says of itself: enough for a stranger who finds it alone.

mod metadata;

#[test]
fn every_crate_says_what_it_is_for_and_where_it_comes_from() {
    let Some(metadata) = metadata::read() else { return };
    for package in metadata.workspace_packages() {
        let name = &package.name;
        let description = package.description.as_deref().unwrap_or_default();
        assert!(description.len() > 20 && description.ends_with('.'), "{name}: description {description:?}");
        assert_eq!(package.license.as_deref(), Some("MIT"), "{name}: license");
        assert!(package.repository.is_some(), "{name}: repository");
        assert!((2..=5).contains(&package.keywords.len()), "{name}: keywords {:?}", package.keywords);
        assert!(!package.categories.is_empty(), "{name}: categories");
        let version = package.rust_version.as_ref().map(ToString::to_string);
        assert_eq!(version.as_deref(), Some(RUST_VERSION), "{name}: rust-version, as `scripts/msrv` checks it");
    }
}

#[test]
fn every_library_has_a_front_page() {
    let Some(metadata) = metadata::read() else { return };
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().expect("a folder");
        if !folder.parent().is_some_and(|above| above.ends_with("crates")) {
            continue;
        }
        let page = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        assert!(page.starts_with(&format!("# {}\n", package.name)), "{}: README.md", package.name);
    }
}

#[test]
fn one_program_runs_where_none_is_named() {
    let Some(metadata) = metadata::read() else { return };
    let named: Vec<_> =
        metadata.workspace_packages().iter().filter_map(|package| package.default_run.as_deref()).collect();
    assert_eq!(named, ["leasehold"], "`cargo run -- quickstart` has to know which program is meant");
}

/// Cargo drops `strip` for a package that has a profile of its own: the program was shipped with a third more than it needs.
#[test]
fn no_profile_of_its_own_leaves_the_program_unstripped() {
    let manifest = include_str!("../../../Cargo.toml");
    let profiles = manifest.split("[profile.release.package]").nth(1).expect("a table");
    let table = profiles.split("\n[").next().expect("its end");
    assert!(table.lines().all(|line| !line.starts_with("leasehold =")), "{table}");
    assert!(!manifest.contains("[profile.release.package.leasehold]"));
}

const RUST_VERSION: &str = "1.95.0";
