//! Products as people call them, in the place of the names of licences.

use crate::facts::products;

/// The product that a tool prints as `printed`, as people call it; what is not known stays as it is.
pub fn clear_name(printed: &str) -> String {
    let (name, behind) = printed.split_once(" (").map_or((printed, ""), |(name, _)| (name, &printed[name.len()..]));
    if let Some(product) = products::find(name) {
        return format!("{}{behind}", product.name);
    }
    office(printed).or_else(|| windows(printed)).unwrap_or_else(|| printed.to_owned())
}

/// `Office 24, Office24ProPlus2024VL_KMS_Client_AE edition`
fn office(printed: &str) -> Option<String> {
    let (release, licence) = printed.strip_prefix("Office ")?.split_once(", Office")?;
    let licence = licence.strip_prefix(release)?.strip_suffix(" edition")?;
    let year = match release {
        "14" => "2010",
        "15" => "2013",
        "16" => "2016",
        "19" => "2019",
        "21" => "LTSC 2021",
        "24" => "LTSC 2024",
        _ => return None,
    };
    let (product, kind) = licence.split_once('_')?;
    if product.starts_with("O365ProPlus") {
        return Some("Microsoft 365 Apps for enterprise".to_owned());
    }
    if product.starts_with("O365") {
        return Some("Microsoft 365 Apps".to_owned());
    }
    let product = product.strip_suffix("VL").or_else(|| product.strip_suffix('R')).unwrap_or(product);
    let product = product.trim_end_matches(|c: char| c.is_ascii_digit());
    if product == "KMSHost" {
        return Some(format!("KMS host for Office {year}"));
    }
    let named = PRODUCTS.iter().find(|(id, _)| *id == product).map(|(_, name)| *name)?;
    let kind = KINDS.iter().find(|(part, _)| kind.starts_with(part)).map_or("", |(_, words)| *words);
    Some(format!("{named} {year}{kind}"))
}

/// `Windows(R), ServerStandard edition`
fn windows(printed: &str) -> Option<String> {
    let edition = printed.strip_prefix("Windows(R), ")?.strip_suffix(" edition")?;
    let evaluation = edition.strip_suffix("Eval");
    let edition = evaluation.unwrap_or(edition);
    let behind = if evaluation.is_some() { " (evaluation)" } else { "" };
    Some(match edition.strip_prefix("Server") {
        Some(edition) => format!("Windows Server {edition}{behind}"),
        None => format!("Windows {edition}{behind}"),
    })
}

/// What the names of licences call products.
const PRODUCTS: [(&str, &str); 18] = [
    ("ProPlus", "Office Professional Plus"),
    ("Professional", "Office Professional"),
    ("Standard", "Office Standard"),
    ("HomeBusiness", "Office Home & Business"),
    ("HomeStudent", "Office Home & Student"),
    ("Home", "Office Home"),
    ("VisioPro", "Visio Professional"),
    ("VisioStd", "Visio Standard"),
    ("ProjectPro", "Project Professional"),
    ("ProjectStd", "Project Standard"),
    ("Word", "Word"),
    ("Excel", "Excel"),
    ("PowerPoint", "PowerPoint"),
    ("Outlook", "Outlook"),
    ("Access", "Access"),
    ("Publisher", "Publisher"),
    ("OneNote", "OneNote"),
    ("SkypeforBusiness", "Skype for Business"),
];

/// What licences of one product differ in.
const KINDS: [(&str, &str); 6] = [
    ("KMS_Client", ""),
    ("MAK", " (MAK)"),
    ("Retail", " (retail)"),
    ("Grace", " (grace)"),
    ("Trial", " (trial)"),
    ("Sub", " (subscription)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_called_as_people_call_them() {
        for (printed, name) in [
            ("Office 24, Office24ProPlus2024VL_KMS_Client_AE edition", "Office Professional Plus LTSC 2024"),
            ("Office 16, Office16VisioProVL_MAK edition", "Visio Professional 2016 (MAK)"),
            ("Office 19, Office19Standard2019VL_KMS_Client_AE edition", "Office Standard 2019"),
            ("Office 16, Office16O365ProPlusR_Subscription1 edition", "Microsoft 365 Apps for enterprise"),
            ("Office 24, Office24KMSHost2024VL_KMS_Host_AE edition", "KMS host for Office LTSC 2024"),
            ("Windows(R), ServerStandardEval edition", "Windows Server Standard (evaluation)"),
            ("Windows(R), Enterprise edition", "Windows Enterprise"),
            ("event 8198", "event 8198"),
            ("x", "x"),
        ] {
            assert_eq!(clear_name(printed), name);
        }
        assert!(clear_name("O365ProPlusRetail (user)").ends_with("(user)"));
    }
}
