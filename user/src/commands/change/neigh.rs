// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of neighbours, read from words.

use super::{ChangeWords, Failure, Task};
use nlhello::netlink::Request;
use nlhello::rtnl::change::{NeighChange, STATES};

/// Reads what is to become of a neighbour.
pub fn read(task: &Task<'_>, words: &mut ChangeWords<'_, '_>) -> Result<Request, Failure> {
    let (mut dst, mut link, mut lladdr, mut state) = (None, None, None, None);
    while let Some(word) = words.keyword() {
        match word {
            "dev" => link = Some(words.index(word)?),
            "lladdr" => lladdr = Some(words.lladdr(word)?),
            "nud" => state = Some(words.one_of(word, "state", STATES)?),
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
