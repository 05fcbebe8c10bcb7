//! The way of answers back to the requests that wait for them.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Where the answer to one request goes.
#[derive(Debug)]
pub(crate) struct ReplyTo<A> {
    sender: oneshot::Sender<A>,
    /// What runs the task that waits, where it is a task.
    runtime: Option<Handle>,
}

/// The answers of a batch, handed over together to each runtime whose tasks wait for them: one by one, each would wake its thread.
#[derive(Debug)]
pub(crate) struct Outbox<A> {
    piles: Vec<(Handle, Vec<Addressed<A>>)>,
}

type Addressed<A> = (oneshot::Sender<A>, A);

/// Where an answer goes, and where it is waited for. Within a runtime it comes to a task of that runtime, when it next runs; who does not await it
/// calls this outside of one.
pub(crate) fn channel<A>() -> (ReplyTo<A>, oneshot::Receiver<A>) {
    let (sender, receiver) = oneshot::channel();
    (ReplyTo { sender, runtime: Handle::try_current().ok() }, receiver)
}

impl<A> ReplyTo<A> {
    /// Answers; a client that has gone away needs none.
    pub(crate) fn send(self, answer: A) {
        let _ = self.sender.send(answer);
    }
}

impl<A: Send + 'static> Outbox<A> {
    /// Without answers.
    pub(crate) fn new() -> Self {
        Self { piles: Vec::new() }
    }

    /// Answers when the others are delivered.
    pub(crate) fn add(&mut self, to: ReplyTo<A>, answer: A) {
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

fn send_all<A>(pile: Vec<Addressed<A>>) {
    for (sender, answer) in pile {
        // A client that has gone away needs none.
        let _ = sender.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn the_answers_of_a_batch_reach_tasks_of_several_runtimes_and_those_who_wait_without_one() {
        let runtimes = [(); 2].map(|()| Builder::new_current_thread().build().unwrap());
        let mut outbox = Outbox::new();
        let mut waiting = Vec::new();
        for runtime in [0, 1, 0, 0] {
            let (to, answer) = runtimes[runtime].block_on(async { channel() });
            outbox.add(to, "answer");
            waiting.push((runtime, answer));
        }
        let (to, mut answer) = channel();
        outbox.add(to, "answer");
        assert!(answer.try_recv().is_ok(), "no thread is woken for it");
        outbox.deliver();
        for (runtime, answer) in waiting {
            assert!(runtimes[runtime].block_on(answer).is_ok());
        }
    }
}
