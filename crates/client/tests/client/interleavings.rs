//! Whatever goes wrong in between, in whatever order: the client ends licensed, and no request is asked under two names.

use leasehold_client::{Client, Outcome, Tick};
use leasehold_core::{Cti, Refusal, Span, Standing};
use leasehold_testkit::vendor::Chain;
use proptest::prelude::*;

use crate::scene::{Act, Scene, granted};

/// What happens to one attempt.
#[derive(Clone, Copy, Debug)]
enum Step {
    Grant,
    LoseReply,
    WithoutChain,
    Threshold,
    Busy,
    Garbage,
    WebPage,
    SomeoneElses,
    Release,
    /// The application ends and some time goes by.
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    use Step::*;
    let step = prop::sample::select(vec![
        Grant,
        LoseReply,
        WithoutChain,
        Threshold,
        Busy,
        Garbage,
        WebPage,
        SomeoneElses,
        Release,
        Wait,
    ]);
    prop::collection::vec(step, 0..12)
}

impl Step {
    /// What the host does, where the step is an attempt.
    fn act(self) -> Option<Act> {
        Some(match self {
            Self::Grant => Act::Grant(Chain::AsAsked),
            Self::LoseReply => Act::LoseReply,
            Self::WithoutChain => Act::Grant(Chain::Missing),
            Self::Threshold => {
                Act::Refuse(Refusal::ThresholdNotMet { count: 1, required: 5, retry: Span::seconds(7_200) })
            }
            Self::Busy => Act::Busy,
            Self::Garbage => Act::Garbage,
            Self::WebPage => Act::WebPage,
            Self::SomeoneElses => Act::Change(|lease| lease.request = Cti([0; 16])),
            Self::Release | Self::Wait => return None,
        })
    }
}

fn is_licensed(client: &Client) -> bool {
    matches!(client.standing(), Standing::Licensed { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_client_ends_licensed_and_repeats_what_was_not_answered(steps in steps()) {
        let scene = Scene::new();
        let mut open: Option<Cti> = None;
        let mut was_licensed = false;
        for step in steps {
            // Each step is a process of its own: whatever is not in the state directory is gone.
            let client = scene.client();
            match step.act() {
                None if matches!(step, Step::Release) => {
                    client.release().unwrap();
                    (open, was_licensed) = (None, false);
                }
                None => scene.clock.advance(Span::HOUR),
                Some(act) => {
                    let before = scene.requests().len();
                    scene.then(act);
                    let answer = client.activate();
                    let asked = scene.requests()[before..].to_vec();
                    prop_assert!(!asked.is_empty());
                    let cti = asked[0].cti;
                    prop_assert!(asked.iter().all(|request| request.cti == cti));
                    prop_assert!(open.is_none_or(|open| open == cti), "an open request is repeated");
                    let outcome = answer.map(|answer| answer.outcome);
                    let answered = match &outcome {
                        Ok(Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_)) => true,
                        Ok(Outcome::Refused(refused)) => refused.status < 500,
                        Err(_) => false,
                    };
                    was_licensed |= matches!(outcome, Ok(Outcome::Granted(_)));
                    open = if answered { None } else { Some(cti) };
                }
            }
            prop_assert_eq!(is_licensed(&scene.client()), was_licensed, "after {:?}", step);
        }
        granted(scene.client().activate().unwrap());
        let client = scene.client();
        prop_assert!(is_licensed(&client));
        prop_assert!(matches!(client.tick(), Ok(Tick::Waits(Some(_)))));
        prop_assert!(client.notes().is_empty());
        let keys: Vec<_> = scene.requests().iter().map(|request| request.key).collect();
        prop_assert!(keys.iter().all(|key| *key == keys[0]), "one machine is one client");
    }
}
