// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bytes of others, made safe for a terminal.

use std::fmt::{self, Write};

/// Shows bytes as text: what is not printable UTF-8 as `\xNN`, a backslash as `\\`.
///
/// So neither the kernel nor another user can move the cursor, color the terminal, or break a line
/// in two.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                write_char(f, c)?;
            }
            write_hex(f, chunk.invalid())?;
        }
        Ok(())
    }
}

fn write_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '\\' => f.write_str(r"\\"),
        c if is_printable(c) => f.write_char(c),
        c => write_hex(f, c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Controls, line and paragraph separators, and marks that reorder the text around them are not.
fn is_printable(c: char) -> bool {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');

    !c.is_control() && !reorders
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_is_left_alone() {
        assert_eq!(Escaped("Grüße, 🦀!".as_bytes()).to_string(), "Grüße, 🦀!");
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(
            Escaped(b"\x1b[2J\n\0\x7f").to_string(),
            r"\x1b[2J\x0a\x00\x7f"
        );
        assert_eq!(Escaped("\u{9b}".as_bytes()).to_string(), r"\xc2\x9b");
        assert_eq!(Escaped("\u{202e}".as_bytes()).to_string(), r"\xe2\x80\xae");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_escaped_one_by_one() {
        assert_eq!(Escaped(b"a\xff\xc3z").to_string(), r"a\xff\xc3z");
    }

    #[test]
    fn a_backslash_cannot_pose_as_an_escape() {
        assert_eq!(Escaped(br"\x00").to_string(), r"\\x00");
    }
}
