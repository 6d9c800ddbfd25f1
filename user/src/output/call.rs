// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values of a netlink spec: JSON as the kernel's own client has it, and text, an attribute a line.

use super::escape::Escaped;
use super::json::write_line;
use super::Output;
use nlhello::ynl::{AttrLine, SpecFamily, SpecObject, SpecOperation, SpecValue};
use serde::Serialize;
use std::io::{self, Write};

/// An operation in JSON.
#[derive(Serialize)]
struct OperationLine<'a> {
    name: &'a str,
    modes: Vec<&'static str>,
    attrs: &'a [String],
}

/// Contents of a spec, in JSON.
#[derive(Serialize)]
struct FamilyLine<'a> {
    family: &'a str,
    operations: Vec<OperationLine<'a>>,
    groups: Vec<&'a str>,
}

impl Output {
    /// Tells the answer to a request.
    pub fn value(&mut self, value: &SpecValue<'_>) -> io::Result<()> {
        match (self.json, value) {
            (true, _) => self.json_line(value)?,
            (false, SpecValue::List(values)) => {
                for (at, value) in values.iter().enumerate() {
                    self.separate(at == 0)?;
                    write_lines(&mut self.out, value)?;
                }
            }
            (false, _) => write_lines(&mut self.out, value)?,
        }
        self.flush()
    }

    /// Tells an entry of a table, the first one or one more.
    pub fn entry(&mut self, is_first: bool, entry: &SpecObject<'_>) -> io::Result<()> {
        if !self.json {
            self.separate(is_first)?;
            return write_object(&mut self.out, entry, 0);
        }
        self.out.write_all(if is_first { b"[" } else { b"," })?;
        super::json::write_compact(&mut self.out, entry)
    }

    /// Ends a table.
    pub fn end_entries(&mut self, is_empty: bool) -> io::Result<()> {
        match (self.json, is_empty) {
            (true, true) => self.out.write_all(b"[]\n")?,
            (true, false) => self.out.write_all(b"]\n")?,
            (false, _) => {}
        }
        self.flush()
    }

    /// Tells a message to a group.
    pub fn named_event(&mut self, name: &str, message: SpecObject<'_>) -> io::Result<()> {
        if self.json {
            let members = [
                ("name".into(), name.into()),
                ("msg".into(), SpecValue::Object(message)),
            ];
            return self.json_line(&SpecObject(members.into()));
        }
        writeln!(self.out, "{}:", Escaped(name.as_bytes()))?;
        write_object(&mut self.out, &message, 1)
    }

    /// Lists the operations and groups of a family.
    pub fn operations(&mut self, family: &SpecFamily) -> io::Result<()> {
        match self.json {
            true => self.json_line(&FamilyLine {
                family: &family.name,
                operations: family.operations.iter().map(operation_line).collect(),
                groups: family.groups.iter().map(|group| &*group.name).collect(),
            })?,
            false => write_family(&mut self.out, family)?,
        }
        self.flush()
    }

    /// Lists what a request takes.
    pub fn attributes(&mut self, lines: &[AttrLine]) -> io::Result<()> {
        match self.json {
            true => self.json_line(&lines.iter().map(attr_line).collect::<Vec<_>>())?,
            false => lines
                .iter()
                .try_for_each(|line| write_attr(&mut self.out, line))?,
        }
        self.flush()
    }

    fn json_line(&mut self, value: &impl Serialize) -> io::Result<()> {
        write_line(&mut self.out, value)
    }

    /// Writes an empty line between two objects.
    fn separate(&mut self, is_first: bool) -> io::Result<()> {
        match is_first {
            true => Ok(()),
            false => self.out.write_all(b"\n"),
        }
    }
}

fn operation_line(operation: &SpecOperation) -> OperationLine<'_> {
    OperationLine {
        name: &operation.name,
        modes: modes(operation),
        attrs: &operation.attrs,
    }
}

/// Returns what can be done with an operation, in the spec's words.
fn modes(operation: &SpecOperation) -> Vec<&'static str> {
    let modes = operation.modes;
    let all = [
        (modes.has_do, "do"),
        (modes.has_dump, "dump"),
        (modes.is_event, "event"),
    ];

    all.iter()
        .filter(|(has, _)| *has)
        .map(|(_, mode)| *mode)
        .collect()
}

fn attr_line(line: &AttrLine) -> SpecObject<'_> {
    let words = line.words.iter().map(|word| (&**word).into()).collect();

    SpecObject(vec![
        ("name".into(), (&*line.path).into()),
        ("type".into(), (&*line.kind).into()),
        ("multi".into(), SpecValue::Bool(line.is_multi)),
        ("words".into(), SpecValue::List(words)),
    ])
}

