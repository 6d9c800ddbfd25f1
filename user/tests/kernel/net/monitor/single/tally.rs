// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Counters of the changes tried.

use super::grammar::Row;
use std::collections::BTreeMap;

/// Changes that the kernel made, by kind, attribute, and whether the link was up; and what it said of those that it refused.
#[derive(Default)]
pub struct Tally {
    cells: BTreeMap<Cell, Count>,
    pub changes: usize,
    refusals: BTreeMap<String, usize>,
}

/// Number of refusals above which a refusal is printed.
const OFTEN: usize = 5;

type Cell = (&'static str, &'static str, bool);

#[derive(Default)]
struct Count {
    made: usize,
    /// The last refusal.
    refusal: Option<String>,
}

impl Tally {
    /// Begins with nothing in the cell of each row.
    pub fn of(rows: &[Row]) -> Self {
        let mut tally = Self::default();
        for row in rows {
            tally.cells.entry(cell(row)).or_default();
        }
        tally
    }

    /// Counts a change of a row, or that it was refused.
    pub fn count(&mut self, row: &Row, words: &str, result: &Result<(), String>) {
        let count = self.cells.entry(cell(row)).or_default();
        match result {
            Ok(()) => count.made += 1,
            Err(refusal) => count.refusal = Some(format!("{words}: {refusal}")),
        }
        self.count_any(words, result);
    }

    /// Counts a change that no row asked for: what the rows need.
    pub fn count_any(&mut self, words: &str, result: &Result<(), String>) {
        match result {
            Ok(()) => self.changes += 1,
            Err(refusal) => {
                let refusal = refusal.lines().next().unwrap_or_default();
                *self
                    .refusals
                    .entry(format!("{words}: {refusal}"))
                    .or_default() += 1
            }
        }
    }

    pub fn is_empty_for(&self, row: &Row) -> bool {
        self.cells[&cell(row)].made == 0
    }

    /// Prints the table: up and down are counts, a dash where there is no such row.
    pub fn print(&self) {
        println!("{:<12}{:<14}{:>5}{:>6}", "kind", "attribute", "up", "down");
        let of = |kind, attribute, is_up| {
            let count = self.cells.get(&(kind, attribute, is_up));
            count.map_or("-".to_owned(), |count| count.made.to_string())
        };
        let mut rows: Vec<_> = self.cells.keys().map(|cell| (cell.0, cell.1)).collect();
        rows.dedup();
        for (kind, attribute) in rows {
            let [up, down] = [true, false].map(|is_up| of(kind, attribute, is_up));
            println!("{kind:<12}{attribute:<14}{up:>5}{down:>6}");
        }
        println!(
            "{} changes, {} refused, {} cells",
            self.changes,
            self.refusals.values().sum::<usize>(),
            self.cells.len()
        );
        for words in self.without_change(true) {
            println!("this kernel makes no {words}");
        }
        let often = self.refusals.iter().filter(|(_, count)| **count > OFTEN);
        often.for_each(|(words, count)| println!("refused {count} times: {words}"));
    }

    /// Returns the cells where nothing was made, each with what the kernel said last; without those where it may refuse all.
    pub fn empty(&self) -> Vec<String> {
        self.without_change(false)
    }

    fn without_change(&self, is_optional: bool) -> Vec<String> {
        let is_it = |(cell, count): &(&Cell, &Count)| {
            let may_be_refused = cell.1.ends_with('?') && count.refusal.is_some();
            count.made == 0 && may_be_refused == is_optional
        };
        let words = |((kind, attribute, is_up), count): (&Cell, &Count)| {
            let state = if *is_up { "up" } else { "down" };
            let refusal = count.refusal.as_deref().unwrap_or("never tried");
            let refusal = refusal.lines().next().unwrap_or_default();
            format!("{kind} {attribute} {state}: {refusal}")
        };
        self.cells.iter().filter(is_it).map(words).collect()
    }
}

fn cell(row: &Row) -> Cell {
    (row.kind, row.attribute, row.is_up)
}
