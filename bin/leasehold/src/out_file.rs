//! The file that a command writes what it makes to: `-o FILE`, which overwrites nothing unless `--force` says so.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::Code;
use leasehold_files::{Readers, Replacement};
use leasehold_wire::armour;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::qr::{self, Picture};

/// Where a command writes what it makes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OutFile {
    /// Write to this file instead of standard output (`-`); a document is raw where the name ends in .lh, a picture of QR codes
    /// where in .png or .svg, else in armour.
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    path: Option<PathBuf>,
    /// Overwrite the file of `-o`.
    #[arg(long, requires = "path")]
    force: bool,
}

impl OutFile {
    /// A file that another option than `-o` names, for what is written besides.
    pub(crate) const fn named(path: Option<PathBuf>, force: bool) -> Self {
        Self { path, force }
    }

    /// The file that is asked for; `None` is standard output.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// Whether any place was asked for, be it standard output.
    pub(crate) const fn is_given(&self) -> bool {
        self.path.is_some()
    }

    /// Whether standard output was asked for by its name, `-`.
    pub(crate) fn is_standard_output(&self) -> bool {
        self.is_given() && self.path().is_none()
    }

    /// Refuses a file that is there and may not be overwritten. Ask before something is used up or recorded.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.path() {
            Some(path) if !self.force && fs::metadata(path).is_ok_and(|present| present.is_file()) => Err(taken(path)),
            Some(_) | None => Ok(()),
        }
    }

    /// Writes a file beside its place and moves it there whole; what is no plain file (a pipe, a device) is written to.
    /// Nothing is left where `write` fails.
    pub(crate) fn write<T>(
        &self,
        path: &Path,
        readers: Readers,
        write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.check()?;
        let failed = |error: io::Error| if is_taken(&error) { taken(path) } else { Failure::file(path, &error) };
        if is_stream(path) {
            return write(&mut File::options().write(true).open(path).map_err(failed)?);
        }
        let mut file = Replacement::of(path, readers).map_err(failed)?;
        let mut buffer = BufWriter::new(&mut file);
        let written = write(&mut buffer)?;
        buffer.flush().map_err(failed)?;
        drop(buffer);
        if self.force { file.replace() } else { file.create() }.map_err(failed)?;
        Ok(written)
    }
}

/// Whether there is something that can be written to and is no plain file. Windows knows devices by their names alone.
fn is_stream(path: &Path) -> bool {
    #[cfg(windows)]
    if leasehold_windows::long_path::is_device(&path.to_string_lossy()) {
        return true;
    }
    fs::metadata(path).is_ok_and(|present| !present.is_file())
}

/// Where a command writes a document.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DocumentOut {
    #[command(flatten)]
    file: OutFile,
    /// Write it as QR codes, to be photographed: on a terminal that is large enough, or into the file of `-o` (.png, .svg).
    #[arg(long)]
    qr: bool,
}

impl DocumentOut {
    /// The file that is asked for; `None` is standard output.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.file.path()
    }

    /// Whether a form or place was asked for, be it standard output.
    pub(crate) const fn is_given(&self) -> bool {
        self.file.is_given() || self.qr
    }

    /// Whether nothing but the document itself is to be shown.
    pub(crate) const fn is_plain(&self) -> bool {
        !self.qr
    }

    /// Refuses a file that is there and may not be overwritten, and one that is no picture where that is asked for. Ask before
    /// something is used up or recorded.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.path() {
            Some(path) if self.qr && Picture::of(path).is_none() => {
                let message =
                    format!("{}: QR codes are written to a file whose name ends in .png or .svg", path.display());
                Err(Failure::failed(Code::Usage, message)
                    .hint("name it so, or leave `--qr` out for a file to be carried"))
            }
            Some(_) | None => self.file.check(),
        }
    }

    /// As [`Self::check`], for so many documents: in a raw file there is one.
    pub(crate) fn check_for(&self, documents: usize) -> Result<(), Failure> {
        match self.path() {
            Some(path) if documents > 1 && is_raw(path) => {
                let message =
                    format!("{}: a raw file (.lh) holds one document, and there are {documents}", path.display());
                Err(Failure::failed(Code::Usage, message)
                    .hint("give the file another name: in armour it holds all of them"))
            }
            Some(_) | None => self.check(),
        }
    }

    /// Puts a document where it was asked for: into the file (raw where its name ends in `.lh`, a picture where in `.png` or
    /// `.svg`, else in armour), or in armour or as QR codes on standard output. In JSON it stands among what there is to tell
    /// `about` it.
    pub(crate) fn document(&self, bytes: &[u8], about: Value, output: Output) -> Result<(), Failure> {
        self.documents(&[bytes.to_vec()], about, output)
    }

    /// The same with any number of documents, all in one place.
    pub(crate) fn documents(&self, documents: &[Vec<u8>], about: Value, output: Output) -> Result<(), Failure> {
        let armour = || documents.iter().map(|bytes| armour::wrap(bytes)).collect::<Result<Vec<_>, _>>();
        let armour = || armour().map_err(|error| Failure::failed(Code::Internal, error.to_string()));
        let mut about = about;
        match self.path() {
            Some(path) => {
                let content = match (Picture::of(path), documents) {
                    (Some(picture), _) => picture.draw(documents)?,
                    (None, [only]) if is_raw(path) => only.clone(),
                    (None, _) => armour()?.concat().into_bytes(),
                };
                let all = |file: &mut dyn Write| file.write_all(&content).map_err(|error| Failure::file(path, &error));
                self.file.write(path, Readers::Umask, all)?;
                about["file"] = json!(path);
                errln!("written to {}", path.display());
            }
            None if output == Output::Json => {
                match &armour()?[..] {
                    [only] => about["document"] = json!(only),
                    all => about["documents"] = json!(all),
                }
                if self.qr {
                    about["qr"] = json!(qr::texts(documents));
                }
            }
            None if self.qr => qr::print(documents)?,
            None => armour()?.iter().for_each(|text| out!("{text}")),
        }
        if output == Output::Json {
            output::json(&about);
        }
        Ok(())
    }
}

fn is_raw(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lh")
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AlreadyExists
}

fn taken(path: &Path) -> Failure {
    Failure::refused(Code::AlreadyExists, format!("{}: there is a file already", path.display()))
        .hint("name another file, or overwrite it with --force")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, force: bool) -> OutFile {
        OutFile::named(Some(path.to_owned()), force)
    }

    #[test]
    fn a_file_is_overwritten_only_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.txt");
        let write = |force, text: &'static str| {
            file(&path, force).write(&path, Readers::Umask, |out| {
                out.write_all(text.as_bytes()).unwrap();
                Ok(())
            })
        };
        write(false, "first").unwrap();
        let refused = write(false, "second").unwrap_err();
        assert_eq!((refused.code(), fs::read_to_string(&path).unwrap().as_str()), (Code::AlreadyExists, "first"));
        write(true, "third").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "third");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_alone_also_where_the_file_before_was_not() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.txt");
        fs::write(&path, "open to all").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        file(&path, true)
            .write(&path, Readers::Owner, |out| {
                out.write_all(b"secret").unwrap();
                Ok(())
            })
            .unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
