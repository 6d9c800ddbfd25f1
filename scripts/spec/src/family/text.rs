// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words, lines and Rust source.

use crate::{Result, SourceError};
use std::io::Write;
use std::process::{Command, Stdio};

/// Breaks `text` into lines of at most `width` characters, where that is possible.
///
/// The first one begins with `first`, the others with `next`, in which a tab counts as eight.
pub fn wrap(text: &str, width: usize, first: &str, next: &str) -> String {
    let columns = |text: &str| {
        text.chars()
            .map(|c| if c == '\t' { 8 } else { 1 })
            .sum::<usize>()
    };
    let mut lines = vec![first.to_owned()];
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a first line");
        if !is_empty && columns(line) + 1 + columns(word) > width {
            lines.push(format!("{next}{word}"));
        } else {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(word);
        }
        is_empty = false;
    }
    lines.join("\n")
}

/// Returns `name` as that of a type in Rust: `get-peer` is `GetPeer`.
pub fn camel(name: &str) -> String {
    name.split(['-', '_', ' '])
        .map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase() + rest
        })
        .collect()
}

/// Returns `name` as that of a field or function in Rust.
pub fn snake(name: &str) -> String {
    const KEYWORDS: &str = " as async await break const continue dyn else enum extern false fn for if impl in let loop match \
        mod move mut pub ref return self static struct super trait true type unsafe use where while abstract become \
        box do final macro override priv typeof unsized virtual yield try gen ";
    let name = name.replace('-', "_");

    match KEYWORDS.contains(&format!(" {name} ")) {
        true => name + "_",
        false => name,
    }
}

/// Returns `text` with a small first letter, unless the first word is a name in capitals.
pub fn lower_first(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    if word.chars().skip(1).any(|c| c.is_uppercase() || c == '_') {
        return text.to_owned();
    }
    let mut chars = text.chars();

    chars.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

/// Returns `text` with a full stop at its end.
pub fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");

    match text.ends_with(['.', '!', '?']) || text.is_empty() {
        true => text,
        false => text + ".",
    }
}

/// Returns the words as a list in a sentence: `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [words @ .., last] => format!("{} and {last}", words.join(", ")),
    }
}

/// Returns `number` with a comma for each thousand.
pub fn thousands(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let groups: Vec<_> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy)
        .collect();

    format!("{}{}", if number < 0 { "-" } else { "" }, groups.join(","))
}

/// Returns the source of Rust as `rustfmt` formats it.
///
/// # Errors
///
/// When there is no `rustfmt`, or when it finds no Rust.
pub fn formatted(source: &str) -> Result<String> {
    let program = std::env::var("RUSTFMT").unwrap_or_else(|_| "rustfmt".into());
    let failed = |why: String| SourceError::new(format!("cannot format with {program}: {why}"));
    let run = || {
        let mut child = Command::new(&program)
            .args(["--edition", "2021", "--emit", "stdout"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(source.as_bytes())?;
        drop(stdin);
        child.wait_with_output()
    };
    let output = run().map_err(|error| failed(error.to_string()))?;

    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fill_lines_up_to_their_width() {
        assert_eq!(wrap("one two three", 9, "- ", "  "), "- one two\n  three");
        assert_eq!(wrap("one verylongword", 5, "", "\t"), "one\n\tverylongword");
    }

    #[test]
    fn names_are_those_of_rust() {
        assert_eq!(
            (camel("get-peer"), snake("last-ns")),
            ("GetPeer".into(), "last_ns".into())
        );
        assert_eq!(snake("type"), "type_");
    }

    #[test]
    fn first_letters_are_small_but_in_names() {
        assert_eq!(lower_first("What is said."), "what is said.");
        assert_eq!(lower_first("CLOCK_REALTIME it is"), "CLOCK_REALTIME it is");
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(
            [0, 999, 65000, -1234567].map(thousands),
            ["0", "999", "65,000", "-1,234,567"]
        );
    }
}
