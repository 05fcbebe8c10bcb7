//! What a line of `slmgr.vbs` is by its form, in whatever language its label is: names of editions and channels, ids, keys,
//! hosts and minutes are written alike everywhere. Only the words of states differ, and those are in the table.

use super::block::Block;
use super::event::is_guid;
use super::value::{State, Value, find_code};
use crate::facts::outputs::{Field, OUTPUTS};
use crate::facts::products;

/// What stands behind a label that is not English, where its form tells. `before` is what such a line just before it was
/// about: the state follows the key, and its reason follows the state.
pub(super) fn of_line(text: &str, block: Option<&Block>, before: Option<Field>) -> Option<(Field, Value)> {
    let (label, value) = text.split_once([':', '：'])?;
    let (label, value) = (label.trim(), value.trim());
    // In a code page that is not known letters look like frames.
    let worded = label.chars().any(|c| c.is_alphabetic() || !c.is_ascii())
        && label.chars().count() < MAX_LABEL
        && !label.contains('=');
    if !worded || value.is_empty() {
        return None;
    }
    if value.ends_with(" edition") && ["Windows", "Office"].iter().any(|product| value.contains(product)) {
        return Some((Field::Name, Value::words(value)));
    }
    let block = block?;
    if block.description().is_none() && value.ends_with(" channel") {
        return Some((Field::Description, Value::words(value)));
    }
    match before {
        Some(Field::Last5) => return Some((Field::State, state(value))),
        Some(Field::State) if find_code(value).is_some() => {
            return find_code(value).map(|code| (Field::Reason, Value::Code(code)));
        }
        _ => {}
    }
    // Elsewhere the whole value has to be a word of the table: on a KMS host other lines stand between.
    if !block.fields.contains_key(&Field::State)
        && let Some(state) = known_state(|known| value.to_lowercase() == known)
    {
        return Some((Field::State, Value::State(state)));
    }
    let field = by_value(label, value, block)?;
    let value = if field == Field::Remaining { Value::Number(minutes(value)?) } else { Value::words(value) };
    Some((field, value))
}

fn by_value(label: &str, value: &str, block: &Block) -> Option<Field> {
    let new = |field: Field| Some(field).filter(|field| !block.fields.contains_key(field));
    if is_guid(value) {
        let application = products::table().applications.iter().any(|known| known.id.eq_ignore_ascii_case(value));
        return match application {
            true => new(Field::ApplicationId),
            false if label.contains("CMID") => new(Field::Cmid),
            false => new(Field::ActivationId),
        };
    }
    if CHANNELS.contains(&value) || value.starts_with("OEM:") || value.starts_with("Volume:") {
        return new(Field::KeyChannel);
    }
    if value.len() == 5 && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return new(Field::Last5);
    }
    if minutes(value).is_some() {
        return new(Field::Remaining);
    }
    let host = value.rsplit_once(':').filter(|(host, port)| host.contains('.') && port.parse::<u16>().is_ok());
    if host.is_some() && label.contains("KMS") {
        return new(if label.contains("DNS") { Field::DnsHost } else { Field::ManualHost });
    }
    None
}

/// `251100 分钟(174 天)`: minutes and the days that they make, with a word behind each.
fn minutes(value: &str) -> Option<u64> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (first, rest) = value.split_at(digits(value));
    // `minute(s)` has brackets of its own.
    let days = rest.split(['(', '（']).skip(1).find(|part| digits(part) > 0)?;
    let (minutes, days) = (first.parse::<u64>().ok()?, days[..digits(days)].parse::<u64>().ok()?);
    (minutes / 1440).abs_diff(days).le(&1).then_some(minutes)
}

/// The state that a word of the table means; the word itself where it is none of them.
fn state(word: &str) -> Value {
    let small = word.to_lowercase();
    known_state(|known| small.starts_with(known)).map_or_else(|| Value::words(word), Value::State)
}

fn known_state(is: impl Fn(&str) -> bool) -> Option<State> {
    OUTPUTS.state_words.iter().find(|known| is(&known.word)).and_then(|known| State::from_code(known.state))
}

/// Longer labels there are none.
const MAX_LABEL: usize = 48;
/// Channels of keys, as they are written in every language.
const CHANNELS: [&str; 2] = ["Retail", "Retail:TB:Eval"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_state_is_known_and_others_are_kept() {
        for known in &OUTPUTS.state_words {
            assert_eq!(known.word, known.word.to_lowercase());
            assert!(matches!(state(&known.word), Value::State(_)) && !known.source.is_empty(), "{}", known.word);
        }
        assert_eq!(state("Gelicentieerd"), Value::Text("Gelicentieerd".to_owned()));
    }

    #[test]
    fn minutes_are_those_that_make_the_days_beside_them() {
        assert_eq!(minutes("251100 分钟(174 天)"), Some(251_100));
        assert_eq!(minutes("251100 Minute(n) (174 Tag(e))"), Some(251_100));
        assert_eq!(minutes("251100 минут (174 дн.)"), Some(251_100));
        assert_eq!(minutes("12 (100)"), None);
    }
}
