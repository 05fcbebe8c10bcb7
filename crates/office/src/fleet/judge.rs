//! What a status means for the one who has to act on it, and what to do next. Meanings and remedies are those of the
//! tables of codes and states.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use super::row::Row;
use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::kms::{KMS, Weight};
use crate::facts::outputs::{Field, OUTPUTS, Script};
use crate::read::{Block, Channel, Counted, Event, HANDLED, State, Unrecognised};

/// How a line of the overview stands, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// In order.
    Well,
    /// Says nothing about health: a licence without key, the answer to a command, the placeholder of a subscription.
    Neutral,
    /// Works, and soon will not.
    Soon,
    /// Not recognised: nothing is known.
    Unknown,
    /// Something has to be done.
    Attention,
}

impl Health {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Well, Self::Neutral, Self::Soon, Self::Unknown, Self::Attention];

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Neutral => "neutral",
            Self::Soon => "soon",
            Self::Unknown => "unknown",
            Self::Attention => "attention",
        }
    }
}

/// What a line means and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// How it stands.
    pub health: Health,
    /// What it means.
    pub meaning: Cow<'static, str>,
    /// What to do next; empty where there is nothing.
    pub next: Cow<'static, str>,
}

impl Advice {
    pub(crate) fn new(
        health: Health,
        meaning: impl Into<Cow<'static, str>>,
        next: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { health, meaning: meaning.into(), next: next.into() }
    }

    /// What the tables say about a failure.
    pub(crate) fn of_code(code: Hresult) -> Self {
        match ERRORS.find(code) {
            Some(entry) => {
                let next = entry.remedy.first().map_or("", String::as_str);
                Self::new(Health::Attention, entry.meaning.as_str(), next)
            }
            None => Self::new(
                Health::Attention,
                format!("0x{:08X} is in none of the tables", code.0),
                "search Microsoft's support pages for the code itself",
            ),
        }
    }

    /// What is known of a text that is not read, and the first line of it.
    pub(crate) fn of_unknown(localised: bool, line: Option<&Unrecognised>) -> Self {
        let said = line.map_or_else(String::new, |line| format!(", line {}: {}", line.line, line.text));
        if localised {
            Self::new(
                Health::Unknown,
                format!("not recognised, it looks like a script's output in a language that is not read{said}"),
                COLLECT,
            )
        } else {
            Self::new(Health::Unknown, format!("not recognised{said}"), COLLECT)
        }
    }
}

/// What a block means. A code that is a failure goes before the state.
pub fn advice(block: &Block) -> Advice {
    if let Some(advice) = of_command(block) {
        return advice;
    }
    if block.is_localised() || block.is_product() && block.state().is_none() {
        return Advice::of_unknown(block.is_localised(), block.unrecognised.first());
    }
    if block.is_subscription() && block.state() != Some(State::Licensed) {
        return Advice::new(
            Health::Neutral,
            "Microsoft 365 Apps are licensed through an account: ospp.vbs shows a placeholder, and its state is no failure",
            "run vnextdiag.ps1 -action list as the user",
        );
    }
    if block.has(Field::NotInUse) {
        return Advice::new(Health::Neutral, "the licence is installed and not in use", "");
    }
    if is_without_key(block) {
        return Advice::new(Health::Neutral, "a licence without a key: the product may not be installed at all", "");
    }
    if block.is_host() {
        return of_host(block);
    }
    if let Some(advice) = of_windows(block) {
        return advice;
    }
    match (block.error().filter(|_| block.error_is_failure()), block.state()) {
        (Some(code), _) => Advice::of_code(code),
        (None, None) if block.has(Field::ErrorOccurred) => {
            let said = block.text(Field::ErrorText).unwrap_or("an error without a code");
            Advice::new(Health::Attention, format!("the command failed: {said}"), "run it again as an administrator")
        }
        (None, Some(state)) => of_state(state, block),
        (None, None) => Advice::new(Health::Neutral, "no state is shown", ""),
    }
}

/// The answer to a command that shows no product.
fn of_command(block: &Block) -> Option<Advice> {
    let said = |meaning: &'static str, next: &'static str| Some(Advice::new(Health::Neutral, meaning, next));
    if block.has(Field::NoKeys) {
        return said(
            "no key of a volume product is installed; a machine with only Microsoft 365 Apps shows the same",
            "where Microsoft 365 Apps are installed, run vnextdiag.ps1 -action list as the user",
        );
    }
    if block.has(Field::NoKmsLicences) {
        return said(
            "no licence on this machine can be activated by KMS",
            "install a volume edition; a subscription cannot be activated by KMS",
        );
    }
    if block.has(Field::KeyNotFound) {
        return said(
            "no installed key ends in these characters",
            "ospp.vbs /dstatus shows the last five characters of each key",
        );
    }
    if block.has(Field::InpkeyOk) {
        return said(
            "the key was accepted, which is all that this says: nothing is activated yet",
            "ospp.vbs /act, then /dstatus",
        );
    }
    if block.succeeded() == Some(true) && !block.is_product() {
        let activated = block.is_result();
        let meaning = if activated { "activated" } else { "the command was carried out" };
        return Some(Advice::new(if activated { Health::Well } else { Health::Neutral }, meaning, ""));
    }
    None
}

