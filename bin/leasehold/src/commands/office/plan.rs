//! `leasehold office plan`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use leasehold_core::Code;
use leasehold_office::plan::{
    self, Answer, Devices, Estate, EstateError, Fact, Facts, Group, Internet, Licence, Lifetime, Membership, Network,
    Plan, Product, Release, Support, Users,
};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

/// Which method activates which machines, and why not another.
///
/// Tell about the machines with the options here, or about several groups of them with a file; what is missing is asked
/// for on a terminal. Exit status 1 where something is missing or contradicts itself, or a count or key does not suffice.
#[derive(Debug, Args)]
pub(crate) struct Make {
    /// Groups of machines from a file (`-` is standard input); docs/office/plan.md shows one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["office", "windows_clients", "windows_servers"])]
    from: Option<PathBuf>,
    /// Machines with Office.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    office: Option<u32>,
    /// Windows clients under a volume licence.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    windows_clients: Option<u32>,
    /// Windows servers under a volume licence.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    windows_servers: Option<u32>,
    #[command(flatten)]
    told: Told,
    /// Activations left on the Multiple Activation Key.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    mak_left: Option<u32>,
    /// Ask for what is missing even where standard input is no terminal.
    #[arg(long)]
    ask: bool,
    /// The day as of which support is told [default: today].
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    today: Option<Date>,
    /// Show where each fact was read.
    #[arg(long)]
    sources: bool,
}

/// What is true of all machines that do not say otherwise.
#[derive(Args, Debug)]
struct Told {
    /// What was bought for Office: subscription, volume, volume-spla or retail.
    #[arg(long, value_parser = values::parsed::<Licence>)]
    licence: Option<Licence>,
    /// Release of Office: m365, 2024, 2021, 2019, 2016.
    #[arg(long, value_parser = values::parsed::<Release>)]
    release: Option<Release>,
    /// Oldest Windows on the clients: windows-11, windows-10, windows-7.
    #[arg(long, value_parser = values::parsed::<Release>)]
    windows_release: Option<Release>,
    /// Oldest Windows on the servers: server-2025 to server-2008-r2.
    #[arg(long, value_parser = values::parsed::<Release>)]
    server_release: Option<Release>,
    /// What the machines are members of: ad, hybrid, entra or none.
    #[arg(long, value_parser = values::parsed::<Membership>)]
    domain: Option<Membership>,
    /// Days for which a machine is away from the company's network at most.
    #[arg(long, value_name = "DAYS", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    away_days: Option<u32>,
    /// How often the internet is reached: monthly, half-yearly or never.
    #[arg(long, value_parser = values::parsed::<Internet>)]
    internet: Option<Internet>,
    /// Who works at each machine: personal, shared (each with a licence) or shared-unlicensed.
    #[arg(long, value_parser = values::parsed::<Devices>)]
    devices: Option<Devices>,
    /// The machines are virtual desktops.
    #[arg(long)]
    vdi: bool,
    /// What network they are in: company, semi-isolated or isolated.
    #[arg(long, value_parser = values::parsed::<Network>)]
    network: Option<Network>,
    /// What their users do: full or read-only.
    #[arg(long, value_parser = values::parsed::<Users>)]
    users: Option<Users>,
    /// How long they live: permanent or short-lived.
    #[arg(long, value_parser = values::parsed::<Lifetime>)]
    lifetime: Option<Lifetime>,
}

