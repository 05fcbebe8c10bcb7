//! The pages of the guide show the sample applications as they are: `scripts/bindings` follows each page, and runs the samples.

use std::fs;
use std::path::Path;

/// A page, and the sample that it shows.
const PAGES: [(&str, &str); 7] = [
    ("c", "c/example/app.c"),
    ("python", "python/example/app.py"),
    ("go", "go/example/main.go"),
    ("java", "java/example/App.java"),
    ("node", "node/example/app.js"),
    ("csharp", "csharp/example/App.cs"),
    ("rust", "rust/example/main.rs"),
];

#[test]
fn each_page_shows_the_sample_application_of_its_language() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: String| fs::read_to_string(root.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let guide = read("docs/guide/README.md".to_owned());
    for (page, sample) in PAGES {
        let (text, sample) = (read(format!("docs/guide/{page}.md")), read(format!("bindings/{sample}")));
        let shown = text.split("```").skip(1).step_by(2).filter_map(|block| Some(block.split_once('\n')?.1));
        assert!(
            shown.into_iter().any(|block| block == sample),
            "docs/guide/{page}.md does not show the sample as it is"
        );
        assert!(guide.contains(&format!("({page}.md)")), "the guide does not lead to {page}.md");
        assert!(text.lines().count() < 150, "docs/guide/{page}.md is not short");
    }
}
