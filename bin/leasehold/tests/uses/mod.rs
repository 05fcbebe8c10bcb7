//! Which of a crate's modules uses which of its siblings outside its tests, as the sources say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};

use proc_macro2::{Spacing, TokenStream, TokenTree};

/// The modules of a crate, those of its root and all below them.
#[derive(Default)]
pub(crate) struct Modules {
    /// Each by its path with its siblings that it uses, it or what lies below it. What the module that holds them has itself, a type or
    /// a constant, is below them all.
    pub(crate) uses: BTreeMap<String, BTreeSet<String>>,
    /// How many files were read, that of the root apart.
    pub(crate) files: usize,
    /// The paths of all modules.
    paths: BTreeSet<Vec<String>>,
    /// What each module knows from elsewhere, by the name that it has there.
    imports: BTreeMap<(Vec<String>, String), Vec<String>>,
    /// Each module with a path that it names.
    named: BTreeSet<(Vec<String>, Vec<String>)>,
}

impl Modules {
    /// The modules of the library or the program whose sources lie in `folder`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut modules = Self::default();
        for root in ["lib.rs", "main.rs"].map(|name| folder.join(name)).iter().filter(|root| root.exists()) {
            modules.read_module(&tokens(root), root, &[]);
        }
        for (own, path) in mem::take(&mut modules.named) {
            if let Some((own, used)) = modules.sibling(&own, path) {
                modules.uses.entry(own.join("::")).or_default().insert(used.join("::"));
            }
        }
        modules
    }

    /// The groups of modules that use each other, directly or by a longer way.
    pub(crate) fn circles(&self) -> BTreeSet<BTreeSet<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.uses.keys().map(|module| (module.as_str(), self.reached(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, reaches) in &reached {
            let circle: BTreeSet<&str> =
                reaches.iter().copied().filter(|other| reached[other].contains(module)).collect();
            circles.extend((!circle.is_empty()).then_some(circle));
        }
        circles
    }

    /// All that `module` uses, directly or not.
    fn reached(&self, module: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = self.uses[module].iter().map(String::as_str).collect();
        while let Some(used) = waiting.pop() {
            if reached.insert(used) {
                waiting.extend(self.uses[used].iter().map(String::as_str));
            }
        }
        reached
    }

    /// Reads the module at the path `own`, whose text is `tokens` in the file at `file`.
    fn read_module(&mut self, tokens: &[TokenTree], file: &Path, own: &[String]) {
        if !own.is_empty() {
            self.uses.entry(own.join("::")).or_default();
            self.paths.insert(own.to_vec());
        }
        for (at, _) in tokens.iter().enumerate().filter(|(_, token)| token.to_string() == "use") {
            for import in paths(&tokens[at + 1..]) {
                self.imports.insert((own.to_vec(), import.known_as), absolute(own, &import.path));
            }
        }
        self.walk(tokens, file, own);
    }

    /// Reads what `tokens` name, and the modules that they declare.
    fn walk(&mut self, tokens: &[TokenTree], file: &Path, own: &[String]) {
        for (at, token) in tokens.iter().enumerate() {
            let (before, after) = (&tokens[..at], &tokens[at + 1..]);
            match token {
                TokenTree::Ident(word) if word == "mod" => {
                    let [TokenTree::Ident(name), TokenTree::Punct(_), ..] = after else { continue };
                    if name == SUITE {
                        continue;
                    }
                    let below = file_of(file, &plain(name));
                    self.files += 1;
                    self.read_module(&self::tokens(&below), &below, &[own, &[plain(name)]].concat());
                }
                TokenTree::Ident(word) if word == "crate" || word == "super" => {
                    let is_first = !matches!(before, [.., TokenTree::Punct(mark)] if mark.as_char() == ':');
                    let named = paths(&tokens[at..]).into_iter().filter(|_| is_first);
                    self.named.extend(named.map(|named| (own.to_vec(), absolute(own, &named.path))));
                }
                TokenTree::Group(group) => match before {
                    [.., TokenTree::Ident(word), TokenTree::Ident(name)] if word == "mod" => {
                        self.read_module(&without_tests(group.stream()), file, &[own, &[plain(name)]].concat());
                    }
                    _ => self.walk(&without_tests(group.stream()), file, own),
                },
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// The module at or above `own`, and its sibling at or above what `path` leads to, by whatever imports of modules above `own`.
    fn sibling<'p>(&self, own: &'p [String], mut path: Vec<String>) -> Option<(&'p [String], Vec<String>)> {
        for _ in 0..MAX_IMPORTS {
            let known = (1..=path.len()).take_while(|length| self.paths.contains(&path[..*length])).count();
            let shared = own.iter().zip(&path).take_while(|(own, used)| own == used).count();
            if known > shared {
                return own.get(..=shared).map(|own| (own, path[..=shared].to_vec()));
            }
            let (holder, item) = path.split_at(known);
            let (name, below) = item.split_first()?;
            let imported = self.imports.get(&(holder.to_vec(), name.clone()));
            let is_clear = imported.is_some() || known == own.len() || (name != "*" && !self.has_glob(holder));
            assert!(is_clear, "{own:?} uses {path:?}, and which module that is from does not say");
            path = [imported?, below].concat();
        }
        None
    }

    /// Whether the module at the path `holder` imports whatever another module has.
    fn has_glob(&self, holder: &[String]) -> bool {
        let glob = self.imports.get(&(holder.to_vec(), "*".to_owned()));
        glob.is_some_and(|glob| self.paths.contains(&glob[..glob.len() - 1]))
    }
}

/// The path from the root that `path` is in the module `own`.
fn absolute(own: &[String], path: &[String]) -> Vec<String> {
    let mut from = own.to_vec();
    let mut rest = path;
    while let [word, below @ ..] = rest {
        match word.as_str() {
            "crate" => from.clear(),
            "super" => drop(from.pop()),
            "self" => {}
            _ => break,
        }
        rest = below;
    }
    [&from, rest].concat()
}

fn tokens(path: &Path) -> Vec<TokenTree> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    without_tests(text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// All but the items that are there for tests alone.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let attribute: String = token.to_string().split_whitespace().collect();
        if attribute == "[cfg(test)]" || attribute.starts_with("[cfg(all(test,") {
            let is_end = |token: &TokenTree| {
                matches!(token.to_string().as_str(), ";" | ",") || token.to_string().starts_with('{')
            };
            tokens.by_ref().find(is_end);
        } else {
            kept.push(token);
        }
    }
    kept
}

/// A path as it stands in a text, and the name by which its end is known there.
struct Named {
    path: Vec<String>,
    known_as: String,
}

/// The paths in a tree of imports, `a::{b, c::d as e}`, or the one path that `tokens` begin with.
fn paths(tokens: &[TokenTree]) -> Vec<Named> {
    match tokens {
        [TokenTree::Group(group), ..] => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            tokens.split(|token| token.to_string() == ",").flat_map(paths).collect()
        }
        [TokenTree::Ident(name), TokenTree::Ident(word), TokenTree::Ident(alias), ..] if word == "as" => {
            vec![Named { path: vec![plain(name)], known_as: plain(alias) }]
        }
        [TokenTree::Ident(name), rest @ ..] => {
            let name = plain(name);
            let below = after_colons(rest).map(paths).filter(|below| !below.is_empty());
            let below = below.unwrap_or_else(|| vec![Named { path: Vec::new(), known_as: name.clone() }]);
            let of_it = |below: Named| match (below.path.first(), below.known_as) {
                (Some(word), alias) if word == "self" => {
                    Named { path: vec![name.clone()], known_as: if alias == "self" { name.clone() } else { alias } }
                }
                (_, known_as) => Named { path: [vec![name.clone()], below.path].concat(), known_as },
            };
            below.into_iter().map(of_it).collect()
        }
        [TokenTree::Punct(mark), ..] if mark.as_char() == '*' => {
            vec![Named { path: vec!["*".to_owned()], known_as: "*".to_owned() }]
        }
        _ => Vec::new(),
    }
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(_), rest @ ..]
            if first.as_char() == ':' && first.spacing() == Spacing::Joint =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// The file of the module `name` that the file at `path` declares.
fn file_of(path: &Path, name: &str) -> PathBuf {
    let stem = path.file_stem().expect("a file has a name");
    let folder = path.parent().expect("a file lies in a folder");
    let below = if ["lib", "main", "mod"].iter().any(|root| stem == *root) { folder.into() } else { folder.join(stem) };
    let file = below.join(format!("{name}.rs"));
    if file.exists() { file } else { below.join(name).join("mod.rs") }
}

/// A name without what makes a keyword of the language one.
fn plain(name: &proc_macro2::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// What every store passes: tests, though a library has them.
const SUITE: &str = "suite";
/// By how many modules a name is handed on at most.
const MAX_IMPORTS: usize = 8;
