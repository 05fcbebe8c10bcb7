//! How fast status outputs are read, and in how much memory: `cargo bench -p leasehold-office --bench status`.
//!
//! Makes outputs of many machines from the fixtures by varying names, minutes and hosts, and reads them on one thread
//! into a fleet. `-- 100000` says how many; `-- 2000 DIR` writes them as files instead.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use jiff::Timestamp;
use leasehold_office::fleet::{Fleet, Origin};
use leasehold_office::read::{NamedBy, read};
use leasehold_office::report::report;

/// Outputs of one machine each, in about the mix of an estate.
const TEXTS: [&str; 14] = [
    include_str!("../data/fixtures/ospp/dstatus_kms_licensed_override.txt"),
    include_str!("../data/fixtures/ospp/synthetic/dstatus_adba_licensed.txt"),
    include_str!("../data/fixtures/ospp/dstatus_kms_oob_grace.txt"),
    include_str!("../data/fixtures/ospp/synthetic/dstatus_oot_grace.txt"),
    include_str!("../data/fixtures/ospp/dstatus_office15_fast_interval.txt"),
    include_str!("../data/fixtures/ospp/synthetic/dstatus_unlicensed.txt"),
    include_str!("../data/fixtures/ospp/dstatus_o365business_grace.txt"),
    include_str!("../data/fixtures/slmgr/dli_kms_client_2012r2.txt"),
    include_str!("../data/fixtures/slmgr/dli_kms_client_2008r2_wrapped.txt"),
    include_str!("../data/fixtures/slmgr/dlv_win11_notification.txt"),
    include_str!("../data/fixtures/slmgr/dlv_win11_retail_licensed.txt"),
    include_str!("../data/fixtures/slmgr/xpr_localised_zh.txt"),
    include_str!("../data/fixtures/vnextdiag/synthetic/user_licensed.txt"),
    include_str!("../data/fixtures/vnextdiag/synthetic/user_rfm.txt"),
];

/// How many machines of a hundred have the output of this place in [`TEXTS`].
const SHARES: [u32; 14] = [30, 10, 4, 3, 1, 1, 6, 14, 8, 2, 8, 1, 10, 2];

fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let machines: u32 = words.first().and_then(|word| word.parse().ok()).unwrap_or(100_000);
    if let Some(folder) = words.get(1) {
        return write(machines, Path::new(folder));
    }
    let collected: Timestamp = "2026-11-20T06:00:00Z".parse().expect("a time");
    let mut fleet = Fleet::default();
    let mut bytes = 0;
    let mut start = now();
    let mut made = Duration::ZERO;
    for machine in 0..machines {
        let begun = now();
        let (name, text) = output(machine);
        bytes += text.len();
        made += begun.elapsed();
        let origin = Origin { name: name.as_str().into(), collected: Some(collected) };
        read(text.as_bytes(), Some(name), NamedBy::File, |item| fleet.add(&item, &origin)).expect("bytes can be read");
    }
    fleet.sort();
    let summary = fleet.summary(collected);
    // To make the outputs is no part of it.
    start += made;
    let read = start.elapsed();
    let page = report(fleet.rows(), &summary).into_string().len();
    let all = start.elapsed();
    println!("{machines} outputs, {} MB: read, sorted and summed in {:.2} s", bytes / 1_000_000, read.as_secs_f64());
    println!(
        "{:.0} outputs a second; with a report of {} kB {:.2} s",
        f64::from(machines) / read.as_secs_f64(),
        page / 1000,
        all.as_secs_f64()
    );
    println!("{} lines; processor time {}; most memory used {}", fleet.rows().len(), processor(), memory());
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}

fn write(machines: u32, folder: &Path) {
    fs::create_dir_all(folder).expect("the folder can be made");
    for machine in 0..machines {
        let (name, text) = output(machine);
        fs::write(folder.join(name).with_extension("txt"), text).expect("the folder can be written to");
    }
    println!("{machines} files in {}", folder.display());
}

/// The name and the output of one machine; each time the same.
fn output(machine: u32) -> (String, String) {
    let mut place = machine * 61 % 100;
    let mut which = 0;
    while place >= SHARES[which] {
        place -= SHARES[which];
        which += 1;
    }
    let varied = u64::from(machine) * 7919 % 120_000;
    let mut text = TEXTS[which]
        .replace(
            "203.0.113.78:16886",
            ["kms01.contoso.com:1688", "kms02.contoso.com:1688", "kms03.contoso.com:1688"][machine as usize % 3],
        )
        .replace("258642 minute", &format!("{} minute", 259_200 - varied))
        .replace("253564 minute", &format!("{} minute", 253_564 - varied))
        .replace("f9d4e20a-cb8f", &format!("{machine:08x}-cb8f"));
    if which % 2 == 0 {
        text = text.replace('\n', "\r\n");
    }
    (format!("PC-{machine:06}"), text)
}

/// The processor time of this process, which a busy machine does not lengthen, where the system tells.
fn processor() -> String {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    // User and system time, in hundredths of a second.
    ticks(11)
        .zip(ticks(12))
        .map_or_else(|| "not told".to_owned(), |(user, system)| format!("{:.2} s", (user + system) / 100.0))
}

/// The largest part of memory that was in use, where the system tells.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not told".to_owned(), |line| line.trim().to_owned())
}
