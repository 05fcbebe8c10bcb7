use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::facts::kms::KMS;
use crate::facts::plan::DECISIONS;

const TODAY: Date = date(2026, 11, 22);

fn facts(lines: &str) -> Facts {
    toml::from_str(lines).unwrap()
}

fn answer_to(lines: &str) -> Answer {
    let group = Group { name: "a".to_owned(), facts: facts(lines) };
    let plan = plan(&Estate { groups: vec![group], ..Estate::default() }, TODAY);
    plan.groups.into_iter().next().unwrap()
}

fn decision(lines: &str) -> Option<String> {
    answer_to(lines).decision
}

const M365: &str = "licence = 'subscription'\nrelease = 'm365'\nmachines = 40\n";
const LTSC: &str = "licence = 'volume'\nrelease = '2024'\nmachines = 40\naway-days = 20\n";

#[test]
fn every_row_of_the_table_is_taken_where_its_conditions_hold() {
    let few = "licence = 'volume'\nrelease = '2024'\nmachines = 4\naway-days = 20\n";
    for (row, lines) in [
        ("sub-user", format!("{M365}devices = 'personal'\ninternet = 'monthly'")),
        ("sub-shared", format!("{M365}devices = 'shared'\ninternet = 'monthly'")),
        ("sub-shared", format!("{M365}vdi = true\ninternet = 'monthly'")),
        ("sub-device", format!("{M365}devices = 'shared-unlicensed'\ninternet = 'monthly'\ndomain = 'hybrid'")),
        ("sub-offline", format!("{M365}devices = 'personal'\ninternet = 'half-yearly'")),
        ("sub-viewer", format!("{M365}devices = 'personal'\ninternet = 'never'\nusers = 'read-only'")),
        ("sub-never-online", format!("{M365}devices = 'personal'\ninternet = 'never'\nusers = 'full'")),
        ("vol-adba", format!("{LTSC}domain = 'ad'")),
        ("vol-adba", format!("{few}domain = 'hybrid'")),
        ("vol-kms", format!("{LTSC}domain = 'none'")),
        ("vol-kms", format!("{LTSC}domain = 'entra'")),
        ("vol-kms-semi", format!("{LTSC}domain = 'none'\nnetwork = 'semi-isolated'")),
        ("vol-kms-local", format!("{LTSC}domain = 'none'\nnetwork = 'isolated'")),
        ("vol-mak", format!("{few}domain = 'none'")),
        ("vol-mak", "licence = 'volume'\nrelease = '2024'\nmachines = 40\naway-days = 200\ndomain = 'ad'".to_owned()),
        ("vol-mak-isolated", format!("{few}domain = 'none'\nnetwork = 'isolated'")),
        ("vol-spla", "licence = 'volume-spla'\nrelease = '2021'\nmachines = 40".to_owned()),
        ("vol-lab", format!("{few}domain = 'none'\nlifetime = 'short-lived'")),
    ] {
        assert_eq!(decision(&lines).as_deref(), Some(row), "{lines}");
    }
}

/// The deployment file that the steps of an answer lead to, in the words of the command.
fn deployment(answer: &Answer) -> Option<Vec<&str>> {
    let mut commands = answer.steps.iter().filter_map(|step| step.command.as_deref());
    let words = commands.find_map(|command| command.strip_prefix("leasehold office config "))?;
    Some(words.split(' ').collect())
}

