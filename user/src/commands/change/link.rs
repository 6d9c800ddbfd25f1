// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of links, read from words.

use super::{ChangeWords, Failure, PendingChange, Verb};
use crate::commands::words::number_of;
use nlhello::netlink::{Error, Netns};
use nlhello::rtnl::change::{LinkChange, LinkKind, Target, Vxlan};
use std::os::fd::AsFd;

/// `IFLA_BOND_MODE`, `include/uapi/linux/if_bonding.h`.
const BOND_MODES: &[(&str, u8)] = &[
    ("balance-rr", 0),
    ("active-backup", 1),
    ("balance-xor", 2),
    ("broadcast", 3),
    ("802.3ad", 4),
    ("balance-tlb", 5),
    ("balance-alb", 6),
];

/// `MACVLAN_MODE_*`, `include/uapi/linux/if_link.h`.
const MACVLAN_MODES: &[(&str, u32)] = &[
    ("private", 1),
    ("vepa", 2),
    ("bridge", 4),
    ("passthru", 8),
    ("source", 16),
];

/// A change of a link, as far as its words are read.
struct PendingLink<'w> {
    name: Option<&'w [u8]>,
    link: LinkChange<'w>,
    address: Option<Vec<u8>>,
    netns: Option<Netns>,
}

/// Reads what is to become of a link.
pub fn read(verb: Verb, words: &mut ChangeWords<'_, '_>) -> Result<PendingChange, Failure> {
    let mut draft = PendingLink {
        name: None,
        link: LinkChange::new(Target::Name(b"")),
        address: None,
        netns: None,
    };
    while let Some(word) = words.word() {
        match std::str::from_utf8(word) {
            Ok(word) => draft.read(verb, word, words)?,
            Err(_) => draft.read_name(word, words)?,
        }
    }
    draft.finish(verb, words)
}

impl<'w> PendingLink<'w> {
    fn read(
        &mut self,
        verb: Verb,
        word: &'w str,
        words: &mut ChangeWords<'w, '_>,
    ) -> Result<(), Failure> {
        // A word of its kind may mean something else for other links.
        if let Some(kind) = &mut self.link.kind {
            if kind_word(kind, word, words)? {
                return Ok(());
            }
        }
        if verb != Verb::Del && self.setting(word, words)? {
            return Ok(());
        }
        match (word, verb) {
            ("dev", _) | ("name", Verb::Add) => self.name = Some(words.value(word)?),
            ("name", Verb::Change) => self.link.name = Some(words.value(word)?),
            ("link", Verb::Add) => self.link.link = Some(words.index(word)?),
            ("type", Verb::Add) => self.link.kind = Some(kind_of(words)?),
            _ => self.read_name(word.as_bytes(), words)?,
        }
        Ok(())
    }

    /// Reads what is no keyword, so it is the name of the link, once.
    fn read_name(&mut self, word: &'w [u8], words: &ChangeWords<'_, '_>) -> Result<(), Failure> {
        if self.name.is_some() || word.is_empty() {
            return Err(words.unknown(&String::from_utf8_lossy(word)).into());
        }
        self.name = Some(word);
        Ok(())
    }