fn write_family(out: &mut dyn Write, family: &SpecFamily) -> io::Result<()> {
    let names = family.operations.iter().map(|known| known.name.len());
    let width = names.max().unwrap_or(0);

    for operation in &family.operations {
        let modes = modes(operation).join(" ");
        let attrs = operation.attrs.join(" ");
        let line = format!("{:width$}  {modes:7}  {attrs}", operation.name);
        writeln!(out, "{}", Escaped(line.trim_end().as_bytes()))?;
    }
    for group in &family.groups {
        writeln!(out, "group {}", Escaped(group.name.as_bytes()))?;
    }
    Ok(())
}

fn write_attr(out: &mut dyn Write, line: &AttrLine) -> io::Result<()> {
    let multi = if line.is_multi { ", several" } else { "" };
    let words = match line.words.is_empty() {
        true => String::new(),
        false => format!(": {}", line.words.join(" ")),
    };
    let line = format!("{}  {}{multi}{words}", line.path, line.kind);

    writeln!(out, "{}", Escaped(line.as_bytes()))
}

/// Writes an answer: nothing for none.
fn write_lines(out: &mut dyn Write, value: &SpecValue<'_>) -> io::Result<()> {
    match value {
        SpecValue::Null => Ok(()),
        SpecValue::Object(object) => write_object(out, object, 0),
        other => {
            write_scalar(out, other)?;
            out.write_all(b"\n")
        }
    }
}

/// Writes values a line each, those inside others further right.
fn write_object(out: &mut dyn Write, object: &SpecObject<'_>, level: usize) -> io::Result<()> {
    for (name, value) in &object.0 {
        write!(out, "{:1$}", "", 2 * level)?;
        write_member(out, name, value, level)?;
    }
    Ok(())
}

fn write_member(
    out: &mut dyn Write,
    name: &str,
    value: &SpecValue<'_>,
    level: usize,
) -> io::Result<()> {
    write!(out, "{}:", Escaped(name.as_bytes()))?;
    match value {
        SpecValue::Object(object) if !object.0.is_empty() => {
            out.write_all(b"\n")?;
            write_object(out, object, level + 1)
        }
        SpecValue::List(values) if values.iter().any(is_nested) => {
            out.write_all(b"\n")?;
            let mut values = values.iter();
            values.try_for_each(|value| write_item(out, value, level + 1))
        }
        _ => {
            out.write_all(b" ")?;
            write_scalar(out, value)?;
            out.write_all(b"\n")
        }
    }
}

/// Writes an element of a list behind a dash.
fn write_item(out: &mut dyn Write, value: &SpecValue<'_>, level: usize) -> io::Result<()> {
    write!(out, "{:1$}- ", "", 2 * level)?;
    match value {
        SpecValue::Object(object) if !object.0.is_empty() => {
            for (at, (name, value)) in object.0.iter().enumerate() {
                let indent = if at > 0 { 2 * level + 2 } else { 0 };
                write!(out, "{:1$}", "", indent)?;
                write_member(out, name, value, level + 1)?;
            }
            Ok(())
        }
        _ => {
            write_scalar(out, value)?;
            out.write_all(b"\n")
        }
    }
}

fn is_nested(value: &SpecValue<'_>) -> bool {
    matches!(value, SpecValue::Object(_) | SpecValue::List(_))
}

/// Writes a value on the line where it stands.
fn write_scalar(out: &mut dyn Write, value: &SpecValue<'_>) -> io::Result<()> {
    match value {
        SpecValue::Null => out.write_all(b"null"),
        SpecValue::Bool(value) => write!(out, "{value}"),
        SpecValue::Unsigned(number) => write!(out, "{number}"),
        SpecValue::Signed(number) => write!(out, "{number}"),
        SpecValue::Text(text) => write!(out, "{}", Escaped(text.as_bytes())),
        SpecValue::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}")),
        SpecValue::Object(_) => out.write_all(b"{}"),
        SpecValue::List(values) => {
            out.write_all(b"[")?;
            for (at, value) in values.iter().enumerate() {
                out.write_all(if at > 0 { b", " } else { b"" })?;
                write_scalar(out, value)?;
            }
            out.write_all(b"]")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text of a value given as JSON.
    fn text(json: &str) -> String {
        let value: SpecValue<'static> = serde_json::from_str(json).unwrap();
        let mut out = Vec::new();
        write_lines(&mut out, &value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_a_line_each_and_those_inside_further_right() {
        assert_eq!(
            text(r#"{"a":1,"b":{"c":"x","d":{"e":true}},"f":["u","v"],"g":{},"h":[]}"#),
            "a: 1\nb:\n  c: x\n  d:\n    e: true\nf: [u, v]\ng: {}\nh: []\n"
        );
        assert_eq!(
            text(r#"{"a":[{"b":1,"c":{"d":2}},{"b":3},[4]]}"#),
            "a:\n  - b: 1\n    c:\n      d: 2\n  - b: 3\n  - [4]\n"
        );
        assert_eq!(text("null"), "");
    }

    #[test]
    fn texts_of_others_cannot_steer_a_terminal() {
        assert_eq!(
            text(r#"{"a\u001b":"\u001b[2J\n"}"#),
            "a\\x1b: \\x1b[2J\\x0a\n"
        );
    }
}
