//! Lists of scheduled tasks and of services, in the forms that Windows prints.

use super::evidence::{Evidence, Spot};
use super::signs;

/// A task or service, gathered from its lines.
#[derive(Debug, Default)]
pub(super) struct Programs {
    name: Option<(String, Spot)>,
    program: Option<(String, Spot)>,
    disabled: Option<Spot>,
    /// Network adapters that activators bring along: a sign only beside others.
    pub(super) adapters: Vec<Spot>,
    /// The column heads of a CSV list.
    columns: Vec<String>,
}

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Tasks,
    Services,
}

impl Programs {
    /// Takes one line; `None` where it is of no such list.
    pub(super) fn line(&mut self, text: &str, spot: &Spot) -> Option<(List, Vec<Evidence>)> {
        self.comma_separated(text, spot)
            .or_else(|| self.keyed(text, spot))
            .or_else(|| self.tagged(text, spot))
            .or_else(|| self.row(text, spot))
    }

    /// What is left when the list has ended.
    pub(super) fn finish(&mut self) -> Vec<Evidence> {
        let (name, program, disabled) = (self.name.take(), self.program.take(), self.disabled.take());
        let Some((name, named)) = name else { return Vec::new() };
        let mut found = Vec::new();
        let path = program.as_ref().map_or("", |(program, _)| program.as_str());
        if let Some(sign) = signs::task_or_service(&name, path) {
            found.push(Evidence::of_sign("task-or-service", &sign, named.clone()));
        }
        if let Some(spot) = disabled.filter(|_| is_licensing(&name)) {
            found.push(Evidence::of_rule("ACT014", format!("the service {name} is disabled"), spot));
        }
        let lower = name.to_ascii_lowercase();
        if signs::ADAPTERS.iter().any(|adapter| lower.contains(adapter)) && self.adapters.len() < MAX_ADAPTERS {
            self.adapters.push(named);
        }
        found
    }

    /// `TaskName: \x`, `SERVICE_NAME: x`, `BINARY_PATH_NAME : x`, `Name : x`
    fn keyed(&mut self, text: &str, spot: &Spot) -> Option<(List, Vec<Evidence>)> {
        let (key, value) = text.split_once(':')?;
        let (key, value) = (key.trim().to_ascii_lowercase().replace([' ', '_'], ""), value.trim());
        let list = match key.as_str() {
            "taskname" | "tasktorun" | "taskpath" | "scheduledtaskstate" | "folder" => List::Tasks,
            // Other texts have names too: alone a name says nothing.
            "servicename" | "binarypathname" | "pathname" | "starttype" | "startmode" | "startuptype" | "name" => {
                List::Services
            }
            _ => return None,
        };
        let begins = matches!(key.as_str(), "taskname" | "servicename" | "name");
        let found = if begins { self.finish() } else { Vec::new() };
        match key.as_str() {
            "taskname" | "servicename" | "name" if is_name(value) => self.name = Some((value.to_owned(), spot.clone())),
            "tasktorun" | "binarypathname" | "pathname" => self.program = Some((value.to_owned(), spot.clone())),
            "starttype" | "startmode" | "startuptype" if says_disabled(value) => self.disabled = Some(spot.clone()),
            _ => {}
        }
        (key != "name" || !found.is_empty()).then_some((list, found))
    }

    /// The description of a task: `<URI>\x</URI>`, `<Command>x</Command>`
    fn tagged(&mut self, text: &str, spot: &Spot) -> Option<(List, Vec<Evidence>)> {
        let inner = |tag: &str| {
            let (_, rest) = text.split_once(&format!("<{tag}>"))?;
            Some(rest.split("</").next().unwrap_or_default().trim().to_owned())
        };
        if text.trim_start().starts_with("<Task ") {
            return Some((List::Tasks, self.finish()));
        }
        if let Some(uri) = inner("URI") {
            let found = self.finish();
            self.name = Some((uri, spot.clone()));
            return Some((List::Tasks, found));
        }
        let command = inner("Command").or_else(|| inner("Arguments"))?;
        self.program = Some((command, spot.clone()));
        Some((List::Tasks, Vec::new()))
    }

