//! The firmware's table of the machine's parts (SMBIOS), as `GetSystemFirmwareTable` gives it.

/// What the table says of the machine; each part as WMI shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Smbios {
    /// The system's UUID.
    pub system_uuid: Option<String>,
    /// The serial number of the main board.
    pub board_serial: Option<String>,
}

impl Smbios {
    /// Reads the table with the eight bytes that Windows puts before it. What is cut or damaged is left out.
    pub fn parse(raw: &[u8]) -> Self {
        let mut found = Self::default();
        let mut rest = raw.get(HEAD..).unwrap_or_default();
        while let Some((structure, after)) = Structure::first(rest) {
            match structure.kind {
                SYSTEM if found.system_uuid.is_none() => found.system_uuid = structure.uuid(),
                BOARD if found.board_serial.is_none() => found.board_serial = structure.text(BOARD_SERIAL_AT),
                END => break,
                _ => {}
            }
            rest = after;
        }
        found
    }
}

/// One entry: its fixed part, and the texts that it numbers from 1.
struct Structure<'t> {
    kind: u8,
    fixed: &'t [u8],
    texts: &'t [u8],
}

impl<'t> Structure<'t> {
    /// The first entry of a table, and the rest of the table.
    fn first(table: &'t [u8]) -> Option<(Self, &'t [u8])> {
        let (kind, length) = (*table.first()?, usize::from(*table.get(1)?));
        if length < LEAST {
            return None;
        }
        let (fixed, after) = table.split_at_checked(length)?;
        // The texts end with a zero each, and together with one more.
        let end = after.windows(2).position(|pair| pair == [0, 0])?;
        Some((Self { kind, fixed, texts: &after[..end] }, &after[end + 2..]))
    }

    /// The text whose number stands at `offset`.
    fn text(&self, offset: usize) -> Option<String> {
        let number = usize::from(*self.fixed.get(offset)?).checked_sub(1)?;
        let text = self.texts.split(|byte| *byte == 0).nth(number)?;
        Some(String::from_utf8_lossy(text).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The UUID; its first three numbers have their low byte first.
    fn uuid(&self) -> Option<String> {
        let u: [u8; 16] = self.fixed.get(UUID_AT..UUID_AT + 16)?.try_into().ok()?;
        let (first, node) = (
            u32::from_le_bytes([u[0], u[1], u[2], u[3]]),
            u64::from_be_bytes([0, 0, u[10], u[11], u[12], u[13], u[14], u[15]]),
        );
        let (second, third) = (u16::from_le_bytes([u[4], u[5]]), u16::from_le_bytes([u[6], u[7]]));
        let fourth = u16::from_be_bytes([u[8], u[9]]);
        Some(format!("{first:08X}-{second:04X}-{third:04X}-{fourth:04X}-{node:012X}"))
    }
}

/// Version and length of the table.
const HEAD: usize = 8;
/// The least that an entry has: its kind, its length and its number.
const LEAST: usize = 4;
const SYSTEM: u8 = 1;
const UUID_AT: usize = 8;
const BOARD: u8 = 2;
const BOARD_SERIAL_AT: usize = 7;
const END: u8 = 127;

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry as firmware writes it.
    fn entry(kind: u8, body: &[u8], texts: &str) -> Vec<u8> {
        let length = u8::try_from(LEAST + body.len()).unwrap();
        let mut bytes = vec![kind, length, 0, 0];
        bytes.extend(body);
        bytes.extend(texts.as_bytes());
        bytes.extend(if texts.is_empty() { &[0, 0][..] } else { &[0][..] });
        bytes
    }

    fn table() -> Vec<u8> {
        let uuid = [0x44, 0x45, 0x4c, 0x4c, 0x4d, 0, 0x10, 0x57, 0x80, 0x44, 0xb9, 0xc0, 0x4f, 0x4a, 0x4b, 0x32];
        let mut raw = vec![0; HEAD];
        raw.extend(entry(0, &[1], "A BIOS\0"));
        raw.extend(entry(SYSTEM, &[&[1, 2, 0, 0][..], &uuid].concat(), "Maker\0Model\0"));
        raw.extend(entry(BOARD, &[1, 2, 0, 3], "Maker\0Board\0 /7QX2/CN12 \0"));
        raw.extend(entry(END, &[], ""));
        raw
    }

    #[test]
    fn uuid_and_board_serial_are_as_the_systems_own_tools_show_them() {
        let found = Smbios::parse(&table());
        assert_eq!(found.system_uuid.as_deref(), Some("4C4C4544-004D-5710-8044-B9C04F4A4B32"));
        assert_eq!(found.board_serial.as_deref(), Some("/7QX2/CN12"));
    }

    #[test]
    fn a_table_that_is_cut_anywhere_says_less_and_is_no_fault() {
        let whole = table();
        for end in 0..whole.len() {
            let found = Smbios::parse(&whole[..end]);
            assert!(found.system_uuid.is_none() || found.system_uuid == Smbios::parse(&whole).system_uuid);
        }
        let mut short = whole;
        short[HEAD + 1] = 0;
        assert_eq!(Smbios::parse(&short), Smbios::default(), "an entry without a length ends the table");
    }

    #[test]
    fn a_number_of_no_text_is_no_serial() {
        let mut raw = vec![0; HEAD];
        raw.extend(entry(BOARD, &[1, 2, 0, 9], "Maker\0Board\0"));
        assert_eq!(Smbios::parse(&raw).board_serial, None);
    }
}
