// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The table and the numbers as Rust source.

use crate::catalog::Catalog;
use crate::header::KernelHeaders;
use crate::overlay::Overlay;
use crate::table::{TableValue, TableWriter, NUMBER_SIZE};
use crate::Result;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::iter;

/// Where the facts are from, and under which licence the file may be used.
const HEAD: &str =
    "// SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause\n\n";

/// Macro that defines the constants.
const DEFINITION: &str = "/// Defines constants of one type.
macro_rules! constants {
    ($type:ident: $($name:ident = $value:literal,)*) => { $(pub const $name: $type = $value;)* };
}
";

/// Longest line, in bytes.
const WIDTH: usize = 119;

/// Returns the source of `user/src/names/table.rs`.
pub fn table(table: &TableWriter, version: &str) -> String {
    let mut out = String::from(HEAD);
    let _ = write!(
        out,
        "//! Made by `make names` from Documentation/netlink/specs and include/uapi/linux of Linux {version}:\n\
         //! names, numbers, nesting and sizes. What a record means stands in `record.rs`.\n\n\
         use super::record::FormatCode::*;\n\
         use super::record::{{self, a, c, e, g, i, m, n, o, s, t, w, y}};\n\n"
    );
    names(&mut out, &table.pool);
    array(&mut out, "FAMILIES", "Family", calls("y", &table.families));
    array(&mut out, "MESSAGES", "Message", calls("g", &table.messages));
    array(&mut out, "SETS", "Set", calls("s", &table.sets));
    array(&mut out, "ATTRS", "Attr", table.attrs.iter().map(attr));
    array(&mut out, "STRUCTS", "Struct", calls("t", &table.structs));
    array(
        &mut out,
        "MEMBERS",
        "Member",
        table.members.iter().map(member),
    );
    array(&mut out, "ENUMS", "Enum", calls("e", &table.enums));
    array(&mut out, "WORDS", "Word", words(&table.words));
    array(&mut out, "CHOICES", "Choice", calls("c", &table.choices));
    let option = |row| value("o", row);
    array(
        &mut out,
        "OPTIONS",
        "Choosable",
        table.options.iter().map(option),
    );
    out
}

/// Returns the source of `user/src/names/uapi.rs`: constants for programs.
///
/// # Errors
///
/// When a header cannot be read.
pub fn constants(
    catalog: &Catalog,
    overlay: &Overlay,
    headers: &mut KernelHeaders,
    version: &str,
) -> Result<String> {
    let mut out = String::from(HEAD);
    let _ = write!(
        out,
        "//! The numbers of the kernel's headers, of Linux {version}: made by `make names`, described there.\n\n\
         #![allow(missing_docs, non_upper_case_globals)]\n\n{DEFINITION}"
    );
    let mut seen = BTreeSet::new();
    let mut blocks = Vec::new();
    for from in &overlay.constants {
        let numbers = headers.get(&from.header)?.with_prefix(&from.prefix);
        let wanted = numbers.filter(|(name, _)| !name.ends_with("_MAX"));
        let numbers = wanted.map(|(name, value)| (name.to_owned(), value));
        blocks.push((&*from.rust_type, block(&mut seen, numbers)));
    }
    for (_, set) in catalog.sets.iter().filter(|(key, _)| is_rtnetlink(key)) {
        let attrs = set.attrs.iter().filter(|attr| !attr.is_whole);
        let numbers = attrs.map(|attr| (format!("{}{}", set.prefix, attr.name), attr.value.into()));
        blocks.push(("u16", block(&mut seen, numbers)));
    }
    blocks.retain(|(_, rows)| !rows.is_empty());
    for of_type in blocks.chunk_by(|one, next| one.0 == next.0) {
        let _ = writeln!(out, "\nconstants! {{ {}:", of_type[0].0);
        for (_, rows) in of_type {
            fill(&mut out, rows.iter().cloned(), " ");
            out.push('\n');
        }
        out.push_str("}\n");
    }
    Ok(out)
}

