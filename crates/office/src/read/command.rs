//! Command lines in transcripts and pasted texts: what was typed is no output, and names no machine.

/// Whether a line is what a person typed: behind a prompt, or a command of PowerShell by itself.
pub(super) fn is_command(text: &str) -> bool {
    let text = text.trim_start();
    prompted(text).is_some() || {
        let mut words = text.split_whitespace();
        // `Get-CimInstance : Access denied` is an answer.
        words.next().is_some_and(is_cmdlet) && words.next().is_some_and(|next| next != ":")
    }
}

/// What stands behind `PS C:\>`, `C:\Users\admin>` or `[PC-1]: PS>`.
fn prompted(text: &str) -> Option<&str> {
    let text = text.strip_prefix('[').and_then(|text| text.split_once("]: ")).map_or(text, |(_, rest)| rest);
    let shell = text.starts_with("PS ") || text.starts_with("PS>");
    let drive = text.as_bytes().get(1..3) == Some(b":\\") && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let (_, typed) = text.split_once('>').filter(|_| shell || drive)?;
    Some(typed).filter(|typed| !typed.trim().is_empty())
}

/// Whether a word is the name of a command of PowerShell: a verb, a hyphen and a noun.
pub(super) fn is_cmdlet(word: &str) -> bool {
    let (verb, noun) = word.split_once('-').unwrap_or_default();
    let named =
        noun.starts_with(|c: char| c.is_ascii_uppercase()) && noun.bytes().all(|byte| byte.is_ascii_alphanumeric());
    named && VERBS.contains(&verb)
}

/// Verbs of the commands with which status is collected and passed on.
const VERBS: [&str; 16] = [
    "Add",
    "ConvertFrom",
    "ConvertTo",
    "Export",
    "ForEach",
    "Format",
    "Get",
    "Import",
    "Invoke",
    "Out",
    "Resolve",
    "Select",
    "Set",
    "Sort",
    "Test",
    "Where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_told_from_what_was_answered() {
        for line in [
            "PS C:\\> Get-CimInstance SoftwareLicensingProduct | ft Name, LicenseStatus",
            "PS> gcim SoftwareLicensingProduct | select Name, LicenseStatus",
            "[PC-1]: PS C:\\Users\\admin> Get-Service sppsvc",
            "C:\\Program Files\\Microsoft Office\\Office16>cscript ospp.vbs /dstatus",
            "Get-WmiObject SoftwareLicensingProduct | select Name, LicenseStatus, PartialProductKey",
            "  Select-Object Name, LicenseStatus,",
        ] {
            assert!(is_command(line), "{line}");
        }
        for line in [
            "Get-CimInstance : Access denied",
            "Get-CimInstance: Access denied",
            "Name, LicenseStatus, PartialProductKey",
            "LICENSE NAME: x > y",
            "> LICENSE NAME: x",
            "[10:00:01] LICENSE NAME: x",
            "PS C:\\>",
            "PC-1: LICENSE NAME: x",
            "Web-Server01 LICENSE NAME: x",
            "",
        ] {
            assert!(!is_command(line), "{line}");
        }
    }
}
