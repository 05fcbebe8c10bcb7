//! `config` from outside: what it writes passes the rules, whatever was chosen.

use leasehold_office::config::{Comments, Install, Key, ProductChoice, Profile, Refused, Remove, write};
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::facts::products;
use leasehold_office::facts::schema::{Severity, table};
use leasehold_office::lint::{Context, lint};
use proptest::prelude::*;

const SECRET: &str = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG";

fn installing(ids: &[&str]) -> Profile {
    let choice = |id: &&str| ProductChoice { id: (*id).to_owned(), ..ProductChoice::default() };
    Profile { products: ids.iter().map(choice).collect(), ..Profile::default() }
}

fn errors(profile: &Profile, text: &str) -> Vec<String> {
    let context = Context { plan: profile.plan, ..Context::default() };
    let report = lint(text.as_bytes(), &context);
    let errors = report.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.rule.id, finding.message)).collect()
}

#[test]
fn whatever_is_written_has_no_error() {
    let names = table().channels.iter().flat_map(|channel| std::iter::once(&channel.name).chain(&channel.old_name));
    let channels: Vec<Option<String>> = std::iter::once(None).chain(names.cloned().map(Some)).collect();
    let plans: Vec<Option<ActivationMethod>> =
        std::iter::once(None).chain(ActivationMethod::DEPLOYABLE.map(Some)).collect();
    let mut written = 0;
    for product in &products::table().products {
        for (channel, plan) in channels.iter().flat_map(|channel| plans.iter().map(move |plan| (channel, plan))) {
            let keys = if channel.is_none() { vec![None, Some(Key::new(SECRET))] } else { vec![None] };
            for key in keys {
                let mut profile = Profile { channel: channel.clone(), plan: *plan, ..installing(&[&product.id]) };
                profile.products[0].key = key;
                if let Ok(answer) = write(&profile, Comments::None, &Context::default()) {
                    assert_eq!(errors(&profile, &answer.text), [""; 0], "{profile:?}");
                    assert!(!product.subscription() || !answer.text.contains("PIDKEY"), "{profile:?}");
                    written += 1;
                }
            }
        }
    }
    assert!(written > 1_000, "{written}");
}

#[test]
fn every_product_can_be_installed_by_each_of_its_plans() {
    for product in &products::table().products {
        for plan in ActivationMethod::DEPLOYABLE {
            let mut profile = Profile { plan: Some(plan), ..installing(&[&product.id]) };
            profile.products[0].key = (plan == ActivationMethod::Mak).then(|| Key::new(SECRET));
            let answer = write(&profile, Comments::Why, &Context::default());
            if product.activation.contains(&plan) {
                assert!(answer.is_ok(), "{} by {}: {:?}", product.id, plan.name(), answer.err());
            } else {
                assert!(answer.is_err() || product.activation.is_empty(), "{} by {}", product.id, plan.name());
            }
        }
    }
}

