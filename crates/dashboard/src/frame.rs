//! What every page has around it, and the pages of those who have not signed in.

use maud::{DOCTYPE, Markup, html};

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame<'f> {
    /// What is looked at: `Leasehold host` or `Leasehold authority`.
    pub program: &'static str,
    /// Which one: the vendor's name, or the host's.
    pub place: &'f str,
    /// Where the pages are.
    pub areas: &'static [Area],
    /// The path of the area that this page is in.
    pub current: &'static str,
    /// Who has signed in.
    pub signed_in: Option<SignedIn<'f>>,
    /// What is to be told first.
    pub notice: Option<Notice>,
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Its path.
    pub path: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// Who has signed in.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'s> {
    /// Their name.
    pub name: &'s str,
    /// What each form carries.
    pub form_token: &'s str,
    /// What they may do.
    pub roles: &'s [String],
}

/// What is to be told first.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The words.
    pub text: String,
}

/// How something is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// To be looked at.
    Warning,
    /// Something fails.
    Bad,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Good => "Done",
            Self::Warning => "Note",
            Self::Bad => "Not done",
        }
    }
}

impl Frame<'_> {
    /// The whole page, which follows what happens.
    pub(crate) fn live_page(&self, title: &str, content: &Markup) -> String {
        self.page(title, &html! { div data-live { (content) } })
    }

    /// The whole page, which stays as it is.
    pub(crate) fn page(&self, title: &str, content: &Markup) -> String {
        let body = html! {
            a.skip href="#main" { "Skip to the content" }
            header.top {
                a.brand href="/" { (mark()) span { (self.program) } }
                span.place { (self.place) }
                @if let Some(signed_in) = &self.signed_in {
                    form.account method="post" action="/sign-out" {
                        span { "signed in as " strong { (signed_in.name) } }
                        (form_token(signed_in))
                        button.plain type="submit" { "Sign out" }
                    }
                }
            }
            @if self.signed_in.is_some() && !self.areas.is_empty() {
                nav.areas aria-label="Pages" {
                    ul {
                        @for area in self.areas {
                            li { a href=(area.path) aria-current=[(area.path == self.current).then_some("page")] { (area.name) } }
                        }
                    }
                }
            }
            main.narrow[self.areas.is_empty()] id="main" {
                h1 { (title) }
                @if let Some(notice) = &self.notice { (told(notice)) }
                (content)
            }
        };
        document(&format!("{title} · {}", self.program), None, &body)
    }

    /// The field that each form carries.
    pub(crate) fn form_token(&self) -> Markup {
        html! { @if let Some(signed_in) = &self.signed_in { (form_token(signed_in)) } }
    }

    /// Whether what this role allows is offered.
    pub(crate) fn offers(&self, role: &str) -> bool {
        self.signed_in.is_some_and(|signed_in| signed_in.roles.iter().any(|own| own == role))
    }
}

/// How people sign in.
#[derive(Clone, Debug, Default)]
pub struct SignInView<'v> {
    /// What is to be told first.
    pub notice: Option<Notice>,
    /// The name that was tried before.
    pub name: &'v str,
    /// Whether the name and the password that were tried are not good.
    pub wrong: bool,
    /// The server of the identity provider, where it is another way in.
    pub provider: Option<&'v str>,
}

/// The page by which people sign in.
#[must_use]
pub fn sign_in_page(program: &'static str, view: &SignInView<'_>) -> String {
    let (invalid, described) = (view.wrong.then_some("true"), view.wrong.then_some(NOTICE));
    let content = html! {
        @if let Some(provider) = view.provider {
            p.actions { a.button href="/sign-in/provider" { "Sign in with " (provider) } }
            p { "Or with the name and password that were set with " code { "admin add" } " on this machine." }
        } @else {
            p { "Administrators of this machine sign in with the name and password that were set with " code { "admin add" } "." }
        }
        form.card method="post" action="/sign-in" {
            label for="name" { "Name" }
            input id="name" name="name" type="text" value=(view.name) autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus aria-invalid=[invalid] aria-describedby=[described];
            label for="password" { "Password" }
            input id="password" name="password" type="password" autocomplete="current-password" required aria-invalid=[invalid] aria-describedby=[described];
            button type="submit" { "Sign in" }
        }
        details {
            summary { "No password, or forgotten?" }
            p { "On the machine itself, " code { (command(program)) " admin link NAME" } " prints a link that signs in once." }
        }
    };
    outside(program, "Sign in", view.notice.as_ref(), &content)
}

