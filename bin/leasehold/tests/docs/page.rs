//! A page of the documentation: what is typed, and what is printed then.

use std::fs;
use std::path::Path;

/// What there is to type on a page, in its order.
pub(crate) struct Page {
    /// What has to be there before: the words of a comment `<!-- typed after: vendor, host -->`.
    pub(crate) needs: Vec<String>,
    pub(crate) steps: Vec<Step>,
    lines: Vec<String>,
}

/// A command, and what is printed.
pub(crate) struct Step {
    /// The line where it stands, from 1.
    pub(crate) line: usize,
    pub(crate) command: String,
    pub(crate) expected: Vec<String>,
    /// The lines of what is printed, and how far they are indented.
    span: std::ops::Range<usize>,
    indent: usize,
}

impl Page {
    /// The page; without anything to type where there is no such file.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let needs = text.split_once(NEEDS).and_then(|(_, rest)| rest.split_once(" -->"));
        let needs = needs.map_or_else(Vec::new, |(words, _)| words.split(", ").map(str::to_owned).collect());
        let mut steps: Vec<Step> = Vec::new();
        let mut block: Option<usize> = None;
        let mut continued = false;
        for (index, line) in lines.iter().enumerate() {
            let Some(indent) = block else {
                block = line.find("```console").filter(|_| line.trim() == "```console");
                continue;
            };
            let line = line.get(indent..).unwrap_or_default();
            if line.starts_with("```") {
                block = None;
            } else if continued {
                let step = steps.last_mut().expect("a command that goes on");
                step.command.push('\n');
                step.command.push_str(line);
                step.span = index + 1..index + 1;
            } else if let Some(command) = PROMPTS.iter().find_map(|prompt| line.strip_prefix(prompt)) {
                let (command, span) = (command.to_owned(), index + 1..index + 1);
                steps.push(Step { line: index + 1, command, expected: Vec::new(), span, indent });
            } else {
                let before = || panic!("{}:{}: printed before anything is typed", path.display(), index + 1);
                let step = steps.last_mut().filter(|step| step.span.end == index).unwrap_or_else(before);
                step.expected.push(line.to_owned());
                step.span.end = index + 1;
            }
            continued =
                block.is_some() && steps.last().is_some_and(|step| step.span.is_empty()) && line.ends_with('\\');
        }
        Self { needs, steps, lines }
    }

    /// Writes the page with what its steps are now expected to print.
    pub(crate) fn write(mut self, path: &Path) {
        for step in self.steps.into_iter().rev() {
            let indent = " ".repeat(step.indent);
            let printed = step.expected.into_iter().map(|line| format!("{indent}{line}").trim_end().to_owned());
            self.lines.splice(step.span, printed);
        }
        fs::write(path, self.lines.join("\n") + "\n").expect("the page can be written");
    }
}

const PROMPTS: [&str; 2] = ["$ ", "# "];
const NEEDS: &str = "<!-- typed after: ";
