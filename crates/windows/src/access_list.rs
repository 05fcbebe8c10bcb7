//! Access lists in the system's own text form (SDDL): what is written for secrets, and what is there.

/// The list of a new file: its owner and the system, nothing inherited.
pub fn of_file(owner: &str) -> String {
    format!("D:P(A;;FA;;;SY)(A;;FA;;;{owner})")
}

/// The list of a new folder; what is made in it inherits the same.
pub fn of_folder(owner: &str) -> String {
    format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;{owner})")
}

/// The list of a folder of state that a service keeps: as [`of_folder`] with the machine's administrators as owner, and the service's account.
pub fn of_service_folder(account: &str) -> String {
    format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{account})")
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
    fn a_list_that_lets_everyone_in_is_told_from_one_for_few() {
        for open in ["D:NO_ACCESS_CONTROL", "D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", "D:P(A;;FR;;;WD)", "O:BA"] {
            assert!(lets_everyone_in(open), "{open}");
        }
        for few in [of_file(ANN), of_folder(ANN), "D:P(D;;FA;;;WD)(A;;FA;;;SY)(A;OICIIO;FA;;;BU)".to_owned()] {
            assert!(!lets_everyone_in(&few), "{few}");
        }
    }
}
