// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::wire::{put_attr, NLM_F_DUMP, NLM_F_REQUEST};

fn rtnetlink(nlmsg_type: u16) -> MessageInfo {
    FamilyInfo::of_protocol(libc::NETLINK_ROUTE)
        .unwrap()
        .message(nlmsg_type, NLM_F_REQUEST, &[])
        .unwrap()
}

#[test]
fn messages_have_a_name_a_header_and_attributes() {
    let message = rtnetlink(uapi::RTM_GETROUTE);
    let header = message.header.unwrap();
    let members: Vec<_> = header
        .members()
        .map(|member| (member.name, member.at))
        .collect();

    assert_eq!(message.name, "RTM_GETROUTE");
    assert_eq!(message.verb, Operation::Get);
    assert_eq!(
        (header.name(), header.size(), message.header_size),
        ("rtmsg", 12, 12)
    );
    assert_eq!(
        (members[0], members[8]),
        (("rtm_family", 0), ("rtm_flags", 8))
    );
    assert_eq!(message.attrs.prefix(), "RTA_");
}

#[test]
fn attributes_are_found_by_their_type() {
    let attrs = rtnetlink(uapi::RTM_NEWLINK).attrs;
    let name = |nla_type| attrs.find(nla_type).map(|attr| attr.name.to_string());

    assert_eq!(name(uapi::IFLA_IFNAME).as_deref(), Some("IFLA_IFNAME"));
    assert_eq!(
        name(uapi::IFLA_ALT_IFNAME).as_deref(),
        Some("IFLA_ALT_IFNAME")
    );
    assert_eq!(name(0), None);
    assert_eq!(name(1000), None);
}

#[test]
fn the_names_of_all_that_is_changed_are_those_of_libc() {
    for (ours, theirs) in [
        (uapi::RTM_NEWLINK, libc::RTM_NEWLINK),
        (uapi::RTM_GETRULE, libc::RTM_GETRULE),
        (uapi::IFLA_LINKINFO, libc::IFLA_LINKINFO),
        (uapi::IFA_FLAGS, libc::IFA_FLAGS),
        (uapi::RTA_MULTIPATH, libc::RTA_MULTIPATH),
        (uapi::NDA_LLADDR, libc::NDA_LLADDR),
    ] {
        assert_eq!(ours, theirs);
    }
}

#[test]
fn commands_of_one_number_are_told_apart_by_their_direction() {
    let ethtool = FamilyInfo::of_name(b"ethtool").unwrap();
    let name = |flags| ethtool.message(1, flags, &[]).unwrap().name;

    assert_eq!(name(NLM_F_REQUEST), "ETHTOOL_MSG_STRSET_GET");
    assert_eq!(name(0), "ETHTOOL_MSG_STRSET_GET_REPLY");
    assert!(FamilyInfo::of_name(b"").is_none());
    assert!(FamilyInfo::of_name(b"nobody").is_none());
}

/// Returns the prefix of the names in attribute `nla_type` of IFLA_LINKINFO, behind an IFLA_INFO_KIND that is `kind`.
fn prefix_beside(kind: &[u8], nla_type: u16) -> Option<&'static str> {
    let link = rtnetlink(uapi::RTM_NEWLINK).attrs;
    let (_, set) = link.find(uapi::IFLA_LINKINFO)?.format.nest()?;
    let mut bytes = Vec::new();
    put_attr(&mut bytes, uapi::IFLA_INFO_KIND, kind).unwrap();
    put_attr(&mut bytes, nla_type, b"").unwrap();
    let row = AttrRow {
        bytes: &bytes,
        set,
        family: 0,
        ip_protocol: None,
        outer: None,
    };
    let attr = row.attrs().nth(1)?.unwrap();
    Some(row.find(&attr)?.format.nest()?.1.prefix())
}

#[test]
fn a_selector_beside_an_attribute_says_what_it_is() {
    let data = |kind| prefix_beside(kind, uapi::IFLA_INFO_DATA);

    assert_eq!(data(b"vxlan\0"), Some("IFLA_VXLAN_"));
    assert_eq!(data(b"bond"), Some("IFLA_BOND_"));
    assert_eq!(data(b"nobody"), None);
}

