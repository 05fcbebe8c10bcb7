//! Which of a crate's modules uses which outside its tests, as the sources say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};

use proc_macro2::{Spacing, TokenStream, TokenTree};

/// The modules at the root of a crate, each with all that lies below it.
#[derive(Default)]
pub(crate) struct Modules {
    /// Each with the others that it uses.
    pub(crate) uses: BTreeMap<String, BTreeSet<String>>,
    /// How many files were read, that of the root apart.
    pub(crate) files: usize,
    /// The names that the root hands on, each with the module that it is from.
    handed_on: BTreeMap<String, String>,
    /// What modules name of the root.
    named: BTreeSet<(String, String)>,
}

impl Modules {
    /// The modules of the library or the program whose sources lie in `folder`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut modules = Self::default();
        for root in ["lib.rs", "main.rs"].map(|name| folder.join(name)).iter().filter(|root| root.exists()) {
            let tokens = tokens(root);
            modules.walk(&tokens, root, &[]);
            modules.read_root(&tokens);
        }
        modules.resolve();
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

    /// Reads what `tokens` of the file at `path` name, and the files of the modules that they declare.
    fn walk(&mut self, tokens: &[TokenTree], path: &Path, module: &[String]) {
        for (at, token) in tokens.iter().enumerate() {
            let (before, after) = (&tokens[..at], &tokens[at + 1..]);
            match token {
                TokenTree::Ident(word) if word == "mod" => {
                    let [TokenTree::Ident(name), TokenTree::Punct(_), ..] = after else { continue };
                    let below = [module, &[plain(name)]].concat();
                    self.uses.entry(below[0].clone()).or_default();
                    let file = file_of(path, &plain(name));
                    self.files += 1;
                    self.walk(&self::tokens(&file), &file, &below);
                }
                TokenTree::Ident(word) if word == "crate" => self.name(module, 0, after),
                TokenTree::Ident(word)
                    if word == "super" && !matches!(before, [.., TokenTree::Punct(mark)] if mark.as_char() == ':') =>
                {
                    self.name(module, module.len().saturating_sub(1), after);
                }
                TokenTree::Group(group) => {
                    let inline = match before {
                        [.., TokenTree::Ident(word), TokenTree::Ident(name)] if word == "mod" => Some(plain(name)),
                        _ => None,
                    };
                    let below: Vec<String> = module.iter().cloned().chain(inline).collect();
                    self.walk(&without_tests(group.stream()), path, &below);
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Notes what a path names of the root: it goes on with `rest` at `depth` below it.
    fn name(&mut self, module: &[String], mut depth: usize, mut rest: &[TokenTree]) {
        let Some(own) = module.first() else { return };
        while let Some(after) = after_colons(rest) {
            match after {
                [TokenTree::Ident(word), above @ ..] if word == "super" => {
                    (depth, rest) = (depth.saturating_sub(1), above);
                }
                names => {
                    let of_root = paths(names).into_iter().filter(|_| depth == 0);
                    return self.named.extend(of_root.map(|path| (own.clone(), path[0].clone())));
                }
            }
        }
    }

    /// What the root hands on.
    fn read_root(&mut self, tokens: &[TokenTree]) {
        for (at, _) in tokens.iter().enumerate().filter(|(_, token)| token.to_string() == "use") {
            for path in paths(&tokens[at + 1..]) {
                if let [module, .., name] = &path[..]
                    && self.uses.contains_key(module)
                {
                    self.handed_on.insert(name.clone(), module.clone());
                }
            }
        }
    }

    /// What stands in the root itself, a macro or a constant, is below all modules.
    fn resolve(&mut self) {
        for (own, name) in mem::take(&mut self.named) {
            let used = if self.uses.contains_key(&name) { Some(&name) } else { self.handed_on.get(&name) };
            let is_clear = used.is_some() || !self.handed_on.contains_key("*");
            assert!(is_clear, "{own} uses crate::{name}, and which module that is from the root does not say");
            let used = used.filter(|used| **used != own).cloned();
            self.uses.entry(own).or_default().extend(used);
        }
    }
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

/// The paths in a tree of imports, `a::{b, c::d as e}`, or the one path that `tokens` begin with: the last name is the one by which it
/// is known here.
fn paths(tokens: &[TokenTree]) -> Vec<Vec<String>> {
    match tokens {
        [TokenTree::Group(group), ..] => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            tokens.split(|token| token.to_string() == ",").flat_map(paths).collect()
        }
        [TokenTree::Ident(_), TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "as" => {
            vec![vec![plain(name)]]
        }
        [TokenTree::Ident(name), rest @ ..] => {
            let below = after_colons(rest).map(paths).filter(|below| !below.is_empty()).unwrap_or(vec![Vec::new()]);
            below.into_iter().map(|path| [vec![plain(name)], path].concat()).collect()
        }
        [TokenTree::Punct(mark), ..] if mark.as_char() == '*' => vec![vec!["*".to_owned()]],
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
