//! How fast deployment files are checked: `cargo bench -p leasehold-office --bench lint`.
//!
//! Makes files of about the size of an estate's by varying products, channels and languages, some of them with faults, and
//! checks them on one thread. `-- 1000` says how many.

use std::env;
use std::time::Instant;

use leasehold_office::lint::{Context, lint};

fn main() {
    let count: usize =
        env::args().skip(1).filter(|word| !word.starts_with("--")).find_map(|word| word.parse().ok()).unwrap_or(1_000);
    let files: Vec<String> = (0..count).map(file).collect();
    let context = Context { today: "2026-11-29".parse().ok(), ..Context::default() };
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    let findings: usize = files.iter().map(|file| lint(file.as_bytes(), &context).findings.len()).sum();
    let time = start.elapsed().as_secs_f64();
    let bytes: usize = files.iter().map(String::len).sum();
    println!("{count} files, {} kB, {findings} findings: {time:.2} s of the clock, {}", bytes / 1000, processor());
}

/// A file; each time the same.
fn file(at: usize) -> String {
    const SUITES: [(&str, &str); 4] = [
        ("O365ProPlusRetail", "MonthlyEnterprise"),
        ("ProPlus2024Volume", "PerpetualVL2024"),
        ("O365BusinessRetail", "current"),
        ("ProPlus2021Volume", "Broad"),
    ];
    let (suite, channel) = SUITES[at % SUITES.len()];
    let mut inner = String::new();
    for language in ["en-us", "de-de", "fr-fr", "MatchOS", "xx-yy"].iter().cycle().skip(at).take(1 + at % 5) {
        inner.extend(["      <Language ID=\"", language, "\" />\n"]);
    }
    for app in ["Groove", "Lync", "Teams", "Bing", "Skype"].iter().take(at % 6) {
        inner.extend(["      <ExcludeApp ID=\"", app, "\" />\n"]);
    }
    format!(
        "<Configuration ID=\"{at:08x}-0000-4000-8000-000000000000\">\n  <Info Description=\"site {at}\" />\n  \
         <Add OfficeClientEdition=\"64\" Channel=\"{channel}\">\n    <Product ID=\"{suite}\">\n{inner}    </Product>\n  </Add>\n  \
         <Property Name=\"SharedComputerLicensing\" Value=\"0\" />\n  <Property Name=\"FORCEAPPSHUTDOWN\" Value=\"FALSE\" />\n  \
         <Updates Enabled=\"TRUE\" />\n  <RemoveMSI />\n  <Display Level=\"Full\" AcceptEULA=\"TRUE\" />\n</Configuration>\n"
    )
}

/// The processor time of this process, which a busy machine lengthens less, where the system tells.
fn processor() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    ticks(11)
        .zip(ticks(12))
        .map_or_else(String::new, |(user, system)| format!("{:.2} s of a processor", (user + system) / 100.0))
}
