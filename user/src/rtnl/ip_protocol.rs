// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of the protocols above IP, `protocols(5)`.

use std::fs;

/// Where they are.
const FILE: &str = "/etc/protocols";

/// Returns the name of `number`; as `ip`, `ipproto-99` for one that has none.
pub fn name(number: u8) -> String {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    let found = entries(&text).find(|entry| entry.1 == number);

    found.map_or_else(|| format!("ipproto-{number}"), |(name, ..)| name.to_owned())
}

/// Returns the number that `name` stands for, or is.
pub fn number(name: &str) -> Option<u8> {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    let found = entries(&text).find(|(own, _, line)| *own == name || has_alias(line, name));

    found
        .map(|(_, number, _)| number)
        .or_else(|| name.parse().ok())
}

/// Returns each name and number, and the line that they are in.
fn entries(text: &str) -> impl Iterator<Item = (&str, u8, &str)> {
    text.lines().filter_map(|line| {
        let line = line.split('#').next()?;
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?.parse().ok()?, line))
    })
}

fn has_alias(line: &str, name: &str) -> bool {
    line.split_whitespace().skip(2).any(|alias| alias == name)
}
