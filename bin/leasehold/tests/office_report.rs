//! The report for a browser, in one: its search box and its columns work without a network, and nothing else runs.

use std::fs;
use std::path::Path;

use leasehold_testkit::need::{self, Need};
use leasehold_testkit::process::contained;
use tempfile::TempDir;

const ESTATE: &str = "PSComputerName,Name,Description,PartialProductKey,LicenseStatus,GracePeriodRemaining\n\
    PC-2,\"Office 24, Office24ProPlus2024VL_KMS_Client_AE edition\",\"Office 24, VOLUME_KMSCLIENT channel\",3Y3KD,1,200000\n\
    PC-1,\"Windows(R), Enterprise edition\",\"Windows(R) Operating System, VOLUME_KMSCLIENT channel\",2YT43,5,0\n\
    PC-3,\"Office 24, Office24VisioPro2024VL_MAK_AE1 edition\",\"Office 24, RETAIL(MAK) channel\",ABCDE,1,0\n";

/// Types into the box, presses the heading of the first column once and twice, and notes what is to be seen each time.
const USER: &str = r##"<script>
    var seen = [];
    function note() {
        var rows = Array.prototype.filter.call(document.querySelectorAll("#machines tbody tr"), function (row) { return !row.hidden; });
        seen.push(rows.map(function (row) { return row.cells[0].textContent; }).join(" "));
    }
    var box = document.getElementById("search");
    box.value = "visio"; box.dispatchEvent(new Event("input")); note();
    box.value = ""; box.dispatchEvent(new Event("input"));
    var head = document.querySelector("#machines thead button");
    head.click(); note();
    head.click(); note();
    document.body.setAttribute("data-seen", seen.join("|"));
</script></body>"##;

#[test]
fn searching_and_sorting_work_without_a_network() {
    if need::is_missing(&[Need::Browser]) {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let page = folder.path().join("report.html");
    let estate = folder.path().join("estate.csv");
    fs::write(&estate, ESTATE).expect("it is written");
    let run = contained(env!("CARGO_BIN_EXE_leasehold"))
        .args(["office", "status", "--collected", "2026-11-20", "--html"])
        .args([&page, &estate])
        .output()
        .expect("the program starts");
    assert!(String::from_utf8_lossy(&run.stderr).contains("report written"), "{run:?}");
    let report = fs::read_to_string(&page).expect("a report");

    // As it is: its own script may run, which shows the box and makes buttons of the headings.
    let shown = shown(&page, folder.path());
    assert!(shown.contains("<p class=\"search\">") && shown.contains("<button type=\"button\">Machine</button>"));

    // With a script of ours added, the page's policy keeps it from running.
    let used = report.replace("</body>", USER);
    fs::write(&page, &used).expect("it is written");
    assert!(
        !self::shown(&page, folder.path()).contains("<body data-seen"),
        "a script that is not the report's has run"
    );

    // Without the policy it does what a user does.
    let policy = used.find("<meta http-equiv").expect("a policy");
    let end = policy + used[policy..].find('>').expect("it ends") + 1;
    fs::write(&page, format!("{}{}", &used[..policy], &used[end..])).expect("it is written");
    let shown = self::shown(&page, folder.path());
    assert!(shown.contains("data-seen=\"PC-3|PC-1 PC-2 PC-3|PC-3 PC-2 PC-1\""), "{}", &shown[..400]);
}

/// The page as the browser has it once its scripts have run.
fn shown(page: &Path, folder: &Path) -> String {
    let output = contained(need::find("chromium").expect("it is there"))
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(page)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a page is text")
}
