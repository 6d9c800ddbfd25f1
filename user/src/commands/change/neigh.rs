// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of neighbours, read from words.

use super::{index, Failure, FindLink, Task, Words};
use nlhello::netlink::Request;
use nlhello::rtnl::change::{NeighChange, STATES};

/// Reads what is to become of a neighbour.
pub fn read(
    task: &Task<'_>,
    words: &mut Words<'_>,
    links: &mut dyn FindLink,
) -> Result<Request, Failure> {
    let (mut dst, mut link, mut lladdr, mut state) = (None, None, None, None);
    while let Some(word) = words.keyword() {
        match word {
            "dev" => link = Some(index(word, words, links)?),
            "lladdr" => lladdr = Some(words.lladdr(word)?),
            "nud" => state = Some(words.read(word, "state", state_of)?),
            "to" => dst = Some(words.address(word)?),
            _ if dst.is_none() => dst = Some(words.parse(word, "IP address")?),
            _ => return Err(words.unknown(word).into()),
        }
    }
    let neigh = NeighChange {
        dst: dst.ok_or_else(|| words.missing("the address"))?,
        index: link.ok_or_else(|| words.missing("'dev'"))?,
        lladdr: lladdr.as_deref(),
        state,
    };
    words.check_family(task.family, neigh.dst.into())?;
    Ok(neigh.request(task.verb)?)
}

fn state_of(name: &str) -> Option<u16> {
    STATES
        .iter()
        .find_map(|(state, number)| (*state == name).then_some(*number))
}
