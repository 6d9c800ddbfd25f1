// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lines of words, as `ip -batch` reads them.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::ffi::OsStringExt;

/// Reads a file of lines.
///
/// Words are parted by white space; quotes of either kind keep it in a word. A `#` at the start of a
/// word begins a comment, and a backslash at the end of a line goes on in the next.
pub struct BatchLines<R> {
    reader: BufReader<R>,
    number: u64,
}

/// A line with words in it.
#[derive(Debug, PartialEq, Eq)]
pub struct BatchLine {
    /// Number of the line, from 1: that of the first, where it goes on in others.
    pub number: u64,
    words: Result<Vec<OsString>, &'static str>,
}

impl BatchLine {
    /// Returns the words, or why the line cannot be read.
    pub fn words(&self) -> Result<&[OsString], &'static str> {
        self.words.as_deref().map_err(|why| *why)
    }
}

impl<R: Read> BatchLines<R> {
    /// Starts at the first byte of `file`.
    pub fn new(file: R) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, file),
            number: 0,
        }
    }

    /// Says whether there is a line without waiting for it.
    pub fn has_line(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }

    /// Returns the next line that has words; `None` at the end.
    pub fn next_line(&mut self) -> io::Result<Option<BatchLine>> {
        let mut bytes = Vec::new();
        while self.read_line(&mut bytes)? {
            let number = self.number;
            while bytes.ends_with(b"\\\n") {
                bytes.truncate(bytes.len() - 2);
                bytes.push(b' ');
                self.read_line(&mut bytes)?;
            }
            let words = split(&bytes);
            if words != Ok(Vec::new()) {
                return Ok(Some(BatchLine { number, words }));
            }
            bytes.clear();
        }
        Ok(None)
    }

    /// Appends a line to `bytes`; says whether there was one.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let read = self.reader.read_until(b'\n', bytes)?;

        self.number += 1;
        Ok(read != 0)
    }
}

/// Returns the words of a line.
fn split(line: &[u8]) -> Result<Vec<OsString>, &'static str> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() && rest[0] != b'#' {
        let (word, after) = split_word(rest)?;
        words.push(OsString::from_vec(word));
        rest = after.trim_ascii_start();
    }
    Ok(words)
}

/// Returns the first word and what is behind it.
fn split_word(line: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut word = Vec::new();
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        match byte {
            b'"' | b'\'' => {
                let end = after.iter().position(|other| other == byte);
                let end = end.ok_or("a quote has no end")?;
                word.extend_from_slice(&after[..end]);
                rest = &after[end + 1..];
            }
            byte if byte.is_ascii_whitespace() => break,
            byte => {
                word.push(*byte);
                rest = after;
            }
        }
    }
    Ok((word, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<BatchLine> {
        let mut lines = BatchLines::new(text);
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    #[test]
    fn lines_have_numbers_and_words_as_a_shell_parts_them() {
        for (text, lines) in [
            (
                "# first\n\nroute add\t10.0.0.0/8  \n \t\r\nlink   # why\nlast",
                &[
                    (3, &["route", "add", "10.0.0.0/8"][..]),
                    (5, &["link"]),
                    (6, &["last"]),
                ][..],
            ),
            (
                "alias \"a  'b' # c\" 'x\"y' \"\" d'e f'g h#i\n",
                &[(1, &["alias", "a  'b' # c", "x\"y", "", "de fg", "h#i"])],
            ),
            (
                "a \\\n b\\\n\nc\nd\\\n",
                &[(1, &["a", "b"]), (4, &["c"]), (5, &["d"])],
            ),
        ] {
            let lines = lines.iter().map(|(number, words)| BatchLine {
                number: *number,
                words: Ok(words.iter().map(OsString::from).collect()),
            });
            assert_eq!(read(text.as_bytes()), lines.collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn a_quote_without_an_end_is_an_error_of_its_line_alone() {
        let lines = read(b"a 'b\nc\n");

        assert!(lines[0].words().is_err());
        assert_eq!(
            (lines[1].number, lines[1].words().unwrap()),
            (2, &["c".into()][..])
        );
    }

    #[test]
    fn words_need_not_be_utf8() {
        let word = OsString::from_vec(b"a\xff".to_vec());

        assert_eq!(read(b"a\xff\n")[0].words().unwrap(), [word]);
    }
}