fn of_state(state: State, block: &Block) -> Advice {
    let meaning = ERRORS.states.iter().find(|entry| State::from_code(u64::from(entry.code)) == Some(state));
    let meaning = meaning.map_or("the script itself does not know the state", |entry| entry.meaning.as_str());
    let kms = block.channel() == Channel::KmsClient;
    let activate = if kms {
        "reach a KMS host or a domain controller, then activate (ospp.vbs /act, slmgr.vbs /ato)"
    } else {
        "activate (ospp.vbs /act, slmgr.vbs /ato)"
    };
    match state {
        State::Licensed => of_licensed(meaning, block),
        State::InitialGrace => Advice::new(Health::Soon, meaning, activate),
        State::AdditionalGrace => Advice::new(
            Health::Attention,
            meaning,
            if kms {
                "find out why the KMS host has not been reached for 180 days: name, port 1688, count"
            } else {
                activate
            },
        ),
        State::NonGenuineGrace => Advice::new(
            Health::Attention,
            meaning,
            "check where the key comes from; install a key of the organisation's own",
        ),
        State::Unlicensed | State::Notification | State::ExtendedGrace => {
            Advice::new(Health::Attention, meaning, activate)
        }
        State::Grace | State::ReducedFunctionality => of_subscription(state),
        State::Unknown => {
            Advice::new(Health::Unknown, meaning, "restart the licensing service and run the script again")
        }
    }
}

/// A lease shows when it was renewed last: what is left of it counts down from 180 days.
fn of_licensed(meaning: &'static str, block: &Block) -> Advice {
    let minutes = block.minutes().filter(|_| block.channel() == Channel::KmsClient);
    let Some(minutes) = minutes else { return Advice::new(Health::Well, meaning, "") };
    let quiet = since_renewal(minutes);
    let interval =
        block.number(Field::RenewalInterval).unwrap_or_else(|| KMS.number("interval.renewal_minutes").into());
    let days = quiet / MINUTES_A_DAY;
    // Two renewals missed may be a holiday; the lease is in danger when it is noticed by Windows itself.
    if minutes < u64::from(KMS.number("grace.windows_toast_days")) * MINUTES_A_DAY {
        Advice::new(
            Health::Soon,
            format!("activated, and not renewed for {days} days: the lease ends in {}", in_days(minutes)),
            "bring it to the network of the KMS host, or find out why the host does not answer",
        )
    } else if quiet > interval.saturating_mul(4) && days > 28 {
        Advice::new(Health::Well, format!("activated; not renewed for {days} days"), "see that it reaches the KMS host")
    } else {
        Advice::new(Health::Well, meaning, "")
    }
}

/// Minutes since a KMS client was activated or renewed last, from what is left of its lease.
pub fn since_renewal(minutes: u64) -> u64 {
    u64::from(KMS.number("validity.max_minutes")).saturating_sub(minutes)
}

