//! Records as JSON: `ConvertTo-Json`, logs with an object on each line, and texts that a tool has put into JSON strings.

use serde_json::Value;

use super::{Record, Told};
use crate::read::frame::machine_in;
use crate::read::{machine, script};

/// Gathers values that go over several lines. The elements of an array are read one by one.
#[derive(Debug)]
pub(crate) struct Json {
    from: u64,
    /// The value, or the array's element, that is open.
    text: String,
    /// The lines, to be read as plain ones where they turn out to be no JSON.
    lines: Vec<(u64, String)>,
    length: usize,
    array: bool,
    depth: usize,
    string: Option<Escape>,
    machine: Option<String>,
}

/// Whether the next character of a string is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    No,
    Next,
}

/// What came of a line.
pub(crate) enum Step {
    /// More is to come.
    Open,
    /// The value has ended; what stands behind it on the line is left.
    Ended,
    /// It is no JSON: these lines are to be read as plain ones.
    Plain(Vec<(u64, String)>),
}

/// A text that stood in JSON: its line, its machine where that is named, and its lines.
pub(crate) type Text = (u64, Option<String>, Vec<String>);

/// What a value holds.
struct Held<'h> {
    told: &'h mut Vec<Told>,
    texts: &'h mut Vec<Text>,
}

impl Json {
    /// A value that begins in this line.
    pub(crate) fn begin(number: u64, line: &str) -> Option<Self> {
        let (before, text) = split(line);
        let array = text.starts_with('[');
        let next = text.strip_prefix(['{', '['])?.trim_start().chars().next();
        let fits = match next {
            None | Some('"') => true,
            Some('}') => !array,
            Some('{' | '[' | ']') => array,
            Some(_) => false,
        };
        fits.then(|| Self {
            from: number,
            text: String::new(),
            lines: Vec::new(),
            length: 0,
            array,
            depth: 0,
            string: None,
            machine: machine_in(before).map(str::to_owned),
        })
    }

    /// Takes one line.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>, texts: &mut Vec<Text>) -> Step {
        let mut held = Held { told, texts };
        let begins = number == self.from && self.depth == 0;
        self.lines.push((number, line.to_owned()));
        let line = if begins { split(line).1 } else { line };
        self.length += line.len();
        if self.length > MAX_LINES {
            return Step::Plain(std::mem::take(&mut self.lines));
        }
        for character in line.chars() {
            let element = self.array && self.depth == 1 && self.string.is_none();
            if !(element && matches!(character, ',' | ' ' | '\t')) {
                self.text.push(character);
            }
            match (self.string, character) {
                (Some(Escape::Next), _) | (None, '"') => self.string = Some(Escape::No),
                (Some(Escape::No), '\\') => self.string = Some(Escape::Next),
                (Some(Escape::No), '"') => self.string = None,
                (None, '{' | '[') => {
                    self.depth += 1;
                    if self.array && self.depth == 1 {
                        self.text.clear();
                    }
                }
                (None, '}' | ']') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == usize::from(self.array) && !self.value(&mut held) {
                        return Step::Plain(std::mem::take(&mut self.lines));
                    }
                    if self.depth == 0 {
                        return Step::Ended;
                    }
                }
                (Some(Escape::No) | None, _) => {}
            }
        }
        // A line may end within a string where a console has wrapped it; else its end parts words.
        if self.string.is_none() {
            self.text.push('\n');
        }
        Step::Open
    }

    /// The lines of a value that has not ended.
    pub(crate) fn unfinished(self) -> Vec<(u64, String)> {
        self.lines
    }

    /// Reads the value that has just ended; `false` where it is none.
    fn value(&mut self, held: &mut Held<'_>) -> bool {
        let text = std::mem::take(&mut self.text);
        if self.array && self.depth == 0 {
            return true;
        }
        let Ok(value) = serde_json::from_str::<Value>(&text) else { return false };
        let machine = self.machine.clone();
        held.take(self.from, &value, machine.as_ref(), 0);
        // Elements that are read need not be kept.
        self.from = self.lines.last().map_or(self.from, |(number, _)| *number);
        self.lines.clear();
        self.length = 0;
        true
    }
}

