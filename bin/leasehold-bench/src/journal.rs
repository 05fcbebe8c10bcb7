//! A journal of any size, made by keys of its own, and how long it takes to verify.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand};
use leasehold_core::{Component, Cti, Fingerprint, Grant, KeyId, Policy, Span, Timestamp};
use leasehold_host::journal::{Counter, Reading, replay};
use leasehold_wire::journal::{Covered, PartWriter, Tips};
use leasehold_wire::seal::{Tip, seal};
use leasehold_wire::{Authority, HostCertificate, Keypair, Lease, Method, envelope};

use crate::Failure;

/// Measure how fast a journal is verified.
#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Write a journal.
    Make(Make),
    /// Verify one that was made so, and count it.
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(crate) struct Make {
    file: PathBuf,
    /// How many leases it has.
    #[arg(long, default_value_t = 10_000_000)]
    leases: u64,
    /// How many each seal covers.
    #[arg(long, default_value_t = 16)]
    batch: u64,
    /// How many clients they are for, in turn.
    #[arg(long, default_value_t = 400_000)]
    clients: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    file: PathBuf,
}

impl Journal {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Make(make) => make.run(),
            Self::Verify(verify) => verify.run(),
        }
    }
}

impl Make {
    fn run(self) -> Result<(), Failure> {
        let mut out = BufWriter::new(File::create(&self.file)?);
        let [root, authority, host] = KEYS.map(|seed| Keypair::from_seed(&[seed; 32]));
        let mut part = PartWriter::begin(&Tips::new());
        let (above, own) = certificates(&root, &authority, &host)?;
        part.certificate(host.id(), &own, &above);
        let (mut tip, mut number) = (Tip::START, 0);
        while number < self.leases {
            // Each client asks once a week.
            let at = Timestamp::from_unix(BEGIN + number.saturating_mul(604_800) / self.clients);
            let size = self.batch.min(self.leases - number);
            let leases: Vec<Lease> = (number..number + size).map(|n| lease(n, n % self.clients, at)).collect();
            let sealed = seal(&leases, tip, &host);
            tip = sealed.tip();
            part.seal(host.id(), tip, at, &sealed.signature, Covered::Leases(&leases));
            out.write_all(&part.take())?;
            number += size;
        }
        out.write_all(&part.end().0)?;
        out.flush()?;
        anstream::println!("{} bytes", out.get_ref().metadata()?.len());
        Ok(())
    }
}

impl Verify {
    #[expect(clippy::disallowed_methods, reason = "what is measured is time")]
    fn run(self) -> Result<(), Failure> {
        let (begin, root) = (Instant::now(), Keypair::from_seed(&[KEYS[0]; 32]).public());
        let mut counter = Counter::default();
        let seen = replay(&self.file, Reading::Verifying(Some(root)), &mut |seal| counter.take(seal))?;
        if let Some(flaw) = seen.flaw {
            return Err(format!("{} at byte {}", flaw.wrong, flaw.offset).into());
        }
        let (verified, mut readings) = (begin.elapsed(), 1);
        while counter.needs_another_reading() {
            replay(&self.file, Reading::Again, &mut |seal| counter.take(seal))?;
            readings += 1;
        }
        let usage = counter.usage();
        let leases: u64 = usage.months.iter().map(|month| month.leases).sum();
        let clients = usage.months.iter().map(|month| month.clients).max().unwrap_or_default();
        anstream::println!(
            "{} seals, {leases} leases, {clients} clients in a month: verified in {:.1} s, with {readings} readings {:.1} s",
            seen.seals,
            verified.as_secs_f64(),
            begin.elapsed().as_secs_f64(),
        );
        Ok(())
    }
}

fn certificates(root: &Keypair, authority: &Keypair, host: &Keypair) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let (begins, ends) = (Timestamp::from_unix(BEGIN), Timestamp::from_unix(BEGIN).plus(Span::days(3_650)));
    let document = Authority { not_before: begins, expires: ends, key: authority.public(), vendor: "Bench".parse()? };
    let above = envelope::sign(&document, root, &[]);
    let policy = Policy { threshold: 1, ..Policy::default() };
    let grant = Grant { family: "bench".parse()?, products: vec![("bench-one".parse()?, 1_u64.try_into()?)], policy };
    let document = HostCertificate {
        issued: begins,
        expires: ends,
        cti: Cti([1; 16]),
        key: host.public(),
        vendor: "Bench".parse()?,
        grants: vec![grant],
        host_ordinal: 1,
        activation_ordinal: 1,
        fingerprint: fingerprint(0),
    };
    let own = envelope::with_chain(&envelope::sign(&document, authority, &[&above]), &[])?;
    Ok((above, own))
}

fn lease(number: u64, client: u64, at: Timestamp) -> Lease {
    let policy = Policy::default();
    Lease {
        issued: at,
        expires: Some(at.plus(policy.validity)),
        cti: Cti(bytes(3 * number)),
        client: KeyId(bytes(client)),
        product: "bench-one".parse().expect("an id"),
        family: "bench".parse().expect("an id"),
        renewal: policy.renewal,
        retry: policy.retry,
        grace: policy.grace,
        fingerprint: fingerprint(client),
        request: Cti(bytes(3 * number + 1)),
        count: Some(25),
        method: Method::Host,
        features: Vec::new(),
    }
}

fn fingerprint(client: u64) -> Fingerprint {
    let hash = |part: u8| (client.wrapping_mul(6) + u64::from(part)).wrapping_mul(ODD).to_be_bytes();
    Fingerprint::new(Component::ALL[..5].iter().map(|part| (*part, hash(part.number())))).expect("components")
}

/// Sixteen bytes that look random, and are others for every number.
fn bytes(number: u64) -> [u8; 16] {
    (u128::from(number.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes()
}

const KEYS: [u8; 3] = [1, 2, 3];
const BEGIN: u64 = 1_800_000_000;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