/// Whole days, as people say them.
pub(crate) fn in_days(minutes: u64) -> String {
    match minutes / MINUTES_A_DAY {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// Minutes of a day.
pub const MINUTES_A_DAY: u64 = 24 * 60;

/// What the state of a licence of Microsoft 365 Apps means.
pub(crate) fn of_subscription(state: State) -> Advice {
    match state {
        State::Licensed => Advice::new(Health::Well, "licensed through the account or the device", ""),
        State::Grace => Advice::new(
            Health::Attention,
            "the subscription has ended; the apps work until the licence on the machine ends too",
            "renew or assign the subscription, then start an app while online",
        ),
        _ => Advice::new(
            Health::Attention,
            "reduced functionality: the apps only show and print; the licence on the machine has not been renewed in time",
            "sign in with a licensed account while online",
        ),
    }
}

fn of_host(block: &Block) -> Advice {
    let counted = block.counted();
    let threshold = u64::from(counted.threshold());
    if block.state().is_some_and(|state| state != State::Licensed) {
        return Advice::new(
            Health::Attention,
            "a KMS host that is itself not activated: it activates no machine",
            "activate it online or by telephone",
        );
    }
    let Some(count) = block.number(Field::Count) else { return Advice::new(Health::Well, "KMS host", "") };
    let (enough, needed) = match counted {
        Counted::Office => (count >= threshold, format!("{threshold} are needed for Office")),
        // A Windows host serves servers before it serves clients.
        Counted::WindowsClient | Counted::WindowsServer => {
            let (servers, clients) = (Counted::WindowsServer.threshold(), Counted::WindowsClient.threshold());
            let told = match count {
                count if count >= u64::from(clients) => {
                    format!("enough for Windows Server ({servers}) and Windows ({clients})")
                }
                count if count >= u64::from(servers) => {
                    format!("enough for Windows Server ({servers}), not for Windows clients ({clients})")
                }
                _ => format!("{servers} are needed for Windows Server and {clients} for Windows clients"),
            };
            (count >= u64::from(servers), told)
        }
    };
    let total = block.number(Field::RequestsTotal);
    let failed = block.number(Field::RequestsFailed).filter(|failed| *failed > 0);
    let meaning = format!("KMS host: {count} machines are counted, {needed}");
    if let (Some(failed), Some(total)) = (failed, total)
        && failed.saturating_mul(FAILED_SHARE) >= total
    {
        return Advice::new(
            Health::Attention,
            format!("{meaning}; {failed} of {total} requests failed"),
            "read the codes of the events 12290 on the host: 0xC004F042 is a product that its key does not cover, \
             0xC004F038 too few machines; look for cloned machines with one client id",
        );
    }
    let few = "let more machines ask; fewer than that for good: Active Directory-based activation or MAK";
    match (enough, count) {
        (true, _) => Advice::new(Health::Well, meaning, ""),
        (false, 0) if total == Some(0) => Advice::new(
            Health::Neutral,
            format!(
                "{meaning}; it was never asked: right beside Active Directory-based activation, which counts nothing"
            ),
            "where machines should ask it: look at its DNS record and at port 1688",
        ),
        (false, 0) => Advice::new(Health::Soon, meaning, few),
        (false, _) => Advice::new(Health::Attention, meaning, few),
    }
}

/// Whether a licence has no key: it is installed and not used, as most of those that WMI lists.
fn is_without_key(block: &Block) -> bool {
    let of_wmi = matches!(block.tool, Script::Wmi | Script::Vamt);
    // A property that was not asked for says nothing; an empty one says that there is no key.
    let no_key = block.last5().is_none() && (!of_wmi || block.fields.contains_key(&Field::Last5));
    let no_error = block.error().is_none_or(|error| error == NO_KEY);
    block.state() == Some(State::Unlicensed)
        && (no_key && no_error || block.error() == Some(NO_KEY) && block.last5().is_none())
}

/// What is the matter with Windows in words of its own: evaluations that are over, keys of a channel that no host serves.
fn of_windows(block: &Block) -> Option<Advice> {
    let name = block.name().unwrap_or_default();
    let failed = block.error_is_failure() || matches!(block.state(), Some(State::Notification | State::Unlicensed));
    if !name.contains("Windows") || !failed {
        return None;
    }
    let channel = block.channel_name().unwrap_or("?");
    match block.channel() {
        Channel::Evaluation => Some(Advice::new(
            Health::Attention,
            "the evaluation is over: a server shuts down every hour, and no activation (/ato) can help an evaluation edition",
            "convert the edition with a key of your own (DISM /online /Set-Edition:EDITION /ProductKey:KEY /AcceptEula; \
             `DISM /online /Get-TargetEditions` lists them), or install a licensed edition",
        )),
        Channel::Retail | Channel::Oem => Some(Advice::new(
            Health::Attention,
            format!("the key is of the {channel} channel: no KMS host and no directory activates it"),
            "to activate it by your own host or directory, install the generic key (GVLK) of the edition: slmgr.vbs /ipk \
             KEY, then slmgr.vbs /ato; else activate this key online",
        )),
        _ if block.error() == Some(GRACE_OVER)
            || block.error().is_none() && block.state() == Some(State::Notification) =>
        {
            Some(Advice::new(
                Health::Attention,
                "Windows was not activated in time and reminds of it; it works, and only personal settings are locked",
                if block.channel() == Channel::KmsClient {
                    "find out why no KMS host or domain controller answers (name, port 1688, count), then slmgr.vbs /ato"
                } else {
                    "slmgr.vbs /ato while online, or by telephone"
                },
            ))
        }
        Channel::KmsClient
        | Channel::KmsHost
        | Channel::Mak
        | Channel::Grace
        | Channel::Subscription
        | Channel::Other => None,
    }
}

/// What an event says by itself; nothing where it is only counted.
pub(crate) fn of_event_alone(event: &Event, code: Option<Hresult>) -> Option<Advice> {
    let entry = KMS.event(event.id)?;
    if event.cut {
        return Some(Advice::new(
            Health::Unknown,
            format!("events {} whose text is cut: {}", event.id, entry.meaning),
            "print them as a list: Get-WinEvent … | Format-List TimeCreated, Id, MachineName, Message",
        ));
    }
    if event.id == HANDLED {
        return None;
    }
    let action = entry.action.as_deref().unwrap_or_default();
    let told = format!("event {}, {}", event.id, entry.meaning);
    match (entry.weight, code) {
        (Weight::Routine, _) | (Weight::ByCode, None) => None,
        (Weight::Well, _) => Some(Advice::new(Health::Well, told, "")),
        (Weight::Note, Some(code)) => Some(Advice::new(Health::Neutral, format!("{told} ({code})"), action)),
        (Weight::Note, None) => Some(Advice::new(Health::Neutral, told, action)),
        (Weight::ByCode | Weight::Attention, Some(code)) => {
            let advice = Advice::of_code(code);
            Some(Advice { meaning: format!("{told}: {}", advice.meaning).into(), ..advice })
        }
        (Weight::Attention, None) => Some(Advice::new(Health::Attention, told, action)),
    }
}

/// There is no product key.
const NO_KEY: Hresult = Hresult(0xC004_F014);
/// Grace has ended.
const GRACE_OVER: Hresult = Hresult(0xC004_F009);
/// One request in so many may fail on a host that is well.
const FAILED_SHARE: u64 = 4;
/// How to collect what is read in every language, where no script runs.
const COLLECT: &str = "collect it from WMI, in any language: Get-CimInstance SoftwareLicensingProduct -Filter \
                       'PartialProductKey is not null' | Export-Csv status.csv";

/// The facts behind lines, each with its source: the codes and states that occur, and the numbers that all rest on.
pub fn sources(rows: &[Row]) -> Vec<(String, &'static str)> {
    let codes: BTreeSet<Hresult> = rows.iter().filter_map(|row| row.code).collect();
    let states: BTreeSet<State> = rows.iter().filter_map(|row| row.state).collect();
    let code = |code: &Hresult| Some((code.to_string(), ERRORS.find(*code)?.source.as_str()));
    let state = |state: &State| {
        let entry = ERRORS.states.iter().find(|entry| State::from_code(u64::from(entry.code)) == Some(*state))?;
        Some((state.to_string(), entry.source.as_str()))
    };
    let vnext = OUTPUTS.vnext_states.iter().filter_map(|entry| {
        let state = State::from_vnext(&entry.state).filter(|state| states.contains(state))?;
        Some((format!("{state}, Microsoft 365 Apps"), entry.source.as_str()))
    });
    let fact = |id: &&'static str| Some(((*id).to_owned(), KMS.fact(id)?.source.as_str()));
    codes
        .iter()
        .filter_map(code)
        .chain(states.iter().filter_map(state))
        .chain(vnext)
        .chain(FACTS.iter().filter_map(fact))
        .collect()
}

/// The facts that meanings and forecasts rest on.
const FACTS: [&str; 9] = [
    "threshold.office",
    "threshold.windows_client",
    "threshold.windows_server",
    "cache.days",
    "validity.max_minutes",
    "interval.renewal_minutes",
    "grace.out_of_tolerance_days",
    "grace.windows_toast_days",
    "port.tcp",
];

/// What a block comes to in a few words, where its state alone would mislead.
pub fn verdict(block: &Block) -> Option<String> {
    if block.is_subscription() && block.is_product() && block.state() != Some(State::Licensed) {
        return Some("not-a-failure: ask vnextdiag".to_owned());
    }
    if !block.is_host() {
        return None;
    }
    if block.state().is_some_and(|state| state != State::Licensed) {
        return Some("0xC004F041 expected: the host itself is not activated".to_owned());
    }
    let count = block.number(Field::Count)?;
    let counted = block.counted();
    let threshold = counted.threshold();
    Some(if count >= u64::from(threshold) {
        format!("host ready, count at least {threshold}")
    } else if count == 0 {
        format!("host ready, count below {}", lowest(counted))
    } else {
        format!("0xC004F038 expected for {} clients", counted.word())
    })
}

/// The lowest threshold among the products of a host: a Windows host serves servers before it serves clients.
fn lowest(counted: Counted) -> u32 {
    match counted {
        Counted::Office => Counted::Office.threshold(),
        Counted::WindowsClient | Counted::WindowsServer => Counted::WindowsServer.threshold(),
    }
}
