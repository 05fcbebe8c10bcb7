//! How texts are encoded.

use std::fmt;

/// How a text was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; plain ASCII is this too.
    Utf8,
    /// UTF-16, low byte first: what `Out-File` and `>` write in Windows PowerShell.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// The Windows code page of Western Europe.
    Windows1252,
    /// Code page 850, which Western European consoles use.
    Oem850,
    /// Code page 437, which American consoles use.
    Oem437,
    /// Code page 932, which Japanese consoles and programs use.
    ShiftJis,
    /// Code page 936, which consoles in mainland China use.
    Gbk,
    /// Code page 950, which consoles in Taiwan and Hong Kong use.
    Big5,
    /// Code page 949, which Korean consoles use.
    EucKr,
    /// Code page 866, which Russian consoles use.
    Ibm866,
    /// The Windows code page of Cyrillic letters.
    Windows1251,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "windows-1252",
            Self::Oem850 => "IBM850",
            Self::Oem437 => "IBM437",
            Self::ShiftJis => "Shift_JIS",
            Self::Gbk => "GBK",
            Self::Big5 => "Big5",
            Self::EucKr => "EUC-KR",
            Self::Ibm866 => "IBM866",
            Self::Windows1251 => "windows-1251",
        })
    }
}
