//! How a KMS host stands: whether it is activated, and whether it counts enough machines for each product that it activates.

use super::advice::{Advice, Health};
use crate::facts::outputs::Field;
use crate::read::{Block, Counted, State};

pub(super) fn of_host(block: &Block) -> Advice {
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
        // The host key of a client edition activates no server.
        Counted::WindowsClient => {
            (count >= threshold, format!("{threshold} are needed for Windows, and it activates no server"))
        }
        // A Windows host serves servers before it serves clients.
        Counted::WindowsServer => {
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
    let published = block.text(Field::DnsPublishing).is_none_or(|how| !how.contains("disabled"));
    let meaning = if published { meaning } else { format!("{meaning}; it does not publish itself in DNS") };
    let next = if !published {
        "see that clients find it: a record of your own, or its name set on them"
    } else if counted == Counted::WindowsServer && count < u64::from(Counted::WindowsClient.threshold()) {
        "where Windows clients ask it too: let more of them ask"
    } else {
        ""
    };
    match (enough, count) {
        (true, _) => Advice::new(Health::Well, meaning, next),
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
        Counted::WindowsClient => Counted::WindowsClient.threshold(),
        Counted::WindowsServer => Counted::WindowsServer.threshold(),
    }
}

/// One request in so many may fail on a host that is well.
const FAILED_SHARE: u64 = 4;