#[test]
fn what_a_plan_needs_is_set_and_nothing_else() {
    for (id, plan, present, absent) in [
        ("O365ProPlusRetail", ActivationMethod::Shared, "SharedComputerLicensing", "AUTOACTIVATE"),
        ("O365ProPlusRetail", ActivationMethod::Device, "DeviceBasedLicensing", "SharedComputerLicensing"),
        ("ProPlus2024Volume", ActivationMethod::Kms, "AUTOACTIVATE", "PIDKEY"),
        ("ProPlus2021Volume", ActivationMethod::Adba, "PerpetualVL2021", "PIDKEY"),
    ] {
        let profile = Profile { plan: Some(plan), ..installing(&[id]) };
        let text = write(&profile, Comments::None, &Context::default()).expect("a file").text;
        assert!(text.contains(present) && !text.contains(absent), "{text}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_with_the_rule() {
    let rules = |profile: &Profile| match write(profile, Comments::None, &Context::default()).err() {
        Some(Refused::Rules(findings)) => findings.iter().map(|finding| finding.rule.id.clone()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(rules(&Profile { plan: Some(ActivationMethod::Kms), ..installing(&["O365ProPlusRetail"]) }), ["ODT021"]);
    assert_eq!(rules(&Profile { plan: Some(ActivationMethod::Mak), ..installing(&["ProPlus2024Volume"]) }), ["ODT031"]);
    assert_eq!(rules(&installing(&["O365ProPlusRetail", "ProPlus2024Volume"])), ["ODT023", "ODT026"]);
    assert_eq!(rules(&installing(&["O365ProPlusRetial"])), ["ODT005"]);
    assert_eq!(rules(&Profile { languages: vec!["en-gb".to_owned()], ..installing(&["VisioProRetail"]) }), ["ODT051"]);
    let download = Profile {
        install: Install::Download,
        languages: vec!["MatchInstalled".to_owned()],
        ..installing(&["LanguagePack"])
    };
    assert_eq!(rules(&download), ["ODT056"]);
    let word = Profile { channel: Some("Current".to_owned()), ..installing(&["Word2024Volume"]) };
    assert!(matches!(write(&word, Comments::None, &Context::default()), Err(Refused::Channel { .. })));
    let retail = Profile { plan: Some(ActivationMethod::Kms), ..installing(&["HomeBusiness2024Retail"]) };
    assert!(matches!(write(&retail, Comments::None, &Context::default()), Err(Refused::Plan { .. })));
    let nothing = Profile { remove: Some(Remove::All(false)), ..Profile::default() };
    assert!(matches!(write(&nothing, Comments::None, &Context::default()), Err(Refused::Nothing)));
}

#[test]
fn a_secret_is_known_as_one_and_not_shown_in_debug() {
    let mut profile = Profile { plan: Some(ActivationMethod::Mak), ..installing(&["ProPlus2024Volume"]) };
    profile.products[0].key = Some(Key::new(SECRET));
    assert!(write(&profile, Comments::Why, &Context::default()).expect("a file").secret);
    assert!(!format!("{profile:?}").contains("BBBBB"));
    profile = installing(&["ProPlus2024Volume"]);
    profile.products[0].gvlk = true;
    let written = write(&profile, Comments::Why, &Context::default()).expect("a file");
    assert!(written.text.contains("PIDKEY=") && !written.secret);
}

#[test]
fn a_profile_is_read_whole_and_unknown_keys_are_refused() {
    let profile: Profile = include_str!("profile.toml").parse().expect("a profile");
    let first = write(&profile, Comments::Why, &Context::default()).expect("a file").text;
    assert_eq!(first, include_str!("profile.xml"));
    assert_eq!(write(&profile, Comments::Why, &Context::default()).expect("a file").text, first);
    for wrong in
        ["chanel = 'Current'", "plan = 'cloud'", "[[product]]\nid = 'x'\nkey = 'secret'", "[display]\nlevel = 'none '"]
    {
        assert!(wrong.parse::<Profile>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_stands_in_the_file_as_it_was(
        text in "\\PC{0,40}|[\\x00-\\x7f]{0,20}",
        ids in proptest::collection::vec(prop::sample::select(products::table().products.iter().map(|product| product.id.clone()).collect::<Vec<_>>()), 1..3),
        app in prop::sample::select(table().exclude_apps.iter().map(|app| app.id.clone()).collect::<Vec<_>>()),
    ) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut profile = Profile { company: Some(text.clone()), exclude: vec![app], ..installing(&ids) };
        profile.source_path = Some(text.clone());
        profile.properties.insert(text.clone(), text.clone());
        if let Ok(written) = write(&profile, Comments::Sources, &Context::default()) {
            prop_assert_eq!(errors(&profile, &written.text), Vec::<String>::new());
            let document = roxmltree::Document::parse(&written.text).expect("well-formed");
            let company = document.descendants().find(|node| node.has_tag_name("Setup"));
            prop_assert_eq!(company.and_then(|node| node.attribute("Value")), Some(&*text));
        }
    }
}
