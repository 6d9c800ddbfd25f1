// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which next hops.

use super::{Error, Names, ShowArgs, Words};
use nlhello::rtnl::{nexthop, NexthopId, Nexthops};

/// Reads which next hops are asked for; the first of both is there when it is that of a number.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<(Option<NexthopId>, Nexthops), Error> {
    let mut words = Words::new(nexthop::LIST, &args.words);
    let mut id = None;
    let mut query = Nexthops {
        family: args.family.number(),
        ..Nexthops::default()
    };

    if !words.skip("show") {
        words.skip("get");
    }
    while let Some(word) = words.keyword() {
        match word {
            "dev" => query.oif = Some(words.link(names)?),
            "id" => id = Some(words.number(word)?),
            "groups" => query.groups = true,
            "fdb" => query.fdb = true,
            // A VRF is a master too.
            "master" | "vrf" => query.master = Some(words.link_behind(word, names)?),
            "proto" | "protocol" => query.protocol = Some(words.protocol(names)?),
            "stats" => query.stats = true,
            _ => return Err(words.unknown(word)),
        }
    }
    let stats = query.stats;
    Ok((id.map(|id| NexthopId { id, stats }), query))
}
