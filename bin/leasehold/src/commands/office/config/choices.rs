//! What is chosen on the command line.

use clap::{ArgAction, Args, ValueEnum};
use leasehold_office::config::{Install, Level, Listed, Msi, ProductChoice, Profile, Remove, Switch};
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::lint::Edition;

use super::super::lint::plan;
use crate::failure::Failure;
use crate::values::parsed;

/// What to install, remove and set.
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[derive(Debug, Args)]
pub(super) struct Choices {
    /// A product to install; the first gives users their first impression.
    #[arg(long = "product", value_name = "ID")]
    products: Vec<String>,
    /// How the machines are to be activated: kms, adba, mak, user, shared, device, or what `office plan --json` wrote.
    #[arg(long, value_name = "METHOD|FILE")]
    plan: Option<String>,
    /// The group of the plan that the file is for, where it has several.
    #[arg(long, value_name = "NAME", requires = "plan")]
    group: Option<String>,
    /// The update channel [default: the products' own; Current for Microsoft 365 Apps].
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The architecture: 32 or 64 [default: 64].
    #[arg(long, value_name = "BITS", value_parser = parsed::<Edition>)]
    edition: Option<Edition>,
    /// A language: a code, `MatchOS`, `MatchPreviousMSI` or `MatchInstalled` [default: `MatchOS`].
    #[arg(long = "language", value_name = "CODE")]
    languages: Vec<String>,
    /// The language instead of one that `MatchOS` does not find [default: en-us].
    #[arg(long, value_name = "CODE")]
    fallback: Option<String>,
    /// An app that suites leave out.
    #[arg(long = "exclude", value_name = "APP")]
    exclude: Vec<String>,
    /// Write the products' published keys (GVLK), though they are built in.
    #[arg(long, conflicts_with = "key_files")]
    gvlk: bool,
    /// Only download the files, to --source-path where it is given.
    #[arg(long)]
    download_only: bool,
    /// The build to install, like 16.0.17932.20670 [default: the newest].
    #[arg(long, value_name = "VERSION")]
    build: Option<String>,
    /// Where files are read from, or saved to.
    #[arg(long, value_name = "PATH")]
    source_path: Option<String>,
    /// Where files are downloaded from; needs --build.
    #[arg(long, value_name = "PATH")]
    download_path: Option<String>,
    /// Take languages that the source lacks from the internet.
    #[arg(long)]
    allow_cdn_fallback: bool,
    /// Change the architecture of what is installed.
    #[arg(long)]
    migrate_arch: bool,
    /// Let Configuration Manager keep the installation up to date.
    #[arg(long)]
    office_mgmt_com: bool,
    /// A Click-to-Run product to remove.
    #[arg(long = "remove", value_name = "ID", conflicts_with = "remove_all")]
    remove: Vec<String>,
    /// Remove all Click-to-Run products.
    #[arg(long)]
    remove_all: bool,
    /// Keep Windows Installer editions; a 2016 one stops the installation.
    #[arg(long)]
    keep_msi: bool,
    /// A Windows Installer product that stays while the others are removed.
    #[arg(long = "ignore-msi", value_name = "ID", conflicts_with = "keep_msi")]
    ignore_msi: Vec<String>,
    #[command(flatten)]
    after: After,
}

/// How setup behaves, and what comes after it.
#[derive(Debug, Args)]
struct After {
    /// Whether the installation keeps itself up to date.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    updates: Option<bool>,
    /// Where updates come from.
    #[arg(long, value_name = "PATH")]
    update_path: Option<String>,
    /// The channel of updates [default: that of the installation].
    #[arg(long, value_name = "NAME")]
    update_channel: Option<String>,
    /// The build to update to.
    #[arg(long, value_name = "VERSION")]
    target_version: Option<String>,
    /// By when updates are installed: MM/DD/YYYY HH:MM, in UTC.
    #[arg(long, value_name = "TIME")]
    deadline: Option<String>,
    /// What users see of setup.
    #[arg(long, value_enum, value_name = "LEVEL")]
    display: Option<Shown>,
    /// Accept the licence terms for the users.
    #[arg(long)]
    accept_eula: bool,
    /// Close apps by force; unsaved work may be lost.
    #[arg(long)]
    close_apps: bool,
    /// A named switch.
    #[arg(long = "property", value_name = "NAME=VALUE", value_parser = parsed::<Switch>)]
    properties: Vec<Switch>,
    /// The company's name in documents.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
}

