//! The file: each line with its reason from the tables.

use super::Comments;
use super::choose::{Chosen, FALLBACK, MATCH_OS, Product};
use super::profile::{Install, Level, Remove};
use super::xml::Xml;
use crate::facts::products::{self, Licence};
use crate::facts::schema;

pub(super) fn text(chosen: &Chosen<'_>, comments: Comments) -> String {
    let mut xml = Xml::new(comments);
    let run = match chosen.profile.install {
        Install::Configure => "run: setup.exe /configure FILE",
        Install::Download => "run: setup.exe /download FILE",
    };
    let needs = &schema::table().min_tool_version;
    xml.why(&format!("Written by leasehold office config; {run} (Office Deployment Tool {needs} or later)"), "");
    xml.element("Configuration", &[], |xml| {
        if let Some(remove) = chosen.remove {
            self::remove(xml, remove);
        }
        if !chosen.products.is_empty() {
            add(xml, chosen);
        }
        if let Some(keep) = chosen.remove_msi {
            remove_msi(xml, keep);
        }
        for (name, value) in &chosen.properties {
            if let Some(known) = schema::property(name) {
                xml.why(&format!("{name}: {}", known.description), &known.source);
            }
            xml.empty("Property", &[("Name", name), ("Value", value)]);
        }
        updates(xml, chosen);
        settings(xml, chosen);
        display(xml, chosen);
    });
    xml.finish()
}

fn add(xml: &mut Xml, chosen: &Chosen<'_>) {
    let profile = chosen.profile;
    let flag = |value: Option<bool>| value.map(|value| if value { "TRUE" } else { "FALSE" });
    let given = [
        ("OfficeClientEdition", Some(chosen.edition.name())),
        ("Channel", chosen.channel.as_deref()),
        ("Version", profile.version.as_deref()),
        ("SourcePath", profile.source_path.as_deref()),
        ("DownloadPath", profile.download_path.as_deref()),
        ("AllowCdnFallback", flag(profile.allow_cdn_fallback)),
        ("MigrateArch", flag(profile.migrate_arch)),
        ("OfficeMgmtCOM", flag(profile.office_mgmt_com)),
    ];
    let attributes: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    for (name, value) in &attributes {
        because(xml, "Add", name, value);
    }
    xml.element("Add", &attributes, |xml| {
        for product in &chosen.products {
            self::product(xml, product, profile.fallback.as_deref());
        }
    });
}

/// Why an attribute stands there.
fn because(xml: &mut Xml, element: &str, name: &str, value: &str) {
    let Some(known) = schema::attribute(element, name) else { return };
    let of_channel = schema::channel(value).filter(|_| name == "Channel");
    let more = of_channel.map_or_else(String::new, |channel| {
        let note = channel.note.as_deref().map_or_else(String::new, |note| format!("; {note}"));
        format!(" {value} is {}{note}", channel.title)
    });
    xml.why(
        &format!("{name}: {}{more}", known.description),
        of_channel.map_or(&known.source, |channel| &channel.source),
    );
}

fn product(xml: &mut Xml, product: &Product<'_>, fallback: Option<&str>) {
    if let Some(facts) = product.facts {
        let support = facts.end_of_support.map_or_else(String::new, |end| format!(", supported until {end}"));
        let licence = match facts.licence {
            Licence::Subscription | Licence::ConsumerSubscription => "by subscription: no product key belongs here",
            Licence::Volume if product.key.is_none() => {
                "in volume: the GVLK is built in, no key is needed for KMS and AD"
            }
            Licence::Volume => "in volume",
            Licence::VolumeSpla => "to service providers: by its MAK alone",
            Licence::Retail => "by retail key or account",
            Licence::AddOn | Licence::Free => "with no key",
        };
        xml.why(&format!("{}{support}; licensed {licence}", facts.name), &facts.source);
    }
    if product.key.as_ref().is_some_and(super::Key::is_secret) {
        xml.why("The key is a secret: everyone who can read this file has it", "");
    }
    let condition = product.msi_condition.join(",");
    let mut attributes = vec![("ID", product.id)];
    if let Some(key) = &product.key {
        attributes.push(("PIDKEY", key.reveal()));
    }
    if !condition.is_empty() {
        because(xml, "Product", "MSICondition", &condition);
        attributes.push(("MSICondition", &condition));
    }
    xml.element("Product", &attributes, |xml| {
        for language in &product.languages {
            self::language(xml, product, language, fallback);
        }
        for app in &product.excluded {
            let known = schema::exclude_app(app);
            let note = known.and_then(|app| app.note.as_deref()).map_or_else(String::new, |note| format!(" ({note})"));
            xml.why(
                &format!("{}: not installed{note}", known.map_or("", |app| &app.id)),
                known.map_or("", |app| &app.source),
            );
            xml.empty("ExcludeApp", &[("ID", app)]);
        }
    });
}

