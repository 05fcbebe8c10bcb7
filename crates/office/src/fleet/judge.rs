//! What a status means for the one who has to act on it, and what to do next. Meanings and remedies are those of the
//! tables of codes and states.

use super::advice::{Advice, Health, MINUTES_A_DAY, in_days};
use super::edition::of_edition;
use super::host::of_host;
use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::kms::KMS;
use crate::facts::outputs::{Field, Script};
use crate::read::{Block, Channel, State};

/// What a block means. A code that is a failure goes before the state.
pub fn advice(block: &Block) -> Advice {
    if let Some(advice) = of_command(block) {
        return advice;
    }
    // Properties have one language: a word that is no state there is not known, or was put in by what exported them.
    if let (Script::Wmi | Script::Vamt, None, Some(word)) = (block.tool, block.state(), block.text(Field::State)) {
        return Advice::of_no_state(word);
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
    if let Some(advice) = of_edition(block) {
        return advice;
    }
    match (block.error().filter(|_| block.error_is_failure()), block.state()) {
        (Some(code), _) => Advice::of_code(code),
        (None, None) if block.has(Field::ErrorOccurred) => {
            let said = block.text(Field::ErrorText).unwrap_or("an error without a code");
            let denied = ["denied", "administrator", "elevated", "0x80070005"].iter().any(|word| said.contains(word));
            let next = if denied { "run it again as an administrator" } else { "read what it says, and run it again" };
            Advice::new(Health::Attention, format!("the command failed: {said}"), next)
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

/// Whether a licence has no key: it is installed and not used, as most of those that WMI lists.
fn is_without_key(block: &Block) -> bool {
    let of_wmi = matches!(block.tool, Script::Wmi | Script::Vamt);
    // A property that was not asked for says nothing; an empty one says that there is no key.
    let no_key = block.last5().is_none() && (!of_wmi || block.fields.contains_key(&Field::Last5));
    let no_error = block.error().is_none_or(|error| error == NO_KEY);
    block.state() == Some(State::Unlicensed)
        && (no_key && no_error || block.error() == Some(NO_KEY) && block.last5().is_none())
}

/// There is no product key.
const NO_KEY: Hresult = Hresult(0xC004_F014);
