//! `ospp.vbs` and `slmgr.vbs`, line by line: where a product begins and ends, and what its lines say.

use super::block::{Block, Unrecognised};
use super::event::is_guid;
use super::form;
use super::labels::Labels;
use super::mask::masked;
use super::value::{MAX_VALUE, State, Value, find_code, shorten};
use crate::facts::outputs::{Field, Kind, Label, Script};

/// The most lines of a block that are kept though they are not recognised.
const MAX_UNRECOGNISED: usize = 8;

/// The fields that say which product a block is about; they come first.
const IDENTITY: [Field; 4] = [Field::ProductId, Field::SkuId, Field::LicenceName, Field::ServiceVersion];

/// Reads blocks of labels.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    block: Option<Block>,
    last: Option<Field>,
    /// What the line before was about, where its label is not English and its form has told.
    formed: Option<Field>,
    done: Vec<Block>,
}

/// What a line is to the scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A label, a frame, or what goes on from the line before.
    Yes,
    /// Nothing that is known, in the middle of a block.
    Unrecognised,
    /// Not of a script.
    No,
}

impl Scripts {
    /// Takes one line, which begins with these labels.
    pub(crate) fn line(&mut self, number: u64, line: &str, labels: Labels<'_>) -> Taken {
        let text = line.trim();
        if text.is_empty() {
            self.last = self.last.filter(|last| matches!(last, Field::Description | Field::LicenceDescription));
            return if self.block.is_some() { Taken::Yes } else { Taken::No };
        }
        if is_frame(text) {
            self.finish();
            return Taken::Yes;
        }
        let in_slmgr = self.block.as_ref().is_some_and(|block| block.tool == Script::Slmgr);
        let order = if in_slmgr { [Script::Slmgr, Script::Ospp] } else { [Script::Ospp, Script::Slmgr] };
        let found = order.into_iter().find_map(|script| labels.get(script));
        if found.is_none() && (self.xpr(number, text, labels) || self.sentence(number, text)) {
            return Taken::Yes;
        }
        if let Some((label, rest)) = found {
            self.formed = None;
            self.label(number, label, rest);
            return Taken::Yes;
        }
        if self.by_form(number, text) { Taken::Yes } else { self.other(number, text) }
    }

    /// A line of `slmgr.vbs` whose label is of another language, known by the form of what stands behind it.
    fn by_form(&mut self, number: u64, text: &str) -> bool {
        let block = self.block.as_ref();
        if block.is_some_and(|block| block.tool != Script::Slmgr) {
            return false;
        }
        let before = self.formed.take();
        let Some((field, value)) = form::of_line(text, block, before) else { return false };
        if field == Field::Name
            && block.is_some_and(|block| block.fields.keys().any(|own| *own != Field::ServiceVersion))
        {
            self.finish();
        }
        let block = self.block.get_or_insert_with(|| Block::new(Script::Slmgr, number));
        // A reason with a code stands in the state of notifications alone.
        if field == Field::Reason && matches!(block.fields.get(&Field::State), Some(Value::Text(_))) {
            block.fields.insert(Field::State, Value::State(State::Notification));
        }
        block.fields.insert(field, value);
        (self.last, self.formed) = (Some(field), Some(field));
        true
    }

    /// The properties of a block that says nothing yet but which product it is of: it may be the beginning of a list.
    pub(crate) fn take_properties(&mut self) -> Vec<(&'static str, String)> {
        const NAMES: [(Field, &str); 4] = [
            (Field::Name, "Name"),
            (Field::Description, "Description"),
            (Field::ActivationId, "ID"),
            (Field::ApplicationId, "ApplicationID"),
        ];
        let named = |field: &Field| NAMES.iter().any(|(own, _)| own == field);
        let Some(block) = self.block.take_if(|block| block.fields.keys().all(named)) else { return Vec::new() };
        NAMES.iter().filter_map(|(field, name)| Some((*name, block.text(*field)?.to_owned()))).collect()
    }

    /// Ends the block, if there is one.
    pub(crate) fn finish(&mut self) {
        (self.last, self.formed) = (None, None);
        self.done.extend(self.block.take().filter(|block| !block.fields.is_empty()));
    }

