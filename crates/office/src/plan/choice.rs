//! Answers with a fixed set of words, the same in files, on the command line and in a dialogue.

/// Defines an answer: its words, how it is read and how it is written.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
        pub enum $name { $($(#[$of])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every answer.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let word = text.trim().to_ascii_lowercase();
                Self::ALL.iter().copied().find(|choice| choice.name() == word).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|choice| choice.name()).collect();
                    format!("one of {}", words.join(", "))
                })
            }
        }
    };
}

pub(super) use choice;
