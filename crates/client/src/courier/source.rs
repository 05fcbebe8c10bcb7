//! Where the agent is: its socket and its folder of manifests, of the machine or of the user.

use std::path::PathBuf;

/// Where an application looks for the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AgentSource {
    /// At the user's socket, then at the machine's, as far as they are there.
    #[default]
    System,
    /// At the machine's socket alone.
    Machine,
    /// At this socket.
    At(PathBuf),
    /// Nowhere: the application uses the network alone.
    Off,
}

impl AgentSource {
    /// `system`, `machine`, `off`, or the path of a socket.
    pub fn of(text: PathBuf) -> Self {
        match text.to_str() {
            Some("system") => Self::System,
            Some("machine") => Self::Machine,
            Some("off") => Self::Off,
            Some(_) | None => Self::At(text),
        }
    }

    /// The sockets that are there, in the order in which they are tried.
    pub(crate) fn sockets(&self) -> Vec<PathBuf> {
        let sockets = match self {
            Self::System => [Owner::User, Owner::Machine].into_iter().filter_map(agent_socket).collect(),
            Self::Machine => agent_socket(Owner::Machine).into_iter().collect(),
            Self::At(socket) => vec![socket.clone()],
            Self::Off => Vec::new(),
        };
        sockets.into_iter().filter(|socket| is_there(socket)).collect()
    }
}

/// Whose agent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The machine's: for all its users.
    Machine,
    /// This user's.
    User,
}

/// The agent's socket: `/run/leasehold-agent/agent.sock`, or `leasehold/agent.sock` below the user's `XDG_RUNTIME_DIR`; on Windows a named
/// pipe. `None` where the user has no folder for it.
pub fn agent_socket(owner: Owner) -> Option<PathBuf> {
    match owner {
        Owner::Machine => Some(machine_socket()),
        Owner::User => user_socket(),
    }
}

/// The folder of the manifests: `/etc/leasehold/products`, or `leasehold/products` below the user's `XDG_CONFIG_HOME`
/// (`~/.config`); on Windows `Products` beside the state. `None` where the user has no home.
pub fn products_folder(owner: Owner) -> Option<PathBuf> {
    match owner {
        Owner::Machine => machine_products(),
        Owner::User => user_products(),
    }
}

#[cfg(unix)]
fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(unix)]
fn is_there(socket: &std::path::Path) -> bool {
    socket.exists()
}

/// A pipe that is not there fails at once, and to look for it would take one of its instances.
#[cfg(not(unix))]
fn is_there(_socket: &std::path::Path) -> bool {
    true
}

#[cfg(unix)]
fn machine_socket() -> PathBuf {
    let run = if cfg!(target_os = "linux") { "/run" } else { "/var/run" };
    PathBuf::from(run).join("leasehold-agent/agent.sock")
}

#[cfg(unix)]
fn user_socket() -> Option<PathBuf> {
    Some(absolute("XDG_RUNTIME_DIR")?.join("leasehold/agent.sock"))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
fn machine_products() -> Option<PathBuf> {
    Some(PathBuf::from("/etc/leasehold/products"))
}

#[cfg(unix)]
fn user_products() -> Option<PathBuf> {
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
    Some(config?.join("leasehold/products"))
}

#[cfg(windows)]
fn machine_socket() -> PathBuf {
    leasehold_windows::pipe::path("leasehold-agent")
}

#[cfg(windows)]
fn user_socket() -> Option<PathBuf> {
    // By the account's id: two domains may have users of one name.
    let user = leasehold_windows::access::user().ok()?;
    Some(leasehold_windows::pipe::path(format!("leasehold-agent-{user}")))
}

#[cfg(windows)]
fn machine_products() -> Option<PathBuf> {
    leasehold_files::Part::Products.of_machine()
}

#[cfg(windows)]
fn user_products() -> Option<PathBuf> {
    Some(leasehold_files::user_folder()?.join(leasehold_files::Part::Products.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_which_agents_are_asked_and_anything_else_is_a_socket() {
        for (word, source) in
            [("off", AgentSource::Off), ("machine", AgentSource::Machine), ("system", AgentSource::System)]
        {
            assert_eq!(AgentSource::of(word.into()), source);
        }
        assert_eq!(AgentSource::of("./off".into()), AgentSource::At("./off".into()));
        assert!(AgentSource::Off.sockets().is_empty());
        assert!(AgentSource::Machine.sockets().iter().all(|socket| *socket == machine_socket()));
    }
}
