//! Migrations in words: what each does stands in the first comment of its SQL file.

/// What a migration does: the first sentence of the comment at its head, without the migration's name.
pub fn title(sql: &str) -> String {
    let lines = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim);
    let comment = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let words = match comment.split_once(": ") {
        Some((name, words)) if name.starts_with(|first: char| first.is_ascii_digit()) => words,
        _ => comment.as_str(),
    };
    let sentence = words.split_once(". ").map_or(words, |(first, _)| first);
    sentence.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_title_is_the_first_sentence_without_the_name() {
        for (sql, words) in [
            ("-- 0003_tokens: tokens for the API. Their text is kept nowhere.\n\nCREATE", "tokens for the API"),
            ("-- Whether it counts,\n-- and when. More.\nALTER", "Whether it counts, and when"),
            ("-- Times: a snapshot.\nCREATE", "Times: a snapshot"),
            ("-- 0001_first: one.\n\n-- Another comment.", "one"),
            ("CREATE TABLE", ""),
        ] {
            assert_eq!(title(sql), words, "{sql}");
        }
    }
}
