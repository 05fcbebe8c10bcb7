//! The documents that a command reads: from files in any form, from whole folders, from photographs of QR codes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::Code;
use leasehold_picture::PictureError;
use leasehold_wire::armour::{self, ArmourError};
use leasehold_wire::parts::PartsError;
use leasehold_wire::{Envelope, Typ};

use crate::failure::Failure;
use crate::output;
use crate::wildcards;

/// One document.
#[derive(Args, Clone, Debug)]
pub(crate) struct DocumentFile {
    /// The document, in whatever form: raw, in armour, as texts of QR codes, a picture of them; `-` is standard input.
    #[arg(required_unless_present = "images")]
    file: Option<PathBuf>,
    #[command(flatten)]
    images: Images,
}

/// Photographs.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Images {
    /// Read it from photographs of its QR codes (PNG, JPEG); several where it is in parts, in any order.
    #[arg(long = "image", value_name = "FILE", num_args = 1..)]
    pub(crate) images: Vec<PathBuf>,
}

/// Any number of documents.
#[derive(Args, Clone, Debug)]
pub(crate) struct DocumentFiles {
    /// Files of documents, in whatever form and any number to a file, or folders of such files; `-` is standard input.
    #[arg(required_unless_present = "images", value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    images: Images,
}

/// One of several documents, or why it cannot be read.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where it comes from.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) document: Result<Vec<u8>, Failure>,
}

impl DocumentFile {
    /// Its bytes.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        match &self.file {
            Some(path) if self.images.images.is_empty() => read(path),
            Some(_) => Err(Failure::failed(Code::Usage, "a document is read from FILE or from --image, not from both")),
            None => self.images.read(),
        }
    }

    /// Whether it comes from standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.file.as_deref() == Some(Path::new("-"))
    }

    /// Where it comes from.
    pub(crate) fn name(&self) -> String {
        self.file.as_ref().map_or_else(|| names(&self.images.images), |path| path.display().to_string())
    }
}

impl Images {
    /// The one document that the photographs show.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        let mut texts = String::new();
        for path in &wildcards::expanded(self.images.clone()) {
            texts += &in_picture(path, &bytes(path)?)?;
        }
        armour::read(texts.as_bytes())
            .map(std::borrow::Cow::into_owned)
            .map_err(|error| unreadable(&names(&self.images), &error))
    }
}

impl DocumentFiles {
    /// All documents, each once, in the order of their names; in a folder only those of `wanted` kinds.
    pub(crate) fn read(&self, wanted: &[Typ]) -> Result<Vec<Found>, Failure> {
        let (mut found, mut pictures) = (Vec::new(), Pictures::default());
        for path in &wildcards::expanded(self.files.clone()) {
            if path.is_dir() {
                let mut inside = Vec::new();
                for file in files_in(path)? {
                    read_each(&file, &mut inside, &mut pictures);
                }
                let all = inside.len();
                inside.retain(|one| is_wanted(one, wanted));
                if inside.len() < all {
                    let more = output::count(all - inside.len(), "document", "documents");
                    errln!("passed over {more} of another kind in {}", path.display());
                }
                found.append(&mut inside);
            } else {
                read_each(path, &mut found, &mut pictures);
            }
        }
        for path in &wildcards::expanded(self.images.images.clone()) {
            match bytes(path) {
                Ok(bytes) => pictures.add(path, &bytes, &mut found),
                Err(failure) => found.push(Found { name: path.display().to_string(), document: Err(failure) }),
            }
        }
        pictures.finish(&mut found);
        let mut seen = HashSet::new();
        found.retain(|one| one.document.as_ref().map_or(true, |bytes| seen.insert(bytes.clone())));
        Ok(found)
    }

    /// Whether one file is asked for, which is not a folder: its errors are the command's.
    pub(crate) fn is_one(&self) -> bool {
        self.files.len() + self.images.images.len() == 1 && !self.files.iter().any(|path| path.is_dir())
    }

    /// Whether standard input is among them.
    pub(crate) fn has_standard_input(&self) -> bool {
        self.files.iter().any(|path| path == Path::new("-"))
    }
}

/// The texts of pictures that make no document by themselves: it may be in parts that lie in several of them.
#[derive(Debug, Default)]
struct Pictures {
    paths: Vec<PathBuf>,
    texts: String,
}

impl Pictures {
    fn add(&mut self, path: &Path, bytes: &[u8], found: &mut Vec<Found>) {
        let name = path.display().to_string();
        let texts = match in_picture(path, bytes) {
            Ok(texts) => texts,
            Err(failure) => return found.push(Found { name, document: Err(failure) }),
        };
        let all = armour::read_all(texts.as_bytes()).unwrap_or_else(|error| vec![Err(error)]);
        if all.iter().any(Result::is_err) {
            self.texts += &texts;
            self.paths.push(path.to_owned());
        }
        let whole = all.into_iter().flatten();
        found.extend(whole.map(|document| Found { name: name.clone(), document: Ok(document) }));
    }

