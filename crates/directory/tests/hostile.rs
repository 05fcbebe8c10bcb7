//! Servers that answer wrongly, slowly or without an end: the conversation ends, and says why.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use leasehold_core::{Clock, Code, Running, Timestamp};
use leasehold_directory::{Bind, Connector, Directory, Trust};

/// A clock on which each look takes a second.
#[derive(Debug, Default)]
struct Hurried(AtomicU64);

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(1_790_000_000)
    }

    fn running(&self) -> Running {
        let since = Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed));
        Running { boot: "a".to_owned(), since }
    }
}

/// A clock that stands.
#[derive(Debug)]
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(1_790_000_000)
    }

    fn running(&self) -> Running {
        Running { boot: "a".to_owned(), since: Duration::ZERO }
    }
}

/// What opening a directory comes to, whose server does `serve` with each connection.
fn opened(bind: Bind, clock: &dyn Clock, serve: impl Fn(TcpStream) + Send + 'static) -> Code {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    let address = format!("ldap://127.0.0.1:{port}").parse().expect("an address");
    let connector = Connector { address, bind, trust: Trust::Platform, base: None };
    match Directory::open(&connector, clock) {
        Ok(directory) => panic!("opened: {directory:?}"),
        Err(error) => error.failure.code(),
    }
}

/// Answers every request with the `n`th of `answers`, the last one again and again until the other side has gone.
fn answering(answers: Vec<Vec<u8>>) -> impl Fn(TcpStream) + Send + 'static {
    move |mut stream| {
        let mut request = [0; 4_096];
        for answer in &answers {
            if stream.read(&mut request).unwrap_or(0) == 0 || stream.write_all(answer).is_err() {
                return;
            }
        }
        let last = answers.last().expect("an answer");
        while stream.write_all(last).is_ok() {}
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short content").to_be_bytes();
    [&[tag, 0x82, length[0], length[1]], content].concat()
}

fn message(id: u8, operation: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&[2, 1, id], operation].concat())
}

/// A result: of a bind (0x61), a search (0x65), an extended operation (0x78).
fn result(id: u8, operation: u8, code: u8) -> Vec<u8> {
    message(id, &tlv(operation, &[10, 1, code, 4, 0, 4, 0]))
}

fn bound() -> Vec<u8> {
    result(1, 0x61, 0)
}

fn secret() -> Bind {
    Bind::Simple { name: "cn=a".to_owned(), password: "secret".to_owned().into() }
}

#[test]
fn what_is_not_ldap_is_no_directory() {
    let http = answering(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    assert_eq!(opened(Bind::Anonymous, &Standing, http), Code::NotADirectory);
    let another_answer = answering(vec![result(7, 0x61, 0)]);
    assert_eq!(opened(Bind::Anonymous, &Standing, another_answer), Code::NotADirectory);
    let nested = answering(vec![[&[0x30, 0x82, 4, 0][..], &[0x30, 0x80].repeat(512)].concat()]);
    assert_eq!(opened(Bind::Anonymous, &Standing, nested), Code::NotADirectory);
}

#[test]
fn a_message_of_many_megabytes_is_not_waited_for() {
    let huge = answering(vec![bound(), vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]]);
    assert_eq!(opened(Bind::Anonymous, &Standing, huge), Code::NotADirectory);
    // Larger than any entry with an object.
    let large = answering(vec![bound(), [&[0x30, 0x83, 0x02, 0, 0][..], &vec![0; 0x2_0000]].concat()]);
    assert_eq!(opened(Bind::Anonymous, &Standing, large), Code::NotADirectory);
}

#[test]
fn references_and_entries_without_an_end_come_to_an_end() {
    let reference = message(2, &tlv(0x73, &[4, 1, b'x']));
    assert_eq!(opened(Bind::Anonymous, &Standing, answering(vec![bound(), reference])), Code::NotADirectory);
    let entry = message(2, &tlv(0x64, &[4, 1, b'x', 0x30, 0]));
    assert_eq!(opened(Bind::Anonymous, &Standing, answering(vec![bound(), entry])), Code::NotADirectory);
}

/// An entry with one attribute of one value, and that it is all.
fn found(id: u8, name: &[u8], value: &[u8]) -> Vec<u8> {
    let attribute = tlv(0x30, &[tlv(4, name), tlv(0x31, &tlv(4, value))].concat());
    [message(id, &tlv(0x64, &[tlv(4, b""), tlv(0x30, &attribute)].concat())), result(id, 0x65, 0)].concat()
}

#[test]
fn names_that_would_do_something_to_a_terminal_are_no_names() {
    for name in [b"dc=\x1b]0;owned\x07".as_slice(), b"dc=a\r\ndc=b", &[b'a'; 2_000]] {
        let server = answering(vec![bound(), found(2, b"namingContexts", name)]);
        assert_eq!(opened(Bind::Anonymous, &Standing, server), Code::NotADirectory, "{name:?}");
    }
}

#[test]
fn a_server_that_sends_byte_by_byte_is_left_when_the_time_is_over() {
    let slow = |mut stream: TcpStream| {
        let mut request = [0; 4_096];
        let read = stream.read(&mut request);
        // A message of ten thousand bytes, of which each takes a second on the clock.
        let begun = read.is_ok() && stream.write_all(&[0x30, 0x82, 0x27, 0x10]).is_ok();
        // Never all of them: a client that was kept waiting would read them at once.
        let mut left = 9_000;
        while begun && left > 0 && stream.write_all(&[0]).is_ok() {
            thread::yield_now();
            left -= 1;
        }
        let _ = stream.read(&mut request);
    };
    let code = opened(Bind::Anonymous, &Hurried::default(), slow);
    assert!(matches!(code, Code::DirectorySilent | Code::DirectoryUnreachable), "{code}");
}

#[test]
fn a_password_is_not_sent_where_tls_is_not_started() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let plain = move |mut stream: TcpStream| {
        let mut request = [0; 4_096];
        while let Ok(read @ 1..) = stream.read(&mut request) {
            sender.send(request[..read].to_vec()).expect("the test waits");
            // TLS is refused; whatever follows is granted.
            if stream.write_all(&result(1, 0x78, 2)).is_err() {
                return;
            }
        }
    };
    assert_eq!(opened(secret(), &Standing, plain), Code::UntrustedDirectory);
    let sent: Vec<u8> = receiver.try_iter().flatten().collect();
    assert!(!sent.windows(6).any(|window| window == b"secret"));
    // What was slipped in before TLS is not believed after it.
    let early = answering(vec![[result(1, 0x78, 0), result(2, 0x61, 0)].concat()]);
    assert!(matches!(opened(secret(), &Standing, early), Code::NotADirectory | Code::UntrustedDirectory));
}

#[test]
fn a_server_that_closes_or_refuses_is_told_apart() {
    assert_eq!(opened(Bind::Anonymous, &Standing, drop), Code::DirectoryUnreachable);
    assert_eq!(opened(Bind::Anonymous, &Standing, answering(vec![result(1, 0x61, 48)])), Code::DirectoryDenied);
    assert_eq!(opened(Bind::Anonymous, &Standing, answering(vec![result(1, 0x61, 51)])), Code::DirectoryRefused);
    let nothing = answering(vec![bound(), result(2, 0x65, 0)]);
    assert_eq!(opened(Bind::Anonymous, &Standing, nothing), Code::NotADirectory);
    let empty = Bind::Simple { name: "cn=a".to_owned(), password: String::new().into() };
    assert_eq!(opened(empty, &Standing, drop), Code::DirectoryDenied, "it would be an anonymous one");
}
