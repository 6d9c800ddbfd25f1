// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which routes.

use super::{Error, Names, ShowArgs, Words};
use nlhello::rtnl::{route, Routes};

/// Reads which routes are asked for.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<Routes, Error> {
    let mut words = Words::new(route::LIST, &args.words);
    let mut query = Routes {
        family: args.family(),
        ..Routes::default()
    };

    words.skip("show");
    while let Some(word) = words.keyword() {
        match word {
            "dev" => query.oif = Some(words.link(names)?),
            "table" => query.table = words.table(names)?,
            "proto" | "protocol" => query.protocol = Some(words.protocol(names)?),
            "type" => query.kind = Some(words.read("type", "type of route", route::type_of)?),
            _ => return Err(words.unknown(word)),
        }
    }
    Ok(query)
}
