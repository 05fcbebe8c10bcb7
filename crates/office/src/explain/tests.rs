use proptest::prelude::*;

use super::*;
use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::gvlk;
use crate::facts::indicators::INDICATORS;
use crate::facts::kms::KMS;
use crate::facts::outputs::OUTPUTS;
use crate::facts::schema;

fn subjects(query: &str) -> Vec<String> {
    explain(query).map(|known| known.into_iter().map(|one| one.subject).collect()).unwrap_or_default()
}

#[test]
fn every_code_is_known_in_every_form_in_which_it_is_printed() {
    for error in &ERRORS.errors {
        let code = error.code.to_string();
        let mut forms =
            vec![code.clone(), code.to_lowercase(), code.to_uppercase(), format!("{code}."), format!("hr={code}")];
        forms.push(error.dec.to_string());
        forms.extend(error.signed.map(|signed| signed.to_string()));
        if error.code.0 > 0xFFFF {
            forms.push(code[2..].to_owned());
            forms.push(code[2..].to_lowercase());
        }
        for form in forms {
            assert!(subjects(&form).contains(&code), "{form}");
        }
    }
}

#[test]
fn a_code_with_leading_zeros_is_the_same_code() {
    assert_eq!(subjects("0x0000040E"), ["0x40E"]);
    assert_eq!(subjects("0x08004005"), subjects("0x8004005"));
}

#[test]
fn information_is_never_told_as_a_failure() {
    let known = explain("4004F040").unwrap();
    assert_eq!(known[0].severity.as_deref(), Some("info"));
    assert!(known[0].meaning.starts_with("Not a failure"));
    assert_eq!(explain("0x0").unwrap()[0].title, "Success");
}

#[test]
fn every_state_is_known_as_each_tool_spells_it() {
    for state in &ERRORS.states {
        let number = state.code.to_string();
        for form in [&state.wmi, &state.ospp, &state.slmgr, &number, &format!("---{}---", state.ospp)] {
            assert!(subjects(form).contains(&state.ospp), "{form}");
        }
    }
    for (form, expected) in [
        ("Additional grace period", "OOT_GRACE"),
        ("License expired or Hardware out of tolerance", "OOT_GRACE"),
        ("initial grace", "OOB_GRACE"),
        ("notification", "NOTIFICATIONS"),
        ("EXTENDED_GRACE", "EXTENDED GRACE"),
    ] {
        assert_eq!(subjects(form), [expected], "{form}");
    }
}

#[test]
fn every_label_and_every_state_of_each_tool_is_known() {
    for label in &OUTPUTS.labels {
        assert!(subjects(&label.label).contains(&label.label), "{}", label.label);
    }
    for state in &OUTPUTS.vnext_states {
        assert!(subjects(&state.state).contains(&state.state), "{}", state.state);
    }
    assert_eq!(subjects("reduced functionality"), ["RFM"]);
    assert_eq!(subjects("licensed"), ["LICENSED", "Licensed"], "volume Office, and Microsoft 365 Apps");
}

#[test]
fn unlicensed_is_not_licensed() {
    assert!(!subjects("UNLICENSED").contains(&"LICENSED".to_owned()));
}

#[test]
fn events_rules_decisions_and_facts_are_known_by_name() {
    for event in &KMS.events {
        for form in [event.id.to_string(), format!("event {}", event.id), format!("Event ID: {}", event.id)] {
            assert!(subjects(&form).contains(&format!("event {}", event.id)), "{form}");
        }
    }
    for rule in &INDICATORS.rules {
        assert_eq!(subjects(&rule.id.to_lowercase()), [rule.id.as_str()]);
    }
    for rule in &schema::table().rules {
        assert_eq!(subjects(&rule.id), [rule.id.as_str()]);
    }
    for query in ["vol-kms", "threshold.office", "DnsDomainPublishList", "KMSSS.exe", "HackTool:Win32/AutoKMS"] {
        assert!(!subjects(query).is_empty(), "{query}");
    }
}

#[test]
fn a_generic_key_is_known_whole_and_by_its_end_and_another_is_never_shown() {
    let published = &gvlk::table().keys[0];
    for form in
        [published.key.clone(), published.key.to_lowercase(), published.key.replace('-', ""), published.last5.clone()]
    {
        assert_eq!(subjects(&form), [published.last5.as_str()], "{form}");
    }
    let secret = "BBBBB-CCCCC-DDDDD-FFFFF-GGGG2";
    for form in [secret.to_owned(), secret.to_lowercase(), secret.replace('-', ""), secret.replace('-', " ")] {
        let unknown = explain(&form).unwrap_err();
        let told = serde_json::to_string(&unknown).unwrap().to_uppercase();
        assert!(!told.contains("FFFFF") && told.contains("GGGG2"), "{told}");
    }
    assert!(explain("8T4PW").unwrap_err().why.contains("not guessed"));
    assert!(explain("AAAAA-BBBBB-CCCCC-DDDDD-EEEE1").unwrap_err().why.contains("mistyped"));
}

