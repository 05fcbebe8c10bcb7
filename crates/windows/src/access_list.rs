//! Access lists in the system's own text form (SDDL): what is written for secrets, and what is there.

/// The list of a new file: its owner and the system, nothing inherited. What a service makes is its administrators' too.
pub fn of_file(owner: &str) -> String {
    if owner.starts_with(SERVICE) { of_service_file(owner) } else { format!("D:P(A;;FA;;;SY)(A;;FA;;;{owner})") }
}

/// The list of a new folder; what is made in it inherits the same.
pub fn of_folder(owner: &str) -> String {
    if owner.starts_with(SERVICE) {
        of_service_folder(owner)
    } else {
        format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;{owner})")
    }
}

/// The list of a secret of a service: as [`of_file`] with the machine's administrators as owner, and the service's account.
pub fn of_service_file(account: &str) -> String {
    format!("D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;{account})")
}

/// The list of a folder of state that a service keeps: as [`of_folder`] with the machine's administrators as owner, and the service's account.
pub fn of_service_folder(account: &str) -> String {
    format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{account})")
}

/// The list of a folder of state that a service keeps and every user of the machine reads; secrets in it have lists of their own.
pub fn of_shared_folder(account: &str) -> String {
    format!("{}(A;OICI;FRFX;;;BU)", of_service_folder(account))
}

/// The list of a folder that administrators write and a service, like every user of the machine, reads.
pub fn of_settings_folder(_account: &str) -> String {
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)".to_owned()
}

/// The list of a pipe at which programs of every user of this machine may ask, also those in a sandbox. `owner`, who serves it, alone makes
/// instances of it.
pub fn of_shared_pipe(owner: &str) -> String {
    of_pipe(owner, "AU")
}

/// The list of a pipe at which programs of `user` alone may ask, also those in a sandbox, and administrators.
pub fn of_own_pipe(user: &str) -> String {
    of_pipe(user, "BA")
}

/// A program in a sandbox gets in where both its user and [`SANDBOXES`] may, and its integrity is low, as the label allows.
fn of_pipe(owner: &str, others: &str) -> String {
    let asks = format!("A;;{PIPE_ACCESS:#x};;");
    format!("D:P(A;;FA;;;SY)(A;;FA;;;{owner})({asks};{others})({asks};{SANDBOXES})S:(ML;;NW;;;LW)")
}

/// What a program that asks at a pipe may do: read, write and wait, but not make an instance of it (`0x4`), by which it could answer others.
pub const PIPE_ACCESS: u32 = 0x0012_019b;
/// All programs in app containers.
const SANDBOXES: &str = "S-1-15-2-1";

/// Whether what has the list `sddl` inherits nothing from the folder above it.
pub fn is_protected(sddl: &str) -> bool {
    sddl.find("D:").is_some_and(|at| sddl[at + 2..].chars().take_while(|c| *c != '(').any(|c| c == 'P'))
}

/// Whether a folder with the list `sddl` keeps what inherits it from all but its owner, the system, administrators and services: it
/// is protected from lists above it, and has no entry for anyone else. What cannot be read is not private.
pub fn is_private(sddl: &str, owner: &str) -> bool {
    let Some(list) = sddl.find("D:").map(|at| &sddl[at + 2..]) else { return false };
    let Some(entries_at) = list.find('(') else { return false };
    let (flags, entries) = list.split_at(entries_at);
    let mut entries = entries.split_inclusive(')').take_while(|entry| entry.starts_with('(')).peekable();
    flags.contains('P') && entries.peek().is_some() && entries.all(|entry| is_for_few(entry, owner))
}

/// Whether every user of the machine can read what has the list `sddl`. No list at all lets everyone in.
pub fn lets_everyone_in(sddl: &str) -> bool {
    const EVERYONE: [&str; 6] = ["WD", "BU", "AU", "S-1-1-0", "S-1-5-32-545", "S-1-5-11"];
    let Some(list) = sddl.find("D:").map(|at| &sddl[at + 2..]) else { return true };
    let entry = |entry: &str| {
        let fields: Vec<&str> = entry.split(';').collect();
        // What is only inherited by others (`IO`) does not count here.
        fields.len() >= 6 && fields[0] == "A" && !fields[1].contains("IO") && EVERYONE.contains(&fields[5])
    };
    list.starts_with("NO_ACCESS_CONTROL") || list.split(['(', ')']).any(entry)
}

