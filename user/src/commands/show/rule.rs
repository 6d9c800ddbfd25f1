// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which rules.

use super::{Error, Names, ShowArgs, Words};
use nlhello::rtnl::{rule, Prefix, Rules};

/// Reads which rules are asked for.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<Rules, Error> {
    let mut words = Words::new(rule::LIST, &args.words);
    let mut query = Rules {
        family: args.family.number(),
        ..Rules::default()
    };

    words.skip("show");
    while let Some(word) = words.keyword() {
        match word {
            "table" | "lookup" => query.table = words.table(names)?,
            "pref" | "priority" => query.priority = Some(words.number(word)?),
            "from" => query.src = Some(words.read(word, "prefix", Prefix::parse)?),
            "to" => query.dst = Some(words.read(word, "prefix", Prefix::parse)?),
            "iif" | "dev" => query.iif = Some(words.value(word)?.to_vec()),
            "oif" => query.oif = Some(words.value(word)?.to_vec()),
            "fwmark" => query.fwmark = Some(words.number(word)?),
            "proto" | "protocol" => query.protocol = Some(words.protocol(names)?),
            _ => return Err(words.unknown(word)),
        }
    }
    Ok(query)
}
