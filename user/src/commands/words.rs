// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Command lines in the manner of `ip`: keywords, most with a value behind them.

use nlhello::kind::number;
use nlhello::netlink::Error;
use nlhello::object::Numbering;
use nlhello::rtnl::change::Subnet;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::slice;
use std::str::FromStr;

/// The words that are left of a command line, and what is to be done with them.
#[derive(Clone)]
pub struct Words<'w> {
    op: &'static str,
    rest: slice::Iter<'w, OsString>,
}

impl<'w> Words<'w> {
    /// Starts at the first of `words`, which say how to do `op`.
    pub fn new(op: &'static str, words: &'w [OsString]) -> Self {
        Self {
            op,
            rest: words.iter(),
        }
    }

    /// Skips the next word if it is `word`; says whether it was.
    pub fn skip(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Some(word);
        if is_next {
            self.rest.next();
        }
        is_next
    }

    /// Skips the word that says to show a list, which may be left out.
    pub fn skip_show(&mut self) {
        if !self.skip("show") {
            self.skip("list");
        }
    }

    /// Returns the next word as text; what is not UTF-8 is no keyword.
    pub fn keyword(&mut self) -> Option<&'w str> {
        self.rest
            .next()
            .map(|word| word.to_str().unwrap_or_default())
    }

    /// Returns the next word, a keyword or a name of any bytes.
    pub fn word(&mut self) -> Option<&'w [u8]> {
        self.rest.next().map(|word| word.as_bytes())
    }

    /// Returns the bytes of the word behind `keyword`.
    pub fn value(&mut self, keyword: &str) -> Result<&'w [u8], Error> {
        self.word()
            .ok_or_else(|| self.error(format!("'{keyword}' needs a value")))
    }

    /// Returns what `read` makes of the word behind `keyword`; `kind` is what it should be.
    pub fn read<T>(
        &mut self,
        keyword: &str,
        kind: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let value = String::from_utf8_lossy(self.value(keyword)?);

        read(&value).ok_or_else(|| self.error(format!("'{keyword}': '{value}' is no {kind}")))
    }

    /// Returns the number behind `keyword`, decimal or, with `0x` before it, hexadecimal.
    pub fn number<T: TryFrom<u64>>(&mut self, keyword: &str) -> Result<T, Error> {
        self.read(keyword, "number of its range", number)
    }

    /// Returns the next word without taking it.
    pub fn peek(&self) -> Option<&'w str> {
        self.rest.as_slice().first().and_then(|word| word.to_str())
    }

    /// Returns the path behind `keyword`.
    pub fn path(&mut self, keyword: &str) -> Result<&'w Path, Error> {
        Ok(Path::new(OsStr::from_bytes(self.value(keyword)?)))
    }

    /// Returns the address behind `keyword`.
    pub fn address(&mut self, keyword: &str) -> Result<IpAddr, Error> {
        self.read(keyword, "IP address", |value| value.parse().ok())
    }

    /// Returns the address and its length behind `keyword`.
    pub fn subnet(&mut self, keyword: &str) -> Result<Subnet, Error> {
        self.read(keyword, "IP address or prefix", |value| value.parse().ok())
    }

    /// Returns what `word` says, which should be a `kind`.
    pub fn parse<T: FromStr>(&self, word: &str, kind: &str) -> Result<T, Error> {
        word.parse()
            .map_err(|_| self.error(format!("'{word}' is no {kind}")))
    }

    /// Returns the bytes of the address of the link layer behind `keyword`.
    pub fn lladdr(&mut self, keyword: &str) -> Result<Vec<u8>, Error> {
        self.read(keyword, "link-layer address", |value| {
            value.split(':').map(hex_byte).collect()
        })
    }

    /// Returns the number of the name behind `keyword`, which is one of `table`.
    pub fn one_of<T: Copy>(
        &mut self,
        keyword: &str,
        kind: &str,
        table: &[(&str, T)],
    ) -> Result<T, Error> {
        self.read(keyword, kind, |value| number_of(table, value))
    }

    /// Returns the number of the name behind `keyword`, or the number that stands there.
    pub fn numbered<T: TryFrom<u32>>(
        &mut self,
        keyword: &str,
        kind: &str,
        numbering: &Numbering,
    ) -> Result<T, Error> {
        self.read(keyword, kind, |value| {
            numbering.number(value)?.try_into().ok()
        })
    }

    /// Fails unless `subnet` is of `family`, if one was asked for.
    pub fn check_family(&self, family: u8, subnet: Subnet) -> Result<(), Error> {
        match family == 0 || family == subnet.family() {
            true => Ok(()),
            false => Err(self.error(format!("'{subnet}' is of another family"))),
        }
    }

    /// Returns the error for a command line without `what`.
    pub fn missing(&self, what: &str) -> Error {
        self.error(format!("{what} is missing"))
    }

    /// Returns the error for `word`, which means nothing here.
    pub fn unknown(&self, word: &str) -> Error {
        self.error(format!("'{word}' is unknown"))
            .hint("try --help")
    }

    /// Returns the error for a command line that makes no sense.
    pub fn error(&self, message: String) -> Error {
        Error::usage(self.op, message)
    }
}

/// Returns the number that `table` has for `name`.
pub fn number_of<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    let mut entries = table.iter();

    entries.find_map(|(known, number)| (*known == name).then_some(*number))
}

/// Reads one or two hexadecimal digits.
fn hex_byte(digits: &str) -> Option<u8> {
    match digits.len() {
        1 | 2 => u8::from_str_radix(digits, 16).ok(),
        _ => None,
    }
}
