// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bytes of others, made safe for a terminal.

use std::fmt::{self, Write};
use std::io;

/// Shows bytes as text: what is not printable UTF-8 as `\xNN`, a backslash as `\\`.
///
/// So neither the kernel nor another user can move the cursor, color the terminal, break a line in
/// two, or hide a part of it.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = plain(self.0) {
            return f.write_str(text);
        }
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                write_char(f, c)?;
            }
            write_hex(f, chunk.invalid())?;
        }
        Ok(())
    }
}

/// Appends `text` to `out`, [`Escaped`].
pub fn push(out: &mut Vec<u8>, text: &[u8]) {
    match plain(text) {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        // A vector takes all that is written to it.
        None => drop(io::Write::write_fmt(out, format_args!("{}", Escaped(text)))),
    }
}

/// Returns `text` if all of it is ASCII that stays as it is: most is.
fn plain(text: &[u8]) -> Option<&str> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\';

    text.iter().all(is_plain).then_some(())?;
    std::str::from_utf8(text).ok()
}

fn write_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '\\' => f.write_str(r"\\"),
        c if is_printable(c) => f.write_char(c),
        c => write_hex(f, c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Says whether `c` shows, and only itself.
///
/// Not so are controls (Unicode category Cc), format characters, which reorder the text around them
/// or cannot be seen (Cf), separators of lines and paragraphs (Zl, Zp), and fillers without a shape.
/// The ranges are those of Unicode 16, holes filled.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' => false,
        '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' => false,
        '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => false,
        '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' => false,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => false,
        c => !c.is_control(),
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_is_left_alone() {
        for text in [
            "eth0 ~",
            "Grüße, 🦀!",
            "naïve 日本語　עברית עָרַבִית ❤️ e\u{301} \u{a0}—",
        ] {
            assert_eq!(Escaped(text.as_bytes()).to_string(), text);
        }
    }

    #[test]
    fn what_steers_a_terminal_poses_as_an_escape_or_is_no_utf8_is_escaped() {
        for (bytes, text) in [
            (&b"\x1b[2J\n\0\x7f"[..], r"\x1b[2J\x0a\x00\x7f"),
            ("\u{9b}".as_bytes(), r"\xc2\x9b"),
            ("\u{202e}".as_bytes(), r"\xe2\x80\xae"),
            ("\u{feff}".as_bytes(), r"\xef\xbb\xbf"),
            (b"a\xff\xc3z", r"a\xff\xc3z"),
            (br"\x00", r"\\x00"),
        ] {
            assert_eq!(Escaped(bytes).to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_or_moves_what_can_is_escaped() {
        let hidden = "\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{2060}\u{2069}\u{feff}\u{e0041}";
        for hidden in hidden.chars() {
            let escaped = Escaped(hidden.to_string().as_bytes()).to_string();
            assert!(escaped.starts_with(r"\x"), "{}", hidden.escape_unicode());
        }
    }
}