#[test]
fn the_deployment_file_that_is_proposed_is_one_that_is_written() {
    use crate::config::{Comments, Key, ProductChoice, Profile, write};
    let ways = [
        "domain = 'ad'\naway-days = 20",
        "domain = 'none'\naway-days = 20",
        "domain = 'none'\naway-days = 300",
        "domain = 'none'\nlifetime = 'short-lived'\naway-days = 20",
        "devices = 'personal'\ninternet = 'monthly'",
        "devices = 'shared'\ninternet = 'monthly'",
        "devices = 'shared-unlicensed'\ninternet = 'monthly'\ndomain = 'entra'",
        "devices = 'personal'\ninternet = 'half-yearly'",
        "devices = 'personal'\ninternet = 'never'",
    ];
    let mut written = 0;
    for (licence, release) in
        [("subscription", "m365"), ("volume", "2024"), ("volume", "2021"), ("volume", "2019"), ("volume-spla", "2021")]
    {
        for way in ways {
            let lines = format!("licence = '{licence}'\nrelease = '{release}'\nmachines = 40\n{way}");
            let answer = answer_to(&lines);
            let Some(words) = deployment(&answer) else { continue };
            let ["--product", id, "--plan", plan, key @ ..] = &words[..] else { panic!("{words:?}") };
            let key = key.first().map(|_| Key::new("BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"));
            let product = ProductChoice { id: (*id).to_owned(), key, ..ProductChoice::default() };
            let profile = Profile { plan: Some(plan.parse().unwrap()), products: vec![product], ..Profile::default() };
            let context = crate::lint::Context::default();
            if let Err(refused) = write(&profile, Comments::None, &context) {
                panic!("{lines}: {words:?}: {refused}");
            }
            written += 1;
        }
    }
    assert!(written > 20, "{written}");
    let spla = answer_to("licence = 'volume-spla'\nrelease = '2021'\nmachines = 40");
    let words = deployment(&spla).unwrap().join(" ");
    assert_eq!(words, "--product ProPlusSPLA2021Volume --plan mak --key-file FILE");
    assert_eq!(deployment(&answer_to("licence = 'volume-spla'\nrelease = '2024'\nmachines = 40")), None);
}

#[test]
fn the_threshold_is_that_of_the_product() {
    for (release, threshold) in [("windows-7", 25), ("server-2008-r2", 5), ("2024", 5)] {
        let lines = |machines: u32| {
            format!("licence = 'volume'\nrelease = '{release}'\nmachines = {machines}\naway-days = 1\ndomain = 'none'")
        };
        assert_eq!(decision(&lines(threshold)).as_deref(), Some("vol-kms"), "{release}");
        assert_eq!(decision(&lines(threshold - 1)).as_deref(), Some("vol-mak"), "{release}");
    }
}

#[test]
fn groups_share_the_count_of_one_host_and_isolated_ones_and_the_directorys_do_not() {
    let group = |name: &str, lines: &str| Group { name: name.to_owned(), facts: facts(lines) };
    let three = "licence = 'volume'\nrelease = '2024'\nmachines = 3\naway-days = 20\ndomain = 'none'\n";
    let methods = |groups: Vec<Group>| {
        let plan = plan(&Estate { groups, ..Estate::default() }, TODAY);
        let names = plan.groups.iter().map(|group| group.decision.clone().unwrap_or_default());
        (names.collect::<Vec<_>>(), plan.thresholds.iter().map(|one| one.count).collect::<Vec<_>>())
    };
    let (rows, counts) = methods(vec![group("a", three), group("b", three)]);
    assert_eq!((rows, counts), (vec!["vol-kms".to_owned(), "vol-kms".to_owned()], vec![Some(6)]));
    let isolated = format!("{three}network = 'isolated'");
    assert_eq!(methods(vec![group("a", three), group("b", &isolated)]).0, ["vol-mak", "vol-mak-isolated"]);
    let joined = three.replace("'none'", "'ad'");
    assert_eq!(methods(vec![group("a", three), group("b", &joined)]).0, ["vol-mak", "vol-adba"]);
}

