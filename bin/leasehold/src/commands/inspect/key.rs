//! A product key: what it is for, or what was mistyped.

use std::path::Path;

use leasehold_core::key::KeyError;
use leasehold_core::repair::{Repair, Slip, repair};
use leasehold_core::{Code, KeyKind, ProductKey};
use leasehold_wire::Keypair;
use serde_json::{Value, json};

use super::fact::hex;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Prints what the key `typed` is, `-` being one on standard input.
pub(super) fn inspect(typed: &str, output: Output) -> Result<(), Failure> {
    let argument = typed != "-";
    let text = if argument { typed.to_owned() } else { input::secret_text(Some(Path::new("-")), "product key")? };
    match text.parse::<ProductKey>() {
        Ok(key) => {
            if argument && key.kind() != KeyKind::Generic {
                errln!("note: every user of this machine can read a key that is given as an argument");
            }
            print(&key, output);
            Ok(())
        }
        Err(error) => {
            let repair = repair(&text);
            if output == Output::Json {
                output::json(&mistyped(error, repair.as_ref()));
            }
            let failure = Failure::refused(Code::NotAProductKey, format!("product key: {error}"));
            Err(match repair {
                Some(repair) => failure.hint(repair.slip.to_string()),
                None => failure,
            })
        }
    }
}

fn print(key: &ProductKey, output: Output) {
    let pair = (key.kind() != KeyKind::Generic).then(|| Keypair::of_product_key(key));
    let payload = format!("{:018x}", key.payload());
    match output {
        Output::Json => output::json(&json!({
            "valid": true,
            "reason": null,
            "detail": null,
            "repair": null,
            "kind": key.kind().name(),
            "number": key.number().value(),
            "payload": payload,
            "last_five": key.last_five(),
            "key_id": pair.as_ref().map(|pair| hex(&pair.id().0)),
            "public": pair.as_ref().map(|pair| pair.public().to_string()),
        })),
        Output::Human => {
            let row = |name: &str, value: String| (name.to_owned(), value);
            let numbered = if key.kind() == KeyKind::Generic { "product number" } else { "family number" };
            let mut rows = vec![
                row("valid", "yes".to_owned()),
                row("kind", format!("{} key: {}", key.kind().name(), purpose(key.kind()))),
                row(numbered, key.number().to_string()),
                row("payload", payload),
                row("last five", key.last_five().to_owned()),
            ];
            rows.extend(pair.map(|pair| row("key id", pair.id().to_string())));
            output::rows(&rows);
        }
    }
}

fn purpose(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Generic => "public, the same in every copy of the product",
        KeyKind::Host => "secret, activates hosts",
        KeyKind::Multiple => "secret, activates machines directly",
    }
}

/// `reason` is the one word of the error. The repaired key is shown for public keys only.
fn mistyped(error: KeyError, repair: Option<&Repair>) -> Value {
    let repair = repair.map(|Repair { key, slip }| {
        let public = (key.kind() == KeyKind::Generic).then(|| key.to_string());
        match slip {
            Slip::Wrong { position, typed, meant } => {
                json!({ "words": slip.to_string(), "position": position, "typed": typed, "meant": meant, "key": public })
            }
            Slip::Swapped { position } => json!({ "words": slip.to_string(), "position": position, "key": public }),
        }
    });
    json!({ "valid": false, "reason": error.code(), "detail": error.to_string(), "repair": repair })
}