impl Make {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let today = super::today(self.today);
        let asks = self.ask || (output == Output::Human && io::stdin().is_terminal() && io::stderr().is_terminal());
        let mut estate = self.estate(asks)?;
        let mut plan = plan::plan(&estate, today);
        while asks && ask_one(&mut estate, &plan)? {
            plan = plan::plan(&estate, today);
        }
        match output {
            Output::Json => output::json(&json!(plan)),
            Output::Human => self.print(&plan),
        }
        if plan.is_complete() { Ok(()) } else { Err(Failure::unhealthy(Code::PlanIncomplete)) }
    }

    fn estate(&self, asks: bool) -> Result<Estate, Failure> {
        let defaults = self.told.facts();
        if let Some(path) = &self.from {
            let text = super::written_text_of(path, MAX_FILE)?;
            let estate = Estate::parse(&text).map_err(|error| no_estate(&error).of(path))?;
            let (mak_left, defaults) = (self.mak_left.or(estate.mak_left), estate.defaults.or(&defaults));
            return Ok(Estate { mak_left, defaults, ..estate });
        }
        let mut counts = [self.office, self.windows_clients, self.windows_servers];
        if counts.iter().all(Option::is_none) {
            if !asks {
                return Err(Failure::failed(Code::Usage, "no machines are told").hint(
                    "`--office N`, `--windows-clients N`, `--windows-servers N`, or groups in a file: `--from FILE`",
                ));
            }
            for (count, product) in counts.iter_mut().zip(Product::ALL) {
                *count = number(&format!("how many machines with {}?", product.title()))?;
            }
        }
        let told =
            Product::ALL.iter().zip(counts).filter_map(|(product, count)| Some((*product, count.filter(|n| *n > 0)?)));
        let groups: Vec<Group> = told.map(|(product, machines)| self.told.group(product, machines)).collect();
        if groups.is_empty() {
            return Err(Failure::failed(Code::Usage, "there are no machines to plan"));
        }
        Ok(Estate { mak_left: self.mak_left, defaults, groups })
    }

    fn print(&self, plan: &Plan) {
        for answer in &plan.groups {
            head(answer);
            reasons(answer);
            if let Some(support) = &answer.support {
                self.support(support);
            }
            for (at, step) in answer.steps.iter().enumerate() {
                if at == 0 {
                    output::paragraph(2, "what to do:");
                }
                output::paragraph(4, &format!("{}. {}: {}", at + 1, step.on.title(), step.what));
                if let Some(command) = &step.command {
                    outln!("       $ {command}");
                }
            }
            why_not(answer);
            if let Some(source) = answer.source.as_ref().filter(|_| self.sources) {
                output::paragraph(2, &format!("source: {source}"));
            }
            outln!();
        }
        totals(plan);
    }

    fn support(&self, support: &Support) {
        let Support { release, until, ended, days, note, source } = support;
        let when = match (until, days) {
            (Some(until), Some(days)) if *ended => {
                format!("support ended on {until}, {} days ago", days.unsigned_abs())
            }
            (Some(until), Some(days)) => format!("supported until {until}, {days} days more"),
            (Some(until), None) => format!("supported until {until}"),
            (None, _) => "supported as long as it is kept up to date".to_owned(),
        };
        let note = note.as_ref().map_or_else(String::new, |note| format!(" ({})", note.trim_end_matches('.')));
        output::paragraph(2, &format!("{release}: {when}{note}"));
        if self.sources {
            output::paragraph(4, &format!("source: {source}"));
        }
    }
}

impl Told {
    fn facts(&self) -> Facts {
        Facts {
            domain: self.domain,
            away_days: self.away_days,
            internet: self.internet,
            devices: self.devices,
            vdi: self.vdi.then_some(true),
            network: self.network,
            users: self.users,
            lifetime: self.lifetime,
            ..Facts::default()
        }
    }

    fn group(&self, product: Product, machines: u32) -> Group {
        let (release, licence) = match product {
            Product::Office => (self.release, self.licence),
            Product::WindowsClient => (self.windows_release, Some(Licence::Volume)),
            Product::WindowsServer => (self.server_release, Some(Licence::Volume)),
        };
        let facts = Facts { product: Some(product), release, licence, machines: Some(machines), ..Facts::default() };
        Group { name: product.title().to_owned(), facts }
    }
}

/// Asks for the first thing that is missing; `false` where nothing is missing, or no answer comes.
fn ask_one(estate: &mut Estate, plan: &Plan) -> Result<bool, Failure> {
    let missing = plan.groups.iter().zip(&mut estate.groups).find_map(|(answer, group)| {
        let office = answer.facts.product() == Some(Product::Office) && answer.facts.licence.is_some();
        // Support and the commands depend on it, even where the method does not.
        let release = (office && answer.facts.release.is_none()).then_some(Fact::Release);
        Some((group, release.or(answer.questions.first().map(|question| question.fact))?))
    });
    let Some((group, fact)) = missing else { return Ok(false) };
    let choices = fact.choices();
    let offered = if choices.is_empty() { String::new() } else { format!(" [{}]", choices.join(" | ")) };
    while let Some(line) = ask(&format!("{}: {}{offered}", group.name, fact.question()))? {
        match group.facts.set(fact, &line) {
            Ok(()) => return Ok(true),
            Err(expected) => errln!("{line:?} is not {expected}"),
        }
    }
    Ok(false)
}

