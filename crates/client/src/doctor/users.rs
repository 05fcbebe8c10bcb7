//! Whether a user has signed in where the product is for users.

use leasehold_core::{Code, Finding, Standing};
use leasehold_wire::Method;

use crate::state::sign_in::SignedIn;
use crate::status::Status;

/// What there is to say of the sign-in; nothing where the product is for machines.
pub(super) fn check(status: &Status, signed_in: Option<&SignedIn>) -> Option<Finding> {
    const NAME: &str = "sign-in";
    let of_a_user = status.lease.as_ref().is_some_and(|lease| lease.method == Method::Subscription);
    let failure = status.last_failure.as_ref().and_then(|failure| Some((failure.known()?, failure)));
    let failure = failure.filter(|(code, _)| is_about_sign_in(*code));
    let problem = |code: Code, detail: String| match status.standing {
        Standing::Licensed { .. } => Finding::warning(NAME, code, detail),
        Standing::Unactivated { .. } | Standing::Grace { .. } | Standing::Reduced { .. } => {
            Finding::failure(NAME, code, detail)
        }
    };
    match (signed_in, failure) {
        (_, Some((code, failure))) => Some(problem(code, failure.message.clone())),
        (Some(user), None) if user.holds => {
            Some(Finding::ok(NAME, format!("with {} since {}", user.issuer, user.since)))
        }
        (Some(_), None) => Some(problem(Code::SignInNeeded, "the sign-in has ended".to_owned())),
        (None, None) => {
            of_a_user.then(|| problem(Code::SignInNeeded, "no user has signed in, or this one may not know".to_owned()))
        }
    }
}

fn is_about_sign_in(code: Code) -> bool {
    matches!(
        code,
        Code::SignInNeeded
            | Code::SignInDeclined
            | Code::SignInInsecure
            | Code::SignInUnavailable
            | Code::ProviderUnreachable
            | Code::ProviderUnusable
    )
}