    /// The blocks that have ended.
    pub(crate) fn take(&mut self) -> std::vec::Drain<'_, Block> {
        self.done.drain(..)
    }

    fn label(&mut self, number: u64, label: &'static Label, rest: &str) {
        if self.block.as_ref().is_some_and(|block| begins_anew(block, label)) {
            self.finish();
        }
        let value = read(label, rest);
        let block = self.block.get_or_insert_with(|| Block::new(label.tool, number));
        match block.fields.get_mut(&label.field) {
            Some(Value::Counts(counts)) => {
                if let Value::Counts(more) = value {
                    counts.extend(more);
                }
            }
            // What was read first stands: a second one is of the next product, and would have begun a block.
            Some(present) if *present != Value::Text(String::new()) => {}
            _ => {
                block.fields.insert(label.field, value);
            }
        }
        self.last = Some(label.field);
    }

    /// `slmgr.vbs /xpr`: the product's name with a colon, then a sentence.
    fn xpr(&mut self, number: u64, text: &str, labels: Labels<'_>) -> bool {
        // French puts a blank before its colons.
        let ends = [" edition:", " edition :", " edition："];
        let heading = text.contains(" edition").then(|| ends.iter().find_map(|end| text.split_once(end))).flatten();
        let heading = heading.filter(|(name, _)| !name.contains(": "));
        if let Some((name, rest)) = heading {
            self.finish();
            let mut block = Block::new(Script::SlmgrXpr, number);
            block.fields.insert(Field::Name, Value::words(&format!("{name} edition")));
            self.block = Some(block);
            self.last = None;
            return rest.trim().is_empty() || self.line(number, rest, Labels::of(rest)) != Taken::No;
        }
        let in_xpr = self.block.as_ref().is_some_and(|block| block.tool == Script::SlmgrXpr);
        match labels.get(Script::SlmgrXpr) {
            // Outside its own block the bare word is too common to be a state.
            Some((label, rest)) if in_xpr || self.block.is_none() && label.field != Field::Unlicensed => {
                let block = self.block.get_or_insert_with(|| Block::new(Script::SlmgrXpr, number));
                let rest = rest.trim();
                let value = if rest.is_empty() { Value::Flag(true) } else { Value::words(rest) };
                block.fields.insert(label.field, value);
                self.last = Some(label.field);
                true
            }
            _ => false,
        }
    }

    /// Sentences without a label: `Error: 0x…`, `Activating …`, `… successfully.`, names of what is acted on.
    fn sentence(&mut self, number: u64, text: &str) -> bool {
        let open = self.block.as_ref().map(|block| block.tool);
        if let Some(rest) = error_of(text)
            && let Some(code) = find_code(rest)
        {
            // A second error is of another command.
            if self.block.as_ref().is_some_and(|block| block.tool == Script::Slmgr && block.has(Field::ErrorCode)) {
                self.finish();
            }
            let block = self.block.get_or_insert_with(|| Block::new(Script::Slmgr, number));
            block.fields.entry(Field::ErrorCode).or_insert(Value::Code(code));
            let words = rest.trim().split_once(char::is_whitespace).map_or("", |(_, words)| words);
            block.fields.entry(Field::ErrorText).or_insert_with(|| Value::words(words));
            self.last = Some(Field::ErrorText);
            return true;
        }
        if text.starts_with("Please restart the system for the changes") {
            let block = self.block.get_or_insert_with(|| Block::new(Script::Slmgr, number));
            block.fields.insert(Field::SettingOk, Value::Flag(true));
            return true;
        }
        if let Some(failure) = failed(text) {
            let block = self.block.get_or_insert_with(|| Block::new(open.unwrap_or(Script::Ospp), number));
            block.fields.insert(Field::ErrorOccurred, Value::Flag(true));
            let code = find_code(failure).map(|code| (Field::ErrorCode, Value::Code(code)));
            block.fields.extend(code);
            block.fields.entry(Field::ErrorText).or_insert_with(|| Value::words(failure));
            return true;
        }
        if let Some(rest) = text.strip_prefix("Activating ") {
            let Some((name, id)) = rest.trim_end_matches(['.', ' ']).rsplit_once(" (") else { return false };
            self.finish();
            let mut block = Block::new(Script::Slmgr, number);
            block.fields.insert(Field::Name, Value::words(name));
            block.fields.insert(Field::ActivationId, Value::words(id.trim_end_matches(')')));
            self.block = Some(block);
            self.last = None;
            return true;
        }
        if let Some((name, id)) = activated(text) {
            self.finish();
            let mut block = Block::new(Script::Slmgr, number);
            block.fields.insert(Field::Name, Value::words(name));
            block.fields.insert(Field::ActivationId, Value::words(id));
            self.block = Some(block);
            self.last = None;
            return true;
        }
        if let Some(name) = text.strip_prefix("Uninstalling product key for:") {
            let block = self.block.get_or_insert_with(|| Block::new(Script::Ospp, number));
            block.fields.insert(Field::LicenceName, Value::words(name.trim()));
            return true;
        }
        if text.starts_with("Installation ID for:") || text.starts_with("FOR MORE INFORMATION PLEASE VISIT") {
            return true;
        }
        // Other commands end with the same words.
        let foreign =
            ["Command completed successfully", "The command completed successfully", "The operation completed"];
        let done = text.ends_with(" successfully.") && !foreign.iter().any(|words| text.starts_with(words));
        if done && open != Some(Script::Ospp) {
            let block = self.block.get_or_insert_with(|| Block::new(Script::Slmgr, number));
            block.fields.insert(Field::SettingOk, Value::Flag(true));
            return true;
        }
        false
    }

    /// What begins with no label: the rest of a wrapped value, or a line that is not known.
    fn other(&mut self, number: u64, text: &str) -> Taken {
        let Some(block) = &mut self.block else { return Taken::No };
        if let Some(last) = self.last
            && let Some(Value::Text(value)) = block.fields.get_mut(&last)
            && value.len() + text.len() < MAX_VALUE
        {
            let between = match last {
                Field::ErrorText => Some(" "),
                // A description that was wrapped inside a word ends in "channel" only when all of it is there.
                Field::Description | Field::LicenceDescription if !value.ends_with("channel") => Some(""),
                Field::UseLicenceUrl | Field::ValidationUrl if !text.contains(char::is_whitespace) => Some(""),
                _ => None,
            };
            if let Some(between) = between {
                *value = masked(&format!("{value}{between}{text}")).into_owned();
                return Taken::Yes;
            }
        }
        if block.unrecognised.len() < MAX_UNRECOGNISED {
            block.unrecognised.push(Unrecognised { line: number, text: shorten(text).to_owned() });
        }
        Taken::Unrecognised
    }
}

