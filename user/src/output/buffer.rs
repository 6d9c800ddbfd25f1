// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text on its way out.

use std::io::{self, Write};

/// How much text waits before it is written, and is kept for its room, in bytes.
pub const HELD: usize = 64 << 10;

/// Size of a page of a file, in bytes: to write the rest of one later takes the kernel longer than to write it
/// whole.
const PAGE: usize = 4096;

/// Text that waits until there is enough of it for a write.
pub struct Buffer<W: ?Sized = dyn Write> {
    text: Vec<u8>,
    /// How much of the last page is written.
    of_page: usize,
    out: W,
}

impl<W: Write> Buffer<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            text: Vec::new(),
            of_page: 0,
            out,
        }
    }
}

impl<W: Write + ?Sized> Buffer<W> {
    /// Returns the text that waits; what is appended to it is written behind it.
    #[inline]
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Writes what waits, if that is enough, up to the end of a page; where that fails, what waited is gone.
    #[inline]
    pub fn spill(&mut self) -> io::Result<()> {
        match self.text.len() {
            ..HELD => Ok(()),
            len => self.write(len - (self.of_page + len) % PAGE),
        }
    }

    /// Writes what waits, and has the writer hold nothing back; where that fails, what waited is gone.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write(self.text.len())?;
        self.out.flush()
    }

    /// Writes the first `len` bytes of what waits.
    fn write(&mut self, len: usize) -> io::Result<()> {
        let written = self.out.write_all(&self.text[..len]);
        self.of_page = (self.of_page + len) % PAGE;
        match written {
            Ok(()) => drop(self.text.drain(..len)),
            Err(_) => self.text.clear(),
        }
        self.text.shrink_to(2 * HELD);
        written
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Bytes written, a vector for each write.
    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the writes of what `write` puts into a buffer.
    pub fn writes(write: impl FnOnce(&mut Buffer)) -> Vec<Vec<u8>> {
        let writes = Writes::default();
        let mut buffer = Buffer::new(writes.clone());
        write(&mut buffer);
        buffer.flush().unwrap();
        writes.0.take()
    }

    /// Returns the text that `write` puts into a buffer.
    pub fn text(write: impl FnOnce(&mut Buffer)) -> String {
        String::from_utf8(writes(write).concat()).unwrap()
    }

    #[test]
    fn text_is_written_once_there_is_enough_of_it_in_whole_pages() {
        let writes = writes(|buffer| {
            buffer.text().push(b'x');
            buffer.flush().unwrap();
            for _ in 0..HELD / 1000 + 1 {
                buffer.text().extend([b'x'; 1000]);
                buffer.spill().unwrap();
            }
            buffer.text().push(b'y');
        });

        assert_eq!(writes[..2], [vec![b'x'; 1], vec![b'x'; HELD - 1]]);
        let rest = [vec![b'x'; 66_000 - (HELD - 1)], vec![b'y']].concat();
        assert_eq!(writes[2..], [rest]);
    }

    #[test]
    fn room_for_much_text_is_not_kept() {
        let mut buffer = Buffer::new(io::sink());
        buffer.text().resize(20 * HELD, b'x');
        buffer.spill().unwrap();

        assert!(buffer.text().capacity() <= 2 * HELD);
    }
}
