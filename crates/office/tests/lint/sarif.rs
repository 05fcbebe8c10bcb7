//! SARIF: what the schema of 2.1.0 requires is there.

use leasehold_office::facts::schema::table;
use leasehold_office::lint::{sarif, sarif_results};
use serde_json::Value;

use super::plain;

const FILE: &str = include_str!("../../data/fixtures/odt/bad_two_suites.xml");

#[test]
fn what_the_schema_requires_is_there() {
    let (report, clean) =
        (plain(FILE), plain("<Configuration><Display Level=\"None\" AcceptEULA=\"TRUE\"/></Configuration>"));
    let log = sarif([sarif_results("odt/bad two.xml", &report), sarif_results("clean.xml", &clean)].concat());
    assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string());
    let rules = driver["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), table().rules.len());
    assert!(rules.iter().all(|rule| rule["id"].is_string() && rule["shortDescription"]["text"].is_string()));
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), report.findings.len());
    for (result, finding) in results.iter().zip(&report.findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "odt/bad%20two.xml");
        assert_eq!(place["region"]["startLine"], finding.start.line);
        region(&place["region"]);
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let change = &fix["artifactChanges"][0];
            assert!(change["artifactLocation"]["uri"].is_string());
            let replacements = change["replacements"].as_array().expect("replacements");
            assert!(!replacements.is_empty());
            replacements.iter().for_each(|each| region(&each["deletedRegion"]));
        }
    }
}

fn region(region: &Value) {
    let at = |name: &str| region[name].as_u64().expect("a number");
    assert!(at("startLine") > 0 && at("startColumn") > 0);
    assert!((at("startLine"), at("startColumn")) <= (at("endLine"), at("endColumn")));
}
