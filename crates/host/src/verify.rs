//! Checking signatures: all that wait, as one batch.

use std::time::Duration;

use leasehold_wire::signature;

use crate::gate::Taken;
use crate::job::{Job, Reply, Verified};
use crate::pipeline::Shared;
use crate::stages::{Stage, start};

/// Verifies what comes until nothing will come any more.
pub(crate) fn run(shared: &Shared, most: usize) {
    loop {
        match shared.arrived.take(most, Duration::from_hours(1)) {
            Taken::Items(jobs) => {
                let began = start();
                let verified = verify(jobs);
                shared.stages.add(Stage::Verify, began);
                if !verified.is_empty() {
                    shared.verified.pass(verified);
                }
            }
            Taken::Idle => {}
            Taken::Closed => return,
        }
    }
}

/// The jobs whose signature holds; the others are answered. Keys of mixed order, on which a batch and a single check may
/// differ, are refused when their client is first seen.
fn verify(jobs: Vec<Job>) -> Vec<Verified> {
    let claims: Vec<_> = jobs.iter().map(|job| job.paper.claim()).collect();
    let hold = signature::batch(&claims);
    let mut verified = Vec::with_capacity(jobs.len());
    for (job, holds) in jobs.into_iter().zip(hold) {
        if holds {
            verified.push(job.into_verified());
        } else {
            job.answer(Reply::BadSignature);
        }
    }
    verified
}
