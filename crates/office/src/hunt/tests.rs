use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn options(own: &str) -> Options {
    let mut list = Own::default();
    list.add_lines(own).unwrap();
    Options {
        own: list,
        activation_interval: None,
        renewal_interval: None,
        volume_licence: VolumeLicence::Unsaid,
        today: date(2026, 11, 22),
    }
}

fn report(texts: &[&str], options: Options) -> Report {
    let mut hunt = Hunt::new(options);
    for (at, text) in texts.iter().enumerate() {
        hunt.text(&format!("{at}.txt"), None, text.as_bytes()).unwrap();
    }
    hunt.finish()
}

fn found(text: &str, own: &str) -> Vec<(String, u64)> {
    let findings = report(&[text], options(own)).findings;
    findings.into_iter().map(|finding| (finding.sign.unwrap_or(finding.rule), finding.line)).collect()
}

fn rules(texts: &[&str], own: &str) -> BTreeSet<String> {
    report(texts, options(own)).findings.into_iter().map(|finding| finding.rule).collect()
}

fn set(rules: &[&str]) -> BTreeSet<String> {
    rules.iter().map(|rule| (*rule).to_owned()).collect()
}

/// An output of `ospp.vbs` for a KMS client, with other lines in it.
fn ospp(lines: &str) -> String {
    format!(
        "LICENSE NAME: Office 16, Office16ProPlusVL_KMS_Client edition\nLICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel\n\
         LICENSE STATUS:  ---LICENSED---\nLast 5 characters of installed product key: WFG99\n{lines}"
    )
}

#[test]
fn a_finding_names_the_line_that_shows_it() {
    let text = ospp(
        "Activation Type Configuration: ALL\n\tKMS machine registry override defined: kms.example.net:1699\n\
         \tActivation Interval: 120 minutes\n\tRenewal Interval: 11 minutes\n",
    );
    let own = [("ACT003".to_owned(), 6), ("ACT005".to_owned(), 6), ("ACT006".to_owned(), 7)];
    assert_eq!(found(&text, ""), own);
    let report = report(&[&text], options(""));
    assert!(report.is_grave() && report.findings[0].text.contains("kms.example.net"), "{report:?}");
    assert_eq!(report.sources[0].kinds, [Kind::Status]);
}

#[test]
fn each_name_on_a_line_of_a_hosts_file_is_told() {
    assert_eq!(found("0.0.0.0 activation.sls.microsoft.com ols.officeapps.live.com", "").len(), 2);
}

#[test]
fn a_line_of_many_names_is_read_in_time_and_shown_short() {
    assert_eq!(found(&format!("10.0.0.1 {}", "a ".repeat(32_000)), "").len(), 0);
    let names: Vec<String> = (0..4_000).map(|at| format!("kms-{at}.x")).collect();
    let told = report(&[&format!("{}10.0.0.1 {}", " ".repeat(3_000), names.join(" "))], options(""));
    assert_eq!(told.findings.len(), names.len());
    assert!(told.findings[0].text.starts_with("10.0.0.1 kms-0.x kms-1.x"), "{:?}", told.findings[0]);
}

#[test]
fn intervals_that_ones_own_hosts_set_are_right() {
    let text = ospp(
        "\tKMS machine name from DNS: kms01.corp.local:1688\n\tActivation Interval: 60 minutes\n\tRenewal Interval: 10080 minutes\n",
    );
    assert_eq!(rules(&[&text], ""), set(&["ACT006"]));
    let told = Options { activation_interval: Some(60), ..options("") };
    assert!(report(&[&text], told).findings.is_empty());
}

#[test]
fn a_host_that_is_its_own_client_is_taken_back() {
    let client = "Computer: KMS01\nName: Windows(R), ServerStandard edition\nDescription: Windows(R) Operating System, VOLUME_KMSCLIENT channel\n\
                  License Status: Licensed\nRegistered KMS machine name: localhost:1688\n";
    assert_eq!(rules(&[client], ""), set(&["ACT001"]));
    let host = "Computer: KMS01\nName: Windows(R), ServerStandard edition\nDescription: Windows(R) Operating System, VOLUME_KMS_WS16 channel\n\
                License Status: Licensed\nKey Management Service is enabled on this machine\n    Current count: 50\n";
    assert!(rules(&[client, host], "").is_empty());
}

