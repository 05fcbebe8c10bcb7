//! The tables of signs, made ready to be looked for: names and paths of files, sites, tasks, services, detections.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::evidence::{Fetched, Sign};
use crate::facts::indicators::{DetectionName, File, INDICATORS, Site, Strength, TaskOrService};

/// A file or folder of an activator.
struct FileSign {
    entry: &'static File,
    /// The path at which it usually is.
    path: Option<Regex>,
    /// Its name wherever it is; nothing where a name alone says nothing.
    name: Option<Regex>,
    /// Whether the name has no extension: sentences have such words too.
    is_word: bool,
}

/// A task or service of an activator, by its name or by its program.
struct TaskSign {
    entry: &'static TaskOrService,
    name: Option<Regex>,
    program: Option<Regex>,
}

/// A site of an activator, by its name and by a command that runs what comes from there.
struct SiteSign {
    entry: &'static Site,
    host: Regex,
    run: Regex,
}

/// What is looked for in a list of services or drivers beside other signs.
pub(super) const ADAPTERS: [&str; 4] = ["tap0901", "tap-windows", "tapoas", "fakeclient"];

/// The files and folders that `text` names: a path, a line of a list, a command. Each entry once.
pub(super) fn files(text: &str) -> Vec<Sign<'static>> {
    if !HINT.is_match(text) {
        return Vec::new();
    }
    let sign = |entry: &'static File, strength| Sign {
        entry: &entry.pattern,
        strength,
        note: &entry.note,
        source: &entry.source,
    };
    let here = |pattern: &Option<Regex>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    let at_place = FILES.iter().filter(|file| here(&file.path)).map(|file| sign(file.entry, file.entry.confidence));
    let mut found: Vec<Sign<'static>> = at_place.collect();
    let placed = !found.is_empty();
    let named = || FILES.iter().filter(|file| file.is_named(text));
    found.extend(named().filter(|file| file.path.is_none()).map(|file| sign(file.entry, file.entry.confidence)));
    // The name of a whole path at another place is weaker, and the first entry that has it stands for all.
    let elsewhere = named().find(|file| file.path.is_some()).filter(|_| !placed);
    found.extend(elsewhere.map(|file| sign(file.entry, file.entry.confidence.min(Strength::Medium))));
    found
}

impl FileSign {
    /// Whether `text` has its name: in a path, a list, a table or a command, and not only as a word of a sentence.
    fn is_named(&self, text: &str) -> bool {
        let named =
            |name: &Regex| name.find_iter(text).any(|name| !self.is_word || !is_in_sentence(text, name.range()));
        self.name.as_ref().is_some_and(named)
    }
}

/// Whether a name, found with what stands before and behind it, is a word of a sentence: a plain word stands beside it, one
/// blank away, and there are some more. What is one of a path is none, nor what a label has before it.
fn is_in_sentence(text: &str, name: Range<usize>) -> bool {
    let found = &text[name.clone()];
    if found.contains(['\\', '/']) {
        return false;
    }
    let before =
        text[..name.end - found.trim_start_matches(|c: char| !c.is_alphanumeric()).len()].trim_end_matches(OPENING);
    let after = text[name.start + found.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '+').len()..]
        .trim_start_matches(CLOSING);
    let is_near = |all: &str, rest: &str| all.len() - rest.len() == 1;
    let last = before.split_whitespace().next_back().filter(|word| !word.ends_with(':'));
    let last = last.filter(|_| is_near(before, before.trim_end()));
    let first = after.split_whitespace().next().filter(|_| is_near(after, after.trim_start()));
    is_sentence(before, after, [last, first])
}

/// Whether what stands around is a sentence: one of the words `beside` is a plain one, and there are some more.
fn is_sentence(before: &str, after: &str, beside: [Option<&str>; 2]) -> bool {
    let plain_words = |text: &str| text.split_whitespace().filter(|word| is_plain(word)).count();
    beside.into_iter().flatten().any(is_plain) && plain_words(before) + plain_words(after) >= MIN_WORDS
}

