// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which entries of forwarding databases.

use super::{Error, Names, ShowArgs, Words};
use nlhello::rtnl::{fdb, Fdb};

/// Reads which entries are asked for.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<Fdb, Error> {
    let mut words = Words::new(fdb::LIST, &args.words);
    let mut query = Fdb::default();

    words.skip("show");
    while let Some(word) = words.keyword() {
        match word {
            "dev" | "brport" => query.ifindex = Some(words.link_behind(word, names)?),
            "br" => query.bridge = Some(words.link_behind(word, names)?),
            "vlan" => query.vlan = Some(words.number(word)?),
            "state" => add(
                &mut query,
                words.read(word, "state of an entry", fdb::state_of)?,
            ),
            "static" => add(&mut query, fdb::STATIC),
            "dynamic" => query.dynamic = true,
            _ => return Err(words.unknown(word)),
        }
    }
    Ok(query)
}

fn add(query: &mut Fdb, state: u16) {
    query.states = Some(query.states.unwrap_or_default() | state);
}
