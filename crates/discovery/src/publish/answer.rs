//! One message to a zone's server, signed where there is a key, and the answer that can be believed.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use leasehold_core::{Clock, Rng, Timestamp};
use simple_dns::{OPCODE, PacketFlag, RCODE, header_buffer};

use super::error::{PublishError, Unreached};
use super::key::TsigKey;
use super::tsig::{Checked, Signed, sign};
use crate::transport::{Deadline, by_tcp, by_udp};

/// Speaking with one server at one time.
#[derive(Debug)]
pub(crate) struct Exchange<'e> {
    pub(crate) server: SocketAddr,
    pub(crate) clock: &'e dyn Clock,
    pub(crate) rng: &'e dyn Rng,
    pub(crate) key: Option<&'e TsigKey>,
}

impl Exchange<'_> {
    /// The answer to `message`, which is signed where there is a key, without its own signature.
    pub(crate) fn answer(&self, message: Vec<u8>, opcode: OPCODE) -> Result<Vec<u8>, PublishError> {
        let Some(key) = self.key else { return self.unsigned_answer(&message, opcode) };
        let signed = sign(message, key, self.now());
        let answer = self.unsigned_answer(&signed.bytes, opcode)?;
        self.checked(&signed, answer, key)
    }

    /// The answer to `message` as it is.
    pub(crate) fn unsigned_answer(&self, message: &[u8], opcode: OPCODE) -> Result<Vec<u8>, PublishError> {
        let sent = self.send(message, opcode);
        sent.map_err(|source| PublishError::Unreachable { tried: vec![Unreached { server: self.server, source }] })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn checked(&self, signed: &Signed, answer: Vec<u8>, key: &TsigKey) -> Result<Vec<u8>, PublishError> {
        let server = self.server;
        match signed.check(&answer, key, self.now()) {
            Checked::Good(message) => Ok(message),
            // Some servers do not sign that they failed. A success must be signed.
            Checked::Unsigned if fails(&answer) => Ok(answer),
            Checked::Unsigned | Checked::Bad => Err(PublishError::BadAnswer { server }),
            Checked::KeyRefused => Err(PublishError::KeyRefused { server, key: key.name().clone() }),
            Checked::ClockApart(theirs) => Err(PublishError::ClockApart { server, theirs, ours: self.now() }),
        }
    }

    /// By UDP; by TCP where that brings nothing or not all.
    fn send(&self, message: &[u8], opcode: OPCODE) -> io::Result<Vec<u8>> {
        let deadline = || Deadline::after(TIMEOUT, self.clock);
        let ours = |answer: &[u8]| is_answer(answer, message, opcode);
        let by_udp = by_udp(self.server, message, deadline(), |answer| ours(answer).then(|| answer.to_vec()));
        match by_udp {
            Ok(answer) if !header_buffer::has_flags(&answer, PacketFlag::TRUNCATION).unwrap_or(true) => Ok(answer),
            Ok(_) | Err(_) => {
                let answer = by_tcp(self.server, message, deadline())?;
                if ours(&answer) { Ok(answer) } else { Err(io::ErrorKind::InvalidData.into()) }
            }
        }
    }
}

fn is_answer(answer: &[u8], message: &[u8], opcode: OPCODE) -> bool {
    answer.len() >= 12
        && answer[..2] == message[..2]
        && header_buffer::has_flags(answer, PacketFlag::RESPONSE) == Ok(true)
        && header_buffer::opcode(answer) == Ok(opcode)
}

fn fails(answer: &[u8]) -> bool {
    !matches!(header_buffer::rcode(answer), Ok(RCODE::NoError | RCODE::NameError))
}

/// How long one way of asking may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);
