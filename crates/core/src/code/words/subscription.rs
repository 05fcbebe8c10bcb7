//! Users who sign in (DESIGN section 6).

use super::{Code, Words};

words! {
    SignInInsecure: "a token would travel, or has travelled, in plain HTTP",
        "the host or the provider is named without `https://`",
        "name it with `https://`; the host needs a TLS certificate (docs/host.md), or a proxy before it that says `proto=https`";
    SignInUnavailable: "the host cannot check sign-ins now",
        "the host has not reached its identity provider since it was started, or for a day",
        "nothing: leases in hand stay valid, and clients ask again; on the host, `leasehold host doctor` tells which part fails";
    NoSignIn: "the host takes no sign-ins",
        "its configuration has no `[subscription]`, or the product needs no user",
        "use `leasehold client activate`; or have the administrator of the host configure the provider (docs/subscriptions.md)";
    SignInDeclined: "the identity provider has declined the sign-in",
        "the user has declined, the account is disabled, or the application is not registered for this way of signing in",
        "try `leasehold client sign-in` again; the administrator compares the provider's settings with docs/subscriptions.md";
    SignInTimeout: "the sign-in was not completed in time",
        "the code was not entered, or the browser was not used, before the code ended",
        "start it again with `leasehold client sign-in`";
    ProviderUnreachable: "the identity provider does not answer",
        "it is down, its name or a proxy is wrong, or its TLS certificate is not trusted here",
        "clients ask again by themselves; where its CA is private, name that in `[subscription] ca` and LEASEHOLD_CA_FILE";
    ProviderUnusable: "the identity provider's answer cannot be used",
        "the issuer in the host's configuration is not exactly the provider's own, or the provider leaves out what is needed",
        "compare `issuer` with what the provider says at /.well-known/openid-configuration (docs/subscriptions.md)";
}
