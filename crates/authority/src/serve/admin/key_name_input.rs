//! The name of a product key in requests.

use leasehold_core::KeyId;
use leasehold_service::admin::input::{Parsed, Pattern, has_hyphens_of_a_uuid};

use crate::key_name::KeyName;

/// The name of a product key: its id or its last five characters.
pub(super) type KeyNameInput = Parsed<KeyName>;

impl Pattern for KeyName {
    const PATTERN: &'static str =
        "^([0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}|[0-9A-Za-z]{5})$";
    const MAX_LENGTH: usize = KeyId::MAX_LENGTH;

    fn is_written_well(text: &str) -> bool {
        text.len() == 5 || (text.len() >= 32 && has_hyphens_of_a_uuid(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_id_or_its_last_five_characters() {
        let id = KeyId([0xab; 16]).to_string();
        for text in [id.clone(), id.replace('-', ""), id.to_uppercase(), "DT242".to_owned()] {
            assert!(text.parse::<KeyNameInput>().is_ok(), "{text}");
        }
        for text in [format!("-{id}"), id.replace('-', "--"), format!("{id}-"), "…DT242".to_owned(), "DT24".to_owned()]
        {
            assert!(text.parse::<KeyNameInput>().is_err(), "{text}");
        }
    }
}