#[test]
fn an_unknown_code_is_told_by_its_bits_and_those_it_is_near() {
    let unknown = explain("0xC004F0744").unwrap_err();
    assert_eq!(unknown.bits, None, "nine digits are no code");
    let unknown = explain("0xC004FFFE").unwrap_err();
    let bits = unknown.bits.unwrap();
    assert_eq!((bits.severity, bits.facility, bits.number), ("error", 4, 0xFFFE));
    assert_eq!(unknown.near, [""; 0], "a whole code may be one that exists");
    let short = explain("0xC004F07").unwrap_err();
    assert!(!short.near.is_empty(), "a digit is missing");
    let win32 = explain("0x8007FFF2").unwrap_err().bits.unwrap();
    assert_eq!((win32.severity, win32.facility, win32.number), ("failure", 7, 0xFFF2));
    assert!(explain("xyzzy").unwrap_err().bits.is_none());
    assert_eq!(explain("OOB_GRAEC").unwrap_err().near.first().map(String::as_str), Some("OOBGrace"));
}

#[test]
fn a_message_is_explained_by_what_it_names_in_whatever_language_it_is() {
    for (message, expected) in [
        ("Error: 0xC004F074 The product could not be activated.", "0xC004F074"),
        ("Fehler: 0xC004F038 Der gemeldete Zähler ist zu niedrig.", "0xC004F038"),
        ("Erreur : 0xC004C003 La clé est bloquée.", "0xC004C003"),
        ("Código de error 0x8007232B", "0x8007232B"),
        ("エラー0xC004F035が発生しました", "0xC004F035"),
        ("错误代码：0xC004F050", "0xC004F050"),
        ("（-1073418124）", "0xC004F074"),
        ("slui.exe 0x2a 0xC004F074", "0xC004F074"),
        ("hr = 0x80072EE7", "0x80072EE7"),
        ("Keine Verbindung\r\n(0x800706BA)", "0x800706BA"),
        ("Error Code: 30182-1011 (3)", "0x000075E6"),
        ("AADSTS50020: the account is of another tenant", "0x0000C364"),
        ("failed with SL_E_VL_KEY_MANAGEMENT_SERVICE_ID_MISMATCH", "0xC004F042"),
        ("0xC004F074,0x00000000,0,kms01.corp.example:1688", "0xC004F074"),
    ] {
        assert!(subjects(message).contains(&expected.to_owned()), "{message}: {:?}", subjects(message));
    }
    assert_eq!(explain("error 0xC004FFFE in the log").unwrap_err().asked, "0xC004FFFE");
    assert!(explain("Etwas ist schiefgegangen, noch einmal").unwrap_err().why.contains("names no code"));
}

#[test]
fn a_code_is_known_with_the_marks_and_slips_that_people_write() {
    for form in [
        "C004F074h",
        "&HC004F074",
        "#C004F074",
        "xC004F074",
        "OxC004F074",
        "0xC004 F074",
        "0xC0\n04F074",
        "0n-1073418124",
    ] {
        assert_eq!(subjects(form), ["0xC004F074"], "{form}");
    }
    assert_eq!(subjects("SL_E_VL_NOT_ENOUGH_COUNT"), ["0xC004F038"]);
    assert_eq!(subjects("WINHTTP 12007"), ["0x80072EE7"]);
    assert_eq!(subjects("error code 17002"), ["0x0000426A"]);
    assert_eq!(subjects("sl_e_vl_key_management_service_id_mismatch"), ["0xC004F042"]);
    assert!(subjects("DNS name does not exist").contains(&"0x8007232B".to_owned()));
    assert_eq!(subjects("C004 F074"), [""; 0], "nothing says that it is hexadecimal");
}

#[test]
fn a_number_of_windows_is_known_as_the_result_that_it_becomes() {
    assert_eq!(subjects("12007"), ["0x80072EE7"]);
    assert_eq!(subjects("1722"), ["0x800706BA"]);
    assert_eq!(subjects("0xD0000022"), ["0xC0000022"]);
    assert_eq!(subjects("5"), ["NOTIFICATIONS"], "a state, and no refusal of access");
}

#[test]
fn a_text_is_searched_for_what_can_be_explained() {
    let text = "LICENSE STATUS:  ---OOB_GRACE---\nERROR CODE: 0x4004F00C\nnothing here, dead beef 2026\n\
                Event ID: 12288\nhr=-1073418124, 3221549172\nhr=0xC004F999 cafe\nACT005\n\
                key BBBBB-CCCCC-DDDDD-FFFFF-GGGG2\nPartial Product Key: GCVGB\n";
    let found = in_text(text);
    let told: Vec<(usize, String)> = found
        .iter()
        .map(|one| {
            (one.line, one.unknown.as_ref().map_or_else(|| one.explanations[0].subject.clone(), |u| u.asked.clone()))
        })
        .collect();
    let expected = [
        (1, "OOB_GRACE"),
        (2, "0x4004F00C"),
        (4, "event 12288"),
        (5, "0xC004F074"),
        (6, "0xC004F999"),
        (7, "ACT005"),
        (8, "*****-*****-*****-*****-GGGG2"),
        (9, "GCVGB"),
    ];
    assert_eq!(told, expected.map(|(line, subject)| (line, subject.to_owned())));
    assert_eq!(found[3].times, 2);
}

