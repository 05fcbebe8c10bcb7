//! Which crate may use which: each level uses what stands below it, nothing beside or above (`docs/style.md`, "The shape").

mod metadata;
mod uses;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, Node, Package, PackageId};
use leasehold_files::Readers;
use leasehold_testkit::need::{Need, is_missing};
use uses::Modules;

#[test]
fn each_level_uses_what_stands_below_it() {
    let Some(metadata) = metadata::read() else { return };
    for package in metadata.workspace_packages() {
        if package.name == TESTKIT {
            continue;
        }
        let own = level(&package.name);
        for used in ours(package).filter(|(_, kind)| *kind != DependencyKind::Development).map(|(name, _)| name) {
            assert_ne!(used, TESTKIT, "{} uses {TESTKIT} outside its tests", package.name);
            let below = level(used) < own || BESIDE.contains(&(package.name.as_str(), used));
            assert!(below, "{} (level {own}) uses {used} (level {})", package.name, level(used));
        }
    }
}

#[test]
fn every_folder_holds_the_package_it_is_named_after() {
    let Some(metadata) = metadata::read() else { return };
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name()).expect("a folder");
        let is_whole = folder.starts_with("leasehold");
        let expected = if is_whole { folder.to_owned() } else { format!("leasehold-{folder}") };
        assert_eq!(package.name.as_str(), expected);
    }
}

