// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The numbers of C headers: enumerators, and macros that are numbers.
//!
//! This is no compiler. Conditions are not evaluated, both branches count; what is not a number
//! made of numbers, names, `+ - | <<`, `BIT()` and parentheses has no value.

use crate::{Result, SourceError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// An `enum`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Enumerators in order, each with its value.
    pub entries: Vec<(String, i64)>,
}

/// A header.
#[derive(Debug, Default)]
pub struct Header {
    /// Enums of the header, in order.
    pub enums: Vec<Enum>,
    /// Macros of the header that are numbers, in order.
    pub macros: Vec<(String, i64)>,
    known: HashMap<String, i64>,
}

/// The headers of a kernel's source, each read once.
#[derive(Debug)]
pub struct KernelHeaders {
    source: PathBuf,
    read: HashMap<String, Header>,
}

impl KernelHeaders {
    /// Takes them from the kernel's source in `source`.
    pub fn new(source: &Path) -> Self {
        Self {
            source: source.to_owned(),
            read: HashMap::new(),
        }
    }

    /// Returns the header that programs include as `name`, such as `linux/if_link.h`; a name that
    /// begins with `include/` is the kernel's own.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn get(&mut self, name: &str) -> Result<&Header> {
        if !self.read.contains_key(name) {
            let path = match name.starts_with("include/") {
                true => self.source.join(name),
                false => self.source.join("include/uapi").join(name),
            };
            let text = std::fs::read_to_string(&path)
                .map_err(|error| SourceError::new(error.to_string()).within(path.display()))?;
            self.read.insert(name.to_owned(), Header::parse(&text));
        }
        Ok(&self.read[name])
    }
}

/// Numbers that headers give to each name; two of them may differ.
pub type HeaderNumbers = BTreeMap<String, BTreeSet<i64>>;

/// Adds to `numbers` what the header `path`, or those in the folder and below it, say.
///
/// # Errors
///
/// When one cannot be read.
pub fn read_numbers(path: &Path, numbers: &mut HeaderNumbers) -> Result<()> {
    let within = |error: std::io::Error| SourceError::new(error.to_string()).within(path.display());

    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(within)? {
            read_numbers(&entry.map_err(within)?.path(), numbers)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "h") {
        Header::parse(&fs::read_to_string(path).map_err(within)?).add_to(numbers);
    }
    Ok(())
}

impl Header {
    fn add_to(self, numbers: &mut HeaderNumbers) {
        let named = self.enums.into_iter().flat_map(|found| found.entries);

        for (name, number) in named.chain(self.macros) {
            numbers.entry(name).or_default().insert(number);
        }
    }

    /// Parses the text of a header.
    pub fn parse(text: &str) -> Self {
        let mut header = Self::default();
        let text = without_comments(text).replace("\\\n", " ");
        let (code, macros) = split_macros(&text);

        // Enumerators may be made of macros, and macros of enumerators.
        header.take_macros(&macros);
        header.macros.clear();
        for body in enum_bodies(&code) {
            header.take_enum(body);
        }
        header.take_macros(&macros);
        header
    }

    /// Returns the enum that `first` is an enumerator of.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn enum_with(&self, first: &str) -> Result<&Enum> {
        let has = |found: &&Enum| found.entries.iter().any(|(name, _)| name == first);

        self.enums
            .iter()
            .find(has)
            .ok_or_else(|| SourceError::new(format!("no enum has {first}")))
    }

    /// Returns enumerators and macros whose names begin with `prefix`, in order.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, i64)> {
        self.enums
            .iter()
            .flat_map(|found| &found.entries)
            .chain(&self.macros)
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), *value))
    }

    fn take_macros(&mut self, macros: &[(&str, &str)]) {
        for (name, value) in macros {
            if let Some(number) = self.value(value) {
                self.known.insert((*name).to_owned(), number);
                self.macros.push(((*name).to_owned(), number));
            }
        }
    }

    fn take_enum(&mut self, body: &str) {
        let mut entries = Vec::new();
        let mut next = 0;
        for item in body.split(',') {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            let name = name.trim();
            if name.is_empty() {
                continue;
            }
            let value = self.value(value).unwrap_or(next);
            next = value.wrapping_add(1);
            self.known.insert(name.to_owned(), value);
            entries.push((name.to_owned(), value));
        }
        self.enums.push(Enum { entries });
    }

    fn value(&self, text: &str) -> Option<i64> {
        let mut expression = Expression {
            rest: text.trim(),
            known: &self.known,
        };
        let value = expression.any()?;

        expression.rest.trim().is_empty().then_some(value)
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        out.push(' ');
        let end = rest[start..].find("*/").map(|end| start + end + 2);
        rest = end.map_or("", |end| &rest[end..]);
    }
    out.push_str(rest);
    out
}

