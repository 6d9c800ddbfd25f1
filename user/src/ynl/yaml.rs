// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A YAML document as a tree whose nodes know their lines.

use saphyr_parser::{Event, Parser, ScanError, Span};
use std::collections::HashMap;
use std::fmt;

/// Deepest nesting of a document: a spec has about ten levels.
const DEPTH: usize = 64;

/// Most nodes that aliases stand for, all together: aliases of aliases can stand for any number of them.
const COPIES: usize = 100_000;

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Yaml {
    /// Line that the node begins in, from 1.
    line: usize,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Scalar(String),
    List(Vec<Yaml>),
    Map(Vec<(Yaml, Yaml)>),
}

/// Why a document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Line of the document, from 1.
    pub line: usize,
    /// Words that say what is wrong in the line.
    pub message: String,
}

impl YamlError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        let message = message.into();

        Self { line, message }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for YamlError {}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        Self::new(error.marker().line(), error.info())
    }
}

impl Yaml {
    /// Parses the first document of `text`.
    ///
    /// # Errors
    ///
    /// When `text` is not YAML, or holds no document.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        Builder {
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            copies: 0,
        }
        .document()
    }

    /// Returns how many nodes the node is, those inside included.
    fn count(&self) -> usize {
        1 + match &self.content {
            Content::Scalar(_) => 0,
            Content::List(nodes) => nodes.iter().map(Self::count).sum(),
            Content::Map(entries) => entries
                .iter()
                .map(|(key, value)| key.count() + value.count())
                .sum(),
        }
    }

    /// Returns the error for this node that `message` tells of.
    pub fn error(&self, message: impl Into<String>) -> YamlError {
        YamlError::new(self.line, message)
    }

    /// Returns the scalar as it was written, a number as well; `None` for a list or a mapping.
    pub fn scalar(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what stands under `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries().iter();

        entries
            .find(|(name, _)| name.scalar() == Some(key))
            .map(|(_, value)| value)
    }

    /// Returns the scalar under `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.scalar()
    }

    /// Returns the scalar under `key`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn need(&self, key: &str) -> Result<&str, YamlError> {
        self.text(key)
            .ok_or_else(|| self.error(format!("`{key}` is missing")))
    }

    /// Returns the number under `key`, if there is any.
    ///
    /// # Errors
    ///
    /// When something else stands there, or it does not fit.
    pub fn number<T: TryFrom<i64>>(&self, key: &str) -> Result<Option<T>, YamlError> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let number = node.scalar().and_then(parse_number);

        match number.and_then(|number| number.try_into().ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(node.error(format!("`{key}` is no number that fits"))),
        }
    }

    /// Says whether `true` stands under `key`.
    pub fn is_true(&self, key: &str) -> bool {
        self.text(key)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// Returns the nodes of the list under `key`; none where there is no list.
    pub fn list(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.content) {
            Some(Content::List(nodes)) => nodes,
            _ => &[],
        }
    }

    /// Returns the keys of this mapping and what stands under each, in their order; none where this is no
    /// mapping.
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }
}

/// Reads an integer as YAML writes it: decimal, `0x10`, `0o17`.
fn parse_number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let number = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16),
        Some("0o") => i64::from_str_radix(&digits[2..], 8),
        _ => digits.parse(),
    };

    number.ok()?.checked_mul(sign)
}

/// Makes a tree of the events of a parser.
struct Builder<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// Nodes that aliases may stand for.
    anchors: HashMap<usize, Yaml>,
    /// How many nodes aliases stood for.
    copies: usize,
}

impl<'t> Builder<'t> {
    fn document(mut self) -> Result<Yaml, YamlError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::Nothing, _) => {}
                (Event::DocumentStart(_), _) => break,
                (_, span) => {
                    return Err(YamlError::new(span.start.line(), "there is no document"));
                }
            }
        }
        let (event, span) = self.next()?;
        self.node(event, span, DEPTH)
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), YamlError> {
        match self.parser.next() {
            Some(event) => Ok(event?),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Returns the node that begins with `event`.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Yaml, YamlError> {
        let line = span.start.line();
        let deeper = depth
            .checked_sub(1)
            .ok_or_else(|| YamlError::new(line, format!("more than {DEPTH} levels deep")))?;
        let (anchor, content) = match event {
            Event::Scalar(text, _, anchor, _) => (anchor, Content::Scalar(text.into_owned())),
            Event::SequenceStart(anchor, _) => (anchor, self.list(deeper)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(deeper)?),
            Event::Alias(anchor) => return self.aliased(anchor, line),
            _ => return Err(YamlError::new(line, "there is no value")),
        };
        let node = Yaml { line, content };

        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Content, YamlError> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Content::List(nodes)),
                (event, span) => nodes.push(self.node(event, span, depth)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Content, YamlError> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Content::Map(entries)),
                (event, span) => self.node(event, span, depth)?,
            };
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span, depth)?));
        }
    }

    /// Returns a copy of the node that an alias stands for.
    fn aliased(&mut self, anchor: usize, line: usize) -> Result<Yaml, YamlError> {
        let node = self
            .anchors
            .get(&anchor)
            .ok_or_else(|| YamlError::new(line, "an alias stands for a node around it"))?;
        self.copies += node.count();

        match self.copies {
            ..=COPIES => Ok(node.clone()),
            _ => Err(YamlError::new(
                line,
                format!("aliases for more than {COPIES} nodes"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_aliases_are_what_they_stand_for() {
        let text = "b: &x [one, 2]\na: *x\nc: {z: 1, y: 0x10, on: true, n: -3}\n";
        let root = Yaml::parse(text).unwrap();
        let texts: Vec<_> = root.list("a").iter().filter_map(Yaml::scalar).collect();
        let c = root.get("c").unwrap();
        let keys: Vec<_> = c.entries().iter().map(|(key, _)| key.scalar()).collect();

        assert_eq!(texts, ["one", "2"]);
        assert_eq!(keys, [Some("z"), Some("y"), Some("on"), Some("n")]);
        assert_eq!(c.number::<u8>("y"), Ok(Some(16)));
        assert_eq!(c.number::<i64>("n"), Ok(Some(-3)));
        assert!(c.is_true("on") && !c.is_true("z"));
    }

    #[test]
    fn an_error_says_in_which_line() {
        let root = Yaml::parse("a: 1\nb:\n  c: x\n").unwrap();
        let b = root.get("b").unwrap();

        assert_eq!(b.need("d").unwrap_err(), b.error("`d` is missing"));
        assert_eq!(b.need("d").unwrap_err().line, 3);
        assert_eq!(b.number::<u8>("c").unwrap_err().line, 3);
        assert_eq!(root.number::<u8>("z"), Ok(None));
        assert_eq!(Yaml::parse("a: 1\nb: [\n").unwrap_err().line, 3);
    }

    #[test]
    fn aliases_of_aliases_do_not_fill_the_memory() {
        let mut text = "a0: &a0 x\n".to_owned();
        for level in 1..40 {
            let inner = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{inner}, {inner}, {inner}]\n");
        }
        let error = Yaml::parse(&text).unwrap_err();

        assert!(error.message.contains("aliases for more than"), "{error}");
    }

    #[test]
    fn what_is_no_document_is_an_error_and_what_never_ends_too() {
        for bad in ["", "a: [", "a: &x [*x]", &"[".repeat(1000), "a: *x"] {
            assert!(Yaml::parse(bad).is_err(), "{bad}");
        }
    }
}
