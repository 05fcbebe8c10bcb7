//! Texts of many tools and machines, read as a whole.

use super::*;

fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    read(text.as_bytes(), Some("file".to_owned()), NamedBy::File, |item| items.push(item)).unwrap();
    items
}

const STATUS: &str = "---Processing---\nLICENSE NAME: x\nLICENSE STATUS:  ---LICENSED---\n---Exiting---\n";

#[test]
fn each_machine_of_a_file_gets_what_is_its_own() {
    let text = format!(
        "{STATUS}===== PC-1 =====\n{STATUS}{STATUS}Computer: PC-2\n\n{STATUS}[PC-3]: PS C:\\> cscript ospp.vbs\n{STATUS}"
    );
    let named: Vec<Option<String>> = items(&text).into_iter().map(|item| item.machine).collect();
    assert_eq!(named, ["file", "PC-1", "PC-1", "PC-2", "PC-3"].map(|name| Some(name.to_owned())));
    let filtered = "a\\PC-1.txt:LICENSE NAME: x\na\\PC-1.txt:LICENSE STATUS: ---LICENSED---\n\
                    a\\PC-2.txt:LICENSE NAME: x\na\\PC-2.txt:LICENSE STATUS: ---LICENSED---\n";
    let named: Vec<Option<String>> = items(filtered).into_iter().map(|item| item.machine).collect();
    assert_eq!(named, ["PC-1", "PC-2"].map(|name| Some(name.to_owned())));
}

#[test]
fn tools_in_one_file_are_told_apart() {
    let text = format!(
        "Server:  dc.example.com\nAddress:  192.0.2.1\n\n_vlmcs._tcp.example.com SRV service location:\n  priority = 0\n  port = 1688\n  svr hostname = kms.example.com\n\
         ComputerName     : kms.example.com\nRemoteAddress    : 192.0.2.2\nTcpTestSucceeded : True\n\n{STATUS}\
         ========== Mode per ProductReleaseId ==========\no365proplusretail = vNext\n{STATUS}"
    );
    let kinds: Vec<&str> = items(&text)
        .iter()
        .map(|item| match item.content {
            Content::Block(_) => "block",
            Content::Licences(_) => "licences",
            Content::Lookup(_) => "lookup",
            Content::Connection(_) => "connection",
            Content::Event(_) => "event",
            Content::Failure(_) => "failure",
            Content::Unknown(_) => "unknown",
        })
        .collect();
    assert_eq!(kinds, ["lookup", "connection", "block", "licences", "block"]);
}

#[test]
fn the_history_of_events_is_events_and_nothing_else() {
    let text = "---Processing--------------------------\n---------------------------------------\n\
        Searching for KMS activation events on machine: PC-9\nEvent ID: 12288\n\n\
        Coordinated Universal Time Written: 11/22/2026 12:00:00 PM\nERROR/HOST: 0xC004F074, 0x00000000, kms01.example.com\n\
        ERROR DESCRIPTION: The Software Licensing Service reported that it could not.\n\
        NOTICE: A KB article has been detected for activation failure: 0xC004F074\n\
        ---------------------------------------\n\
        Coordinated Universal Time Written: 11/23/2026 12:00:00 PM\nERROR/HOST: 0x00000000, 0x00000000, kms01.example.com\n\
        ERROR DESCRIPTION: N/A\n---------------------------------------\n---Exiting-----------------------------\n";
    let found = items(text);
    assert!(found.iter().all(|item| item.machine.as_deref() == Some("PC-9")), "{found:?}");
    let events: Vec<_> = found
        .iter()
        .map(|item| if let Content::Event(event) = &item.content { Some((event.id, event.hresult()?.0)) } else { None })
        .collect();
    assert_eq!(events, [Some((12_288, 0xC004_F074)), Some((12_288, 0))]);
    let failures = "Event ID: 8200\n\nCoordinated Universal Time Written: 1\nMESSAGE: License acquisition failure details. hr=0xC004C003\n\
        ERROR DESCRIPTION: Not available.\n---------------------------------------\n";
    let Content::Event(event) = &items(failures)[0].content else { panic!("no event") };
    assert_eq!((event.id, event.hresult().map(|code| code.0)), (8200, Some(0xC004_C003)));
}

#[test]
fn lists_of_events_name_their_machines_before_or_behind_the_message() {
    let text = "\n\nMessage      : The client has sent an activation request to the key management service \n               machine.\n\
        \u{20}              Info:\n               0xC004F074, 0x00000000, kms01.example.com:1688, 36f27b39-2fd5-440b-be67-a09996d27a38, 2026/11/22 17:52, \n\
        \u{20}              0, 2, 41760, 68531fb9-5511-4989-97be-d11a0f55633f, 5\nId           : 12288\nVersion      : 0\n\
        ProviderName : Microsoft-Windows-Security-SPP\nMachineName  : PC-77.example.com\nTimeCreated  : 11/22/2026 5:52:00 PM\n\n\
        TimeCreated  : 11/22/2026 6:06:00 PM\nMachineName  : PC-78.example.com\nId           : 12289\n\
        Message      : The client has processed an activation response from the key management service machine.\n\
        \u{20}              Info:\n               0x00000000, 0x00000000, 1, 0, 10, 120, 10080, 2026/11/22 18:06\n";
    let found: Vec<_> = items(text)
        .into_iter()
        .map(|item| {
            (item.machine.unwrap_or_default(), if let Content::Event(event) = item.content { event.id } else { 0 })
        })
        .collect();
    assert_eq!(found, [("PC-77.example.com".to_owned(), 12_288), ("PC-78.example.com".to_owned(), 12_289)]);
    let table = "   ProviderName: Microsoft-Windows-Security-SPP\n\n\
        TimeCreated                     Id LevelDisplayName Message\n\
        -----------                     -- ---------------- -------\n\
        11/22/2026 12:00:00 PM       12288 Information      The client has sent an activation request to the key managemen...\n";
    let Content::Event(event) = &items(table)[0].content else { panic!("no event") };
    assert!(event.cut && event.data.is_empty(), "what was cut off is not guessed");
}

#[test]
fn a_key_that_was_typed_is_not_kept() {
    let text = "C:\\>slmgr /ipk BBBBB-CCCCC-DDDDD-FFFFF-GGGGG\nInstalled product key BBBBB-CCCCC-DDDDD-FFFFF-GGGGG successfully.";
    let kept = serde_json::to_string(&items(text)).unwrap();
    assert!(!kept.contains("BBBBB"), "{kept}");
    let kept = serde_json::to_string(&items("my key: BBBBB-CCCCC-DDDDD-FFFFF-GGGGG")).unwrap();
    assert!(!kept.contains("BBBBB") && kept.contains("GGGGG"), "{kept}");
}
