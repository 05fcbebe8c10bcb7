//! Machines that ask and release, and remember what they were given.

use std::sync::Mutex;

use leasehold_testkit::http::{post, problem};

use crate::support::{Host, Machine};

/// The machines of one host, and every lease that they were answered with.
pub(crate) struct Load {
    machines: Mutex<Vec<Machine>>,
    answers: Mutex<Vec<Vec<u8>>>,
}

impl Default for Load {
    fn default() -> Self {
        Self { machines: Mutex::new((0..MACHINES).map(Machine::new).collect()), answers: Mutex::default() }
    }
}

impl Load {
    /// Asks `times`, with the fault in the middle. A host in trouble may refuse, and may not answer; it never lies.
    pub(crate) fn run(&self, host: &Host, times: usize, fault: impl FnOnce()) {
        let mut machines = self.machines.lock().expect("machines");
        let mut fault = Some(fault);
        for turn in 0..times {
            if turn == times / 2
                && let Some(fault) = fault.take()
            {
                fault();
            }
            let many = machines.len();
            let machine = &mut machines[turn % many];
            let outcome = if turn % 5 == 4 {
                post(&host.address, "/v1/releases", &machine.release())
            } else {
                post(&host.address, "/v1/leases", &machine.request())
            };
            match outcome {
                Ok((200, body)) => {
                    machine.take(&body);
                    self.answers.lock().expect("answers").push(body);
                }
                Ok((204, _)) | Err(_) => {}
                Ok((status, body)) => {
                    let code = problem(&body);
                    assert!(EXPECTED.contains(&code.as_str()), "{status} {code}");
                }
            }
        }
    }

    /// Whether the host decides a request.
    pub(crate) fn ask_once(&self, host: &Host) -> bool {
        let mut machines = self.machines.lock().expect("machines");
        match post(&host.address, "/v1/leases", &machines[0].request()) {
            Ok((200, body)) => {
                machines[0].take(&body);
                self.answers.lock().expect("answers").push(body);
                true
            }
            Ok((_, body)) => problem(&body) == "capacity-reached",
            Err(_) => false,
        }
    }

    pub(crate) fn answers(&self) -> Vec<Vec<u8>> {
        self.answers.lock().expect("answers").clone()
    }
}

/// More than there are places.
pub(crate) const MACHINES: u64 = 16;
/// What a host in trouble may answer.
const EXPECTED: [&str; 6] =
    ["capacity-reached", "store-unavailable", "clock-behind", "clock-skew", "replayed", "too-many-requests"];