#[test]
fn leases_without_end_and_licences_without_source_are_found() {
    assert_eq!(
        rules(&[&ospp("REMAINING GRACE: 6000 days  (8640000 minute(s) before expiring)\n")], ""),
        set(&["ACT007"])
    );
    let xpr = "Windows(R), Professional edition:\n    Volume activation will expire 1/19/2038 3:14:07 AM\n";
    assert_eq!(rules(&[xpr], ""), set(&["ACT007"]));
    assert_eq!(rules(&[&ospp("\tDNS auto-discovery: KMS name not available\n")], ""), set(&["ACT013"]));
    assert!(rules(&[&ospp("\tKMS machine name from DNS: kms01.corp.local:1688\n")], "").is_empty());
    assert!(rules(&[&ospp("")], "").is_empty(), "an excerpt says nothing of what it leaves out");
}

#[test]
fn a_converted_installation_is_found_and_a_subscription_beside_a_volume_product_is_not() {
    let beside = |licence: &str| {
        let single = format!(
            "LICENSE NAME: Office 16, {licence} edition\nLICENSE DESCRIPTION: Office 16, RETAIL(Grace) channel\nLICENSE STATUS:  ---OOB_GRACE---\n"
        );
        rules(&[&format!("{single}---------------------------------------\n{}", ospp(""))], "")
    };
    assert_eq!(beside("Office16ProPlusR_Grace"), set(&["ACT012"]));
    assert!(beside("Office16O365ProPlusR_Grace").is_empty());
    assert!(beside("Office16O365BusinessR_Grace").is_empty());
    let other = ospp("").replace("16", "19");
    let single = "LICENSE NAME: Office 16, Office16ProPlusR_Grace edition\nLICENSE STATUS:  ---OOB_GRACE---\n---------------------------------------\n";
    assert!(rules(&[&format!("{single}{other}")], "").is_empty(), "of another year");
}

#[test]
fn a_generic_key_where_there_is_no_volume_licence_is_found() {
    let home = "Name: Windows(R), CoreSingleLanguage edition\nDescription: Windows(R) Operating System, VOLUME_KMSCLIENT channel\nLicense Status: Licensed\n";
    assert_eq!(rules(&[home], ""), set(&["ACT011"]));
    let none = Options { volume_licence: VolumeLicence::None, ..options("") };
    let told = report(&[&ospp("")], none);
    assert_eq!(told.findings.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["ACT011"]);
}

#[test]
fn records_are_compared_with_ones_own_hosts() {
    let lookup = "_vlmcs._tcp.corp.local SRV service location:\npriority = 0\nweight = 0\nport = 1688\nsvr hostname = pc7.corp.local\n\
                  _vlmcs._tcp.corp.local SRV service location:\npriority = 0\nweight = 0\nport = 1688\nsvr hostname = kms01.corp.local\n\
                  kms01.corp.local internet address = 10.0.0.20\n";
    assert_eq!(rules(&[lookup], "kms01.corp.local"), set(&["ACT008", "ACT009"]));
    assert!(rules(&[lookup], "kms01.corp.local\npc7.corp.local").is_empty());
    assert!(rules(&[lookup], "").is_empty(), "without a list no host is unknown");
    let silent = "ComputerName           : pc7.corp.local\nRemoteAddress          : 10.0.5.7\nRemotePort             : 1688\nTcpTestSucceeded       : False\n";
    assert_eq!(rules(&[lookup, silent], ""), set(&["ACT009"]));
    let outside = lookup.replace("10.0.0.20", "203.0.113.7");
    assert_eq!(rules(&[&outside], ""), set(&["ACT002"]));
}

