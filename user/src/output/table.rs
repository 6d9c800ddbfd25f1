// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables of text.

use std::io::{self, Write};

/// Writes `rows` below the names of their columns, which are as wide as what is in them. Each name comes with whether
/// its column is aligned to the right, as numbers are.
pub fn write_table(
    out: &mut dyn Write,
    columns: &[(&str, bool)],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let names = columns.iter().map(|(name, _)| (*name).to_owned());
    let lines: Vec<Vec<_>> = [names.collect()].into_iter().chain(rows).collect();
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max();
    let widths: Vec<_> = (0..columns.len()).filter_map(width).collect();

    for line in &lines {
        let cells = line.iter().zip(columns).zip(&widths);
        let cells = cells.map(|((cell, (_, is_right)), width)| match is_right {
            true => format!("{cell:>width$}  "),
            false => format!("{cell:<width$}  "),
        });
        writeln!(out, "{}", cells.collect::<String>().trim_end())?;
    }
    Ok(())
}