/// Whether a label cannot belong to the block that is open.
fn begins_anew(block: &Block, label: &Label) -> bool {
    if block.tool != label.tool && Labels::of(&label.label).get(block.tool).is_none() {
        return true;
    }
    match label.field {
        Field::ActBlock | Field::ServiceVersion => true,
        Field::Name => block.fields.keys().any(|field| *field != Field::ServiceVersion),
        field if IDENTITY.contains(&field) => {
            block.has(field) || block.fields.keys().any(|field| !IDENTITY.contains(field) && *field != Field::ActBlock)
        }
        Field::State => block.has(Field::State),
        _ => false,
    }
}

fn read(label: &Label, rest: &str) -> Value {
    let rest = rest.trim();
    match (label.field, label.kind) {
        (Field::State, _) => State::from_words(rest).map_or_else(|| Value::words(rest), Value::State),
        (Field::RequestsByState, _) => {
            let counted = rest.rsplit_once(':').and_then(|(state, count)| Some((state, count.trim().parse().ok()?)));
            let named = counted.map(|(state, count)| (shorten(state.trim()).to_owned(), count));
            Value::Counts(named.into_iter().collect())
        }
        (_, Kind::Text) => {
            if rest.is_empty() {
                Value::Flag(true)
            } else {
                Value::words(rest)
            }
        }
        (_, kind) => Value::read(kind, rest),
    }
}

/// What follows the word for an error, in whatever language it is, where it is a code: `Fehler: 0x…`, `エラー: 0x…`.
fn error_of(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix("Error:").or_else(|| text.strip_prefix("Error ")) {
        return Some(rest);
    }
    let (word, rest) = text.split_once([':', '：'])?;
    let (word, rest) = (word.trim().to_lowercase(), rest.trim_start());
    (ERRORS.contains(&word.as_str()) && rest.starts_with("0x")).then_some(rest)
}

