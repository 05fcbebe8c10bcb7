//! The password file (`~/.pgpass`), as libpq reads it: a line for each database, the first that fits counts.

use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::environment::Environment;

/// The password for the database of `config`; none where the file has none, or others could read it too.
pub(crate) fn password(config: &Config, environment: &Environment<'_>) -> Option<String> {
    let home = || environment("HOME").map(|home| Path::new(&home).join(".pgpass"));
    let path = environment("PGPASSFILE").map(PathBuf::from).or_else(home)?;
    let text = fs::read_to_string(&path).ok()?;
    if is_open_to_others(&path) {
        tracing::warn!(file = %path.display(), "password file left out: others than its owner have rights to it (chmod 0600)");
        return None;
    }
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => socket_name(path),
    };
    let port = config.get_ports().first().copied().unwrap_or(5_432).to_string();
    let user = config.get_user()?;
    let wanted = [&host, &port, config.get_dbname().unwrap_or(user), user];
    text.lines().find_map(|line| of_line(line, &wanted))
}

fn of_line(line: &str, wanted: &[&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = fields(line).into_iter();
    for expected in wanted {
        let field = fields.next()?;
        if field != *expected && field != "*" {
            return None;
        }
    }
    fields.next()
}

/// The fields of a line; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut characters) = (vec![String::new()], line.chars());
    while let Some(character) = characters.next() {
        match character {
            ':' if fields.len() < 5 => fields.push(String::new()),
            '\\' => fields.last_mut().into_iter().for_each(|field| field.extend(characters.next())),
            other => fields.last_mut().into_iter().for_each(|field| field.push(other)),
        }
    }
    fields
}

/// The usual folder of sockets stands as `localhost` in the file.
#[cfg(unix)]
fn socket_name(folder: &Path) -> String {
    let usual = ["/tmp", "/var/run/postgresql", "/run/postgresql"].iter().any(|usual| folder == Path::new(usual));
    if usual { "localhost".to_owned() } else { folder.display().to_string() }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