#[test]
fn a_kind_of_slave_may_stand_where_that_of_the_link_does() {
    let data = |kind| prefix_beside(kind, uapi::IFLA_INFO_SLAVE_DATA);

    assert_eq!(data(b"bridge_slave\0"), Some("IFLA_BRPORT_"));
    assert_eq!(data(b"bond_slave\0"), Some("IFLA_BOND_SLAVE_"));
    assert_eq!(data(b"veth\0"), None);
}

#[test]
fn numbers_are_as_long_as_they_are_and_may_be_negative() {
    let number = Number::default();
    let signed = Number {
        is_signed: true,
        ..number
    };
    let big = Number {
        size: 2,
        is_big_endian: true,
        ..number
    };

    assert_eq!(number.read(&[7]), Some(7));
    assert_eq!(number.read(&u64::MAX.to_ne_bytes()), Some(u64::MAX));
    assert_eq!(number.read(&[1, 2, 3]), None);
    assert_eq!(signed.read(&(-2i16).to_ne_bytes()), Some(-2i64 as u64));
    assert_eq!(big.read(&[1, 2]), Some(0x102));
    assert_eq!(big.read(&[1, 2, 3, 4]), None);
}

/// Looks at all that a message leads to, so that no index of the table is wrong.
#[derive(Default)]
struct Visit {
    sets: Vec<AttrSet>,
    attrs: usize,
}

impl Visit {
    fn format(&mut self, format: ValueFormat) {
        match format {
            ValueFormat::Nest(_, set) | ValueFormat::Nests(_, set) => self.set(set),
            ValueFormat::Message(header, set) | ValueFormat::Nexthops(header, set) => {
                self.record(header);
                self.set(set);
            }
            ValueFormat::Struct(record) | ValueFormat::Structs(record) => self.record(record),
            ValueFormat::Select(_, _, choice)
            | ValueFormat::ByFamily(choice)
            | ValueFormat::ByProtocol(choice) => {
                for format in choice.all() {
                    self.format(format);
                }
            }
            ValueFormat::Number(number)
            | ValueFormat::Flags(number)
            | ValueFormat::Numbers(number)
            | ValueFormat::List(number) => {
                for (value, name) in number.words.into_iter().flat_map(NumberWords::iter) {
                    assert!(!name.rest.is_empty());
                    assert_eq!(number.words.unwrap().find(value.into()), Some(name));
                }
            }
            _ => {}
        }
    }

    fn record(&mut self, record: Struct) {
        assert!(!record.name().is_empty());
        for member in record.members() {
            assert!(
                member.at + member.size <= record.size(),
                "{}",
                record.name()
            );
            self.format(member.format);
        }
    }

    fn set(&mut self, set: AttrSet) {
        if self.sets.contains(&set) {
            return;
        }
        self.sets.push(set);
        for (nla_type, attr) in set.all() {
            self.attrs += 1;
            assert_eq!(set.find(nla_type).map(|found| found.name), Some(attr.name));
            self.format(attr.format);
        }
    }
}

/// Returns all by which messages of one number differ.
fn flags_and_families() -> impl Iterator<Item = (u16, u8)> {
    [0, NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_DUMP]
        .into_iter()
        .flat_map(|flags| [0, 1, 2, 10, 16, 17, 40, 44].map(move |af| (flags, af)))
}

#[test]
fn everything_in_the_table_can_be_looked_up() {
    let mut visit = Visit::default();
    let mut messages = 0;
    for family in table::FAMILIES.iter().map(FamilyInfo) {
        for number in 0..0xb00 {
            for (flags, af) in flags_and_families() {
                if let Some(message) = family.message(number, flags, &[af]) {
                    messages += 1;
                    visit.set(message.attrs);
                    message
                        .header
                        .into_iter()
                        .for_each(|header| visit.record(header));
                }
            }
        }
    }

    assert!(messages > 300, "{messages}");
    assert!(visit.attrs > 3000, "{}", visit.attrs);
    assert!(POOL.is_ascii());
}
