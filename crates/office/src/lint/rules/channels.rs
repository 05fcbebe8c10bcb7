//! Channels: known, and the right ones for the products.

use std::ops::Range;

use roxmltree::Node;

use super::super::context::Context;
use super::super::file::{Add, Channel, File, Product, Value, channel_of, value};
use super::super::violation::{Edit, Findings, Fix};
use super::{did_you_mean, edit, nearest, quoted};
use crate::facts::products::{self, Family};
use crate::facts::schema::{self, Severity};

pub(super) const RULES: &[&str] = &[
    "ODT011", "ODT012", "ODT013", "ODT014", "ODT015", "ODT016", "ODT018", "ODT019", "ODT023", "ODT024", "ODT025",
    "ODT027", "ODT076",
];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for add in &file.adds {
        cdn(value(add.node, "SourcePath"), findings);
        renamed(add.node, findings);
        together(add, context, findings);
        if let Some(channel) = &add.channel {
            name(channel, findings);
            foreign(file, add, channel, findings);
        } else {
            missing(file, add, findings);
        }
        sources(file, add, findings);
    }
    for updates in file.named("Updates") {
        cdn(value(updates, "UpdatePath"), findings);
        renamed(updates, findings);
        let Some(channel) = channel_of(updates) else { continue };
        name(&channel, findings);
        let from = file.adds.iter().find_map(|add| add.channel.as_ref());
        if let Some(from) = from.filter(|from| from.name() != channel.name()) {
            let message =
                format!("installed from {}, updated from {}: the device switches at once", from.name(), channel.name());
            findings.add("ODT076", channel.value.span, message);
        }
    }
}

fn name(channel: &Channel<'_>, findings: &mut Findings<'_>) {
    let (value, typed) = (&channel.value, channel.value.text);
    let Some(known) = channel.facts else {
        let meant = nearest(typed, schema::table().channels.iter().map(|channel| channel.name.as_str()));
        let message = format!("{} is no channel{}", quoted(typed), did_you_mean(meant));
        let finding = findings.add("ODT011", value.span.clone(), message);
        finding.fix = meant.filter(|meant| meant.eq_ignore_ascii_case(typed)).map(|meant| edit::replace(value, meant));
        return;
    };
    if schema::channel_of_cdn(typed).is_some() {
        let message = format!("the address of the {} is no name of a channel", known.title);
        let finding = findings.add("ODT011", value.span.clone(), message);
        finding.fix = Some(edit::replace(value, &known.name));
        return preview(known, value.span.clone(), &format!("the {}", known.title), findings);
    }
    // The names of before 2017 are told with the attribute's own.
    let earlier = known.before_2017.iter().any(|old| old.eq_ignore_ascii_case(typed));
    if known.name != typed {
        let since = if earlier { " before 2017" } else { "" };
        let message = if known.name.eq_ignore_ascii_case(typed.trim()) {
            format!("{} is written {}", quoted(typed), known.name)
        } else {
            format!("{typed} is the old name of {}{since}", known.name)
        };
        let finding = findings.add("ODT012", value.span.clone(), message);
        finding.fix = Some(edit::replace(value, &known.name));
    }
    preview(known, value.span.clone(), typed, findings);
}

/// A preview: Beta builds are supported nowhere; the other two are supported, and meant for a group that tests.
fn preview(channel: &schema::Channel, span: Range<usize>, named: &str, findings: &mut Findings<'_>) {
    if channel.name == "BetaChannel" {
        findings.add("ODT013", span, format!("{named} has builds that are not supported"));
    } else if matches!(channel.name.as_str(), "CurrentPreview" | "SemiAnnualPreview") {
        let message = format!("{named} has previews of what others get later: it is for a group that tests");
        findings.add("ODT013", span, message).severity = Severity::Info;
    }
}

/// `Branch`, as `Channel` was called before 2017.
fn renamed(node: Node<'_, '_>, findings: &mut Findings<'_>) {
    let Some(attribute) = node.attributes().find(|attribute| attribute.name() == "Branch") else { return };
    let message = "Branch is the name of Channel before 2017";
    let finding = findings.add("ODT012", attribute.range_qname(), message);
    let free = node.attribute("Channel").is_none();
    let edit = Edit { span: attribute.range_qname(), text: "Channel".to_owned() };
    finding.fix = free.then(|| Fix { what: "write Channel".to_owned(), edits: vec![edit] });
}

/// A folder of Microsoft's content delivery network is a channel, whatever else the file says.
fn cdn(path: Option<Value<'_>>, findings: &mut Findings<'_>) {
    let Some(path) = path else { return };
    let Some(channel) = schema::channel_of_cdn(path.text) else { return };
    preview(channel, path.span, &format!("the address is the {} of Microsoft's CDN, which", channel.title), findings);
}

/// Files for the same machines that install from different channels.
fn together(add: &Add<'_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(channel) = add.channel.as_ref().filter(|channel| channel.facts.is_some()) else { return };
    let perpetual = add.perpetual_year().is_some();
    let of_others = context.channels.iter().filter(|other| *other != channel.name());
    // Where Microsoft 365 Apps are among them, theirs is the one.
    let Some(other) = of_others.max_by_key(|other| !other.starts_with("PerpetualVL")) else { return };
    let theirs = perpetual && !other.starts_with("PerpetualVL");
    let products: Vec<&str> = add.products.iter().map(Product::name).collect();
    let message = if theirs {
        format!(
            "a device has one channel: {} beside Microsoft 365 Apps takes {other}, not {}",
            products.join(", "),
            channel.name()
        )
    } else {
        format!(
            "a device has one channel: another file for these machines installs from {other}, this one from {}",
            channel.name()
        )
    };
    let own = channel.value.span.clone();
    let finding = findings.add("ODT019", own, message);
    finding.fix = theirs.then(|| edit::replace(&channel.value, other));
}