    /// Reads what can be said of any link; says whether `word` is that.
    fn setting(&mut self, word: &str, words: &mut ChangeWords<'w, '_>) -> Result<bool, Failure> {
        match word {
            "up" => self.link.up = Some(true),
            "down" => self.link.up = Some(false),
            "mtu" => self.link.mtu = Some(words.number(word)?),
            "address" => self.address = Some(words.lladdr(word)?),
            "master" => self.link.master = Some(words.index(word)?),
            "nomaster" => self.link.master = Some(0),
            "netns" => self.netns = Some(Netns::open(words.path(word)?)?),
            "alias" => self.link.alias = Some(words.value(word)?),
            "txqueuelen" => self.link.txqueuelen = Some(words.number(word)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(
        mut self,
        verb: Verb,
        words: &mut ChangeWords<'_, '_>,
    ) -> Result<PendingChange, Failure> {
        let missing = || words.missing("the name of a link");
        let name = self.name.ok_or_else(missing)?;
        if verb == Verb::Add && self.link.kind.is_none() {
            return Err(words.missing("'type'").into());
        }
        // By its name it can be found or renamed, not both.
        self.link.target = match self.link.name {
            Some(_) => Target::Index(words.links.index(name)?, name),
            None => Target::Name(name),
        };
        let link = LinkChange {
            address: self.address.as_deref(),
            netns: self.netns.as_ref().map(Netns::as_fd),
            ..self.link
        };
        Ok(PendingChange {
            request: link.request(verb)?,
            renames: true,
            netns: self.netns,
        })
    }
}

/// Reads the kind of a link that is to be made.
fn kind_of<'w>(words: &mut ChangeWords<'w, '_>) -> Result<LinkKind<'w>, Error> {
    let name = words.keyword();
    let name = name.ok_or_else(|| words.missing("the kind of link behind 'type'"))?;

    Ok(match name {
        "veth" => LinkKind::Veth { peer: None },
        "vlan" => LinkKind::Vlan {
            id: None,
            protocol: None,
        },
        "vxlan" => LinkKind::Vxlan(Vxlan::default()),
        "bond" => LinkKind::Bond {
            mode: None,
            miimon: None,
        },
        "macvlan" => LinkKind::Macvlan { mode: None },
        "vrf" => LinkKind::Vrf { table: None },
        name => LinkKind::Plain(name),
    })
}

/// Reads what can be said of a link of this kind only; says whether `word` is that.
fn kind_word<'w>(
    kind: &mut LinkKind<'w>,
    word: &str,
    words: &mut ChangeWords<'w, '_>,
) -> Result<bool, Failure> {
    match (kind, word) {
        (LinkKind::Veth { peer }, "peer") => {
            words.skip("name");
            *peer = Some(words.value(word)?);
        }
        (LinkKind::Vlan { id, .. }, "id") => *id = Some(words.number(word)?),
        (LinkKind::Vlan { protocol, .. }, "protocol") => {
            *protocol = Some(words.read(word, "VLAN protocol", vlan_protocol)?);
        }
        (LinkKind::Vxlan(vxlan), _) => return vxlan_word(vxlan, word, words),
        (LinkKind::Bond { mode, .. }, "mode") => *mode = Some(words.read(word, "mode", bond_mode)?),
        (LinkKind::Bond { miimon, .. }, "miimon") => *miimon = Some(words.number(word)?),
        (LinkKind::Macvlan { mode }, "mode") => {
            *mode = Some(words.one_of(word, "mode", MACVLAN_MODES)?)
        }
        (LinkKind::Vrf { table }, "table") => *table = Some(words.one_table()?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn vxlan_word(
    vxlan: &mut Vxlan,
    word: &str,
    words: &mut ChangeWords<'_, '_>,
) -> Result<bool, Failure> {
    match word {
        "id" => vxlan.id = Some(words.number(word)?),
        "remote" | "group" => vxlan.remote = Some(words.address(word)?),
        "local" => vxlan.local = Some(words.address(word)?),
        "dev" => vxlan.link = Some(words.index(word)?),
        "dstport" => vxlan.port = Some(words.number(word)?),
        "learning" => vxlan.learning = Some(true),
        "nolearning" => vxlan.learning = Some(false),
        _ => return Ok(false),
    }
    Ok(true)
}

fn vlan_protocol(name: &str) -> Option<u16> {
    match name.to_ascii_lowercase().as_str() {
        "802.1q" => Some(libc::ETH_P_8021Q as u16),
        "802.1ad" => Some(libc::ETH_P_8021AD as u16),
        _ => None,
    }
}

fn bond_mode(name: &str) -> Option<u8> {
    number_of(BOND_MODES, name).or_else(|| name.parse().ok())
}