    /// `"PC-001","\KMSAutoNet","11/22/2026 …","Ready"`
    fn comma_separated(&mut self, text: &str, spot: &Spot) -> Option<(List, Vec<Evidence>)> {
        // Most lines are of no such list: they are passed over before anything is made of them.
        if !text.contains(',') || (self.columns.is_empty() && !text.contains("ame")) {
            return None;
        }
        let mut record = csv::StringRecord::new();
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).buffer_capacity(text.len().max(16));
        let mut reader = builder.from_reader(text.trim().as_bytes());
        reader.read_record(&mut record).ok().filter(|read| *read)?;
        let fields: Vec<&str> = record.iter().take(MAX_COLUMNS).map(str::trim).collect();
        let heads: Vec<String> = fields.iter().map(|field| field.to_ascii_lowercase().replace(' ', "")).collect();
        let has = |wanted: &[&str]| heads.iter().any(|head| wanted.contains(&head.as_str()));
        if has(&NAME_HEADS) && has(&OTHER_HEADS) {
            let found = self.finish();
            self.columns = heads;
            return Some((self.list()?, found));
        }
        let list = self.list().filter(|_| fields.len() >= self.columns.len().min(2))?;
        let columns = self.columns.clone();
        let field = |heads: &[&str]| {
            let at = columns.iter().position(|column| heads.contains(&column.as_str()))?;
            fields.get(at).copied()
        };
        let mut found = self.finish();
        self.name = field(&NAME_HEADS).map(|name| (name.to_owned(), spot.clone()));
        self.program = field(&["tasktorun", "pathname", "binarypathname", "actions"])
            .map(|program| (program.to_owned(), spot.clone()));
        self.disabled = field(&["startmode", "starttype"]).filter(|start| says_disabled(start)).map(|_| spot.clone());
        found.extend(self.finish());
        Some((list, found))
    }

    /// The list that a CSV list with these heads is.
    fn list(&self) -> Option<List> {
        let tasks = self.columns.iter().any(|head| head.starts_with("task"));
        (!self.columns.is_empty()).then_some(if tasks { List::Tasks } else { List::Services })
    }

    /// A row of a table: `KMSAutoNet   11/22/2026 12:00:00 PM   Ready`, `Running  sppsvc  Software Protection`
    fn row(&mut self, text: &str, spot: &Spot) -> Option<(List, Vec<Evidence>)> {
        let cells: Vec<&str> = text.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let (name, list) = match cells.as_slice() {
            [folder, name, state] if folder.starts_with('\\') && !state.is_empty() => (*name, List::Tasks),
            [name, .., state] if TASK_STATES.contains(state) => (*name, List::Tasks),
            [state, name, ..] if SERVICE_STATES.contains(state) => (*name, List::Services),
            [state, ..] if state.split_once(' ').is_some_and(|(first, _)| SERVICE_STATES.contains(&first)) => {
                (state.split_once(' ')?.1.trim(), List::Services)
            }
            _ => return None,
        };
        let mut found = self.finish();
        self.name = Some((name.to_owned(), spot.clone()));
        found.extend(self.finish());
        Some((list, found))
    }
}

/// Whether it can be the name of a task or service.
fn is_name(value: &str) -> bool {
    !value.is_empty() && value.len() <= 256
}

fn is_licensing(name: &str) -> bool {
    ["sppsvc", "osppsvc"].iter().any(|service| service.eq_ignore_ascii_case(name))
}

/// `4   DISABLED`, `Disabled`
fn says_disabled(value: &str) -> bool {
    value.to_ascii_lowercase().contains("disabled") || value.trim() == "4"
}

