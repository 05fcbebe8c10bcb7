//! The figures for people.

use comfy_table::{Table, presets};
use serde_json::Value;

/// Prints all results.
pub(crate) fn print(results: &Value) {
    anstream::println!("{}", results["machine"].as_str().unwrap_or_default());
    let limits = &results["limits"];
    let strict = number(&limits["verify_strict_per_second"]);
    anstream::println!(
        "strict verifications {strict:.0}/s, signatures {:.0}/s on one processor; durable commits {:.0}/s\n",
        number(&limits["sign_per_second"]),
        number(&limits["commits_per_second"]),
    );
    let mut rows: Vec<(String, &Value)> = Vec::new();
    for kind in ["activations", "renewals"] {
        let levels = results[kind].as_object().into_iter().flatten();
        rows.extend(levels.map(|(connections, measured)| (format!("{kind} at {connections}"), measured)));
    }
    for kind in ["fresh_plain", "fresh_tls"] {
        rows.extend(results.get(kind).map(|measured| (format!("{kind} at 64"), measured)));
    }
    rows.sort_by_key(|(name, _)| (name.split(' ').next().map(str::to_owned), name.len()));
    figures(&rows, strict);
    stages(&rows);
    let full = &results["full"];
    if full.is_object() {
        full_store(full);
    }
}

fn full_store(full: &Value) {
    let bytes = full["bytes_on_disk"].as_f64().map(|bytes| format!(", {:.1} GB on disk", bytes / 1e9));
    anstream::println!(
        "\nwith {} clients in the store: {:.0} renewals/s beside {:.0} ({:.2} ×), host memory {} MiB{}, serves {:.2} s \
         after its start\n",
        number(&full["clients"]),
        number(&full["renewals_per_second"]),
        number(&full["renewals_per_second_empty"]),
        number(&full["ratio"]),
        number(&full["host_memory_mib"]),
        bytes.unwrap_or_default(),
        number(&full["starts_in_seconds"]),
    );
    let mut pages = table(["PAGE", "MEDIAN MS", "WORST MS"]);
    for page in full["pages"].as_array().into_iter().flatten() {
        let path = page["page"].as_str().unwrap_or_default().to_owned();
        let [median, worst] = ["median_ms", "worst_ms"].map(|figure| format!("{:.1}", number(&page[figure])));
        pages.add_row([path, median, worst]);
    }
    anstream::println!("{pages}");
}

fn figures(rows: &[(String, &Value)], strict: f64) {
    let mut table = table([
        "CONNECTIONS",
        "PER SECOND",
        "× STRICT",
        "P50 MS",
        "P99 MS",
        "P99.9 MS",
        "CPU µS",
        "OF IT SYSTEM",
        "DISK KIB",
        "BATCH",
    ]);
    for (name, measured) in rows {
        let per_second = number(&measured["per_second"]);
        table.add_row([
            name.clone(),
            format!("{per_second:.0}"),
            format!("{:.2}", per_second / strict),
            format!("{:.2}", number(&measured["p50_ms"])),
            format!("{:.2}", number(&measured["p99_ms"])),
            format!("{:.2}", number(&measured["p999_ms"])),
            format!("{:.1}", number(&measured["cpu_us"])),
            format!("{:.1}", number(&measured["system_us"])),
            format!("{:.1}", number(&measured["disk_kib"])),
            format!("{:.1}", number(&measured["batch"])),
        ]);
    }
    anstream::println!("{table}");
}

fn stages(rows: &[(String, &Value)]) {
    const STAGES: [&str; 6] = ["decode", "verify", "decide", "seal", "commit", "reply"];
    anstream::println!("\nwhere the time goes, in µs a request (waiting for the disk included in commit):\n");
    let mut table = table(["CONNECTIONS", "DECODE", "VERIFY", "DECIDE", "SEAL", "COMMIT", "REPLY"]);
    for (name, measured) in rows {
        let spent = STAGES.map(|stage| format!("{:.1}", number(&measured["stages_us"][stage])));
        table.add_row(std::iter::once(name.clone()).chain(spent));
    }
    anstream::println!("{table}");
}

fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heads);
    table
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}
