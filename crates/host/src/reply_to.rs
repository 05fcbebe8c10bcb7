//! The way of answers back to the requests that wait for them.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::job::Answered;

/// Where the answer to one request goes.
#[derive(Debug)]
pub(crate) struct ReplyTo {
    sender: oneshot::Sender<Answered>,
    /// What runs the task that waits, where it is a task.
    runtime: Option<Handle>,
}

/// The answers of a batch, handed over together to each runtime whose tasks wait for them: one by one, each would wake its thread.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    piles: Vec<(Handle, Vec<Addressed>)>,
}

type Addressed = (oneshot::Sender<Answered>, Answered);

/// Where an answer goes, and where it is waited for.
pub(crate) fn channel() -> (ReplyTo, oneshot::Receiver<Answered>) {
    let (sender, receiver) = oneshot::channel();
    (ReplyTo { sender, runtime: Handle::try_current().ok() }, receiver)
}

impl ReplyTo {
    /// Answers; a client that has gone away needs none.
    pub(crate) fn send(self, answer: Answered) {
        let _ = self.sender.send(answer);
    }
}

impl Outbox {
    /// Answers when the others are delivered.
    pub(crate) fn add(&mut self, to: ReplyTo, answer: Answered) {
        let ReplyTo { sender, runtime: Some(runtime) } = to else { return to.send(answer) };
        match self.piles.iter_mut().find(|(of, _)| of.id() == runtime.id()) {
            Some((_, pile)) => pile.push((sender, answer)),
            None => self.piles.push((runtime, vec![(sender, answer)])),
        }
    }

    /// Answers all.
    pub(crate) fn deliver(self) {
        for (runtime, pile) in self.piles {
            if pile.len() == 1 {
                send_all(pile);
            } else {
                runtime.spawn(async { send_all(pile) });
            }
        }
    }
}

fn send_all(pile: Vec<Addressed>) {
    for (sender, answer) in pile {
        // A client that has gone away needs none.
        let _ = sender.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;
    use crate::job::Reply;

    #[test]
    fn the_answers_of_a_batch_reach_tasks_of_several_runtimes_and_those_who_wait_without_one() {
        let runtimes = [(); 2].map(|()| Builder::new_current_thread().build().unwrap());
        let mut outbox = Outbox::default();
        let mut waiting = Vec::new();
        for runtime in [0, 1, 0, 0] {
            let (to, answer) = runtimes[runtime].block_on(async { channel() });
            outbox.add(to, (Reply::Released, None));
            waiting.push((runtime, answer));
        }
        let (to, mut answer) = channel();
        outbox.add(to, (Reply::Released, None));
        assert!(answer.try_recv().is_ok(), "no thread is woken for it");
        outbox.deliver();
        for (runtime, answer) in waiting {
            assert!(runtimes[runtime].block_on(answer).is_ok());
        }
    }
}
