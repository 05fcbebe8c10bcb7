//! What is wrong with what was typed in a form, at the field that it is about.

use maud::{Markup, html};

/// What is wrong with what was typed.
#[derive(Clone, Debug)]
pub struct FieldFault {
    /// The name of the field; empty where it is about none in particular.
    pub field: &'static str,
    /// The words.
    pub text: String,
}

/// The fault that a form has, if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults<'f>(pub(crate) Option<&'f FieldFault>);

impl Faults<'_> {
    /// Tells it, above the form.
    pub(crate) fn told(self) -> Markup {
        html! { @if let Some(fault) = self.0 { p.notice.bad id=(ID) role="alert" { strong { "Not yet: " } (fault.text) } } }
    }

    /// Whether it is about this field.
    pub(crate) fn is_at(self, field: &str) -> bool {
        self.0.is_some_and(|fault| fault.field == field)
    }

    /// `aria-invalid` of this field.
    pub(crate) fn invalid(self, field: &str) -> Option<&'static str> {
        self.is_at(field).then_some("true")
    }

    /// `aria-describedby` of this field.
    pub(crate) fn described(self, field: &str) -> Option<&'static str> {
        self.is_at(field).then_some(ID)
    }
}

const ID: &str = "fault";