/// The page after an identity provider has answered. It leads on by itself: what another site has opened is not yet signed in.
#[must_use]
pub fn signed_in_page(program: &'static str) -> String {
    let body =
        outside_body(program, "Signed in", None, &html! { p { a href="/" autofocus { "Continue to the dashboard" } } });
    document(&format!("Signed in · {program}"), Some("/"), &body)
}

/// The page that a one-time link leads to. Looking at it uses nothing up.
#[must_use]
pub fn welcome_page(program: &'static str, secret: &str) -> String {
    let content = html! {
        p { "This link signs you in once, in this browser." }
        form.card method="post" action="/sign-in" data-send {
            input type="hidden" name="link" value=(secret);
            button type="submit" autofocus { "Continue to the dashboard" }
        }
    };
    outside(program, "Welcome", None, &content)
}

/// The page in place of one that needs a role which those who look at it do not have.
#[must_use]
pub fn not_allowed_page(frame: &Frame<'_>, role: &str) -> String {
    let roles = frame.signed_in.map(|signed_in| signed_in.roles.join(", ")).unwrap_or_default();
    let content = html! {
        p { "That needs the role " code { (role) } ". You have " @if roles.is_empty() { "no role." } @else { "only " code { (roles) } "." } }
        p { "Ask an administrator of the machine that this service runs on: roles are given there, with "
            code { (command(frame.program)) " admin" } ", or by the groups of the identity provider." }
    };
    frame.page("Not allowed", &content)
}

/// A page that only says something, such as that there is nothing at an address. It names the request, by which the log is searched.
#[must_use]
pub fn message_page(program: &'static str, title: &str, text: &str) -> String {
    let content = html! {
        p { (text) }
        p { a href="/" { "To the overview" } }
        p.quiet { "Request " code { (REQUEST) } }
    };
    outside(program, title, None, &content)
}

/// Stands in pages for the id of the request, which who sends them puts in its place.
pub const REQUEST: &str = "\u{f8ff}";

fn outside(program: &'static str, title: &str, notice: Option<&Notice>, content: &Markup) -> String {
    document(&format!("{title} · {program}"), None, &outside_body(program, title, notice, content))
}

fn outside_body(program: &'static str, title: &str, notice: Option<&Notice>, content: &Markup) -> Markup {
    html! {
        header.top { a.brand href="/" { (mark()) span { (program) } } }
        main.narrow id="main" {
            h1 { (title) }
            @if let Some(notice) = notice { (told(notice)) }
            (content)
        }
    }
}

fn command(program: &str) -> &'static str {
    if program.ends_with("authority") { "leasehold vendor" } else { "leasehold host" }
}

/// The id of what is told first.
const NOTICE: &str = "notice";

fn told(notice: &Notice) -> Markup {
    html! { p id=(NOTICE) class={ "notice " (notice.tone.class()) } role="status" { strong { (notice.tone.word()) ": " } (notice.text) } }
}

fn form_token(signed_in: &SignedIn<'_>) -> Markup {
    html! { input type="hidden" name="form" value=(signed_in.form_token); }
}

/// The mark of the program, drawn.
fn mark() -> Markup {
    html! {
        svg.logo viewBox="0 0 32 32" aria-hidden="true" {
            rect x="2" y="2" width="28" height="28" rx="7" {}
            path d="M11 8v14h10M11 15h7" {}
            circle cx="22" cy="11" r="2.5" {}
        }
    }
}

fn document(title: &str, leads_to: Option<&str>, body: &Markup) -> String {
    let more = html! {
        @if let Some(next) = leads_to { meta http-equiv="refresh" content={ "0;url=" (next) }; }
        link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
        link rel="stylesheet" href="/assets/style.css";
        script src="/assets/live.js" defer {}
    };
    whole(title, &more, &html! { body { (body) } })
}

/// A page; `more` is what its head has besides.
pub(crate) fn whole(title: &str, more: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                (more)
            }
            (body)
        }
    };
    page.into_string()
}