/// The site whose script a command fetches and runs. One that is only named, or looked at, is none.
pub(super) fn fetched(text: &str) -> Option<Fetched> {
    let command = |site: &'static SiteSign| {
        site.host.is_match(text).then(|| site.run.find(text)).flatten().map(|command| (site.entry, command.range()))
    };
    let (entry, command) = SITES.iter().find_map(command)?;
    let sign = Sign { entry: &entry.host, strength: entry.confidence, note: &entry.note, source: &entry.source };
    Some(Fetched { sign, quoted: is_quoted(text, command) })
}

/// Whether a sentence quotes the command. Shells know such marks too: only where enough plain words stand around it, one of
/// them beside it, and nothing that could run it, a prompt among them.
fn is_quoted(text: &str, command: Range<usize>) -> bool {
    let (before, behind) = (&text[..command.start], &text[command.end..]);
    let Some((open, closes)) = MARKS.iter().find(|(open, _)| before.ends_with(*open)) else { return false };
    let Some((_, after)) = behind.split_once(*closes) else { return false };
    let before = before.trim_end_matches(*open);
    let last = before.split_whitespace().next_back();
    let first = after.split_whitespace().next().filter(|_| last.is_none());
    is_sentence(before, after, [last, first]) && !COMMANDS.is_match(before) && !COMMANDS.is_match(after)
}

/// Whether it is a word of a sentence.
fn is_plain(word: &str) -> bool {
    let word = word.trim_start_matches('(').trim_end_matches([')', ',', ':', '.', ';']);
    !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’'))
}

/// The entry that a task or service of this name and program is.
pub(super) fn task_or_service(name: &str, program: &str) -> Option<Sign<'static>> {
    let is = |sign: &&TaskSign| {
        let mut parts = name.split('\\').map(str::trim);
        sign.name.as_ref().is_some_and(|pattern| parts.any(|part| pattern.is_match(part)))
            || sign.program.as_ref().is_some_and(|pattern| pattern.is_match(program))
    };
    TASKS.iter().find(is).map(|sign| of_task(sign.entry))
}

/// The entry about network adapters that are installed beside a KMS tool.
pub(super) fn adapter() -> Option<Sign<'static>> {
    INDICATORS.tasks_and_services.iter().find(|entry| entry.name.contains("driver")).map(of_task)
}

/// The detection that `text` names, as it is printed there, and the entry that it is or is a variant of.
pub(super) fn detection(text: &str) -> Option<(&str, &'static DetectionName)> {
    let printed = DETECTION.find(text)?.as_str();
    // Variants have endings, and the platform says nothing of what it is.
    let family = |name: &str| {
        let (kind, rest) = name.split_once(':').unwrap_or_default();
        let name = rest.split_once('/').map_or("", |(_, name)| name).split(['.', '!']).next().unwrap_or_default();
        (kind.to_ascii_lowercase(), name.to_ascii_lowercase())
    };
    let listed = &INDICATORS.detection_names;
    let exact = listed.iter().find(|entry| entry.name.eq_ignore_ascii_case(printed));
    let entry = exact.or_else(|| listed.iter().find(|entry| family(&entry.name) == family(printed)))?;
    Some((printed, entry))
}

