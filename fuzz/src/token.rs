//! What a host reads of an identity provider and its users.

use leasehold_service::id_token::fuzzing;

/// ID tokens, their claims and the provider's keys: only the provider names users, and only for this application.
pub fn token(input: &[u8]) {
    fuzzing::read(input);
}