/// The heads of the column that has the name.
const NAME_HEADS: [&str; 4] = ["taskname", "servicename", "name", "task"];
/// Heads of which a list of tasks or services has one besides.
const OTHER_HEADS: [&str; 10] = [
    "nextruntime",
    "status",
    "state",
    "pathname",
    "binarypathname",
    "startmode",
    "starttype",
    "displayname",
    "tasktorun",
    "taskpath",
];
const TASK_STATES: [&str; 5] = ["Ready", "Running", "Disabled", "Queued", "Could not start"];
const SERVICE_STATES: [&str; 5] = ["Running", "Stopped", "Paused", "StartPending", "StopPending"];
const MAX_COLUMNS: usize = 64;
const MAX_ADAPTERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, u64)> {
        let (mut programs, mut all) = (Programs::default(), Vec::new());
        for (at, line) in text.lines().enumerate() {
            let spot = Spot { line: at as u64 + 1, ..Spot::default() };
            all.extend(programs.line(line, &spot).map(|(_, found)| found).unwrap_or_default());
        }
        all.extend(programs.finish());
        all.into_iter().map(|finding| (finding.sign.unwrap_or(finding.rule), finding.line)).collect()
    }

    #[test]
    fn tasks_are_found_in_every_form_of_list() {
        for (text, line) in [
            ("\"HostName\",\"TaskName\",\"Next Run Time\",\"Status\"\n\"PC1\",\"\\KMSAutoNet\",\"N/A\",\"Ready\"", 2),
            ("\"TaskName\",\"Next Run Time\",\"Status\"\n\"\\KMSAutoNet\",\"N/A\",\"Ready\"", 2),
            ("HostName:      PC1\nTaskName:      \\KMSAutoNet\nNext Run Time: N/A\nStatus:        Ready", 2),
            (
                "Folder: \\\nTaskName                 Next Run Time          Status\n====\nKMSAutoNet               N/A                    Ready",
                4,
            ),
            ("<Task version=\"1.2\">\n<RegistrationInfo><URI>\\KMSAutoNet</URI></RegistrationInfo>", 2),
            (
                "TaskPath      TaskName        State\n--------      --------        -----\n\\             KMSAutoNet      Ready",
                3,
            ),
        ] {
            assert_eq!(found(text), [("KMSAutoNet".to_owned(), line)], "{text}");
        }
        assert_eq!(
            found("TaskName: \\R@1n-KMS\\hourly\nTaskName: \\R@1n-KMS-2"),
            [("R@1n-KMS*".to_owned(), 1), ("R@1n-KMS*".to_owned(), 2)]
        );
    }

    #[test]
    fn a_service_is_found_by_its_program() {
        let worded = "service whose binary is Service_KMS.exe or KMSSS.exe".to_owned();
        for (text, line) in [
            (
                "[SC] QueryServiceConfig SUCCESS\n\nSERVICE_NAME: Helper\n        START_TYPE         : 2   AUTO_START\n        BINARY_PATH_NAME   : C:\\x\\Service_KMS.exe",
                3,
            ),
            ("Name      : Helper\nPathName  : \"C:\\x\\KMSSS.exe\" -r", 1),
            ("Name,PathName,StartMode\nHelper,C:\\x\\KMSSS.exe,Auto", 2),
        ] {
            assert_eq!(found(text), [(worded.clone(), line)], "{text}");
        }
    }

    #[test]
    fn a_licensing_service_that_is_disabled_is_found() {
        for (text, line) in [
            ("SERVICE_NAME: sppsvc\n        START_TYPE         : 4   DISABLED", 2),
            ("Name                : osppsvc\nStatus              : Stopped\nStartType           : Disabled", 3),
            ("\"Name\",\"StartMode\"\n\"sppsvc\",\"Disabled\"", 2),
        ] {
            assert_eq!(found(text), [("ACT014".to_owned(), line)], "{text}");
        }
        assert_eq!(found("SERVICE_NAME: spooler\n START_TYPE : 4 DISABLED"), []);
        assert_eq!(found("Stopped  sppsvc             Software Protection\nRunning  Spooler  Print"), []);
    }
}