/// A number that is asked for; nothing where no answer comes.
fn number(question: &str) -> Result<Option<u32>, Failure> {
    while let Some(line) = ask(question)? {
        match line.parse() {
            Ok(number) => return Ok(Some(number)),
            Err(_) if line.is_empty() => return Ok(None),
            Err(_) => errln!("{line:?} is not a whole number, 0 or more"),
        }
    }
    Ok(None)
}

fn ask(question: &str) -> Result<Option<String>, Failure> {
    let failed = |error: io::Error| Failure::failed(Code::File, format!("standard input: {error}"));
    err!("{question} ");
    io::stderr().flush().map_err(failed)?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(failed)?;
    if read == 0 {
        err!("\n");
    }
    Ok((read > 0).then(|| line.trim().to_owned()))
}

fn head(answer: &Answer) {
    let facts = &answer.facts;
    let told = [
        facts.machines.map(|machines| format!("{machines} machines")),
        facts.release.map(|release| release.name().to_owned()),
        facts.licence.map(|licence| licence.name().to_owned()),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    let title = match (answer.method, &answer.decision) {
        (Some(method), Some(row)) => format!("{} [{row}]", method.title()),
        _ if !answer.contradictions.is_empty() => "the facts contradict each other".to_owned(),
        _ if !answer.questions.is_empty() => "something has to be known first".to_owned(),
        _ => "no method fits".to_owned(),
    };
    output::paragraph(0, &format!("{}{told}: {title}", answer.name));
}

fn reasons(answer: &Answer) {
    for contradiction in &answer.contradictions {
        output::paragraph(2, contradiction);
    }
    for question in &answer.questions {
        let methods: Vec<&str> = question.methods.iter().map(|method| method.name()).collect();
        let key = question.fact.key();
        output::paragraph(2, &format!("{key}: {} it may come to {}", question.question, methods.join(" or ")));
    }
    if let Some(why) = &answer.why {
        output::paragraph(2, &format!("why: {why}"));
    }
    for need in &answer.needs {
        let met = match need.met {
            Some(true) => "it is there",
            Some(false) => "it is not there",
            None => "see to it",
        };
        output::paragraph(2, &format!("needs: {} ({met})", need.need));
    }
}

/// Why not the other methods, in at most three lines: those with one reason together, the longest list last.
fn why_not(answer: &Answer) {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for against in &answer.against {
        let why = against.why.first().cloned().unwrap_or_default();
        match lines.iter_mut().find(|(_, known)| *known == why) {
            Some((methods, _)) => methods.push(against.method.name()),
            None => lines.push((vec![against.method.name()], why)),
        }
    }
    if lines.len() > MAX_WHY_NOT {
        let rest: Vec<&str> = lines.drain(MAX_WHY_NOT - 1..).flat_map(|(methods, _)| methods).collect();
        lines.push((rest, "do not fit either; --json says why".to_owned()));
    }
    for (methods, why) in lines {
        output::paragraph(2, &format!("why not {}: {why}", methods.join(", ")));
    }
}

fn totals(plan: &Plan) {
    for threshold in &plan.thresholds {
        let host = threshold.group.as_ref().map_or_else(String::new, |group| format!(" of {group}"));
        let count = threshold.count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let (what, required) = (threshold.product.title(), threshold.required);
        output::paragraph(0, &format!("the KMS host{host}: {count} machines with {what} ask, {required} are needed"));
    }
    if let Some(pool) = &plan.mak_pool {
        let left = match (pool.left, pool.enough) {
            (Some(left), Some(false)) => format!("{left} are left: that is not enough"),
            (Some(left), _) => format!("{left} are left"),
            (None, _) => "look up how many are left".to_owned(),
        };
        output::paragraph(0, &format!("MAK: {} activations are needed, {left}", pool.needed));
    }
    for note in &plan.notes {
        output::paragraph(0, &format!("note: {note}"));
    }
}

fn no_estate(error: &EstateError) -> Failure {
    Failure::failed(Code::NotAPlan, error.to_string().trim_end())
}

const MAX_FILE: usize = 1 << 20;
/// As many lines as the other methods get.
const MAX_WHY_NOT: usize = 3;
