//! Headings of the event viewer in other languages.

/// The heading of the event viewer that a word of another language stands for.
pub(super) fn english(key: &str) -> &str {
    HEADINGS.iter().find(|(_, words)| words.contains(&key)).map_or(key, |(english, _)| english)
}

/// Headings of the event viewer in German, French, Spanish, Italian, Portuguese, Polish, Japanese and Chinese, as copies of
/// events in public threads show them; numbers, sources and codes are written alike in all.
const HEADINGS: [(&str, &[&str]); 7] = [
    (
        "Log Name",
        &[
            "Protokollname",
            "Nom du journal",
            "Nombre de registro",
            "Nome registro",
            "Nome do Log",
            "Nazwa dziennika",
            "ログの名前",
            "日志名称",
            "記錄檔名稱",
        ],
    ),
    ("Source", &["Quelle", "Origen", "Origine", "Fonte", "Źródło", "ソース", "来源", "來源"]),
    ("Date", &["Datum", "Fecha", "日付", "日期"]),
    (
        "Event ID",
        &[
            "Ereignis-ID",
            "ID de l’événement",
            "ID de l'événement",
            "Id. del evento",
            "ID evento",
            "Identificação do Evento",
            "Identyfikator zdarzenia",
            "イベント ID",
            "事件 ID",
            "事件識別碼",
        ],
    ),
    ("Computer", &["Ordinateur", "Equipo", "Computador", "Komputer", "コンピューター", "计算机", "電腦"]),
    ("Level", &["Ebene", "Niveau", "Nivel", "Livello", "Nível", "Poziom", "レベル", "级别", "等級", "層級"]),
    ("Description", &["Beschreibung", "Descripción", "Descrizione", "Descrição", "Opis", "説明", "描述"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_heading_of_one_thing() {
        let words: Vec<&str> = HEADINGS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        for word in &words {
            assert_eq!(words.iter().filter(|other| *other == word).count(), 1, "{word}");
            assert_ne!(english(word), *word);
        }
        assert_eq!(english("Message"), "Message");
    }
}