fn of_task(entry: &'static TaskOrService) -> Sign<'static> {
    Sign { entry: &entry.name, strength: entry.confidence, note: &entry.note, source: &entry.source }
}

/// The names of programs in a sentence.
fn programs(text: &str) -> Vec<&str> {
    text.split([' ', ',']).filter(|word| word.to_ascii_lowercase().ends_with(".exe")).collect()
}

fn file_sign(entry: &'static File) -> FileSign {
    let pattern = entry.pattern.as_str();
    let last = pattern.trim_end_matches("\\*").rsplit('\\').next().unwrap_or(pattern);
    // A wildcard in the name says nothing at another place, and neither does the name of a folder that ends in `\`.
    // A name without a folder stands for itself everywhere, with its wildcards.
    let alone = !pattern.contains('\\');
    let words = if alone { part(last) } else { regex::escape(last) };
    let name =
        ((alone || !last.contains('*')) && !last.is_empty()).then(|| compile(&format!("{BEFORE}{words}{AFTER}")));
    let path = pattern.contains('\\').then(|| {
        let below = pattern.strip_suffix("\\*").unwrap_or(pattern).trim_end_matches('\\');
        let parts: Vec<String> = below.split('\\').map(part).collect();
        compile(&format!(r"{}{AFTER}", parts.join(r"\\")))
    });
    FileSign { entry, path, name, is_word: !last.contains('.') }
}

/// One part of a path as a pattern: variables stand for the folders that they name.
fn part(part: &str) -> String {
    match part.to_ascii_lowercase().as_str() {
        "%programfiles%" => {
            r"(?:[a-z]:\\Program Files(?: \(x86\))?|%ProgramFiles(?:\(x86\))?%|[a-z]:\\Progra~\d)".to_owned()
        }
        "%windir%" => r"(?:[a-z]:\\Windows|%(?:WinDir|SystemRoot)%|\\SystemRoot)".to_owned(),
        "%programdata%" => r"(?:[a-z]:\\ProgramData|%(?:ProgramData|AllUsersProfile)%)".to_owned(),
        _ => part.split('*').map(regex::escape).collect::<Vec<_>>().join(r"[^\\/\s]*"),
    }
}

fn task_sign(entry: &'static TaskOrService) -> TaskSign {
    let programs: Vec<String> = programs(&entry.name).into_iter().map(regex::escape).collect();
    // A sentence names what the service runs, or what it is installed beside; else the entry is the name itself.
    let sentence = !programs.is_empty() || entry.name.contains(" / ");
    let name = (!sentence).then(|| compile(&format!("^{}$", part(&entry.name))));
    let program = (!programs.is_empty()).then(|| compile(&format!("{BEFORE}(?:{}){AFTER}", programs.join("|"))));
    TaskSign { entry, name, program }
}

fn site_sign(entry: &'static Site) -> SiteSign {
    let name = format!(r"(?:^|[^\w-]){}", regex::escape(&entry.host));
    let host = format!(r"{name}(?:$|[^\w.-])");
    // `FETCH HOST | RUN`, and `RUN (FETCH HOST)`.
    let piped = format!(r"{FETCH}\b.*{name}(?:[^\w.-].*)?[|;]\s*{RUN}\b");
    let within = format!(r"(?:\b(?:iex|Invoke-Expression)|\[ScriptBlock\]::Create)\W.*{FETCH}\b.*{host}");
    let run = format!("{piped}|{within}");
    SiteSign { entry, host: compile(&host), run: compile(&run) }
}

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a pattern of escaped names")
}

/// What may stand before and after a name in a path, a list or a command.
const BEFORE: &str = r#"(?:^|[\\/\s"'=,;:>_|+(\[{├└─-])"#;
const AFTER: &str = r#"(?:$|[\\/\s"',;<>|)\]}])"#;

/// What fetches a text in PowerShell, and what runs one.
const FETCH: &str = r"\b(?:irm|iwr|Invoke-RestMethod|Invoke-WebRequest|curl|wget|DownloadString)";
const RUN: &str = r"\b(?:iex|Invoke-Expression|powershell|pwsh|cmd)";

/// The marks that sentences quote with.
const MARKS: [(char, &[char]); 5] = [('`', &['`']), ('“', &['”']), ('„', &['“', '”']), ('«', &['»']), ('‘', &['’'])];
/// Fewer plain words than this are no sentence: a command may have some too.
const MIN_WORDS: usize = 3;

/// The marks between a word and the name before or behind it.
const OPENING: [char; 8] = ['(', '[', '"', '\'', '“', '„', '‘', '`'];
const CLOSING: [char; 14] = [')', ']', '"', '\'', '”', '“', '’', '`', ',', '.', ';', '!', '?', '…'];

/// What could run a quoted command: commands that take another one, and the prompts of shells.
static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
    let others =
        r"wmic|winrs|ssh|psexec|schtasks|start|saps|Start-Process|icm|Invoke-\w+|runas|sudo|eval|sh|bash|zsh|mshta";
    compile(&format!(r"{FETCH}\b|{RUN}\b|\b(?:{others})\b|^\s*(?:PS\b|[a-z]:\\|[$#>%] )|>\s*$"))
});
static SITES: LazyLock<Vec<SiteSign>> = LazyLock::new(|| INDICATORS.sites.iter().map(site_sign).collect());
static FILES: LazyLock<Vec<FileSign>> = LazyLock::new(|| INDICATORS.files.iter().map(file_sign).collect());
static TASKS: LazyLock<Vec<TaskSign>> = LazyLock::new(|| INDICATORS.tasks_and_services.iter().map(task_sign).collect());