/// Whether one entry lets in no other user.
fn is_for_few(entry: &str, owner: &str) -> bool {
    let fields: Vec<&str> = entry.trim_matches(['(', ')']).split(';').collect();
    let (Some(kind), Some(account)) = (fields.first(), fields.get(5)) else { return false };
    // Refusals let no one in; kinds of entries that are not known may.
    match *kind {
        "D" | "OD" => true,
        "A" => FEW.contains(account) || *account == owner || account.starts_with(SERVICE),
        _ => false,
    }
}

/// The system, administrators, the owner whoever it is, and who makes a file.
const FEW: [&str; 6] = ["SY", "BA", "OW", "CO", "S-1-5-18", "S-1-5-32-544"];
/// Accounts of single services.
const SERVICE: &str = "S-1-5-80-";

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn a_folder_that_was_made_private_is_so_and_one_that_inherits_or_lets_others_in_is_not() {
        for private in [
            of_folder(ANN),
            of_service_folder("S-1-5-80-1-2-3-4-5"),
            format!("O:BAG:SYD:PAI(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;FA;;;{ANN})"),
            format!("D:P(D;;FA;;;WD)(A;;FA;;;{ANN})S:AI(AU;;FA;;;WD)"),
        ] {
            assert!(is_private(&private, ANN), "{private}");
        }
        for open in [
            "",
            "O:BAG:SY",
            "D:P",
            "D:NO_ACCESS_CONTROL",
            "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)",
            "D:PAI(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)",
            "D:P(A;;FA;;;WD)",
            "D:P(XA;;FX;;;S-1-1-0;(@User.Title==1))",
            "D:P(A;;FA;;;S-1-5-21-1-2-3-1002)",
            "D:P(A;;FA)",
        ] {
            assert!(!is_private(open, ANN), "{open}");
        }
    }

    #[test]
    fn what_a_service_makes_is_its_administrators_too() {
        let service = "S-1-5-80-1-2-3-4-5";
        for list in [of_file(service), of_folder(service)] {
            assert!(list.contains(";BA)") && list.contains(";S-1-5-80-1-2-3-4-5)"), "{list}");
        }
        assert!(!of_file(ANN).contains("BA") && !of_folder(ANN).contains("BA"));
        assert!(lets_everyone_in(&of_shared_folder(service)) && lets_everyone_in(&of_settings_folder(service)));
        assert!(!of_settings_folder(service).contains("S-1-5-80"), "a service does not write its settings");
    }

    #[test]
    fn what_inherits_from_above_is_told_from_what_does_not() {
        for own in [of_file(ANN), "D:PAI(A;;FA;;;SY)".to_owned(), "O:BAD:P".to_owned()] {
            assert!(is_protected(&own), "{own}");
        }
        for inherits in ["D:AI(A;ID;FA;;;SY)", "D:NO_ACCESS_CONTROL", "O:BAG:SY", "D:(A;;FA;;;S-1-5-80-P)"] {
            assert!(!is_protected(inherits), "{inherits}");
        }
    }

    #[test]
    fn a_pipe_is_served_by_its_owner_alone_whoever_may_ask_at_it() {
        for (list, others) in [(of_shared_pipe(ANN), "AU"), (of_own_pipe(ANN), "BA")] {
            assert!(list.contains(&format!("(A;;FA;;;{ANN})")) && list.contains(&format!("(A;;0x12019b;;;{others})")));
            assert!(!list.contains(";WD)"), "{list}");
        }
        assert!(!of_own_pipe(ANN).contains("AU") && is_protected(&of_own_pipe(ANN)));
        assert_eq!(PIPE_ACCESS & 0x4, 0, "no instances");
    }

    #[test]
    fn a_list_that_lets_everyone_in_is_told_from_one_for_few() {
        for open in ["D:NO_ACCESS_CONTROL", "D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", "D:P(A;;FR;;;WD)", "O:BA"] {
            assert!(lets_everyone_in(open), "{open}");
        }
        for few in [of_file(ANN), of_folder(ANN), "D:P(D;;FA;;;WD)(A;;FA;;;SY)(A;OICIIO;FA;;;BU)".to_owned()] {
            assert!(!lets_everyone_in(&few), "{few}");
        }
    }
}