#[test]
fn the_fields_of_a_log_are_no_constants() {
    let line = "{\"http_status\":200,\"error_code\":0,\"error_message\":\"\",\"rpc_time\":3,\"sl_e_0\":1}\n";
    assert_eq!(in_text(&line.repeat(100)), []);
    let unknown: Vec<String> = (0..2_000).map(|at| format!("ERROR_NOT_NAMED_{at} SL_E_{at}_X 0x{at:x}5a")).collect();
    assert_eq!(in_text(&unknown.join("\n")).iter().filter(|found| found.unknown.is_some()).count(), 0);
    let found = in_text(&"ERROR_ACCESS_DENIED failed with SL_E_VL_NOT_ENOUGH_COUNT\n".repeat(3));
    let counted = found.iter().find(|one| one.explanations[0].subject == "0xC004F038").expect("a constant");
    assert_eq!((counted.line, counted.times), (1, 3));
}

#[test]
fn what_a_message_names_twice_is_told_once() {
    let known = explain("failed: 0xC004F038 (SL_E_VL_NOT_ENOUGH_COUNT), again 0xc004f038, -1073418184").unwrap();
    assert_eq!(known.len(), 1, "{known:?}");
}

#[test]
fn a_key_that_was_typed_with_blanks_is_one_thing() {
    let told = |line: &str| {
        let asked: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words(&asked)
    };
    let secret = "*****-*****-*****-*****-XYR23";
    for line in [
        "BCDFG FGHJK KMNPQ RTVWX XYR23",
        "bcdfg fghjk kmnpq rtvwx xyr23",
        "BCDFG - FGHJK - KMNPQ - RTVWX - XYR23",
        "BCDFG- FGHJK- KMNPQ- RTVWX- XYR23",
        "BCDFG-FGHJK KMNPQ-RTVWX-XYR23",
        "my key is BCDFG FGHJK KMNPQ RTVWX XYR23 and it fails",
        "key: BCDFG FGHJK KMNPQ RTVWX XYR23",
        "0xC004F038 BCDFG FGHJK KMNPQ RTVWX XYR23",
    ] {
        let answers = told(line);
        let all = format!("{answers:?}").to_uppercase();
        assert!(!all.contains("BCDFG") && !all.contains("RTVWX"), "{line}: {all}");
        assert!(all.contains(secret) || line.starts_with("0x"), "{line}: {all}");
    }
    let mistyped = told("ABCDE 11111 AAAAA 00000 EEEEE");
    assert!(mistyped.len() == 1 && !format!("{mistyped:?}").contains("ABCDE"), "{mistyped:?}");
    let published = &gvlk::table().keys[0];
    let answers = told(&format!("the key {} was used", published.key.replace('-', " ")));
    assert!(format!("{answers:?}").contains(&published.last5) && answers.len() == 1, "{answers:?}");
    assert_eq!(told("these words mean three other").len(), 5);
}

proptest! {
    #[test]
    fn every_number_is_the_same_code_in_every_form(number: u32) {
        // Eight digits alone may be either.
        prop_assume!(!(10_000_000..100_000_000).contains(&number));
        let code = Hresult(number);
        prop_assert_eq!(Hresult::parse_hex(&code.to_string()), Some(code));
        let bits = |query: String| explain(&query).err().and_then(|unknown| unknown.bits).map(|bits| bits.code);
        let hex = bits(format!("0x{number:08x}"));
        prop_assert!(hex.is_none_or(|hex| hex == code));
        prop_assert!(hex.is_none() || bits(code.signed().to_string()).is_none_or(|signed| signed == code));
    }

    #[test]
    fn whatever_is_asked_is_answered(query in "\\PC{0,60}", text in "(?s).{0,400}") {
        let _ = explain(&query);
        for found in in_text(&text) {
            prop_assert!(found.unknown.is_some() == found.explanations.is_empty());
        }
    }

    #[test]
    fn a_key_that_is_not_published_is_never_shown(groups in proptest::collection::vec("[BCDFGHJKMNPQRTVWXY2346789]{5}", 5)) {
        let key = groups.join("-");
        prop_assume!(gvlk::find(&key).is_none());
        let told = serde_json::to_string(&explain(&key).unwrap_err()).unwrap();
        prop_assert!(!told.contains(&groups[..4].join("-")) && !told.contains(&key));
        let told = serde_json::to_string(&in_text(&format!("a {key} b"))).unwrap();
        prop_assert!(!told.contains(&groups[..4].join("-")));
    }
}