impl Held<'_> {
    fn take(&mut self, line: u64, value: &Value, machine: Option<&String>, depth: usize) {
        self.named(line, "", value, machine, depth);
    }

    /// What a value holds that stands under `name`.
    fn named(&mut self, line: u64, name: &str, value: &Value, machine: Option<&String>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        // Logs that hold an object a line put a line of a text into each.
        let is_line = LINES.iter().any(|known| known.eq_ignore_ascii_case(name));
        match value {
            Value::Object(members) => {
                let told = of_object(line, value);
                if !told.is_empty() {
                    let named = told.into_iter().map(|(own, content)| (own.or_else(|| machine.cloned()), content));
                    return self.told.extend(named);
                }
                let mut own = Record::new(line);
                scalars(value, &mut own, 0);
                let named = own.machine().or_else(|| machine.cloned());
                // `stdout_lines` says the same as `stdout`.
                let twice = |name: &str| name.ends_with("_lines") && members.contains_key(&name[..name.len() - 6]);
                let members = members.iter().filter(|(name, _)| !twice(name));
                for (name, value) in members {
                    // Salt and others put each machine's answer under its name.
                    let key = machine::likely(name).map(str::to_owned);
                    self.named(line, name, value, key.as_ref().or(named.as_ref()), depth + 1);
                }
            }
            Value::Array(values) if values.iter().all(Value::is_string) => {
                let lines = values.iter().filter_map(Value::as_str).flat_map(str::lines).map(str::to_owned).collect();
                self.texts.push((line, machine.cloned(), lines));
            }
            Value::Array(values) => values.iter().for_each(|value| self.take(line, value, machine, depth + 1)),
            Value::String(text) if text.contains('\n') || script::begins(text) || is_line => {
                self.texts.push((line, machine.cloned(), text.lines().map(str::to_owned).collect()));
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What stands before a value, as ansible names the machine, and the value.
fn split(line: &str) -> (&str, &str) {
    let text = line.trim_start();
    if !text.contains('>') {
        return ("", text);
    }
    text.split_once("=> ").filter(|(_, value)| value.starts_with(['{', '['])).unwrap_or(("", text))
}

/// What an object tells by its own properties, else by those within it.
fn of_object(line: u64, value: &Value) -> Vec<Told> {
    let mut own = Record::new(line);
    scalars(value, &mut own, 0);
    let told = own.contents();
    if !told.is_empty() {
        return told;
    }
    let mut all = Record::new(line);
    let flat = scalars(value, &mut all, MAX_DEPTH);
    if flat { all.contents() } else { Vec::new() }
}

/// Adds the properties of an object, and of the objects within it to a depth; `false` where there are lists of objects,
/// which are several things.
fn scalars(value: &Value, record: &mut Record, deep: usize) -> bool {
    let Value::Object(members) = value else { return true };
    let mut flat = true;
    for (name, value) in members {
        match value {
            Value::String(text) => record.add(name, text),
            Value::Number(number) => record.add(name, &number.to_string()),
            Value::Bool(truth) => record.add(name, if *truth { "True" } else { "False" }),
            Value::Null => record.add(name, ""),
            Value::Object(inner) if deep > 0 => {
                // What is XML at first has its attributes and its text under names of their own.
                let attributes = inner.get("#attributes").and_then(Value::as_object).unwrap_or(inner);
                match (name.as_str(), attributes.get("Name"), inner.get("#text")) {
                    ("Provider", Some(Value::String(provider)), _) => record.add(name, provider),
                    (_, _, Some(text)) => record.add(name, &joined(text)),
                    _ => flat &= scalars(value, record, deep - 1),
                }
            }
            Value::Object(_) => {}
            Value::Array(values) if name == "Data" && !values.iter().any(Value::is_object) => {
                record.add(name, &joined(value));
            }
            Value::Array(values) => flat &= !values.iter().any(Value::is_object) || name == "Properties",
        }
    }
    flat
}

/// A value as text; the values of a list with commas between them.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(joined).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// More than one value, or one element of an array, has.
const MAX_LINES: usize = 1024 * 1024;
/// What logs call the line that they hold.
const LINES: [&str; 5] = ["log", "message", "msg", "line", "_raw"];
/// Deeper than what is read lies in objects.
const MAX_DEPTH: usize = 12;