/// Words of which every entry has one, so that most lines are passed over at once.
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    compile("kms|secoh|aact|sppext|sppc|oem-drv|autopico|vlmcsd|activation-renewal|mas_aio|_activation")
});
static DETECTION: LazyLock<Regex> =
    LazyLock::new(|| compile(r"\b[a-z]{2,20}:[a-z0-9]{2,12}/[a-z0-9_]+(?:[.!][a-z0-9.!_]+)?"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_table_is_found_where_it_usually_is() {
        for entry in &INDICATORS.files {
            let path = entry
                .pattern
                .replace("%ProgramFiles%", r"C:\Program Files")
                .replace("%WinDir%", r"C:\Windows")
                .replace("%ProgramData%", r"C:\ProgramData")
                .replace('*', "x.exe");
            let path = if entry.pattern.ends_with("sppc*.dll") { path.replace("x.exe", "") } else { path };
            let found = files(&path);
            assert!(
                found.iter().any(|sign| sign.entry == entry.pattern && sign.strength == entry.confidence),
                "{path}"
            );
            assert_eq!(found.len(), 1, "{path}: {found:?}");
        }
    }

    #[test]
    fn files_are_found_in_lists_commands_and_at_other_places() {
        for (text, entry, strength) in [
            ("11/22/2026  12:00 PM             4,608 SECOH-QAD.dll", "%WinDir%\\SECOH-QAD.dll", Strength::Medium),
            ("KMSAutoS", "%WinDir%\\KMSAutoS\\*", Strength::Medium),
            ("|   +---KMSAutoS", "%WinDir%\\KMSAutoS\\*", Strength::Medium),
            ("KMSpico      10.2.0   2024-01-02", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("PC-1\tKMSpico\t10.2.0", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("{90160000-0011}  KMSpico v9.1.3", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("\"PC-1\",\"KMSpico\",\"10.2\"", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("KMSpico,10.2.0,ByELDI", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("PC-1;KMSpico 10.2.0;", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("    \"DisplayName\": \"KMSpico\",", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            (
                "{\"DisplayName\":\"KMSpico\",\"DisplayVersion\":\"10.2\"}",
                "%ProgramFiles%\\KMSpico\\*",
                Strength::Medium,
            ),
            ("@{DisplayName=KMSpico; DisplayVersion=10.2.0}", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("<S N=\"DisplayName\">KMSpico</S>", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            (
                "Product: KMSpico -- Installation completed successfully.",
                "%ProgramFiles%\\KMSpico\\*",
                Strength::Medium,
            ),
            (
                "A service was installed in the system. Service Name: KMSpico",
                "%ProgramFiles%\\KMSpico\\*",
                Strength::Medium,
            ),
            ("Caption=KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("PC-1: KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("- KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("PC-1, KMSpico, 10.2.0", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("\"PC-1\", \"KMSpico\", \"10.2\"", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("'PC-1';'KMSpico';'10'", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("KMSpico | 10.2", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("KMSpico 10.2.0 Final", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("PC-1  KMSpico  an activator of some kind", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("KMSpico 10.2.0 Final.zip", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("cd KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("choco install kmspico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("drwxr-xr-x 2 ann users 4096 Nov 22 12:00 KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("| PC-1 | KMSpico | 10.2.0 |", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("DisplayName     : KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("\"DisplayName\"=\"KMSpico\"", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("    DisplayName    REG_SZ    KMSpico", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("\"KMSAuto++ x64.exe\",\"4000\"", "KMSAuto++*", Strength::High),
            ("HEU_KMS_Activator_v42.zip", "HEU_KMS_Activator*", Strength::High),
            (r"<Command>%WinDir%\KMSAutoS\x.exe</Command>", "%WinDir%\\KMSAutoS\\*", Strength::High),
            (r"c:\program files (x86)\kmspico", "%ProgramFiles%\\KMSpico\\*", Strength::High),
            (r"D:\tools\KMSpico\readme.txt", "%ProgramFiles%\\KMSpico\\*", Strength::Medium),
            ("\"C:\\Temp\\kmsss.EXE\" -r", "KMSSS.exe", Strength::High),
            (r"ExclusionPath : {C:\Windows\AutoKMS, C:\x}", r"%WinDir%\AutoKMS\", Strength::High),
            (r"{C:\x, C:\Program Files\KMSpico}", r"%ProgramFiles%\KMSpico\*", Strength::High),
            (" [vlmcsd.exe]", "vlmcsd.exe", Strength::High),
            (r"C:\Users\x\KMSAuto++ x64.exe", "KMSAuto++*", Strength::High),
            (r"C:\x\HEU_KMS_Activator_v42.exe", "HEU_KMS_Activator*", Strength::High),
            ("MAS_AIO.cmd /HWID", "MAS_AIO.cmd", Strength::High),
            ("\"KMSAuto Net.exe\",\"4000\",\"Console\"", "KMSAuto Net.exe", Strength::High),
            ("file:_C:\\Windows\\SppExtComObjHook.dll", "SppExtComObjHook.dll", Strength::High),
        ] {
            let found = files(text);
            assert!(found.iter().any(|sign| sign.entry == entry && sign.strength == strength), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_name_without_an_extension_is_a_word_in_a_sentence_and_a_file_beside_a_separator() {
        let names: Vec<String> = FILES
            .iter()
            .filter(|file| file.name.is_some())
            .map(|file| file.entry.pattern.trim_end_matches("\\*").trim_end_matches(['\\', '*']))
            .map(|pattern| pattern.rsplit('\\').next().unwrap_or(pattern).to_owned())
            .filter(|name| !name.contains('.'))
            .collect();
        assert!(names.len() >= 4, "{names:?}");
        for name in names {
            for sentence in [
                format!("we removed {name} from two machines"),
                format!("{name} was never seen here."),
                format!("No activators ({name} or \"{name}\"), please, nor {name}!"),
                format!("- {name}, or what is like it"),
                format!("Name of the activator: {name}; see the list"),
            ] {
                assert_eq!(files(&sentence).len(), 0, "{sentence}: {:?}", files(&sentence));
            }
            for entry in [
                format!(r"D:\x\{name}"),
                format!(r"see D:\x\{name}, and below"),
                format!("share/{name}/x"),
                format!(r"{name}\readme.txt"),
                format!("  {name} "),
                format!("Name : {name}"),
            ] {
                assert_eq!(files(&entry).len(), 1, "{entry}: {:?}", files(&entry));
            }
        }
    }

    #[test]
    fn a_command_that_a_text_quotes_is_a_weaker_sign_than_one_in_a_history() {
        for host in INDICATORS.sites.iter().map(|site| &site.host) {
            let whole = [format!("irm https://{host} | iex"), format!("iex (irm https://{host}/get)")];
            for command in &whole {
                for (open, close) in [('`', '`'), ('“', '”'), ('„', '“'), ('«', '»'), ('‘', '’')] {
                    for text in [
                        format!("Never type {open}{command}{close} on machines of ours."),
                        format!("* A mail told people to run {open}{command}{close}."),
                        format!("{open}{command}{close} is what activators are started with"),
                    ] {
                        assert!(fetched(&text).is_some_and(|script| script.quoted), "{text}");
                    }
                    // What runs the text in the marks, or words beside it that are none of a sentence.
                    for text in [
                        format!("{open}{command}{close}"),
                        format!("PS C:\\> powershell -c {open}{command}{close}"),
                        format!("now start some powershell {open}{command}{close}"),
                        format!("ssh alpha {open}{command}{close}"),
                        format!("wmic process call create {open}{command}{close}"),
                        format!("PS C:\\> please run it now {open}{command}{close}"),
                        format!("$ at this very moment {open}{command}{close}"),
                        format!("run this now and then -Command {open}{command}{close}"),
                        format!("some words that say {open}{command}{close} | iex"),
                    ] {
                        assert!(fetched(&text).is_some_and(|script| !script.quoted), "{text}");
                    }
                }
                // Logs and shells have these marks too.
                for mark in ["\"", "'", ""] {
                    let text = format!("the user alice has run {mark}{command}{mark} on this machine");
                    assert!(fetched(&text).is_some_and(|script| !script.quoted), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_script_of_a_site_is_a_sign_where_it_is_run() {
        for site in &INDICATORS.sites {
            let host = &site.host;
            for text in [
                format!("irm https://{host} | iex"),
                format!("PS C:\\> iwr -useb https://{host}/get|iex"),
                format!("irm {host}|iex"),
                format!("iex (irm {host})"),
                format!("iex \"& {{ $(irm https://{host}/) }} /HWID\""),
                format!("& ([ScriptBlock]::Create((irm https://{host}))) /Ohook"),
                format!("Invoke-Expression (New-Object Net.WebClient).DownloadString('https://{host}/get')"),
                format!("curl.exe -s https://www.{host}/get | Out-String | powershell -"),
                format!("<Arguments>-c \"IRM https://{} | IEX\"</Arguments>", host.to_uppercase()),
            ] {
                let found = fetched(&text).unwrap_or_else(|| panic!("{text}"));
                let told = (found.sign.entry, found.sign.strength, found.quoted);
                assert_eq!(told, (host.as_str(), site.confidence, false), "{text}");
            }
            for text in [
                format!("the proxy blocks https://{host} since May; iex is restricted"),
                format!("curl -I https://{host}"),
                format!("irm https://not{host} | iex"),
                format!("irm https://{host}.example | iex"),
                format!("ping {host} | more"),
            ] {
                assert!(fetched(&text).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn what_windows_and_office_bring_along_is_no_sign() {
        for text in [
            r"C:\Windows\System32\sppc.dll",
            r"C:\Windows\System32\SppExtComObj.Exe",
            r"C:\Windows\System32\sppsvc.exe",
            r"C:\Windows\System32\drivers\tap0901.sys",
            r"C:\Program Files\Microsoft Office\root\vfs\System\mso.dll",
            r"D:\kms\kmsss.exe.txt.old",
            "kms01.corp.example.com",
            "GET /device/activation-renewal HTTP/1.1",
            "HackTool:Win32/AutoKMS",
            "Key Management Service",
        ] {
            assert!(files(text).is_empty(), "{text}: {:?}", files(text));
        }
    }

    #[test]
    fn every_task_and_service_of_the_table_is_known() {
        for entry in &INDICATORS.tasks_and_services {
            let name = entry.name.replace('*', " of some kind");
            let found = if let Some(program) = programs(&entry.name).first() {
                task_or_service("x", &format!(r"C:\x\{program} -s"))
            } else if entry.name.contains("driver") {
                adapter()
            } else {
                task_or_service(&format!("\\{}", name.replace(" of some kind", "x")), "")
            };
            assert_eq!(found.map(|sign| sign.entry), Some(entry.name.as_str()));
        }
        assert!(task_or_service("sppsvc", r"C:\Windows\System32\sppsvc.exe").is_none());
        assert!(task_or_service(r"\Microsoft\Windows\SoftwareProtectionPlatform\SvcRestartTask", "").is_none());
    }

    #[test]
    fn detections_are_known_with_their_variants() {
        for entry in &INDICATORS.detection_names {
            let text = format!("ThreatName : {}", entry.name);
            assert_eq!(detection(&text).map(|(_, found)| &found.name), Some(&entry.name));
        }
        let variant = detection("HackTool:Win32/AutoKMS!rfn").unwrap();
        assert_eq!((variant.0, variant.1.name.as_str()), ("HackTool:Win32/AutoKMS!rfn", "HackTool:Win32/AutoKMS"));
        assert!(detection("Trojan:Win32/Emotet.A").is_none() && detection("http://a/b").is_none());
    }

    #[test]
    fn every_entry_has_a_hint() {
        for entry in &INDICATORS.files {
            assert!(HINT.is_match(&entry.pattern), "{}", entry.pattern);
        }
    }
}