    fn finish(self, found: &mut Vec<Found>) {
        if self.paths.is_empty() {
            return;
        }
        let name = names(&self.paths);
        let all = armour::read_all(self.texts.as_bytes()).unwrap_or_else(|error| vec![Err(error)]);
        found.extend(all.into_iter().map(|read| {
            let document = read.map_err(|error| unreadable(&name, &error));
            Found { name: name.clone(), document }
        }));
    }
}

/// The document in a file of whatever form.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = bytes(path)?;
    if leasehold_picture::is_picture(&bytes) {
        return in_one_picture(path, &bytes);
    }
    let document = armour::read(&bytes).map_err(|error| unreadable(&path.display().to_string(), &error))?;
    Ok(document.into_owned())
}

/// The document that the picture of this name shows.
pub(crate) fn in_one_picture(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let texts = in_picture(path, bytes)?;
    let document = armour::read(texts.as_bytes()).map_err(|error| unreadable(&path.display().to_string(), &error))?;
    Ok(document.into_owned())
}

/// Why a file or picture holds no document.
pub(crate) fn unreadable(name: &str, error: &ArmourError) -> Failure {
    let code = match error {
        ArmourError::Parts(PartsError::Missing { .. }) => Code::PartsMissing,
        ArmourError::TooLarge
        | ArmourError::TooMany
        | ArmourError::Empty
        | ArmourError::Unknown
        | ArmourError::UnknownLabel
        | ArmourError::Several
        | ArmourError::Damaged(_)
        | ArmourError::Parts(_) => Code::Malformed,
    };
    Failure::refused(code, format!("{name}: {error}"))
}

/// Refuses a document of another kind than those `wanted`, which `words` name. What is no document at all is told by who verifies it.
pub(crate) fn check_kind(name: &str, bytes: &[u8], wanted: &[Typ], words: &str) -> Result<(), Failure> {
    match Envelope::parse(bytes) {
        Ok(Envelope { typ, .. }) if !wanted.contains(&typ) => {
            let message = format!("{name}: a document of type {}, not {words}", typ.name());
            Err(Failure::refused(Code::Malformed, message)
                .hint("name another file; `leasehold inspect FILE` shows what this one holds"))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// All documents of a file; of a picture its texts.
fn read_each(path: &Path, found: &mut Vec<Found>, pictures: &mut Pictures) {
    let name = path.display().to_string();
    let bytes = match at_most(path, armour::MAX_TEXTS) {
        Ok(bytes) => bytes,
        Err(failure) => return found.push(Found { name, document: Err(failure) }),
    };
    if leasehold_picture::is_picture(&bytes) {
        return pictures.add(path, &bytes, found);
    }
    let all = armour::read_all(&bytes).unwrap_or_else(|error| vec![Err(error)]);
    let several = all.len() > 1;
    for (n, read) in all.into_iter().enumerate() {
        let name = if several { format!("{name}, document {}", n + 1) } else { name.clone() };
        let document = read.map_err(|error| unreadable(&name, &error));
        found.push(Found { name, document });
    }
}

/// The files of a folder in the order of their names; those that hide and those in folders below are passed over.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: &io::Error| Failure::file(folder, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let hides = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hides && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a document in a folder is of a kind that the command reads; answers may lie among requests.
fn is_wanted(found: &Found, wanted: &[Typ]) -> bool {
    let Ok(bytes) = &found.document else { return true };
    Envelope::parse(bytes).map_or(true, |envelope| wanted.contains(&envelope.typ))
}

/// The texts of a picture's QR codes, a line each.
fn in_picture(path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let texts = leasehold_picture::read(bytes).map_err(|error| {
        let failure = Failure::refused(Code::PictureUnreadable, format!("{}: {error}", path.display()));
        match error {
            PictureError::TooManyBytes | PictureError::TooManyPixels => {
                failure.hint("make the picture smaller: the whole code, no more than a few thousand pixels wide")
            }
            PictureError::Format => {
                failure.hint("save it as JPEG or PNG: telephones may use HEIC or WebP unless told otherwise")
            }
            PictureError::Damaged(_) => failure,
        }
    })?;
    if texts.is_empty() {
        return Err(Failure::refused(Code::NoQrCode, format!("{}: no QR code can be read in it", path.display())));
    }
    Ok(texts.join("\n") + "\n")
}

/// The bytes of a file that may be a picture, a little more than one has at most.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    at_most(path, leasehold_picture::MAX_BYTES)
}

fn at_most(path: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = max as u64 + 1;
    let read = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::file(path, &error))?;
    Ok(bytes)
}

fn names(paths: &[PathBuf]) -> String {
    match paths {
        [only] => only.display().to_string(),
        [first, .., last] => format!("{} to {}", first.display(), last.display()),
        [] => String::new(),
    }
}