#[test]
fn windows_on_clients_and_servers_is_one_count_as_long_as_both_ask() {
    let group = |release: &str, machines: u32| {
        let lines =
            format!("licence = 'volume'\nrelease = '{release}'\nmachines = {machines}\naway-days = 1\ndomain = 'none'");
        Group { name: release.to_owned(), facts: facts(&lines) }
    };
    let rows = |clients: u32, servers: u32| {
        let groups = vec![group("windows-7", clients), group("server-2008-r2", servers)];
        let plan = plan(&Estate { groups, ..Estate::default() }, TODAY);
        plan.groups.into_iter().map(|group| group.decision.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(rows(20, 5), ["vol-kms", "vol-kms"]);
    assert_eq!(rows(20, 4), ["vol-mak", "vol-mak"], "clients by MAK do not ask, and four servers are too few");
    assert_eq!(rows(19, 5), ["vol-mak", "vol-kms"]);
}

#[test]
fn what_is_missing_is_asked_and_only_where_it_matters() {
    let questions = |lines: &str| answer_to(lines).questions.into_iter().map(|one| one.fact).collect::<Vec<_>>();
    assert!(questions("").contains(&Fact::Licence));
    assert_eq!(questions(&format!("{M365}internet = 'monthly'")), [Fact::Devices, Fact::Users]);
    assert_eq!(questions(&format!("{LTSC}domain = 'ad'")), [], "the rest does not matter");
    assert_eq!(questions(LTSC), [Fact::Domain]);
    assert_eq!(questions("licence = 'volume'\nrelease = '2024'\ndomain = 'none'\naway-days = 3"), [Fact::Machines]);
    assert_eq!(questions("licence = 'volume-spla'\nrelease = '2024'"), []);
}

#[test]
fn a_subscription_is_never_sent_to_kms_and_the_plan_says_why() {
    let answer = answer_to(&format!("{M365}devices = 'personal'\ninternet = 'monthly'\ndomain = 'ad'\naway-days = 1"));
    assert_eq!(answer.method, Some(ActivationMethod::User));
    for against in answer
        .against
        .iter()
        .filter(|one| matches!(one.method, ActivationMethod::Kms | ActivationMethod::Mak | ActivationMethod::Adba))
    {
        assert!(against.why.iter().any(|why| why.contains("subscription is activated by sign-in")), "{against:?}");
    }
    let wrong = answer_to("licence = 'volume'\nrelease = 'm365'\nmachines = 40\naway-days = 1\ndomain = 'ad'");
    assert_eq!(wrong.method, None);
    assert!(wrong.contradictions[0].contains("KMS, MAK and Active Directory never activate them"), "{wrong:?}");
}

#[test]
fn contradictions_are_told_and_end_the_plan_of_the_group() {
    for lines in [
        "licence = 'subscription'\nrelease = '2024'",
        "licence = 'retail'\nrelease = '2024'",
        "licence = 'subscription'\nproduct = 'windows-client'",
        "product = 'office'\nrelease = 'windows-11'",
        "machines = 0",
        "network = 'isolated'\ninternet = 'monthly'",
    ] {
        let answer = answer_to(lines);
        assert!(answer.method.is_none() && !answer.contradictions.is_empty(), "{lines}");
    }
}

#[test]
fn what_a_method_needs_is_looked_at_before_it_is_the_answer() {
    let offline = format!("{M365}devices = 'shared'\ninternet = 'never'\nusers = 'full'");
    assert_eq!(decision(&offline).as_deref(), Some("sub-never-online"), "a token needs the internet");
    let joined = format!("{M365}devices = 'shared-unlicensed'\ninternet = 'monthly'\ndomain = 'ad'\nusers = 'full'");
    let answer = answer_to(&joined);
    assert_eq!(answer.method, None, "a device licence needs Entra");
    let device = answer.against.iter().find(|one| one.method == ActivationMethod::Device).unwrap();
    assert!(device.why[0].contains("Entra"), "{device:?}");
    let few = "licence = 'volume'\nrelease = '2024'\nmachines = 4\naway-days = 20\ndomain = 'none'\nnetwork = 'semi-isolated'";
    assert_eq!(decision(few).as_deref(), Some("vol-mak"), "a host grants nothing below its threshold");
}

#[test]
fn every_other_method_is_told_why_not() {
    let answer = answer_to(&format!("{LTSC}domain = 'ad'"));
    assert_eq!(answer.against.len(), ActivationMethod::PLANNED.len() - 1);
    assert!(answer.against.iter().all(|against| !against.why.is_empty()));
    let kms = answer.against.iter().find(|one| one.method == ActivationMethod::Kms).unwrap();
    assert!(kms.why[0].contains("adba comes first"), "{kms:?}");
}

#[test]
fn support_is_told_as_of_the_day() {
    let support = |day: Date, release: &str| {
        let group = Group { name: "a".to_owned(), facts: facts(&format!("release = '{release}'")) };
        plan(&Estate { groups: vec![group], ..Estate::default() }, day).groups[0].support.clone().unwrap()
    };
    assert!(support(TODAY, "2021").ended && support(TODAY, "2019").ended && !support(TODAY, "2024").ended);
    assert!(!support(date(2026, 10, 13), "2021").ended && support(date(2026, 10, 14), "2021").ended);
    assert_eq!(support(date(2026, 10, 12), "2021").days, Some(1));
    assert_eq!(support(TODAY, "m365").until, None);
}

#[test]
fn a_mak_that_is_not_enough_is_told() {
    let lines = "mak-left = 3\n[[group]]\nname = 'a'\nlicence = 'volume-spla'\nrelease = '2021'\nmachines = 4";
    let plan = plan(&Estate::parse(lines).unwrap(), TODAY);
    assert_eq!(plan.mak_pool, Some(MakPool { needed: 4, left: Some(3), enough: Some(false) }));
    assert!(!plan.is_complete());
}

#[test]
fn an_estate_is_read_with_its_defaults_and_nothing_is_passed_over() {
    let estate = Estate::parse("[defaults]\ndomain = 'ad'\n[[group]]\nname = 'a'\nrelease = '2024'\n").unwrap();
    assert_eq!(estate.resolved_groups()[0].facts.domain, Some(Membership::Ad));
    for (text, error) in [
        ("", "no group"),
        ("[[group]]\nname = 'a'\nrelaese = '2024'\n", "unknown field"),
        ("[[group]]\nname = 'a'\nrelease = '2025'\n", "\"2025\" is not one of"),
        ("[[group]]\nname = 'a'\n[[group]]\nname = 'a'\n", "stands twice"),
        ("[[group]]\nrelease = '2024'\n", "missing field"),
    ] {
        let told = Estate::parse(text).unwrap_err().to_string();
        assert!(told.contains(error), "{told}");
    }
}

#[test]
fn a_fact_is_set_by_the_words_that_are_offered_for_it() {
    for fact in Fact::ALL {
        let mut facts = Facts::default();
        for word in fact.choices() {
            facts.set(*fact, word).unwrap();
        }
        assert!(facts.set(*fact, "nonsense").unwrap_err().len() > 5, "{fact:?}");
        if fact.choices().is_empty() {
            facts.set(*fact, " 12 ").unwrap();
        }
        assert_ne!(facts, Facts::default(), "{fact:?}");
    }
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(all))
}

prop_compose! {
    fn some_facts()(
        product in any_of(Product::ALL), release in any_of(Release::ALL), machines in proptest::option::of(0..60_u32),
        licence in any_of(Licence::ALL), domain in any_of(Membership::ALL), away_days in proptest::option::of(0..400_u32),
        internet in any_of(Internet::ALL), devices in any_of(Devices::ALL), vdi in proptest::option::of(any::<bool>()),
        (network, users, lifetime) in (any_of(Network::ALL), any_of(Users::ALL), any_of(Lifetime::ALL)),
    ) -> Facts {
        Facts { product, only: None, release, machines, licence, domain, away_days, internet, devices, vdi, network, users, lifetime }
    }
}

proptest! {
    #[test]
    fn an_answer_stands_on_a_row_and_no_subscription_on_a_key(all in proptest::collection::vec(some_facts(), 1..5)) {
        let groups = all.into_iter().enumerate().map(|(at, facts)| Group { name: at.to_string(), facts }).collect();
        let plan = plan(&Estate { groups, ..Estate::default() }, TODAY);
        for answer in &plan.groups {
            let ways = [answer.method.is_some(), !answer.questions.is_empty(), !answer.contradictions.is_empty()];
            prop_assert!(ways.iter().filter(|way| **way).count() <= 1);
            if let Some(id) = &answer.decision {
                prop_assert!(DECISIONS.rows.iter().any(|row| row.id == *id));
                prop_assert!(!answer.steps.is_empty());
            }
            if answer.facts.licence == Some(Licence::Subscription) || answer.facts.release == Some(Release::M365) {
                prop_assert!(!matches!(answer.method, Some(ActivationMethod::Kms | ActivationMethod::Adba | ActivationMethod::Mak)));
            }
        }
        for threshold in &plan.thresholds {
            prop_assert!(threshold.count.is_none_or(|count| count >= threshold.required), "{threshold:?}");
        }
    }

    #[test]
    fn knowing_more_never_turns_an_answer_into_another(facts in some_facts(), more in some_facts()) {
        let method = |facts: Facts| {
            let groups = vec![Group { name: "a".to_owned(), facts }];
            plan(&Estate { groups, ..Estate::default() }, TODAY).groups.remove(0)
        };
        let before = method(facts.clone());
        let mut known = facts.clone().or(&more);
        // What has a value where nothing is said is known already.
        (known.network, known.lifetime, known.vdi) = (facts.network, facts.lifetime, facts.vdi);
        known.devices = facts.devices().or(known.devices);
        let after = method(known);
        if before.method.is_some() && after.contradictions.is_empty() {
            prop_assert_eq!(before.method, after.method);
        }
    }
}

#[test]
fn numbers_come_from_the_table() {
    assert_eq!(counts::threshold(Product::WindowsClient), KMS.number("threshold.windows_client"));
}

#[test]
fn names_are_known_as_people_write_them_in_every_table() {
    let all = "product = 'office'\nonly = 'visio'\nrelease = '2024'\nmachines = 4\nlicence = 'volume'\ndomain = 'ad'\naway-days = 20\n\
               internet = 'monthly'\ndevices = 'personal'\nvdi = false\nnetwork = 'company'\nusers = 'full'\nlifetime = 'permanent'\n";
    let told = facts(all);
    let written = serde_json::to_value(&told).unwrap();
    assert!(written.as_object().unwrap().values().all(|value| !value.is_null()), "each is tried: {written}");
    for lines in [all.to_owned(), all.replace("away-days", "away_days"), all.replace("licence", "license")] {
        for mak_left in ["mak-left", "mak_left"] {
            let text = format!("{mak_left} = 7\n[defaults]\n{lines}[[group]]\nname = 'a'\n{lines}");
            let estate = Estate::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let read = (&estate.defaults, &estate.groups[0].facts, estate.mak_left);
            assert_eq!(read, (&told, &told, Some(7)), "{text}");
        }
    }
}

#[test]
fn words_are_known_as_people_write_them_and_an_error_names_its_line() {
    let estate = Estate::parse(
        "[defaults]\nlicense = \"Volume\"\ndomain = \"AD\"\n[[group]]\nname = \"a\"\nrelease = 2024\nnetwork = \"semi_isolated\"\n\
         [[group]]\nname = \"b\"\nlicense = \"retail\"\nrelease = \"Office LTSC 2021\"\n[[group]]\nname = \"c\"\nrelease = \"Windows Server 2022\"\n\
         [[group]]\nname = \"d\"\nrelease = \"Windows 11\"\n[[group]]\nname = \"e\"\nrelease = \"Microsoft 365 Apps\"\n",
    )
    .unwrap();
    let releases: Vec<_> = estate.groups.iter().filter_map(|group| group.facts.release).collect();
    assert_eq!(
        releases,
        [Release::Office2024, Release::Office2021, Release::Server2022, Release::Windows11, Release::M365]
    );
    assert_eq!((estate.defaults.licence, estate.defaults.domain), (Some(Licence::Volume), Some(Membership::Ad)));
    assert_eq!(estate.groups[0].facts.network, Some(Network::SemiIsolated));
    for (text, words) in [
        ("[[group]]\nname = \"a\"\nmachines = 3\ndomain = \"workgroup\"\n", "line 4"),
        ("[[group]]\nname = \"a\"\nmachines = 3\ndomian = \"ad\"\n", "line 4"),
        ("[[group]]\nname = \"a\"\nmachines = -3\n", "line 3"),
        ("Device name;OS;Office\nPC-1;Windows 11;LTSC 2024\n", "a list of machines"),
        ("\u{feff}\"Ger\u{e4}t\",\"Office\"\n\"PC-1\",\"2024\"\n", "a list of machines"),
    ] {
        let told = Estate::parse(text).unwrap_err().to_string();
        assert!(told.contains(words), "{text}: {told}");
    }
}