#[test]
fn every_file_can_be_checked_out_on_windows() {
    let mut looked_at = 0;
    for entry in fs::read_dir(metadata::root()).expect("the workspace").map(|entry| entry.expect("an entry")) {
        let top = entry.file_name().to_string_lossy().into_owned();
        if top.starts_with("target") || top == ".git" || !entry.file_type().expect("a kind").is_dir() {
            continue;
        }
        for file in leasehold_files::Walk::of(&entry.path()).expect("a folder").map(|file| file.expect("a file")) {
            let below = file.strip_prefix(metadata::root()).expect("below it");
            for name in below.iter().map(|name| name.to_str().expect("a name in UTF-8")) {
                assert!(is_name_on_windows(name), "{}", below.display());
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 500, "the files are looked at: {looked_at}");
    for name in ["nul.txt", "COM1", "aux", "a:b", "end.", "end ", "what?"] {
        assert!(!is_name_on_windows(name), "{name}");
    }
}

/// Devices have their names in every folder, with any ending.
fn is_name_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest != "0");
    let device = ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt");
    !device && !name.ends_with(['.', ' ']) && !name.contains(|c: char| c < ' ' || r#"<>:"/\|?*"#.contains(c))
}

#[test]
fn core_and_wire_reach_no_clock_random_source_file_or_socket() {
    let Some(metadata) = metadata::read() else { return };
    for name in ["leasehold-core", "leasehold-wire"] {
        let package = package(&metadata, name);
        let path = package.manifest_path.with_file_name("src").join("lib.rs");
        let source = fs::read_to_string(&path).expect("a library");
        assert!(source.lines().any(|line| line == "#![no_std]"), "{path} is not no_std");
        let with_std: Vec<_> = source.lines().zip(source.lines().skip(1)).filter(|(_, next)| uses_std(next)).collect();
        assert!(with_std.iter().all(|(before, _)| *before == "#[cfg(test)]"), "{path} uses std outside its tests");
        let tree = tree(&metadata, name);
        assert!(tree.contains("sha2"), "the tree is walked");
        without(&tree, name, &[RUNTIMES, OUTSIDE].concat());
    }
}

#[test]
fn the_client_and_its_lookup_have_no_async_runtime() {
    if is_missing(&[Need::Cargo]) {
        return;
    }
    for name in ["leasehold-client", "leasehold-directory", "leasehold-discovery"] {
        let built = built(name);
        assert!(built.contains("leasehold-core"), "the tree is walked");
        without(&built, name, RUNTIMES);
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere_but_at_the_boundaries_to_c_and_to_windows() {
    let workspace = fs::read_to_string(metadata::root().join("Cargo.toml")).expect("a manifest");
    assert!(workspace.contains("\nunsafe_code = \"forbid\"\n"));
    let Some(metadata) = metadata::read() else { return };
    for package in metadata.workspace_packages() {
        let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
        let inherits = manifest.contains("\n[lints]\nworkspace = true\n");
        let at_boundary = ["leasehold-client-ffi", "leasehold-windows"].contains(&package.name.as_str());
        assert!(inherits || at_boundary, "{} has lints of its own", package.name);
        let explained = manifest.contains("undocumented_unsafe_blocks = \"deny\"");
        assert!(inherits || explained, "{}: an unsafe block may say nothing of itself", package.name);
    }
}

#[test]
fn the_modules_of_the_workbench_and_of_the_sdk_use_what_stands_below_them() {
    for (package, levels, beside) in [("office", &OFFICE[..], OFFICE_BESIDE), ("client", &CLIENT[..], &[])] {
        let modules = Modules::read(&metadata::root().join("crates").join(package).join("src"));
        let level = |module: &str| {
            let found = levels.iter().position(|names| names.contains(&module));
            found.unwrap_or_else(|| panic!("{package}: {module} has no level yet"))
        };
        let uses = modules.uses.iter().filter(|(own, _)| !own.contains("::"));
        for (own, used) in uses.flat_map(|(own, used)| used.iter().map(move |used| (own.as_str(), used.as_str()))) {
            let allowed = level(used) < level(own) || beside.contains(&(own, used));
            assert!(allowed, "{package}: {own} uses {used}");
        }
        assert!(modules.files > 60, "the files are looked at: {}", modules.files);
    }
}

#[test]
fn the_modules_beside_each_other_do_not_use_each_other_in_a_circle() {
    let (mut circles, mut crates, mut files) = (BTreeSet::new(), 0, 0);
    for folder in ["crates", "bin"].map(|folder| metadata::root().join(folder)) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let package = entry.expect("an entry");
            let modules = Modules::read(&package.path().join("src"));
            let name = package.file_name().into_string().expect("a name in UTF-8");
            circles.extend(names(&modules).into_iter().map(|circle| format!("{name}: {circle}")));
            (crates, files) = (crates + 1, files + modules.files);
        }
    }
    assert_eq!(circles, CIRCLES.iter().map(|circle| (*circle).to_owned()).collect());
    assert!(crates > 20 && files > 900, "{crates} crates of {files} files are looked at");
}

/// The circles of `modules`, each as its modules' paths.
fn names(modules: &Modules) -> Vec<String> {
    modules.circles().iter().map(|circle| circle.iter().copied().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_circle_is_seen_by_whatever_way_its_modules_name_each_other() {
    let circles = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            leasehold_files::make_folder(folder.path().join(name).parent().expect("it lies below"), Readers::Umask)
                .expect("a folder");
            fs::write(folder.path().join(name), text).expect("a file");
        }
        names(&Modules::read(folder.path()))
    };
    let root = ("lib.rs", "mod a;\nmod b;\nmod c;\npub use b::{self, B as Known};\n#[cfg(test)]\nmod tests;");
    let c = ("c.rs", "use crate::a;");
    for to_b in [
        "use crate::b::B;",
        "use crate::{\n    c,\n    b::{B},\n};",
        "fn f() -> crate::b::B { loop {} }",
        "use super::b::B;",
        "use crate::Known;",
        "mod inner { use super::super::b; }",
        "macro_rules! m { () => { $crate::b::B } }",
    ] {
        for to_a in ["use crate::a;", "#[cfg(not(test))]\nuse crate::a::A;", "pub(crate) fn f(_: &crate::a::A) {}"] {
            assert_eq!(circles(&[root, ("a.rs", to_b), ("b.rs", to_a), ("c.rs", "")]), ["a b"], "{to_b} {to_a}");
        }
        assert_eq!(circles(&[root, ("a.rs", to_b), ("b/mod.rs", "mod d;"), ("b/d.rs", "use crate::c;"), c]), ["a b c"]);
        for none in [
            "// crate::a",
            "const B: &str = \"crate::a\";",
            "#[cfg(test)]\nmod tests { use crate::a; }\nfn f() {}",
            "#[cfg(test)]\nuse crate::a::{A};\nfn f() {}",
            "mod inner { use super::a; }",
        ] {
            assert_eq!(circles(&[root, ("a.rs", to_b), ("b.rs", none), ("c.rs", "")]), [""; 0], "{none}");
        }
    }
    let (root, m) = (("lib.rs", "mod m;"), ("m.rs", "mod a;\nmod b;\nuse b::B as Known;\nstruct Own;"));
    for to_b in [
        "use super::b::B;",
        "use super::Known;",
        "use crate::m::Known;",
        "use crate::m::{self, b as other};",
        "mod below { use super::super::{Own, b::B}; }",
    ] {
        let files = |to_a| [root, m, ("m/a.rs", to_b), ("m/b.rs", to_a)];
        assert_eq!(circles(&files("fn f() { crate::m::a::A }")), ["m::a m::b"], "{to_b}");
        assert_eq!(circles(&files("use super::Own;")), [""; 0], "{to_b}: what their parent has is below both");
    }
}

fn level(package: &str) -> u8 {
    let found = LEVELS.iter().position(|names| names.contains(&package));
    let level = found.unwrap_or_else(|| panic!("{package} has no level yet: docs/style.md says which"));
    u8::try_from(level).expect("a handful of levels")
}

/// The packages of this workspace that `package` names, and what for.
fn ours(package: &Package) -> impl Iterator<Item = (&str, DependencyKind)> {
    let ours = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
    ours.map(|dependency| (dependency.name.as_str(), dependency.kind))
}

/// None of `banned` is in the tree of `name`.
fn without(tree: &BTreeSet<String>, name: &str, banned: &[&str]) {
    let found: Vec<_> = tree.iter().filter(|used| banned.contains(&used.as_str())).collect();
    assert!(found.is_empty(), "{name} is built from {found:?}");
}

/// The names of all packages that `name` is built from.
fn tree(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let mut tree = BTreeSet::new();
    collect(metadata, &package(metadata, name).id, &mut tree);
    tree
}

fn collect(metadata: &Metadata, id: &PackageId, tree: &mut BTreeSet<String>) {
    let nodes = &metadata.resolve.as_ref().expect("a resolved workspace").nodes;
    let node: &Node = nodes.iter().find(|node| node.id == *id).expect("a resolved package");
    if !tree.insert(metadata[id].name.to_string()) {
        return;
    }
    for used in &node.deps {
        if used.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal) {
            collect(metadata, &used.pkg, tree);
        }
    }
}

