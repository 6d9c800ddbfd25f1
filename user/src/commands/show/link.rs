// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which links.

use super::{Cli, Error, Names, ShowArgs, Words};
use nlhello::rtnl::{link, Links};

/// Reads which links are asked for.
pub fn query(cli: &Cli, args: &ShowArgs, names: &mut Names) -> Result<Links, Error> {
    let mut words = Words::new(link::LIST, &args.words);
    let mut query = Links {
        stats: cli.globals.json || args.details,
        ..Links::default()
    };

    words.skip("show");
    while let Some(word) = words.word() {
        match word {
            b"master" => query.master = Some(words.link_behind("master", names)?),
            b"type" => query.kind = Some(words.value("type")?.to_vec()),
            b"group" => query.group = Some(words.group(names)?),
            b"up" => query.up = true,
            b"dev" => query.name = Some(words.value("dev")?.to_vec()),
            name if query.name.is_none() => query.name = Some(name.to_vec()),
            other => return Err(words.unknown(&String::from_utf8_lossy(other))),
        }
    }
    Ok(query)
}
