// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The table and the numbers as Rust source.

use crate::catalog::Catalog;
use crate::header::KernelHeaders;
use crate::overlay::Overlay;
use crate::table::{TableValue, TableWriter, NUMBER_SIZE};
use crate::Result;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Where the facts are from, and under which licence the file may be used.
const HEAD: &str =
    "// SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause\n\n";

/// Longest line, in bytes.
const WIDTH: usize = 118;

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
         #![allow(missing_docs, non_upper_case_globals)]\n"
    );
    let mut seen = BTreeSet::new();
    for from in &overlay.constants {
        out.push('\n');
        for (name, value) in headers.get(&from.header)?.with_prefix(&from.prefix) {
            if !name.ends_with("_MAX") && overlay.has_constant(name) && seen.insert(name.to_owned())
            {
                let _ = writeln!(out, "pub const {name}: {} = {value};", from.rust_type);
            }
        }
    }
    for (_, set) in catalog.sets.iter().filter(|(key, _)| is_rtnetlink(key)) {
        let mut block = String::new();
        for attr in set.attrs.iter().filter(|attr| !attr.is_whole) {
            let name = format!("{}{}", set.prefix, attr.name);
            if overlay.has_constant(&name) && seen.insert(name.clone()) {
                let _ = writeln!(block, "pub const {name}: u16 = {};", attr.value);
            }
        }
        if !block.is_empty() {
            let _ = write!(out, "\n{block}");
        }
    }
    Ok(out)
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
    let mut width = 0;
    let mut rest = pool;
    while let [len, bytes @ ..] = rest {
        let (name, others) = bytes.split_at((*len).into());
        let divider = match width + name.len() {
            _ if rest.len() == pool.len() => "",
            ..WIDTH => " ",
            WIDTH.. => "\n",
        };
        width = match divider {
            " " => width + 1 + name.len(),
            _ => name.len(),
        };
        let _ = write!(out, "{divider}{}", String::from_utf8_lossy(name));
        // A name of even length is filled up to an even place.
        rest = others.get(usize::from(len % 2 == 0)..).unwrap_or_default();
    }
    let _ = writeln!(out, "\";");
}

fn array(out: &mut String, name: &str, kind: &str, rows: impl ExactSizeIterator<Item = String>) {
    let _ = writeln!(
        out,
        "\npub(super) static {name}: [record::{kind}; {}] = [",
        rows.len()
    );
    let mut line = String::new();
    for row in rows {
        if line.len() + row.len() > WIDTH {
            let _ = writeln!(out, "{line}");
            line.clear();
        }
        let _ = write!(line, "{row},");
    }
    let _ = writeln!(out, "{line}\n];");
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
