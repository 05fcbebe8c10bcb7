//! `include/leasehold.h` is what cbindgen makes of the source and of the list of codes; `abi.txt` is what the library exports.
//! `LEASEHOLD_WRITE_HEADER=1` writes both, and gives new codes the next free numbers.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use cbindgen::{Builder, Config, EnumConfig, ExportConfig, Language, Style};
use leasehold_core::Code;

#[test]
fn the_header_is_made_of_the_source_and_of_the_list_of_codes() {
    let codes = codes();
    compare("codes.txt", &codes);
    compare("include/leasehold.h", &header(&codes));
}

/// The list with the codes that it does not have yet.
fn codes() -> String {
    let mut list = leasehold_client_ffi::NUMBERS.to_owned();
    for code in Code::ALL {
        if !list.lines().any(|line| line.split_once(' ').is_some_and(|(_, name)| name == code.name())) {
            let last = list.lines().filter_map(|line| line.split(' ').next()?.parse::<u32>().ok()).max().unwrap_or(0);
            writeln!(list, "{} {code}", last + 1).expect("a text");
        }
    }
    list
}

fn header(codes: &str) -> String {
    let mut values = String::from(
        "/**\n * Result codes. A number is never used for something else; later releases have more of them.\n * What each means: lh_last_error, and `leasehold explain NAME`.\n */\nenum lh_result {\n",
    );
    for line in codes.lines() {
        let (number, name) = line.split_once(' ').expect("a number and a name");
        writeln!(values, "  LH_{} = {number},", name.to_uppercase().replace('-', "_")).expect("a text");
    }
    values.push_str("};\n\n#ifndef __cplusplus\ntypedef enum lh_result lh_result;\n#endif");
    let renamed = [
        ("LastError", "lh_error"),
        ("Options", "lh_options"),
        ("Standing", "lh_standing"),
        ("Event", "lh_event"),
        ("SignInPrompt", "lh_sign_in_prompt"),
        ("Callback", "lh_callback"),
        ("SignInCallback", "lh_sign_in_callback"),
        ("ClientHandle", "lh_client"),
    ];
    let rename = renamed.map(|(from, to)| (from.to_owned(), to.to_owned())).into_iter();
    let constants = [
        "ABI_VERSION",
        "NO_ENVIRONMENT",
        "NO_DNS",
        "UNACTIVATED",
        "LICENSED",
        "GRACE",
        "REDUCED",
        "ENFORCE",
        "ADVISE",
        "OBSERVE",
        "NEVER",
        "EVENT_ATTEMPT",
        "EVENT_CHANGED",
        "SIGN_IN_CODE",
        "SIGN_IN_BROWSER",
    ];
    let rename = rename.chain(constants.map(|name| (name.to_owned(), format!("LH_{name}"))));
    let config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        include_guard: Some("LEASEHOLD_H".to_owned()),
        header: Some(HEADER.to_owned()),
        after_includes: Some(values),
        line_length: 110,
        enumeration: EnumConfig::default(),
        export: ExportConfig {
            rename: rename.collect(),
            exclude: vec!["NUMBERS".to_owned()],
            ..ExportConfig::default()
        },
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        usize_is_size_t: true,
        ..Config::default()
    };
    let folder = folder();
    let sources = [
        "activation",
        "client",
        "documents",
        "fault",
        "memory",
        "options",
        "renewing",
        "renewing_thread",
        "sign_in",
        "standing",
        "version",
    ];
    let builder = sources.iter().fold(Builder::new().with_config(config), |builder, source| {
        builder.with_src(folder.join("src").join(source).with_extension("rs"))
    });
    let bindings = builder.generate().expect("a header");
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    without_safety(&String::from_utf8(bytes).expect("UTF-8"))
}

/// The words under `# Safety` are the promises that C makes anyway; their heading is Rust's.
fn without_safety(header: &str) -> String {
    header.replace(" * # Safety\n", " * Promise:\n")
}

fn compare(name: &str, made: &str) {
    let path = folder().join(name);
    if env::var_os("LEASEHOLD_WRITE_HEADER").is_some() {
        return fs::write(path, made).expect("the file is written");
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == made,
        "{name} is not what the source makes: LEASEHOLD_WRITE_HEADER=1 cargo test -p leasehold-client-ffi"
    );
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

const HEADER: &str = "/* Leasehold: the SDK for C. Made by cbindgen from crates/client-ffi; do not edit.
 *
 * Every function returns a result code: LH_OK, or what went wrong, whose words lh_last_error has. A refusal by a host is such a
 * code too (LH_THRESHOLD_NOT_MET). Functions may be called on any thread. Texts are UTF-8. What a function gives
 * through `char **` or `uint8_t **` is freed with lh_free. A handle that is null, closed or foreign is LH_BAD_HANDLE.
 */";