/// How much users see.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shown {
    /// All of setup.
    Full,
    /// Nothing.
    None,
}

impl Choices {
    /// Puts what was typed before what the profile says.
    pub(super) fn put_into(&self, profile: &mut Profile) -> Result<(), Failure> {
        let typed = self.products.iter().map(|id| ProductChoice { id: id.clone(), ..ProductChoice::default() });
        profile.products.extend(typed);
        if self.gvlk {
            profile.products.iter_mut().for_each(|product| product.gvlk = true);
        }
        if let Some(named) = &self.plan {
            profile.plan = Some(plan(named, self.group.as_deref())?);
        }
        if self.download_only {
            profile.install = Install::Download;
        }
        profile.edition = self.edition.or(profile.edition);
        before(&mut profile.channel, self.channel.as_ref());
        before(&mut profile.fallback, self.fallback.as_ref());
        before(&mut profile.version, self.build.as_ref());
        before(&mut profile.source_path, self.source_path.as_ref());
        before(&mut profile.download_path, self.download_path.as_ref());
        on(&mut profile.allow_cdn_fallback, self.allow_cdn_fallback);
        on(&mut profile.migrate_arch, self.migrate_arch);
        on(&mut profile.office_mgmt_com, self.office_mgmt_com);
        if !self.languages.is_empty() {
            profile.languages.clone_from(&self.languages);
        }
        profile.exclude.extend(self.exclude.iter().cloned());
        if self.remove_all {
            profile.remove = Some(Remove::All(true));
        } else if !self.remove.is_empty() {
            let listed = self.remove.iter().map(|id| Listed { id: id.clone(), languages: Vec::new() });
            profile.remove = Some(Remove::These(listed.collect()));
        }
        if self.keep_msi {
            profile.remove_msi = Msi::Whether(false);
        } else if !self.ignore_msi.is_empty() {
            profile.remove_msi = Msi::But { keep: self.ignore_msi.clone() };
        }
        self.after.put_into(profile);
        Ok(())
    }
}

impl After {
    fn put_into(&self, profile: &mut Profile) {
        let updates = &mut profile.updates;
        updates.enabled = self.updates.or(updates.enabled);
        before(&mut updates.path, self.update_path.as_ref());
        before(&mut updates.channel, self.update_channel.as_ref());
        before(&mut updates.target_version, self.target_version.as_ref());
        before(&mut updates.deadline, self.deadline.as_ref());
        if let Some(shown) = self.display {
            profile.display.level = Some(match shown {
                Shown::Full => Level::Full,
                Shown::None => Level::None,
            });
        }
        on(&mut profile.display.accept_eula, self.accept_eula);
        if self.close_apps {
            profile.properties.insert("FORCEAPPSHUTDOWN".to_owned(), "TRUE".to_owned());
        }
        let typed = self.properties.iter().map(|Switch(name, value)| (name.clone(), value.clone()));
        profile.properties.extend(typed);
        before(&mut profile.company, self.company.as_ref());
    }
}

fn before(own: &mut Option<String>, typed: Option<&String>) {
    if let Some(typed) = typed {
        *own = Some(typed.clone());
    }
}

fn on(own: &mut Option<bool>, typed: bool) {
    if typed {
        *own = Some(true);
    }
}

/// The plans by name, for the dialogue.
pub(super) fn plan_named(name: &str) -> Option<ActivationMethod> {
    ActivationMethod::DEPLOYABLE.into_iter().find(|plan| plan.name() == name)
}
