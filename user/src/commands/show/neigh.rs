// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which neighbours.

use super::{Error, Names, ShowArgs, Words};
use nlhello::rtnl::{neigh, Neighs};

/// Reads which neighbours are asked for.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<Neighs, Error> {
    let mut words = Words::new(neigh::LIST, &args.words);
    let mut query = Neighs {
        family: args.family.number(),
        ..Neighs::default()
    };

    words.skip("show");
    while let Some(word) = words.keyword() {
        match word {
            "dev" => query.ifindex = Some(words.link(names)?),
            "master" => query.master = Some(words.link_behind(word, names)?),
            "nud" => {
                let state = words.read(word, "state of a neighbour", neigh::state_of)?;
                query.states = Some(query.states.unwrap_or_default() | state);
            }
            "proxy" => query.proxy = true,
            _ => return Err(words.unknown(word)),
        }
    }
    Ok(query)
}
