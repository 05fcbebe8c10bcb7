//! What an event of licensing says by itself.

use super::advice::{Advice, Health};
use crate::facts::errors::Hresult;
use crate::facts::kms::{KMS, Weight};
use crate::read::{Event, HANDLED};

/// What an event says by itself; nothing where it is only counted.
pub(crate) fn of_event_alone(event: &Event, code: Option<Hresult>) -> Option<Advice> {
    let entry = KMS.event(event.id)?;
    if event.cut {
        return Some(Advice::new(
            Health::Unknown,
            format!("events {} whose text is cut: {}", event.id, entry.meaning),
            "print them as a list: Get-WinEvent … | Format-List TimeCreated, Id, MachineName, Message",
        ));
    }
    if event.id == HANDLED {
        return None;
    }
    let action = entry.action.as_deref().unwrap_or_default();
    let told = format!("event {}, {}", event.id, entry.meaning);
    match (entry.weight, code) {
        (Weight::Routine, _) | (Weight::ByCode, None) => None,
        (Weight::Well, _) => Some(Advice::new(Health::Well, told, "")),
        (Weight::Note, Some(code)) => Some(Advice::new(Health::Neutral, format!("{told} ({code})"), action)),
        (Weight::Note, None) => Some(Advice::new(Health::Neutral, told, action)),
        (Weight::ByCode | Weight::Attention, Some(code)) => {
            let advice = Advice::of_code(code);
            Some(Advice { meaning: format!("{told}: {}", advice.meaning).into(), ..advice })
        }
        (Weight::Attention, None) => Some(Advice::new(Health::Attention, told, action)),
    }
}
