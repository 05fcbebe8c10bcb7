//! The last answers of a host, by which the very same request is answered again with the same bytes: a lost reply costs no
//! second lease, and a captured request that is sent again and again costs no work of the store. What was given back or
//! ended is not answered again.

use std::collections::{HashMap, VecDeque};

use leasehold_core::{Cti, KeyId, ProductId, Timestamp};
use leasehold_wire::Request;

use crate::job::Reply;

/// The last answer to each client and product, of those that were answered lately.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    answers: HashMap<(KeyId, ProductId), Answer>,
    order: VecDeque<(KeyId, ProductId)>,
}

#[derive(Debug)]
struct Answer {
    request: Cti,
    issued: Timestamp,
    until: Option<Timestamp>,
    reply: Reply,
}

impl Answers {
    /// The answer to this request, if it was the last one of its client for the product.
    pub(crate) fn find(&self, client: KeyId, request: &Request, until: Option<Timestamp>) -> Option<Reply> {
        let answer = self.answers.get(&(client, request.product))?;
        let asked = (answer.request, answer.issued, answer.until);
        let same = asked == (request.cti, request.issued, until);
        same.then(|| answer.reply.clone())
    }

    /// Forgets the last answer to a client that gives a lease back.
    pub(crate) fn forget(&mut self, client: KeyId, product: ProductId) {
        self.answers.remove(&(client, product));
    }

    /// Forgets all that a client was answered.
    pub(crate) fn forget_client(&mut self, client: KeyId) {
        self.answers.retain(|(of, _), _| *of != client);
    }

    /// Remembers an answer in the place of the client's last one.
    pub(crate) fn keep(&mut self, client: KeyId, request: &Request, until: Option<Timestamp>, reply: Reply) {
        let key = (client, request.product);
        let answer = Answer { request: request.cti, issued: request.issued, until, reply };
        if self.answers.insert(key, answer).is_none() {
            // One that was forgotten meanwhile stands there twice, and leaves with the first of them.
            self.order.push_back(key);
        }
        while self.order.len() > MAX {
            // The client that first came longest ago, which need not be the one that asked longest ago.
            let oldest = self.order.pop_front();
            oldest.and_then(|key| self.answers.remove(&key));
        }
    }
}

/// Some megabytes.
const MAX: usize = 4_096;

#[cfg(test)]
mod tests {
    use leasehold_core::{Component, Fingerprint};
    use leasehold_wire::Keypair;

    use super::*;

    #[test]
    fn only_the_last_request_of_a_client_is_answered_again_and_no_more_are_remembered_than_there_is_room_for() {
        let pair = Keypair::from_seed(&[1; 32]);
        let request = |cti: u8, issued: u64| Request {
            issued: Timestamp::from_unix(issued),
            cti: Cti([cti; 16]),
            key: pair.public(),
            product: "acme-cad".parse().unwrap(),
            number: 1.try_into().unwrap(),
            fingerprint: Fingerprint::new([(Component::MachineId, [1; 8])]).unwrap(),
            client_version: "1".parse().unwrap(),
            host_name: None,
            chain_of: None,
            holds: None,
        };
        let client = |n: usize| KeyId((n as u128).to_be_bytes());
        let mut answers = Answers::default();
        answers.keep(client(0), &request(1, 5), None, Reply::Lease(vec![1].into()));
        assert!(matches!(answers.find(client(0), &request(1, 5), None), Some(Reply::Lease(bytes)) if bytes[..] == [1]));
        for other in [request(1, 6), request(2, 5)] {
            assert!(answers.find(client(0), &other, None).is_none());
        }
        let until = Some(Timestamp::from_unix(9));
        assert!(answers.find(client(0), &request(1, 5), until).is_none(), "it is wanted for longer");
        answers.keep(client(0), &request(2, 6), None, Reply::Lease(vec![2].into()));
        assert!(answers.find(client(0), &request(1, 5), None).is_none(), "it is no longer the last one");
        for n in 1..=MAX {
            answers.keep(client(n), &request(1, 5), None, Reply::Lease(vec![].into()));
        }
        assert!(answers.find(client(0), &request(2, 6), None).is_none());
        assert_eq!((answers.answers.len(), answers.order.len()), (MAX, MAX));
        let product = request(1, 5).product;
        answers.forget(client(MAX), product);
        assert!(answers.find(client(MAX), &request(1, 5), None).is_none(), "it gave its lease back");
        answers.forget_client(client(MAX - 1));
        assert!(answers.find(client(MAX - 1), &request(1, 5), None).is_none());
    }
}
