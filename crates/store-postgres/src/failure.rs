//! What a database's failure means for the administrator of the store.

use std::error::Error;
use std::fmt;

use leasehold_store::StoreError;
use tokio_postgres::error::SqlState;

/// Why something could not be done.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The database, or the way to it, fails.
    Database(tokio_postgres::Error),
    /// No answer came in time.
    Late,
    /// Another failure, named already.
    Store(StoreError),
}

impl Fault {
    /// A value in the database that no release of this program has written.
    pub(crate) fn damaged(what: &'static str) -> Self {
        Self::Store(damaged(what))
    }

    /// Others were in the way, nothing was done, and the same may be tried again.
    pub(crate) fn is_conflict(&self) -> bool {
        match self {
            Self::Database(error) => {
                let code = error.code();
                code == Some(&SqlState::T_R_SERIALIZATION_FAILURE) || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
            }
            Self::Late | Self::Store(_) => false,
        }
    }

    /// As above, or two have added the same row at once: of serialisable transactions, one sees the other when run again.
    pub(crate) fn is_conflict_of_rows(&self) -> bool {
        let twice = match self {
            Self::Database(error) => error.code() == Some(&SqlState::UNIQUE_VIOLATION),
            Self::Late | Self::Store(_) => false,
        };
        twice || self.is_conflict()
    }

    /// The connection is of no more use, although it has not ended: the next one may be.
    pub(crate) fn spoils_the_connection(&self) -> bool {
        match self {
            // A database that has become a standby may have a successor; a pooler has lost the statements.
            Self::Database(error) => {
                error.code().is_some_and(|code| ["25006", "26000", "42P05"].contains(&code.code()))
            }
            Self::Store(error) => matches!(error, StoreError::Pooled),
            Self::Late => false,
        }
    }

    /// The connection has ended, or is about to.
    pub(crate) fn is_loss(&self) -> bool {
        match self {
            Self::Database(error) => match error.code() {
                // 57P01 to 57P03: shut down or not up yet; 25P03, 57P05: it was idle for too long.
                Some(code) => {
                    code.code().starts_with("08")
                        || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(&code.code())
                }
                None => true,
            },
            Self::Late => true,
            Self::Store(_) => false,
        }
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Database(error) => named(error),
            Fault::Late => Self::Unavailable("the database does not answer in time".into()),
            Fault::Store(error) => error,
        }
    }
}

pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Damaged(what.into())
}

fn named(error: tokio_postgres::Error) -> StoreError {
    // A value that is not of its column's type.
    let misread = error.code().is_none()
        && error.source().is_some_and(|cause| cause.downcast_ref::<tokio_postgres::types::WrongType>().is_some());
    let cause_in_words = error.source().map(ToString::to_string).unwrap_or_default();
    let lacks_password = cause_in_words.contains("password missing");
    let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
    let cause = Box::new(DatabaseMessage(error));
    match code.as_str() {
        _ if misread => StoreError::Damaged(cause),
        // Disk full.
        "53100" => StoreError::Full(cause),
        // Authentication, and rights that are not granted.
        "42501" => StoreError::Denied(cause),
        code if code.starts_with("28") => StoreError::Denied(cause),
        "" if lacks_password => StoreError::Denied(cause),
        // A transaction that may only read: a standby, or a database set so.
        "25006" => StoreError::ReadOnly(cause),
        // A prepared statement that is gone, or one of another program with its name.
        "26000" | "42P05" => StoreError::Pooled,
        // Data or index corrupted; tables or columns that are missing; constraints that are broken.
        "XX001" | "XX002" | "42P01" | "42703" | "3F000" => StoreError::Damaged(cause),
        code if code.starts_with("23") => StoreError::Damaged(cause),
        _ => StoreError::Unavailable(cause),
    }
}

/// An error in the database's own words.
#[derive(Debug)]
struct DatabaseMessage(tokio_postgres::Error);

impl fmt::Display for DatabaseMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(said) = self.0.as_db_error() {
            f.write_str(said.message())?;
            return said.detail().map_or(Ok(()), |detail| write!(f, " ({detail})"));
        }
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

// Its words hold those of its own causes.
impl Error for DatabaseMessage {}
