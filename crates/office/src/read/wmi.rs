//! `Get-CimInstance SoftwareLicensingProduct` as a list: the same in every language, and the way to ask machines on which
//! no script runs.

use super::block::Block;
use super::value::{State, Value};
use crate::facts::errors::Hresult;
use crate::facts::outputs::{Field, Kind, Script};

/// Reads lists of products, line by line. They come out as blocks like those of `slmgr.vbs`, which asks the same class.
#[derive(Debug, Default)]
pub(crate) struct Products {
    open: Option<Product>,
    done: Vec<(Option<String>, Block)>,
}

#[derive(Debug)]
struct Product {
    block: Block,
    machine: Option<String>,
    ports: [Option<String>; 2],
}

impl Products {
    /// Takes one line; `false` where it is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str) -> bool {
        if self.open.is_none() && !begins(line) {
            return false;
        }
        let Some((key, value)) = entry(line) else { return line.trim().is_empty() || line.starts_with("    ") };
        let field = KEYS.iter().find(|(name, _)| *name == key).map(|(_, field)| *field);
        if self
            .open
            .as_ref()
            .is_some_and(|product| field.is_some_and(|field| product.block.fields.contains_key(&field)))
        {
            self.finish();
        }
        let new = || Product { block: Block::new(Script::Slmgr, number), machine: None, ports: [None, None] };
        let product = self.open.get_or_insert_with(new);
        match (key, field) {
            ("PSComputerName", _) => product.machine = super::machine::name(value).map(str::to_owned),
            ("KeyManagementServicePort", _) => product.ports[0] = Some(value.to_owned()),
            ("DiscoveredKeyManagementServiceMachinePort", _) => product.ports[1] = Some(value.to_owned()),
            (_, Some(field)) => {
                product.block.fields.extend(read(field, value).map(|value| (field, value)));
            }
            (_, None) => {}
        }
        true
    }

    /// Ends the product, if there is one.
    pub(crate) fn finish(&mut self) {
        let Some(Product { mut block, machine, ports }) = self.open.take() else { return };
        for (field, port) in [Field::ManualHost, Field::DnsHost].into_iter().zip(ports) {
            if let (Some(host), Some(port)) = (block.text(field), port.filter(|port| port != "0" && !port.is_empty())) {
                let host = Value::words(&format!("{host}:{port}"));
                block.fields.insert(field, host);
            }
        }
        if block.fields.contains_key(&Field::State) {
            self.done.push((machine, block));
        }
    }

    /// The products that have ended, each with its machine, where the list names it.
    pub(crate) fn take(&mut self) -> std::vec::Drain<'_, (Option<String>, Block)> {
        self.done.drain(..)
    }

    /// Whether a product is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// The properties that are read, and what they are about.
const KEYS: [(&str, Field); 16] = [
    ("Name", Field::Name),
    ("Description", Field::Description),
    ("ID", Field::ActivationId),
    ("ApplicationID", Field::ApplicationId),
    ("PartialProductKey", Field::Last5),
    ("ProductKeyChannel", Field::KeyChannel),
    ("LicenseStatus", Field::State),
    ("LicenseStatusReason", Field::Reason),
    ("GracePeriodRemaining", Field::Remaining),
    ("KeyManagementServiceMachine", Field::ManualHost),
    ("DiscoveredKeyManagementServiceMachineName", Field::DnsHost),
    ("VLActivationInterval", Field::ActivationInterval),
    ("VLRenewalInterval", Field::RenewalInterval),
    ("ADActivationObjectName", Field::AdObject),
    ("IsKeyManagementServiceMachine", Field::IsHost),
    ("KeyManagementServiceCurrentCount", Field::Count),
];

fn read(field: Field, text: &str) -> Option<Value> {
    let number = || text.parse::<u64>().ok();
    match field {
        Field::State => Some(number().and_then(State::from_code).map_or_else(|| Value::words(text), Value::State)),
        // Shown as an unsigned number, or a negative one.
        Field::Reason => {
            let code = text.parse::<i64>().ok().filter(|code| *code != 0)?;
            u32::try_from(code & 0xFFFF_FFFF).ok().map(|code| Value::Code(Hresult(code)))
        }
        Field::Remaining | Field::ActivationInterval | Field::RenewalInterval | Field::Count => number()
            .filter(|number| *number > 0 || field == Field::Count)
            .filter(|number| *number < u64::from(u32::MAX))
            .map(Value::Number),
        Field::IsHost => (text == "1").then_some(Value::Flag(true)),
        _ => Some(Value::read(Kind::String, text)).filter(|value| value.text().is_some()),
    }
}

/// `PartialProductKey      : WFG99`
fn entry(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let name = key.trim();
    let word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (word && key.ends_with(' ')).then_some((name, value.trim()))
}

/// Whether a line begins a list of products. Other lists have names and descriptions too, but no such padding.
pub(crate) fn begins(line: &str) -> bool {
    let Some((key, value)) = entry(line) else { return false };
    match key {
        "Name" | "Description" => line.contains("   :") && (value.ends_with("edition") || value.ends_with("channel")),
        "ID" | "PSComputerName" => false,
        _ => KEYS.iter().any(|(name, _)| *name == key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Channel;

    const LIST: &str = "\nName                                      : Office 16, Office16ProPlusVL_KMS_Client edition\n\
        Description                               : Office 16, VOLUME_KMSCLIENT channel\n\
        PartialProductKey                         : WFG99\nLicenseStatus                             : 1\n\
        LicenseStatusReason                       : 1074065472\nGracePeriodRemaining                      : 258642\n\
        KeyManagementServiceMachine               : \nKeyManagementServicePort                  : 0\n\
        DiscoveredKeyManagementServiceMachineName : kms01.example.com\nDiscoveredKeyManagementServiceMachinePort : 1688\n\
        PSComputerName                            : PC-001\n\n\
        Name                                      : Windows(R), Professional edition\n\
        Description                               : Windows(R) Operating System, RETAIL channel\n\
        PartialProductKey                         : 3V66T\nLicenseStatus                             : 5\n\
        LicenseStatusReason                       : -1073418154\nPSComputerName                            : PC-002\n";

    #[test]
    fn products_are_read_from_a_list_in_any_language() {
        let mut products = Products::default();
        for (number, line) in LIST.lines().enumerate().skip(1) {
            assert!(products.line(number as u64 + 1, line), "{line}");
        }
        products.finish();
        let read: Vec<_> = products.take().collect();
        assert_eq!(
            read.iter().map(|(machine, _)| machine.as_deref()).collect::<Vec<_>>(),
            [Some("PC-001"), Some("PC-002")]
        );
        let (office, windows) = (&read[0].1, &read[1].1);
        assert_eq!(
            (office.state(), office.minutes(), office.last5()),
            (Some(State::Licensed), Some(258_642), Some("WFG99"))
        );
        assert_eq!((office.dns_host(), office.manual_host()), (Some("kms01.example.com:1688"), None));
        assert_eq!((office.channel(), office.error()), (Channel::KmsClient, Some(Hresult(0x4004_F040))));
        assert_eq!((windows.state(), windows.error()), (Some(State::Notification), Some(Hresult(0xC004_F056))));
    }
}
