//! Tests of a port by other programs than `Test-NetConnection`, which say in one line whether it answers: telnet, nc,
//! `PortQry`, and what .NET says of a connection that failed.

use super::value::shorten;

/// What one line says of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer<'t> {
    pub(super) host: Option<&'t str>,
    pub(super) port: u16,
    pub(super) open: bool,
}

/// The answer that a line is.
pub(super) fn answer(text: &str) -> Option<Answer<'_>> {
    telnet(text).or_else(|| nc(text)).or_else(|| portqry(text)).or_else(|| sockets(text))
}

/// The host that `PortQry` is asked for: the line behind this one names it.
pub(super) const PORTQRY: &str = "Querying target system called:";

/// `Connecting To kms01...Could not open connection to the host, on port 1688: Connect failed`
fn telnet(text: &str) -> Option<Answer<'_>> {
    let (host, rest) = text.strip_prefix("Connecting To ")?.split_once("...")?;
    let (_, port) = rest.split_once("on port ")?;
    Some(Answer { host: Some(shorten(host)), port: number(port)?, open: false })
}

/// `nc: connect to kms01 port 1688 (tcp) failed: Connection refused`, `Connection to kms01 1688 port [tcp/*] succeeded!`
fn nc(text: &str) -> Option<Answer<'_>> {
    if let Some((_, rest)) = text.split_once("nc: connect to ") {
        let (host, rest) = rest.split_once(' ')?;
        let (_, port) = rest.split_once("port ")?;
        return Some(Answer { host: Some(shorten(host)), port: number(port)?, open: false });
    }
    let (host, rest) = text.strip_prefix("Connection to ")?.split_once(' ')?;
    let open = rest.contains(" port [tcp/") && rest.ends_with("succeeded!");
    open.then_some(())?;
    Some(Answer { host: Some(shorten(host)), port: number(rest)?, open })
}

/// `TCP port 1688 (unknown service): NOT LISTENING`
fn portqry(text: &str) -> Option<Answer<'_>> {
    let (port, state) = text.strip_prefix("TCP port ")?.rsplit_once(": ")?;
    let open = match state {
        "LISTENING" => true,
        "NOT LISTENING" | "FILTERED" | "LISTENING or FILTERED" => false,
        _ => return None,
    };
    Some(Answer { host: None, port: number(port)?, open })
}

/// `… the target machine actively refused it 10.0.0.5:1688`, `… connected host has failed to respond 10.0.0.5:1688`
fn sockets(text: &str) -> Option<Answer<'_>> {
    let refused = ["actively refused it", "has failed to respond"];
    let (_, rest) = refused.iter().find_map(|words| text.split_once(words))?;
    let place = rest.trim_matches([' ', '"', '.', '[', ']']);
    let (host, port) = place.rsplit_once(':')?;
    Some(Answer { host: Some(shorten(host)), port: number(port)?, open: false })
}

fn number(text: &str) -> Option<u16> {
    text[..text.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_says_in_its_way_whether_a_port_answers() {
        for (text, host, open) in [
            (
                "Connecting To kms01...Could not open connection to the host, on port 1688: Connect failed",
                Some("kms01"),
                false,
            ),
            ("nc: connect to kms01 port 1688 (tcp) failed: Connection refused", Some("kms01"), false),
            ("Connection to kms01 1688 port [tcp/*] succeeded!", Some("kms01"), true),
            ("TCP port 1688 (unknown service): LISTENING", None, true),
            ("TCP port 1688 (unknown service): NOT LISTENING", None, false),
            ("TCP port 1688 (unknown service): FILTERED", None, false),
            (
                "Exception calling \"Connect\" with \"2\" argument(s): \"No connection could be made because the target \
                 machine actively refused it 10.0.0.5:1688\"",
                Some("10.0.0.5"),
                false,
            ),
        ] {
            assert_eq!(answer(text), Some(Answer { host, port: 1688, open }), "{text}");
        }
        for text in ["Connection to kms01 closed.", "TCP port 1688", "Connecting To kms01...", "it refused it x:y", ""]
        {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