/// Takes the preprocessor's lines out of `text`; returns what is left, and the macros without
/// parameters.
fn split_macros(text: &str) -> (String, Vec<(&str, &str)>) {
    let mut code = String::with_capacity(text.len());
    let mut macros = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        match line.trim_start().strip_prefix('#') {
            Some(directive) => macros.extend(read_macro(directive)),
            None => {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    (code, macros)
}

fn read_macro(directive: &str) -> Option<(&str, &str)> {
    let rest = directive.trim_start().strip_prefix("define")?.trim_start();
    let end = rest.find(|c: char| !is_word(c))?;
    let (name, value) = rest.split_at(end);

    (!value.starts_with('(')).then_some((name, value.trim()))
}

/// Returns what stands between the braces of each enum.
fn enum_bodies(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("enum").filter_map(|(at, word)| {
        let before = code[..at].chars().next_back();
        if before.is_some_and(is_word) {
            return None;
        }
        let rest = &code[at + word.len()..];
        let open = rest.find('{')?;
        let is_head = rest[..open]
            .chars()
            .all(|c| is_word(c) || c.is_whitespace() || "()".contains(c));
        let body = &rest[open + 1..];
        is_head.then(|| body.split('}').next())?
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads an expression from left to right.
struct Expression<'a> {
    rest: &'a str,
    known: &'a HashMap<String, i64>,
}

impl Expression<'_> {
    fn any(&mut self) -> Option<i64> {
        let mut left = self.one()?;
        loop {
            self.rest = self.rest.trim_start();
            let operator = ["<<", "|", "+", "-"]
                .into_iter()
                .find(|o| self.rest.starts_with(o));
            let Some(operator) = operator else {
                return Some(left);
            };
            self.rest = &self.rest[operator.len()..];
            let right = self.one()?;
            left = match operator {
                "<<" => left.checked_shl(right.try_into().ok()?)?,
                "|" => left | right,
                "+" => left.checked_add(right)?,
                _ => left.checked_sub(right)?,
            };
        }
    }

    fn one(&mut self) -> Option<i64> {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            let inner = self.any()?;
            self.rest = self.rest.trim_start().strip_prefix(')')?;
            return Some(inner);
        }
        if let Some(rest) = self.rest.strip_prefix('-') {
            self.rest = rest;
            return self.one().map(i64::wrapping_neg);
        }
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if matches!(word, "BIT" | "_BITUL") {
            return 1i64.checked_shl(self.one()?.try_into().ok()?);
        }
        number(word).or_else(|| self.known.get(word).copied())
    }
}

fn number(word: &str) -> Option<i64> {
    let word = word.trim_end_matches(['u', 'U', 'l', 'L']);

    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
#define HELLO_MAX (__HELLO_MAX - 1) /* of the enum */
#define F_ONE (1 << 0)
#define F_BOTH \\
    (F_ONE | 0x2U)
#define CALL(x) x
#define TEXT \"no number\"
enum {
\tHELLO_UNSPEC,\t/* a, b = 3 */
\tHELLO_TEXT = 0x10,
#define HELLO_TEXT HELLO_TEXT
\tHELLO_ALIAS = HELLO_TEXT, // again
\tHELLO_NEXT = (HELLO_ALIAS + 1),
\t__HELLO_MAX,
};
enum named { A = -1, B };
typedef enum named2 t;
";

    #[test]
    fn enumerators_count_on_from_the_last() {
        let header = Header::parse(TEXT);
        let values: Vec<_> = header
            .enum_with("HELLO_TEXT")
            .unwrap()
            .entries
            .iter()
            .map(|(_, value)| *value)
            .collect();

        assert_eq!(values, [0, 16, 16, 17, 18]);
        assert_eq!(
            header.enum_with("B").unwrap().entries,
            [("A".to_owned(), -1), ("B".to_owned(), 0)]
        );
        assert!(header.enum_with("C").is_err());
    }

    #[test]
    fn macros_that_are_numbers_have_a_value() {
        let header = Header::parse(TEXT);

        assert_eq!(
            header.macros,
            [
                ("HELLO_MAX", 17),
                ("F_ONE", 1),
                ("F_BOTH", 3),
                ("HELLO_TEXT", 16)
            ]
            .map(|(name, value)| (name.to_owned(), value))
        );
        assert_eq!(header.with_prefix("F_").count(), 2);
    }
}
