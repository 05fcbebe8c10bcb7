//! `leasehold office explain` and `leasehold office plan`.

mod common;

use common::leasehold;
use serde_json::json;

#[test]
fn a_code_is_explained_in_any_form_and_an_unknown_one_is_told_as_unknown() {
    for form in ["0xC004F074", "c004f074", "3221549172", "-1073418124"] {
        let run = leasehold(&["office", "explain", form], b"");
        assert_eq!(run.status, 0, "{form}: {}", run.stderr);
        assert!(run.stdout.starts_with("0xC004F074: No KMS host could be contacted (code, error)\n"), "{}", run.stdout);
    }
    let run = leasehold(&["office", "explain", "0xC004F0FE"], b"");
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("0xC004F0FE: unknown\n") && !run.stdout.contains("did you mean"), "{}", run.stdout);
    let answers = leasehold(&["office", "explain", "--json", "OOB_GRACE", "xyzzy"], b"");
    assert_eq!(answers.status, 1);
    assert_eq!(answers.json()[0]["explanations"][0]["subject"], "OOB_GRACE");
    assert_eq!(answers.json()[1]["unknown"]["asked"], "xyzzy");
}

#[test]
fn words_of_a_state_need_no_quotation_marks_and_sources_are_shown_when_asked_for() {
    let run = leasehold(&["office", "explain", "Initial", "grace", "period", "--sources"], b"");
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("OOB_GRACE") && run.stdout.contains("source: "), "{}", run.stdout);
}

#[test]
fn a_text_is_searched_and_a_secret_key_in_it_is_not_shown() {
    let text = b"ERROR CODE: 0xC004F038\nkey BBBBB-CCCCC-DDDDD-FFFFF-GGGG2\n";
    let run = leasehold(&["office", "explain", "-"], text);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("KMS count too low") && run.stdout.contains("*****-GGGG2: unknown"), "{}", run.stdout);
    assert!(!run.stdout.contains("BBBBB"), "{}", run.stdout);
}

#[test]
fn everything_that_is_known_is_listed() {
    let all = leasehold(&["office", "explain", "--json"], b"").json();
    assert!(all.as_array().is_some_and(|all| all.len() > 400), "{all}");
}

#[test]
fn a_plan_is_made_of_what_is_told() {
    let told = ["office", "plan", "--json", "--today", "2026-11-22", "--office", "40", "--licence", "volume"];
    let more = ["--release", "2021", "--domain", "none", "--away-days", "20"];
    let run = leasehold(&[&told[..], &more].concat(), b"");
    let plan = run.json();
    let group = &plan["groups"][0];
    assert_eq!((run.status, &group["method"], &group["decision"]), (0, &json!("kms"), &json!("vol-kms")));
    assert_eq!((&group["support"]["ended"], &group["support"]["days"]), (&json!(true), &json!(-40)));
    assert_eq!(plan["thresholds"][0]["count"], 40);
    let open = leasehold(&told, b"");
    assert_eq!(open.status, 1);
    assert_eq!(open.json()["groups"][0]["questions"][0]["fact"], "domain");
}

#[test]
fn the_command_for_a_deployment_file_is_one_that_works() {
    let office = ["office", "plan", "--json", "--office", "40", "--away-days", "9", "--internet", "monthly"];
    for (words, plan) in [
        (["--licence", "volume", "--release", "2024", "--domain", "ad"], "adba"),
        (["--licence", "volume", "--release", "2021", "--domain", "none"], "kms"),
        (["--licence", "subscription", "--release", "m365", "--devices", "personal"], "user"),
        (["--licence", "subscription", "--release", "m365", "--devices", "shared"], "shared"),
    ] {
        let made = leasehold(&[&office[..], &words].concat(), b"").json();
        let group = &made["groups"][0];
        assert_eq!((&group["method"], &group["facts"]["product"]), (&json!(plan), &json!("office")));
        let mut commands = group["steps"].as_array().expect("steps").iter().filter_map(|step| step["command"].as_str());
        let config = commands.rfind(|command| command.starts_with("leasehold ")).expect("a deployment file");
        let typed: Vec<&str> = config.split(' ').skip(1).collect();
        let written = leasehold(&typed, b"");
        assert_eq!(written.status, 0, "{config}: {}", written.stderr);
        assert!(written.stdout.contains("<Configuration"), "{config}: {}", written.stdout);
    }
}

#[test]
fn what_is_missing_is_asked_for_until_it_is_known() {
    let answers = b"3\n0\n0\nvolume\n2024\nneither\nnone\n20\n";
    let run = leasehold(&["office", "plan", "--ask"], answers);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("Office (3 machines, 2024, volume): MAK"), "{}", run.stdout);
    assert!(run.stderr.contains("\"neither\" is not one of ad, hybrid, entra, none"), "{}", run.stderr);
}

#[test]
fn a_subscription_for_a_key_is_refused_with_the_reason() {
    let run = leasehold(&["office", "plan", "--office", "40", "--licence", "volume", "--release", "m365"], b"");
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("KMS, MAK and Active Directory never activate them"), "{}", run.stdout);
}

#[test]
fn an_estate_in_a_file_is_planned_by_groups_and_a_wrong_word_in_it_is_named() {
    let file = b"[defaults]\nlicence = 'volume'\nrelease = '2024'\ndomain = 'none'\naway-days = 3\n\
                 [[group]]\nname = 'a'\nmachines = 3\n[[group]]\nname = 'b'\nmachines = 2\n";
    let plan = leasehold(&["office", "plan", "--from", "-", "--json"], file).json();
    assert_eq!((&plan["groups"][1]["method"], &plan["thresholds"][0]["count"]), (&json!("kms"), &json!(5)));
    let wrong = leasehold(&["office", "plan", "--from", "-"], b"[[group]]\nname = 'a'\nmachine = 3\n");
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("machine") && wrong.stderr.contains("[not-a-plan]"), "{}", wrong.stderr);
    let nothing = leasehold(&["office", "plan"], b"");
    assert_eq!(nothing.status, 2);
    assert!(nothing.stderr.contains("--office N"), "{}", nothing.stderr);
}
