// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Every attribute that the headers of a kernel name, and that of the hello family, is known, with a format:
//! the kernel's source is in $KSRC, and without it there is only the hello family to test.

use nlhello::names::{AttrFormat, AttrSpec};
use nlhello_spec::catalog::{AttrEntry, EntryFormat};
use nlhello_spec::header::{read_numbers, Enum, Header, HeaderNumbers, KernelHeaders};
use nlhello_spec::table::TableWriter;
use nlhello_spec::Catalog;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The headers of link, addr, route, neigh, rule, nexthop, fdb, mdb, netconf, nsid, qdisc, the controller
/// of generic netlink and ethtool, of sockets, IPsec and data center bridging.
const HEADERS: &[&str] = &[
    "linux/if_link.h",
    "linux/if_addr.h",
    "linux/rtnetlink.h",
    "linux/neighbour.h",
    "linux/fib_rules.h",
    "linux/nexthop.h",
    "linux/if_bridge.h",
    "linux/netconf.h",
    "linux/net_namespace.h",
    "linux/genetlink.h",
    "linux/ethtool_netlink_generated.h",
    "linux/veth.h",
    "linux/if_tunnel.h",
    "linux/lwtunnel.h",
    "linux/mpls_iptunnel.h",
    "linux/seg6_iptunnel.h",
    "linux/seg6_local.h",
    "linux/ioam6_iptunnel.h",
    "linux/rpl_iptunnel.h",
    "linux/can/netlink.h",
    "linux/if_addrlabel.h",
    "linux/sock_diag.h",
    "linux/inet_diag.h",
    "linux/unix_diag.h",
    "linux/netlink_diag.h",
    "linux/packet_diag.h",
    "linux/xdp_diag.h",
    "linux/xfrm.h",
    "linux/dcbnl.h",
];

/// Enums that look like sets of attributes and are none, by their first enumerator, or are those of data
/// center bridging before IEEE 802.1Qaz, which are left out.
const NO_ATTRS: &[&str] = &[
    "DCB_ATTR_CEE_APP_UNSPEC",
    "DCB_ATTR_CEE_PEER_APP_UNSPEC",
    "DCB_ATTR_CEE_UNSPEC",
    "RTN_UNSPEC",
    "FR_ACT_UNSPEC",
    "RT_DEL_REASON_UNSPEC",
    "CTRL_CMD_UNSPEC",
    "BRIDGE_MODE_UNSPEC",
    "SEG6_LOCAL_ACTION_UNSPEC",
    "SEG6_LOCAL_FLV_OP_UNSPEC",
    "LINK_XSTATS_TYPE_UNSPEC",
    "RT_TABLE_UNSPEC",
    "XFRM_AE_UNSPEC",
];

/// Sets of attributes that do not begin with `*_UNSPEC`, by their first enumerator: it is none, or the
/// attribute of the number 0.
const SETS: &[&str] = &[
    "DCB_ATTR_UNDEFINED",
    "INET_DIAG_NONE",
    "INET_DIAG_REQ_NONE",
    "NETLINK_DIAG_MEMINFO",
    "NETNSA_NONE",
    "PACKET_DIAG_INFO",
    "SK_DIAG_BPF_STORAGE_NONE",
    "SK_DIAG_BPF_STORAGE_REP_NONE",
    "SK_DIAG_BPF_STORAGE_REQ_NONE",
    "UNIX_DIAG_NAME",
    "XDP_DIAG_NONE",
];

/// Attributes whose value is bytes to everybody: a key, an identifier, a memory, an option of another
/// protocol; or that no kernel sends any more, or no program asks for.
const OPAQUE: &[&str] = &[
    "DCB_ATTR_APP",
    "DCB_ATTR_BCN",
    "DCB_ATTR_CAP",
    "DCB_ATTR_CEE",
    "DCB_ATTR_FEATCFG",
    "DCB_ATTR_IEEE_QCN",
    "DCB_ATTR_IEEE_QCN_STATS",
    "DCB_ATTR_NUMTCS",
    "DCB_ATTR_NUM_TC",
    "DCB_ATTR_PFC_CFG",
    "DCB_ATTR_PG_CFG",
    "ETHTOOL_A_MODULE_EEPROM_DATA",
    "ETHTOOL_A_RSS_HKEY",
    "IFLA_BRIDGE_CFM_CC_CONFIG_EXP_MAID",
    "IFLA_COST",
    "IFLA_INET6_MCAST",
    "IFLA_PHYS_PORT_ID",
    "IFLA_PHYS_SWITCH_ID",
    "IFLA_PRIORITY",
    "IFLA_WIRELESS",
    "INET_DIAG_MD5SIG",
    "INET_DIAG_REQ_BYTECODE",
    "LWTUNNEL_IP_OPT_GENEVE_DATA",
    "RPL_IPTUNNEL_SRH",
    "RTA_MP_ALGO",
    "RTA_PROTOINFO",
    "RTA_SESSION",
    "SK_DIAG_BPF_STORAGE_MAP_VALUE",
];

