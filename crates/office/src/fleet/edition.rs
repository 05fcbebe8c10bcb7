//! What is the matter with a product in words of its own: evaluations, trials, keys of a channel that no host serves.

use super::advice::{Advice, Health, in_days};
use crate::facts::errors::Hresult;
use crate::read::{Block, Channel, State};

/// What is the matter with this edition or key, where the general texts would mislead.
pub(super) fn of_edition(block: &Block) -> Option<Advice> {
    if block.channel() == Channel::Evaluation {
        return Some(of_evaluation(block));
    }
    let failed = block.error_is_failure() || matches!(block.state(), Some(State::Notification | State::Unlicensed));
    let windows = block.name().is_some_and(|name| name.contains("Windows"));
    match (failed, windows) {
        (false, _) => None,
        (true, true) => of_windows(block),
        (true, false) => of_retail_office(block),
    }
}

/// Evaluations of Windows and trials of Office: activating does not help them, and each ends in its own way.
fn of_evaluation(block: &Block) -> Advice {
    let name = block.name().unwrap_or_default();
    let (what, over, convert) = if !name.contains("Windows") {
        (
            "trial",
            "the apps only show and print",
            "install the edition that was bought, or sign in with its account; a volume edition is another installation",
        )
    } else if name.contains("Server") {
        ("evaluation", "the server shuts down every hour", SET_EDITION)
    } else {
        (
            "evaluation",
            "the machine shuts down every hour",
            "install a licensed edition anew: an evaluation of a client edition is not converted",
        )
    };
    let runs = block.state() == Some(State::Licensed) && !block.error_is_failure();
    match block.minutes().filter(|_| runs) {
        Some(left) if left < SOON => Advice::new(
            Health::Soon,
            format!("the {what} ends in {}: then {over}, and no activation helps", in_days(left)),
            convert,
        ),
        Some(left) => Advice::new(Health::Well, format!("the {what} runs for {} more", in_days(left)), convert),
        None if runs => Advice::new(Health::Well, format!("the {what} runs; when it is over, {over}"), convert),
        // An activation that failed tells nothing of how long it still runs.
        None if block.state().is_none() => Advice::new(
            Health::Attention,
            format!("no activation (/ato, /act) helps here: this edition is for {what}; when that is over, {over}"),
            convert,
        ),
        None => Advice::new(
            Health::Attention,
            format!("the {what} is over: {over}, and no activation (/ato, /act) helps"),
            convert,
        ),
    }
}

/// Windows with a key of a channel that no host serves, or with its grace over.
fn of_windows(block: &Block) -> Option<Advice> {
    let channel = block.channel_name().unwrap_or("?");
    match block.channel() {
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
        | Channel::Evaluation
        | Channel::Other => None,
    }
}

/// Office as a single copy: what is said of volume Office does not hold for it.
fn of_retail_office(block: &Block) -> Option<Advice> {
    let office = block.name().is_some_and(|name| name.contains("Office"));
    let over = block.state() == Some(State::Notification);
    (office && over && block.channel() == Channel::Retail).then(|| {
        Advice::new(
            Health::Attention,
            "a single copy of Office that is not activated: no KMS host and no directory activates it",
            "start an app and sign in with the account that bought it, or activate its key online; for volume activation \
             install a volume edition",
        )
    })
}

/// How a server leaves its evaluation.
const SET_EDITION: &str = "convert the edition with a key of your own (DISM /online /Set-Edition:EDITION \
                           /ProductKey:KEY /AcceptEula; `DISM /online /Get-TargetEditions` lists them), or install a \
                           licensed edition";
/// Minutes before its end from which an evaluation needs a decision.
const SOON: u64 = 30 * 24 * 60;
/// Grace has ended.
const GRACE_OVER: Hresult = Hresult(0xC004_F009);