#[test]
fn clones_and_fillers_of_the_count_are_found_over_several_texts() {
    let row = |name: &str, id: u32| {
        format!(
            "0x0,5,{name},930bd202-a335-4c7e-bd9d-7305361f{id:04},2026/11/22 12:00,0,1,259200,6f327760-8c5c-417c-9b61-836a98287e0c\n"
        )
    };
    assert_eq!(rules(&[&row("a.corp.local", 1), &row("b.corp.local", 1)], ""), set(&["ACT017"]));
    assert!(rules(&[&row("a.corp.local", 1), &row("a.corp.local", 1), &row("a.corp.local", 2)], "").is_empty());
    let many: String = (0..3).map(|id| row("a.corp.local", id)).collect();
    assert_eq!(rules(&[&many], ""), set(&["ACT017"]));
}

#[test]
fn a_subscription_without_a_licence_is_noted_only_with_both_outputs() {
    let ospp = "Computer: PC-001\nLICENSE NAME: Office 16, Office16O365ProPlusR_Grace edition\nLICENSE DESCRIPTION: Office 16, RETAIL(Grace) channel\n\
                LICENSE STATUS:  ---NOTIFICATIONS---\n";
    let none = "Computer: PC-001\n\n========== Mode per ProductReleaseId ==========\nNo registry keys found.\n\n\
                ========== Shared Computer Licensing ==========\nSharedComputerLicensing = Disabled\n\n\
                ========== vNext licenses found ==========\nNo licenses found.\n\n========== Device licenses found ==========\nNo licenses found.\n";
    assert!(rules(&[ospp], "").is_empty() && rules(&[none], "").is_empty());
    assert_eq!(rules(&[ospp, none], ""), set(&["ACT016"]));
}

#[test]
fn each_kind_of_list_is_recognised() {
    for (text, kind) in [
        ("127.0.0.1 localhost", Kind::HostsFile),
        ("slmgr /skms kms01", Kind::Commands),
        ("PS C:\\> cscript ospp.vbs /sethst:kms01", Kind::Commands),
        ("Key Management Service machine name set to kms01 successfully.", Kind::Status),
        ("TaskName: \\x", Kind::Tasks),
        ("SERVICE_NAME: x", Kind::Services),
        (" Directory of C:\\Windows", Kind::Files),
        ("    Directory: C:\\Windows", Kind::Files),
        ("Windows Registry Editor Version 5.00", Kind::Registry),
        ("ThreatName : HackTool:Win32/AutoKMS", Kind::Detections),
        ("  TCP    10.0.5.77:50123        10.0.0.20:1688       ESTABLISHED", Kind::Traffic),
    ] {
        let report = report(&[text], options(""));
        assert!(report.sources[0].kinds.contains(&kind), "{text}: {:?}", report.sources);
    }
    assert!(report(&["once upon a time"], options("")).sources[0].kinds.is_empty());
}

#[test]
fn a_word_of_a_sentence_is_no_file_and_an_entry_of_a_tree_is() {
    assert!(found("The policy forbids KMSpico and AAct_Tools on all machines.\n", "").is_empty());
    assert_eq!(found("C:.\n├───Common Files\n│   └───KMSpico\n", "").len(), 1);
    assert_eq!(found(" Directory of D:\\x\n\n11/22/2026  12:00 PM    <DIR>          AAct_Tools\n", "").len(), 1);
}

#[test]
fn a_quoted_command_is_a_medium_sign_with_a_remark() {
    let site = &crate::facts::indicators::INDICATORS.sites[0].host;
    let told = |text: String| {
        let found = report(&[&text], options(""));
        (
            found.is_grave(),
            found.findings.iter().any(|one| one.detail.ends_with("the line quotes the command among other words")),
        )
    };
    assert_eq!(told(format!("Do not ever run `irm https://{site} | iex` here.")), (false, true));
    assert_eq!(told(format!("PS C:\\> irm https://{site} | iex")), (true, false));
}