/// Names of numbers that the specs alone have.
const NAMELESS: &[&str] = &[
    "DEVLINK_DPIPE_HEADER_ID_ETHERNET",
    "DEVLINK_DPIPE_HEADER_ID_IPV4",
    "DEVLINK_DPIPE_HEADER_ID_IPV6",
    "IPS_SEQ_ADJ",
    "NFTABLES_VERDICT_CODE_ACCEPT",
    "NFTABLES_VERDICT_CODE_BREAK",
    "NFTABLES_VERDICT_CODE_CONTINUE",
    "NFTABLES_VERDICT_CODE_DROP",
    "NFTABLES_VERDICT_CODE_GOTO",
    "NFTABLES_VERDICT_CODE_JUMP",
    "NFTABLES_VERDICT_CODE_QUEUE",
    "NFTABLES_VERDICT_CODE_REPEAT",
    "NFTABLES_VERDICT_CODE_RETURN",
    "NFTABLES_VERDICT_CODE_STOLEN",
    "OVS_FRAG_TYPE_ANY",
];

/// Places of a row, which begins with 0; the header counts from 1.
const FROM_0: &str = "IPV4_DEVCONF_";

fn source() -> Option<PathBuf> {
    let source = std::env::var_os("KSRC").map(PathBuf::from);
    if source.is_none() {
        println!("KSRC is not set: nothing is tested");
    }
    source
}