/// A channel that does not go with the products.
fn foreign(file: &File<'_>, add: &Add<'_>, channel: &Channel<'_>, findings: &mut Findings<'_>) {
    let perpetual = add.perpetual_year();
    let subscribed = |product: &&Product<'_>| product.facts.is_some_and(products::Product::subscription);
    if perpetual.is_some() {
        for product in add.products.iter().filter(subscribed) {
            let message =
                format!("{} is licensed by subscription, {} is for volume licences", product.name(), channel.name());
            findings.add("ODT018", product.place(file.text), message);
        }
        beside_subscription(file, add, channel, findings);
    }
    for product in &add.products {
        let Some(facts) = product.facts.filter(|facts| facts.volume()) else { continue };
        let Some(year) = facts.release.year() else { continue };
        if facts.family == Family::Suite && perpetual != Some(year) {
            let message = format!(
                "{} is updated from PerpetualVL{year} alone, not from {}",
                product.name(),
                quoted(channel.name())
            );
            findings.add("ODT023", channel.value.span.clone(), message);
        }
        let dated = matches!(facts.family, Family::Project | Family::Visio) && year > 2016;
        if let Some(other) = perpetual.filter(|other| dated && *other != year) {
            let message = format!("{} is of {year}, the channel of {other}", product.name());
            findings.add("ODT025", product.place(file.text), message);
        }
    }
}

fn beside_subscription(file: &File<'_>, add: &Add<'_>, channel: &Channel<'_>, findings: &mut Findings<'_>) {
    let suite = file
        .added()
        .find(|product| product.is(&[Family::Suite]) && product.facts.is_some_and(products::Product::subscription));
    let Some(suite) = suite else { return };
    for product in add.products.iter().filter(|product| product.is(&[Family::Project, Family::Visio])) {
        if product.facts.is_some_and(products::Product::volume) {
            let (own, beside, from) = (product.name(), suite.name(), channel.name());
            let message = format!("{own} stands beside {beside} and has to take its channel, not {from}");
            findings.add("ODT027", product.place(file.text), message);
        }
    }
}

fn missing(file: &File<'_>, add: &Add<'_>, findings: &mut Findings<'_>) {
    // The tool's own samples ask for the version that is installed, or for one that lies in a folder, without a channel.
    let version = value(add.node, "Version")
        .filter(|version| !version.is("MatchInstalled") && value(add.node, "SourcePath").is_none());
    if let Some(version) = version {
        let message = format!("version {} is asked for, and no channel that has it", quoted(version.text));
        findings.add("ODT014", version.whole, message);
    }
    let suites: Vec<_> = add.products.iter().filter(|product| product.is(&[Family::Suite])).collect();
    let volume = suites.iter().filter(|suite| suite.facts.is_some_and(products::Product::volume));
    for (suite, year) in volume.filter_map(|suite| Some((suite, suite.facts?.release.year()?))) {
        let message =
            format!("{} has no channel: on a new device the default is Current, which is not for it", suite.name());
        let finding = findings.add("ODT024", file.name_of(add.node), message);
        let same = |product: &Product<'_>| {
            product.facts.is_some_and(|facts| facts.volume() && facts.release.year() == Some(year))
        };
        if add.products.iter().all(same) {
            finding.fix = Some(edit::add_attribute(add.node, file.text, "Channel", &format!("PerpetualVL{year}")));
        }
    }
}

fn sources(file: &File<'_>, add: &Add<'_>, findings: &mut Findings<'_>) {
    if let Some(from) = value(add.node, "DownloadPath").filter(|_| value(add.node, "Version").is_none()) {
        findings.add("ODT015", from.whole, "DownloadPath is given and no Version");
    }
    let Some(path) = value(add.node, "SourcePath") else { return };
    let mut parts = path.text.trim_end_matches(['/', '\\', ' ']).rsplit(['/', '\\']);
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if last.eq_ignore_ascii_case("Data") && before.eq_ignore_ascii_case("Office") {
        let message = "the path ends in the folder that the tool adds itself";
        let finding = findings.add("ODT016", path.span.clone(), message);
        finding.fix = parent(&path, file.text).map(|parent| edit::replace(&path, parent));
    } else if last.eq_ignore_ascii_case("Office") && !is_share(path.text) {
        // A folder may be called so too: then the files lie in Office\Office\Data.
        let message = format!("the tool looks for the files in {last}\\Office\\Data");
        findings.add("ODT016", path.span, message).severity = Severity::Info;
    }
}

/// `\\server\share`: there is no folder above it.
fn is_share(path: &str) -> bool {
    let share = path.strip_prefix("\\\\").or_else(|| path.strip_prefix("//"));
    share.is_some_and(|share| share.trim_end_matches(['/', '\\', ' ']).matches(['/', '\\']).count() < 2)
}

/// What stands before `Office\Data`, where the file writes it without references and it is a folder by itself.
fn parent<'v>(path: &Value<'v>, text: &str) -> Option<&'v str> {
    let plain = text[path.span.clone()] == *path.text;
    let data = path.text.trim_end_matches(['/', '\\', ' ']);
    let parent = data.get(..data.len().checked_sub("/Office/Data".len())?)?;
    let server = parent.strip_prefix("\\\\").is_some_and(|rest| !rest.contains('\\'));
    (plain && !parent.is_empty() && !parent.ends_with([':', '/', '\\']) && !server).then_some(parent)
}
