//! Users who sign in for a product: what an application calls.

use leasehold_core::{Code, KeyId};
use leasehold_wire::Method;

use crate::client::Client;
use crate::error::Error;
use crate::provider::sign_in::{SignInUser, SignInWay};

use crate::provider::{ProviderLink, browser, device_grant, tokens};
use crate::session::host::outcome::Answer;
use crate::session::host::release::Released;
use crate::session::host::user::UserDevice;
use crate::state::sign_in::SignedIn;

/// The result of a sign-out.
#[derive(Debug)]
pub struct SignedOut {
    /// The sign-in that was forgotten; `None` where there was none.
    pub signed_in: Option<SignedIn>,
    /// What became of the lease in hand; `None` where it is not a user's.
    pub released: Option<Released>,
}

impl Client {
    /// Has the user sign in with the identity provider that the host names, and asks for a lease. `user` shows where.
    ///
    /// The host is one that was set, or that granted the last lease, over TLS or on this machine. The tokens are kept in the
    /// state directory, readable by its owner alone; renewals refresh them silently.
    ///
    /// Waits for the user.
    ///
    /// # Errors
    /// [`Error::UserRefused`] where the host takes no sign-ins, [`Error::InsecureHost`], [`Error::Provider`],
    /// [`Error::SignInTimeout`]; those of [`Self::activate`].
    pub fn sign_in(&self, way: SignInWay, user: &mut dyn SignInUser) -> Result<Answer, Error> {
        let terms = {
            let lock = self.state.request_lock()?;
            self.lease_session(&lock).hosts().sign_in_terms().map_err(no_sign_in)?
        };
        let provider = ProviderLink::over(&terms.issuer, self.network.exchange.clone());
        let metadata = provider.discover().map_err(Error::provider)?;
        // No lock meanwhile: users take their time.
        let (clock, rng) = (self.context.clock.as_ref(), self.context.rng.as_ref());
        let reply = match way {
            SignInWay::Code => device_grant::sign_in(&provider, (&metadata, &terms), user, clock)?,
            SignInWay::Browser => browser::sign_in(&provider, (&metadata, &terms), user, (clock, rng))?,
        };
        let Some(token) = reply.id_token.clone() else { return Err(Error::NoIdToken(terms.issuer)) };
        let lock = self.state.request_lock()?;
        tokens::keep(&self.state, &tokens::sign_in(terms, &metadata, reply, self.now()))?;
        self.lease_session(&lock).with_token(token).ask()
    }

    /// Gives the user's lease back and forgets the tokens; the provider is told. Where the host does not answer, the lease is
    /// still held, and the user still signed in.
    ///
    /// # Errors
    /// As [`Self::release`].
    pub fn sign_out(&self) -> Result<SignedOut, Error> {
        let lock = self.state.request_lock()?;
        let of_a_user = |method| method == Method::Subscription;
        let held = self.state.held(None)?.is_some_and(|held| of_a_user(held.lease.method));
        let released = if held { Some(self.lease_session(&lock).give_back()?) } else { None };
        if let Some(Released::Refused(_)) = released {
            return Ok(SignedOut { signed_in: None, released });
        }
        let signed_in = tokens::forget(&self.state, &self.network.exchange)?;
        Ok(SignedOut { signed_in, released })
    }

    /// The devices on which the user holds leases, by the host.
    ///
    /// # Errors
    /// [`Error::SignInNeeded`], [`Error::Provider`]; [`Error::UserRefused`], [`Error::NoAnswer`].
    pub fn devices(&self) -> Result<Vec<UserDevice>, Error> {
        let lock = self.state.request_lock()?;
        let token = tokens::id_token(&self.state, &self.network.exchange)?;
        self.lease_session(&lock).hosts().devices(&token)
    }

    /// Ends the user's leases on a device, so that another has room; whether there were any. That device uses its lease until it
    /// asks again, at most to the lease's end.
    ///
    /// # Errors
    /// As [`Self::devices`].
    pub fn free_device(&self, client: KeyId) -> Result<bool, Error> {
        let lock = self.state.request_lock()?;
        let token = tokens::id_token(&self.state, &self.network.exchange)?;
        self.lease_session(&lock).hosts().free_device(&token, client)
    }

    /// Who has signed in on this machine; `None` where no user has, or this one may not know.
    pub fn signed_in(&self) -> Option<SignedIn> {
        self.state.sign_in(None).ok().flatten().map(|stored| stored.shown())
    }
}

/// A host without a provider answers that nothing is there.
fn no_sign_in(error: Error) -> Error {
    match error {
        Error::UserRefused(refused) if refused.is(Code::NotFound) => Error::NoSignIn,
        other => other,
    }
}