fn package<'m>(metadata: &'m Metadata, name: &str) -> &'m Package {
    metadata.workspace_packages().into_iter().find(|package| package.name == name).expect("a package of the workspace")
}

/// The names of all packages that `package` is built from where it is built alone, without the features that others in
/// the workspace switch on.
fn built(package: &str) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(metadata::root());
    command.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--package", package]);
    let output = command.output().expect("cargo");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn uses_std(line: &str) -> bool {
    line.trim_start().starts_with("extern crate std")
}

/// Lowest first. The test kit stands beside them: tests alone use it, and it may use what it likes.
const LEVELS: [&[&str]; 5] = [
    &["leasehold-core", "leasehold-windows"],
    &["leasehold-wire", "leasehold-store", "leasehold-files", "leasehold-picture"],
    &[
        "leasehold-store-sqlite",
        "leasehold-store-postgres",
        "leasehold-service",
        "leasehold-dashboard",
        "leasehold-discovery",
        "leasehold-directory",
        "leasehold-client",
        "leasehold-office",
        "leasehold-simulation",
    ],
    &["leasehold-host", "leasehold-authority", "leasehold-client-ffi"],
    &["leasehold", "leasehold-bench"],
];
/// Within the second level the SDK and the workbench stand above what finds hosts: they look names up themselves, and
/// pay for no more of `leasehold-discovery` than that.
const BESIDE: &[(&str, &str)] = &[
    ("leasehold-client", "leasehold-discovery"),
    ("leasehold-client", "leasehold-directory"),
    ("leasehold-office", "leasehold-discovery"),
    ("leasehold-service", "leasehold-dashboard"),
];
/// The modules of the workbench, lowest first; the commands on top know nothing of each other.
const OFFICE: [&[&str]; 5] =
    [&["facts"], &["read"], &["fleet"], &["report"], &["lint", "plan", "config", "explain", "doctor", "hunt", "local"]];
/// But what is written is checked before it is shown.
const OFFICE_BESIDE: &[(&str, &str)] = &[("config", "lint")];
/// The modules of the SDK, lowest first.
const CLIENT: [&[&str]; 10] = [
    &["address", "context", "machine", "policy", "refused", "system", "test_clock", "token"],
    &["fuzzing", "route"],
    &["error"],
    &["exchange", "file", "state"],
    &["courier", "provider", "status"],
    &["session"],
    &["doctor", "options"],
    &["client"],
    &["json", "renewer", "users"],
    &["agent"],
];
/// The circles of modules beside each other that are left, each with its reason.
const CIRCLES: &[&str] = &[
    // A group is read by way of a form in which it is written, whose parts are the estate's.
    "office: plan::estate plan::written",
];
const TESTKIT: &str = "leasehold-testkit";
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "async-io", "futures-executor", "hyper", "mio"];
const OUTSIDE: &[&str] = &[
    "getrandom",
    "rand",
    "libc",
    "rustix",
    "windows-sys",
    "socket2",
    "rusqlite",
    "ureq",
    "jiff",
    "chrono",
    "time",
    "tempfile",
    "tracing",
];
