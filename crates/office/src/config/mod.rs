//! Writes a `configuration.xml` for the Office Deployment Tool from choices, with a reason for each line. What is written
//! passes [`lint`] without an error, or it is refused with the rules that stand against it.

mod choose;
mod key;
mod profile;
mod write;
mod xml;

pub use key::Key;
pub use profile::{
    Display, Install, Level, Listed, Msi, ProductChoice, Profile, ProfileError, Remove, Setting, Switch, Updates,
};

use crate::facts::method::ActivationMethod;
use crate::facts::schema::{self, Severity};
use crate::lint::{self, Context, Mode, Violation};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// None.
    None,
    /// Why each line stands there.
    Why,
    /// Why, and where that was read.
    Sources,
}

/// A file that may be used, and what there is to know about it.
pub struct Written {
    /// The file.
    pub text: String,
    /// Whether a key in it is a secret.
    pub secret: bool,
    /// What is found in it: warnings and things worth knowing.
    pub findings: Vec<Violation>,
}

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The choices break rules.
    #[error("the choices do not go together")]
    Rules(Vec<Violation>),
    /// A product is not updated from the channel.
    #[error("{product} is not updated from {channel}: its channels are {}", .allowed.join(", "))]
    Channel {
        /// The product.
        product: String,
        /// The channel that was asked for.
        channel: String,
        /// Those it has.
        allowed: Vec<String>,
    },
    /// A product is not activated by the plan.
    #[error("{product} is not activated by {}", .plan.name())]
    Plan {
        /// The product.
        product: String,
        /// The plan.
        plan: ActivationMethod,
    },
    /// There is nothing to do.
    #[error("no product is named, to install or to remove")]
    Nothing,
    /// A key was given for a product that is not installed.
    #[error("no published key (GVLK) is known for {0}")]
    NoGeneric(String),
}

/// Writes a file for a profile. What else is known (installed architecture, day) is in `context`; its plan and mode are the
/// profile's.
///
/// # Errors
///
/// Where the choices do not go together, and why.
pub fn write(profile: &Profile, comments: Comments, context: &Context) -> Result<Written, Refused> {
    let removes = match &profile.remove {
        None | Some(Remove::All(false)) => false,
        Some(Remove::All(true)) => true,
        Some(Remove::These(products)) => !products.is_empty(),
    };
    if profile.products.is_empty() && !removes {
        return Err(Refused::Nothing);
    }
    let chosen = choose::chosen(profile)?;
    let text = write::text(&chosen, comments);
    let mode = if profile.install == Install::Download { Mode::Download } else { Mode::Configure };
    let context = Context { plan: profile.plan, mode: Some(mode), ..context.clone() };
    let report = lint::lint(text.as_bytes(), &context);
    let (errors, findings): (Vec<_>, Vec<_>) =
        report.findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(Refused::Rules(errors));
    }
    fitting(&chosen)?;
    let secret = chosen.products.iter().filter_map(|product| product.key.as_ref()).any(Key::is_secret);
    Ok(Written { text, secret, findings })
}

/// What the tables of products say beyond the rules: channels of each, ways of activation.
fn fitting(chosen: &choose::Chosen<'_>) -> Result<(), Refused> {
    let channel = chosen.channel.as_deref();
    let channel = channel.map(|name| schema::channel_once(name).map_or(name, |channel| channel.name.as_str()));
    for product in chosen.products.iter().filter_map(|product| product.facts) {
        let foreign =
            |channel: &&str| !product.channels.is_empty() && !product.channels.iter().any(|own| own == channel);
        if let Some(channel) = channel.filter(foreign) {
            let (channel, allowed) = (channel.to_owned(), product.channels.clone());
            return Err(Refused::Channel { product: product.id.clone(), channel, allowed });
        }
        let other = |plan: &ActivationMethod| !product.activation.is_empty() && !product.activation.contains(plan);
        if let Some(plan) = chosen.profile.plan.filter(other) {
            return Err(Refused::Plan { product: product.id.clone(), plan });
        }
    }
    Ok(())
}
