//! The whole measurement, small.

use leasehold_testkit::process::contained;
use serde_json::Value;

#[test]
fn it_reports_what_it_measures() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = contained(env!("CARGO_BIN_EXE_leasehold-bench"));
    command.args(["--json", "--connections", "1,8", "--machines", "40", "--full", "2000", "--dir"]);
    let output = command.arg(folder.path()).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for limit in ["verify_strict_per_second", "sign_per_second", "commits_per_second"] {
        assert!(results["limits"][limit].as_f64().is_some_and(|rate| rate > 0.0), "{limit}");
    }
    let runs =
        [&results["activations"]["1"], &results["renewals"]["8"], &results["fresh_plain"], &results["fresh_tls"]];
    for run in runs {
        assert_eq!(run["requests"], 40);
        for figure in ["per_second", "p50_ms", "p99_ms", "p999_ms", "cpu_us"] {
            assert!(run[figure].as_f64().is_some(), "{figure}: {run}");
        }
    }
    assert_eq!(results["full"]["clients"], 2_000);
    assert!(results["machine"].as_str().is_some_and(|words| words.contains("processors")));
}
