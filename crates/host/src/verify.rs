//! Checking signatures: all that wait, as one batch, on all processors.

use std::thread;

use leasehold_wire::signature;

use crate::job::{Job, Reply, Verified};
use crate::stages::start;

/// The jobs whose signature holds, in their order; the others are answered. Keys of mixed order, on which a batch and a
/// single check may differ, are refused when their client is first seen.
pub(crate) fn verify(jobs: Vec<Job>, processors: usize) -> Vec<Verified> {
    let began = start();
    let hold = check(&jobs, processors);
    let checked = [began, start()];
    let mut verified = Vec::with_capacity(jobs.len());
    for (job, holds) in jobs.into_iter().zip(hold) {
        if holds {
            verified.push(job.into_verified(checked));
        } else {
            job.answer(Reply::BadSignature);
        }
    }
    verified
}

fn check(jobs: &[Job], processors: usize) -> Vec<bool> {
    let part = jobs.len().div_ceil(processors).max(LEAST);
    if jobs.len() <= part {
        return check_part(jobs);
    }
    let (first, rest) = jobs.split_at(part);
    thread::scope(|scope| {
        let others: Vec<_> = rest.chunks(part).map(|part| scope.spawn(|| check_part(part))).collect();
        let mut hold = check_part(first);
        for other in others {
            hold.extend(other.join().expect("checking signatures does not panic"));
        }
        hold
    })
}

fn check_part(jobs: &[Job]) -> Vec<bool> {
    let claims: Vec<_> = jobs.iter().map(|job| job.document.claim()).collect();
    signature::batch(&claims)
}

/// A thread is not worth starting for fewer.
const LEAST: usize = 48;
