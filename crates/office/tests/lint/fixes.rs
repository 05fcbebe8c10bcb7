//! Changes that are sure to be right: made, and nothing else.

use leasehold_office::lint::{Context, fix, lint};

use super::broken;

fn fixed(text: &str) -> String {
    let fixed = fix(text.as_bytes(), &Context::default()).unwrap_or_else(|| panic!("no change of {text}"));
    String::from_utf8(fixed.bytes).expect("UTF-8")
}

#[test]
fn each_change_is_the_one_that_is_meant() {
    let add =
        |attributes: &str, product: &str| format!("<Configuration><Add{attributes}>{product}</Add></Configuration>");
    let product =
        |attributes: &str, inner: &str| format!("<Product ID=\"O365ProPlusRetail\"{attributes}>{inner}</Product>");
    for (before, after) in [
        (add("", "<Product ID=' O365ProPlusRetail\t'/>"), add("", "<Product ID='O365ProPlusRetail'/>")),
        (add("", "<Product ID='o365proplusretail'/>"), add("", "<Product ID='O365ProPlusRetail'/>")),
        (add(" OfficeClientEdition='x64'", ""), add(" OfficeClientEdition='64'", "")),
        (add(" Channel='Broad'", ""), add(" Channel='SemiAnnual'", "")),
        (add(" Channel='current'", ""), add(" Channel='Current'", "")),
        (add(" ForceUpgrade='TRUE'\n  Version='1'", ""), add("\n  Version='1'", "")),
        (add(" officeClientedition='64'", ""), add(" OfficeClientEdition='64'", "")),
        (add(" SourcePath='\\\\s\\o\\Office\\Data\\'", ""), add(" SourcePath='\\\\s\\o'", "")),
        (add("", &product("", "<ExcludeApp ID='Skype'/>")), add("", &product("", "<ExcludeApp ID='Lync'/>"))),
        (
            add("", "<Product ID='ProPlus2024Volume'><Language ID='en-us' Fallback='de-de' /></Product>"),
            add(" Channel=\"PerpetualVL2024\"", "<Product ID='ProPlus2024Volume'><Language ID='en-us' /></Product>"),
        ),
        ("<Configuration><display></display></Configuration>".into(), "<Configuration><Display></Display></Configuration>".into()),
        ("<Configuration>\n  <Logging Level='Off' />\n  <Updates/>\n</Configuration>".into(), "<Configuration>\n  <Updates/>\n</Configuration>".into()),
        ("<Configuration><Logging><!-- x --></Logging><Updates/></Configuration>".into(), "<Configuration><Updates/></Configuration>".into()),
        (
            "<Configuration><RemoveMSI IgnoreProduct='VisPro, PrjPro' /></Configuration>".into(),
            "<Configuration><RemoveMSI><IgnoreProduct ID=\"VisPro\" /><IgnoreProduct ID=\"PrjPro\" /></RemoveMSI></Configuration>".into(),
        ),
        (
            "<Configuration><RemoveMSI IgnoreProduct='VisPro'><IgnoreProduct ID='a'/></RemoveMSI></Configuration>".into(),
            "<Configuration><RemoveMSI><IgnoreProduct ID=\"VisPro\" /><IgnoreProduct ID='a'/></RemoveMSI></Configuration>".into(),
        ),
        ("<Configuration><Updates Deadline='2026-12-31T18:30:00Z'/></Configuration>".into(), "<Configuration><Updates Deadline='12/31/2026 18:30'/></Configuration>".into()),
        (
            "<Configuration><Property Name='PACKAGEGUID' Value='0123abcd-0123-abcd-0123-0123456789ab'/></Configuration>".into(),
            "<Configuration><Property Name='PACKAGEGUID' Value='0123ABCD-0123-ABCD-0123-0123456789AB'/></Configuration>".into(),
        ),
        ("<?xml version='1.0' encoding='utf-16'?><Configuration/>".into(), "<?xml version='1.0' encoding='utf-8'?><Configuration/>".into()),
    ] {
        assert_eq!(fixed(&before), after);
    }
}

#[test]
fn everything_else_stays_byte_for_byte() {
    let text = "<?xml version=\"1.0\"?>\r\n<!-- Übersicht: Channel=\"Broad\" -->\r\n<Configuration>\r\n\t<Add Channel = 'Broad'\r\n\t     OfficeClientEdition=\"x64\">  <!-- x64 -->\r\n\t</Add>\r\n</Configuration>\r\n\r\n";
    let expected = text.replace("'Broad'", "'SemiAnnual'").replace("\"x64\"", "\"64\"");
    let wide = |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let narrow = |text: &str| {
        encoding_rs::WINDOWS_1252
            .encode(&text.replace("?>\r\n<!--", " encoding='windows-1252'?>\r\n<!--"))
            .0
            .into_owned()
    };
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    for form in [&wide as &dyn Fn(&str) -> Vec<u8>, &narrow, &marked, &|text: &str| text.as_bytes().to_vec()] {
        let fixed = fix(&form(text), &Context::default()).expect("two changes");
        assert_eq!(fixed.bytes, form(&expected));
        assert_eq!(fixed.applied.len(), 2);
    }
}

#[test]
fn what_is_not_sure_is_left_alone() {
    for text in [
        "<Configuration><Add Channel='Curent'/></Configuration>",
        "<Configuration><Display Level='None'/></Configuration>",
        "<Configuration><Add><Product ID='O365ProPlusRetail' PIDKEY='#####-#####-#####-#####-#####'/></Add></Configuration>",
        "<Configuration><Add Channel='Current'><Product ID='ProPlus2024Volume'/></Add></Configuration>",
        "<Configuration><Add SourcePath='\\\\server\\Office\\Data'/></Configuration>",
        "<Configuration><Add SourcePath='D:\\Office\\Data'/></Configuration>",
        "<Configuration><Add",
        "",
    ] {
        assert!(fix(text.as_bytes(), &Context::default()).is_none(), "{text}");
    }
}

#[test]
fn what_was_changed_is_not_found_again() {
    let index = include_str!("cases.toml");
    for line in index.lines().filter_map(|line| line.strip_prefix("breaks = '")) {
        let text = line.trim_matches('\'');
        let Some(fixed) = fix(text.as_bytes(), &Context::default()) else { continue };
        assert!(fixed.report.findings.iter().all(|finding| finding.fix.is_none()), "{text}");
        let again = lint(&fixed.bytes, &Context::default());
        assert_eq!(broken(&again), broken(&fixed.report), "{text}");
        assert!(fix(&fixed.bytes, &Context::default()).is_none(), "{text}");
    }
}
