//! A question before an action.

use maud::html;

use crate::frame::Frame;

/// An action that is about to be taken.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    /// What it is, as a title.
    pub title: String,
    /// What it does, in a sentence or two.
    pub text: String,
    /// Where it is sent.
    pub action: String,
    /// What is sent.
    pub fields: Vec<(&'static str, String)>,
    /// The words of the button.
    pub button: &'static str,
    /// Whether something is lost by it: then the button is red.
    pub destroys: bool,
    /// Where to go instead.
    pub back: String,
}

/// The page that asks.
#[must_use]
pub fn confirm_page(frame: &Frame<'_>, confirmation: &Confirmation) -> String {
    let Confirmation { title, text, action, fields, button, destroys, back } = confirmation;
    let content = html! {
        p { (text) }
        form.card method="post" action=(action) {
            (frame.form_token())
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            p.actions { button.danger[*destroys] type="submit" { (button) } a.button href=(back) { "Cancel" } }
        }
        p.quiet { "It will stand in the audit with your name." }
    };
    frame.page(title, &content)
}
