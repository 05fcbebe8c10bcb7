//! Subscriptions: users who sign in with an identity provider (DESIGN section 6).

pub(crate) mod devices;