/// Returns the rows of those `numbers` whose names were not seen before.
fn block(seen: &mut BTreeSet<String>, numbers: impl Iterator<Item = (String, i64)>) -> Vec<String> {
    let new = numbers.filter(|(name, _)| seen.insert(name.clone()));

    new.map(|(name, value)| format!("{name} = {value},"))
        .collect()
}

/// Says whether the client itself speaks with what the set of this key is of.
fn is_rtnetlink(key: &str) -> bool {
    let spec = key.split('/').next().unwrap_or_default();

    matches!(
        spec,
        "rt-addr" | "rt-link" | "rt-neigh" | "rt-route" | "rt-rule" | "nlctrl" | "overlay"
    ) || key == "tc/attrs"
}

/// Writes the names of `pool` as the text that `record::pool` makes it of.
fn names(out: &mut String, pool: &[u8]) {
    let _ = writeln!(out, "pub(super) const POOL_SIZE: usize = {};\n", pool.len());
    let _ = writeln!(out, "pub(super) const NAMES: &str = \"\\");
    let mut rest = pool;
    let names = iter::from_fn(|| {
        let [len, bytes @ ..] = rest else { return None };
        let (name, others) = bytes.split_at((*len).into());
        // A name of even length is filled up to an even place.
        rest = others.get(usize::from(len % 2 == 0)..).unwrap_or_default();
        Some(String::from_utf8_lossy(name).into_owned())
    });
    fill(out, names, " ");
    out.push_str("\";\n");
}

fn array(out: &mut String, name: &str, kind: &str, rows: impl ExactSizeIterator<Item = String>) {
    let _ = writeln!(
        out,
        "\npub(super) static {name}: [record::{kind}; {}] = [",
        rows.len()
    );
    fill(out, rows.map(|row| row + ","), "");
    out.push_str("\n];\n");
}

/// Writes `rows` with this `gap` between them, as many on a line as it holds.
fn fill(out: &mut String, rows: impl Iterator<Item = String>, gap: &str) {
    let mut line: Option<String> = None;
    for row in rows {
        line = Some(match line {
            Some(line) if line.len() + gap.len() + row.len() <= WIDTH => line + gap + &row,
            Some(full) => {
                let _ = writeln!(out, "{full}");
                row
            }
            None => row,
        });
    }
    out.extend(line);
}

fn calls<'a, const N: usize>(
    name: &'a str,
    rows: &'a [[u16; N]],
) -> impl ExactSizeIterator<Item = String> + 'a {
    rows.iter().map(move |row| call(name, row))
}

fn words(rows: &[(u32, u16)]) -> impl ExactSizeIterator<Item = String> + '_ {
    rows.iter().map(|(number, name)| match number {
        0..10 => format!("w({number},{name})"),
        _ => format!("w({number:#x},{name})"),
    })
}

fn call(name: &str, numbers: &[u16]) -> String {
    let numbers: Vec<_> = numbers.iter().map(u16::to_string).collect();

    format!("{name}({})", numbers.join(","))
}

/// Returns the row of an attribute: that of a number without names is short.
fn attr(row: &TableValue<2>) -> String {
    let [nla_type, name] = row.numbers;

    match row.has_number_alone() {
        true => call("n", &[nla_type, name, row.aux.into()]),
        false => value("a", row),
    }
}

/// Returns the row of a member: that of a number without names is short, and has its size once.
fn member(row: &TableValue<3>) -> String {
    let [name, at, size] = row.numbers;

    match row.has_number_alone() && u16::from(row.aux & NUMBER_SIZE) == size {
        true => call("i", &[name, at, row.aux.into()]),
        false => value("m", row),
    }
}

fn value<const N: usize>(name: &str, row: &TableValue<N>) -> String {
    let mut out = format!("{name}(");
    for number in row.numbers {
        let _ = write!(out, "{number},");
    }
    let _ = write!(out, "{},{},{})", row.kind, row.aux, row.arg);
    out
}