/// The product that is being activated, and its id, in a language whose sentence begins or ends otherwise: `Windows(R),
/// Professional edition (…) wird aktiviert...`
fn activated(text: &str) -> Option<(&str, &str)> {
    const EDITION: &str = " edition (";
    let at = text.find(EDITION)?;
    let begin = text[..at].find("Windows(R)").or_else(|| text[..at].find("Office "))?;
    let (id, rest) = text[at + EDITION.len()..].split_once(')')?;
    // A state stands behind it in no output.
    (is_guid(id) && !rest.contains(':')).then(|| (&text[begin..at + " edition".len()], id))
}

/// What scripts call an error, as the languages of Windows do.
const ERRORS: [&str; 16] = [
    "error",
    "fehler",
    "erreur",
    "errore",
    "erro",
    "エラー",
    "错误",
    "錯誤",
    "오류",
    "ошибка",
    "fout",
    "błąd",
    "fel",
    "chyba",
    "hata",
    "hiba",
];

/// An error that a script names in a sentence of its own, without a label.
fn failed(text: &str) -> Option<&str> {
    if let Some(words) = text.strip_prefix("Error:").map(str::trim).filter(|words| !words.is_empty()) {
        return Some(words);
    }
    let sentence = ["An unknown error occurred", "An error occurred", "Unsupported command", "ERROR: "];
    sentence.iter().any(|words| text.starts_with(words)).then_some(text)
}

/// The line before, or behind, what `ospp.vbs` prints.
pub(super) fn is_processing(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("---Processing---") || text.starts_with("---Exiting---")
}

/// The lines of dashes around everything that `ospp.vbs` prints.
pub(super) fn is_frame(text: &str) -> bool {
    text.starts_with("---") && (is_processing(text) || text.len() >= 20 && text.bytes().all(|byte| byte == b'-'))
}

/// The two lines that the script host prints before all else.
pub(crate) fn is_banner(text: &str) -> bool {
    text.starts_with("Microsoft (R) Windows Script Host") || text.starts_with("Copyright (C) Microsoft Corporation")
}