fn language(xml: &mut Xml, product: &Product<'_>, id: &str, fallback: Option<&str>) {
    if id == MATCH_OS {
        let of_product = product
            .facts
            .is_some_and(|facts| matches!(facts.family, products::Family::Project | products::Family::Visio));
        // A fallback that Project and Visio lack is replaced for them alone.
        let lacks = |code: &&str| schema::language(code).is_some_and(|language| of_product && !language.project_visio);
        let fallback = fallback.filter(|code| !lacks(code)).unwrap_or(FALLBACK);
        because(xml, "Language", "Fallback", fallback);
        xml.empty("Language", &[("ID", id), ("Fallback", fallback)]);
        return;
    }
    match schema::language(id) {
        Some(known) => xml.why(&known.name, &known.source),
        None => because(xml, "Language", "ID", id),
    }
    xml.empty("Language", &[("ID", id)]);
}

fn remove(xml: &mut Xml, remove: &Remove) {
    match remove {
        Remove::All(false) => {}
        Remove::All(true) => {
            because(xml, "Remove", "All", "TRUE");
            xml.empty("Remove", &[("All", "TRUE")]);
        }
        Remove::These(products) => {
            let known = schema::element("Remove");
            xml.why(known.map_or("", |known| &known.description), known.map_or("", |known| &known.source));
            xml.element("Remove", &[], |xml| {
                for product in products {
                    if product.languages.is_empty() {
                        xml.empty("Product", &[("ID", &product.id)]);
                        continue;
                    }
                    xml.element("Product", &[("ID", &product.id)], |xml| {
                        product.languages.iter().for_each(|language| xml.empty("Language", &[("ID", language)]));
                    });
                }
            });
        }
    }
}

fn remove_msi(xml: &mut Xml, keep: &[String]) {
    let known = schema::element("RemoveMSI");
    xml.why(known.map_or("", |known| &known.description), known.map_or("", |known| &known.source));
    if keep.is_empty() {
        return xml.empty("RemoveMSI", &[]);
    }
    xml.element("RemoveMSI", &[], |xml| keep.iter().for_each(|id| xml.empty("IgnoreProduct", &[("ID", id)])));
}

fn updates(xml: &mut Xml, chosen: &Chosen<'_>) {
    let updates = &chosen.updates;
    let given = [
        ("Enabled", updates.enabled.map(|on| if on { "TRUE" } else { "FALSE" })),
        ("Channel", updates.channel.as_deref()),
        ("UpdatePath", updates.path.as_deref()),
        ("TargetVersion", updates.target_version.as_deref()),
        ("Deadline", updates.deadline.as_deref()),
    ];
    let attributes: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    if attributes.is_empty() {
        return;
    }
    for (name, value) in &attributes {
        because(xml, "Updates", name, value);
    }
    xml.empty("Updates", &attributes);
}

fn settings(xml: &mut Xml, chosen: &Chosen<'_>) {
    let company = chosen.profile.company.as_deref().filter(|_| chosen.profile.install == Install::Configure);
    if company.is_none() && chosen.settings.is_empty() {
        return;
    }
    let known = schema::element("AppSettings");
    xml.why(known.map_or("", |known| &known.description), known.map_or("", |known| &known.source));
    xml.element("AppSettings", &[], |xml| {
        if let Some(company) = company {
            xml.empty("Setup", &[("Name", "Company"), ("Value", company)]);
        }
        for setting in chosen.settings {
            let mut attributes = vec![
                ("Key", &*setting.key),
                ("Name", &*setting.name),
                ("Value", &*setting.value),
                ("Type", &*setting.kind),
            ];
            attributes.extend(setting.app.as_deref().map(|app| ("App", app)));
            attributes.extend(setting.id.as_deref().map(|id| ("Id", id)));
            xml.empty("User", &attributes);
        }
    });
}

fn display(xml: &mut Xml, chosen: &Chosen<'_>) {
    let display = chosen.profile.display;
    if chosen.profile.install == Install::Download || display == super::Display::default() {
        return;
    }
    let level = display.level.map(|level| match level {
        Level::Full => "Full",
        Level::None => "None",
    });
    let accepted = display.accept_eula.map(|accepted| if accepted { "TRUE" } else { "FALSE" });
    let given = [("Level", level), ("AcceptEULA", accepted)];
    let attributes: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    for (name, value) in &attributes {
        because(xml, "Display", name, value);
    }
    xml.empty("Display", &attributes);
}