fn catalog(source: &Path) -> Catalog {
    let overlay = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlay.yaml");

    Catalog::read(source, &overlay).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the attributes by their names in C; of two sets with the same one, that which knows more.
fn attrs(catalog: &Catalog) -> BTreeMap<String, &AttrEntry> {
    let mut attrs = BTreeMap::<_, &AttrEntry>::new();
    for (set, attr) in catalog
        .sets
        .values()
        .flat_map(|set| set.attrs.iter().map(move |attr| (set, attr)))
    {
        let name = match attr.is_whole {
            true => attr.name.clone(),
            false => format!("{}{}", set.prefix, attr.name),
        };
        let known = attrs.entry(name).or_insert(attr);
        if known.format.is_opaque() {
            *known = attr;
        }
    }
    attrs
}

/// Returns the attributes that `found` lists, each with all the names that its number has; none if it is
/// no set of attributes.
fn attrs_of(found: &Enum) -> BTreeMap<i64, Vec<&str>> {
    let first = found.entries.first().map_or("", |(name, _)| name);
    let is_set = match first.ends_with("_UNSPEC") {
        true => !NO_ATTRS.contains(&first),
        false => SETS.contains(&first),
    };
    let is_none = |name: &str| {
        ["_UNSPEC", "_UNDEFINED", "_NONE"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    let is_attr = |name: &str| !name.starts_with("__") && !name.ends_with("_MAX");
    let mut attrs = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in &found.entries {
        if is_set && (*value > 0 || !is_none(name)) && is_attr(name) {
            attrs.entry(*value).or_default().push(name.as_str());
        }
    }
    attrs
}

#[test]
fn every_attribute_of_the_headers_has_a_row_and_a_format() {
    let Some(source) = source() else { return };
    let catalog = catalog(&source);
    let known = attrs(&catalog);
    let mut headers = KernelHeaders::new(&source);
    let (mut all, mut missing, mut opaque) = (0, BTreeSet::new(), BTreeSet::new());

    for name in HEADERS {
        for found in &headers.get(name).unwrap().enums {
            for names in attrs_of(found).into_values() {
                all += 1;
                match names.iter().find_map(|name| known.get(*name)) {
                    None => drop(missing.insert(names[0].to_owned())),
                    Some(known) if known.format.is_opaque() && !OPAQUE.contains(&names[0]) => {
                        opaque.insert(names[0].to_owned());
                    }
                    Some(_) => {}
                }
            }
        }
    }

    println!(
        "{all} attributes in {} headers, {} opaque",
        HEADERS.len(),
        OPAQUE.len()
    );
    assert_eq!(missing, BTreeSet::new(), "without a row");
    assert_eq!(opaque, BTreeSet::new(), "without a format");
    assert!(all > 1200, "{all}");
}

/// Attributes of the hello family whose value is bytes to everybody.
const HELLO_OPAQUE: &[&str] = &["HELLO_A_DATA"];

#[test]
fn every_attribute_and_command_of_the_hello_family_is_known() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kmod/uapi/nlhello.h");
    let header = Header::parse(&std::fs::read_to_string(path).unwrap());
    let attrs = attrs_of(header.enum_with("HELLO_A_UNSPEC").unwrap());
    let commands = &header.enum_with("HELLO_CMD_HELLO").unwrap().entries;
    assert!(attrs.len() > 10 && commands.len() > 4, "{attrs:?}");

    for (name, value) in commands {
        let mut messages = nlhello::hello::SPEC.messages.iter();
        let known = messages.find(|known| i64::from(known.nlmsg_type) == *value);
        let known = known.unwrap_or_else(|| panic!("{name} is not known"));
        assert_eq!(known.name, name);
        for (value, names) in &attrs {
            let attr = AttrSpec::find(known.attrs, u16::try_from(*value).unwrap());
            let attr = attr.unwrap_or_else(|| panic!("{names:?} has no row"));
            assert_eq!([attr.name], names[..]);
            let is_opaque = HELLO_OPAQUE.contains(&attr.name);
            assert_eq!(attr.format == AttrFormat::Bytes, is_opaque, "{}", attr.name);
        }
    }
}

#[test]
fn the_messages_of_rtnetlink_have_the_numbers_of_their_header() {
    let Some(source) = source() else { return };
    let catalog = catalog(&source);
    let mut headers = KernelHeaders::new(&source);
    let numbers: BTreeMap<_, _> = headers
        .get("linux/rtnetlink.h")
        .unwrap()
        .with_prefix("RTM_")
        .collect();
    let rtnetlink = catalog
        .families
        .iter()
        .find(|family| family.protocol == 0)
        .unwrap();

    for message in &rtnetlink.messages {
        assert_eq!(
            numbers.get(&*message.name),
            Some(&message.value.into()),
            "{}",
            message.name
        );
        let is_nest = |format: &EntryFormat| {
            matches!(format, EntryFormat::Nest(_) | EntryFormat::Message(..))
        };
        let format = EntryFormat::of_parts(message.header.clone(), message.set.clone());
        assert!(
            is_nest(&format),
            "{} has no header or no attributes",
            message.name
        );
    }
}

/// Returns the names of numbers that the table has.
fn names(table: &TableWriter) -> Vec<(String, u32)> {
    let text = |at: u16| {
        let (len, rest) = table.pool[2 * usize::from(at)..].split_first().unwrap();
        std::str::from_utf8(&rest[..usize::from(*len)]).unwrap()
    };
    let words = |[prefix, first, count]: [u16; 3]| {
        let words = &table.words[first.into()..][..count.into()];
        let whole =
            move |(number, rest): &(u32, u16)| (text(prefix).to_owned() + text(*rest), *number);
        words.iter().map(whole)
    };

    table
        .enums
        .iter()
        .flat_map(|words_of| words(*words_of))
        .collect()
}

/// Says whether a header that says `known` means `number`: itself, the bit of a mask or the mask of a bit.
fn is_same(known: i64, number: u32) -> bool {
    let known = u32::try_from(known).unwrap_or(u32::MAX);

    known == number
        || 1u32.checked_shl(known) == Some(number)
        || 1u32.checked_shl(number) == Some(known)
}

#[test]
fn each_name_of_a_number_is_that_of_a_header() {
    let Some(source) = source() else {
        return;
    };
    let mut known = HeaderNumbers::new();
    for path in ["include/uapi", "include/linux", "include/net/tcp_states.h"] {
        read_numbers(&source.join(path), &mut known).unwrap();
    }
    let table = TableWriter::pack(&catalog(&source)).unwrap();
    let (mut nameless, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, number) in names(&table) {
        match known.get(&name) {
            None => drop(nameless.insert(name)),
            Some(_) if name.starts_with(FROM_0) => {}
            Some(known) if known.iter().any(|known| is_same(*known, number)) => {}
            Some(known) => wrong.push((name, number, known)),
        }
    }

    assert_eq!(wrong, []);
    assert_eq!(nameless.into_iter().collect::<Vec<_>>(), NAMELESS);
}

#[test]
fn each_attribute_has_the_number_of_its_header() {
    let Some(source) = source() else {
        return;
    };
    let mut known = HeaderNumbers::new();
    read_numbers(&source.join("include/uapi"), &mut known).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for set in catalog(&source).sets.values() {
        for attr in &set.attrs {
            let name = set.whole_name(attr);
            let numbers = known.get(&name);
            count += usize::from(numbers.is_some());
            if numbers.is_some_and(|numbers| !numbers.contains(&attr.value.into())) {
                wrong.push((name, attr.value));
            }
        }
    }

    assert_eq!(wrong, []);
    println!("{count} attributes have the numbers of their headers");
    assert!(count > 3000);
}