/// Whether a line begins something that a wrapped line before it cannot go on into.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim_start();
    is_frame(text.trim_end())
        || Labels::of(text).any()
        || failed(text.trim_end()).is_some()
        || text.contains(" edition:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::errors::Hresult;

    fn blocks(text: &str) -> Vec<Block> {
        let mut scripts = Scripts::default();
        for (number, line) in text.lines().enumerate() {
            scripts.line(number as u64 + 1, line, Labels::of(line));
        }
        scripts.finish();
        scripts.take().collect()
    }

    #[test]
    fn products_are_told_apart_with_and_without_frames() {
        let filtered =
            "LICENSE NAME: a\nLICENSE STATUS:  ---LICENSED---\nLICENSE NAME: b\nLICENSE STATUS:  ---NOTIFICATIONS---";
        let read = blocks(filtered);
        assert_eq!(read.iter().map(Block::name).collect::<Vec<_>>(), [Some("a"), Some("b")]);
        assert_eq!(
            read.iter().map(Block::state).collect::<Vec<_>>(),
            [Some(State::Licensed), Some(State::Notification)]
        );
        let mixed =
            "SKU ID: 1\nLICENSE STATUS:  ---LICENSED---\nPRODUCT ID: 2\nSKU ID: 3\nLICENSE STATUS: ---UNLICENSED---";
        assert_eq!(blocks(mixed).len(), 2);
        let all = "Software licensing service version: 10.0\n\nName: a\nLicense Status: Licensed\n\nName: b\nLicense Status: Unlicensed";
        let read = blocks(all);
        assert_eq!(read.len(), 2);
        assert!(read[0].has(Field::ServiceVersion));
    }

    #[test]
    fn a_language_that_is_not_read_is_said_and_not_guessed() {
        let dutch = "Naam: Windows(R), Professional edition\nBeschrijving: Windows(R) Operating System, RETAIL channel\n\
                     Gedeeltelijke productsleutel: 3V66T\nLicentiestatus: Gelicentieerd";
        let read = blocks(dutch);
        assert_eq!((read.len(), read[0].state(), read[0].is_localised()), (1, None, true));
        assert_eq!((read[0].last5(), read[0].channel_name()), (Some("3V66T"), Some("RETAIL")));
        let xpr = "Windows(R), Professional edition:\n    Der Computer ist dauerhaft aktiviert.";
        assert!(blocks(xpr)[0].is_localised());
    }

    #[test]
    fn an_output_in_another_language_is_read_by_the_form_of_its_lines() {
        let chinese = "软件授权服务版本：10.0.17763.1\n\n名称：Windows(R), EnterpriseS edition\n\
            描述：Windows(R) Operating System, VOLUME_KMSCLIENT channel\n激活 ID：32d2fab3-e4a8-42c2-923b-4bf4fd13e6ee\n\
            应用程序 ID：55c92734-d682-4d71-983e-d6ec3f16059f\n产品密钥通道：Volume:GVLK\n部分产品密钥：J462D\n\
            许可证状态：已授权\n批量激活过期：251100 分钟(174 天)\n来自 DNS 的 KMS 计算机名称：kms01.example.com:1688";
        let german = "Name: Windows(R), Professional edition\nBeschreibung: Windows(R) Operating System, RETAIL channel\n\
            Teil-Product Key: 3V66T\nLizenzstatus: Lizenziert";
        let (chinese, german) = (blocks(chinese), blocks(german));
        assert_eq!((chinese.len(), german.len()), (1, 1));
        for block in [&chinese[0], &german[0]] {
            assert_eq!((block.state(), block.is_localised()), (Some(State::Licensed), false));
        }
        assert_eq!((chinese[0].minutes(), chinese[0].host()), (Some(251_100), Some("kms01.example.com:1688")));
        assert_eq!(chinese[0].text(Field::KeyChannel), Some("Volume:GVLK"));
        let host = "Nombre: Windows(R), ServerStandard edition\nDescripción: Windows(R) Operating System, VOLUME_KMS_WS19 channel\n\
            Clave de producto parcial: 3V66T\nEl servicio está habilitado\nRecuento actual: 12\nEstado de la licencia: con licencia";
        assert_eq!(blocks(host)[0].state(), Some(State::Licensed), "other lines may stand between");
        // The reason of a notification has a code: it tells the state, whatever its word.
        let french = "Nom : Windows(R), Professional edition\nDescription : Windows(R) Operating System, VOLUME_KMSCLIENT channel\n\
            Clé de produit partielle : W269N\nÉtat de la licence : notification\nMotif de notification : 0xC004F009 (expiré).";
        let french = blocks(french);
        assert_eq!((french[0].state(), french[0].error()), (Some(State::Notification), Some(Hresult(0xC004_F009))));
    }

    #[test]
    fn an_error_without_label_belongs_to_its_activation() {
        let text = "Activating Windows(R), ServerStandard edition (de32eafd-aaee-4662-9444-c1befb41bde2) ...\n\
                    Error: 0xC004F074 The service reported that it could not.\nNo host could be contacted.";
        let read = blocks(text);
        assert_eq!((read.len(), read[0].error(), read[0].succeeded()), (1, Some(Hresult(0xC004_F074)), Some(false)));
        assert_eq!(
            read[0].text(Field::ErrorText),
            Some("The service reported that it could not. No host could be contacted.")
        );
    }

    #[test]
    fn every_state_of_a_date_is_read() {
        for (line, state) in [
            ("The machine is permanently activated.", State::Licensed),
            ("Volume activation will expire 30/11/2024 7:36:14 AM", State::Licensed),
            ("Timebased activation will expire 1/1/2027 1:00:00 AM", State::Licensed),
            ("Initial grace period ends 1/1/2027 1:00:00 AM", State::InitialGrace),
            ("Additional grace period ends 1/1/2027", State::AdditionalGrace),
            ("Non-genuine grace period ends 1/1/2027", State::NonGenuineGrace),
            ("Extended grace period ends 1/1/2027", State::ExtendedGrace),
            ("Windows is in Notification mode", State::Notification),
            ("Unlicensed", State::Unlicensed),
        ] {
            let read = blocks(&format!("Windows(R), Professional edition:\n    {line}  "));
            assert_eq!((read.len(), read[0].state()), (1, Some(state)), "{line}");
        }
    }
}