#[test]
fn an_event_of_the_scanner_is_read_as_text_and_as_xml() {
    for text in [
        "Event ID: 1116\nName: HackTool:Win32/AutoKMS.B\nPath: file:_C:\\Users\\x\\KMSEmulator.exe\n",
        "<Event xmlns='x'><System><EventID>1116</EventID></System><EventData><Data Name='Threat Name'>HackTool:Win32/AutoKMS.B</Data>\n<Data Name='Path'>file:_C:\\Users\\x\\KMSEmulator.exe</Data></EventData></Event>\n",
    ] {
        assert_eq!(rules(&[text], ""), set(&["ACT015", "file"]), "{text}");
    }
}

#[test]
fn an_adapter_is_a_sign_only_beside_another() {
    let drivers = "SERVICE_NAME: tap0901\n        BINARY_PATH_NAME   : System32\\drivers\\tap0901.sys\n";
    assert!(found(drivers, "").is_empty());
    let beside = format!("{drivers}SERVICE_NAME: x\n        BINARY_PATH_NAME   : C:\\Windows\\KMSSS.exe\n");
    assert!(found(&beside, "").iter().any(|(sign, _)| sign.starts_with("TAP")), "{:?}", found(&beside, ""));
}

#[test]
fn a_finding_is_told_once_and_too_many_are_counted() {
    let line = "ThreatName : HackTool:Win32/AutoKMS\n";
    let many = line.repeat(MAX_FINDINGS + 5);
    let report = report(&[&many], options(""));
    assert_eq!((report.findings.len(), report.left_out), (MAX_FINDINGS, 5));
}

proptest! {
    #[test]
    fn what_is_told_of_a_text_agrees_with_its_findings(picks in proptest::collection::vec(0_usize..7, 0..6)) {
        const LINES: [&str; 7] = [
            "once upon a time",
            "ls -l",
            "irm https://get.activated.win | iex",
            "D:\\x\\KMSpico\\x.exe -s",
            "  run \\\\server\\share\\vlmcsd.exe",
            "ThreatName : HackTool:Win32/AutoKMS",
            "slmgr /skms kms.example.net",
        ];
        let text = picks.iter().map(|at| LINES[*at]).collect::<Vec<_>>().join("\n");
        let report = report(&[&text], options(""));
        let kinds = &report.sources[0].kinds;
        prop_assert_eq!(kinds.is_empty(), picks.iter().all(|at| *at < 2), "{:?}", kinds);
        prop_assert!(!kinds.contains(&Kind::Text) || kinds.len() == 1 && !report.findings.is_empty());
    }

    #[test]
    fn whatever_the_bytes_are_they_are_looked_through(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let mut hunt = Hunt::new(options("kms01.corp.local\n10.0.0.0/8"));
        hunt.text("x", None, bytes.as_slice()).unwrap();
        let _ = hunt.event_log("y", io::Cursor::new(&bytes));
        hunt.finish();
    }

    #[test]
    fn a_bent_text_breaks_nothing(at in 0_usize..400, byte: u8, which in 0_usize..5) {
        let texts = [
            ospp("\tKMS machine registry override defined: 203.0.113.78:16886\n\tActivation Interval: 1 minutes\n"),
            "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\OfficeSoftwareProtectionPlatform]\n\"KeyManagementServiceName\"=hex(2):31,00,\\\n  32,00\n".to_owned(),
            "\"HostName\",\"TaskName\",\"Status\"\n\"PC1\",\"\\KMSAutoNet\",\"Ready\"\n".to_owned(),
            "2026-11-22 12:00:00 ALLOW TCP 10.0.5.77 203.0.113.7 50123 1688 0\n0x0,5,a,930bd202-a335-4c7e-bd9d-7305361f0001,x,0,1,1,6f327760-8c5c-417c-9b61-836a98287e0c\n".to_owned(),
            "<Task version=\"1.2\"><URI>\\R@1n-KMS</URI><Command>C:\\Program Files\\KMSpico\\x.exe</Command>\n".to_owned(),
        ];
        let mut bytes = texts[which].clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let mut hunt = Hunt::new(options(""));
        hunt.text("x", None, bytes.as_slice()).unwrap();
        for finding in hunt.finish().findings {
            prop_assert!(finding.text.chars().count() <= 240);
        }
    }
}
