// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of links of all kinds: not every machine's own kernel has them.

use crate::lab::*;
use crate::net::change::{assert_shown, change, done, netns_with_pair};

#[test]
fn a_link_is_made_of_every_kind() {
    let _netns = netns_with_pair();
    for words in [
        "link add a1 type dummy",
        "link add a2 link v1 type vlan id 10 protocol 802.1ad",
        "link add a3 type vxlan id 42 remote 10.0.0.2 local 10.0.0.1 dstport 4789 dev v1 nolearning",
        "link add a4 type macvlan mode bridge link v2",
        "link add a5 type vrf table 10",
        "link add a6 type bond mode active-backup miimon 100",
        "link add name a7 mtu 1300 up type veth peer a8",
    ] {
        done(words);
    }
    for (link, place, value) in [
        ("a1", "info_kind", "dummy".into()),
        ("a2", "info_data/id", 10.into()),
        ("a2", "info_data/protocol", "802.1ad".into()),
        ("a3", "info_data/id", 42.into()),
        ("a3", "info_data/remote", "10.0.0.2".into()),
        ("a3", "info_data/local", "10.0.0.1".into()),
        ("a3", "info_data/port", 4789.into()),
        ("a3", "info_data/link", "v1".into()),
        ("a3", "info_data/learning", false.into()),
        ("a4", "info_data/mode", "bridge".into()),
        ("a5", "info_data/table", 10.into()),
        ("a6", "info_data/mode", "active-backup".into()),
        ("a6", "info_data/miimon", 100.into()),
    ] {
        assert_shown(
            &format!("link show {link}"),
            &[(&format!("/linkinfo/{place}"), value)],
        );
    }
    assert_shown(
        "link show a7",
        &[("/mtu", 1300.into()), ("/link", "a8".into())],
    );
}

#[test]
fn a_refusal_has_the_kernels_words_the_attribute_and_what_was_asked_for() {
    let _netns = netns_with_pair();
    for (words, expected) in [
        (
            "link set v1 mtu 10",
            "link set v1: mtu less than device minimum (EINVAL)",
        ),
        (
            "link add v1 type dummy",
            "link add v1: File exists (EEXIST)",
        ),
        (
            "link add sixteen-or-more-bytes type dummy",
            "link add sixteen-or-more-bytes: IFNAME: Attribute failed policy validation (ERANGE)",
        ),
        (
            "link add x type nosuch",
            "link add x: Unknown device type (EOPNOTSUPP)",
        ),
        (
            "link add x type vlan id 5000 link v1",
            "link add x: 8021q: Invalid VLAN id (ERANGE)",
        ),
        (
            "link add x type veth peer name sixteen-or-more-bytes",
            "link add x: IFNAME: Attribute failed policy validation (ERANGE)",
        ),
        (
            "link add x type vxlan id 16777216 dstport 4789",
            "link add x: VXLAN_ID: VXLAN ID must be lower than 16777216 (ERANGE)",
        ),
        (
            "link set nosuch up",
            "link set nosuch: No such device (ENODEV)",
        ),
        (
            "link del lo",
            "link del lo: Operation not supported (EOPNOTSUPP)",
        ),
        (
            "addr add 10.0.0.1/24 dev v1",
            "addr add 10.0.0.1/24: ipv4: Address already assigned (EEXIST)",
        ),
        (
            "route add 10.0.0.0/24 dev v1",
            "route add 10.0.0.0/24: File exists (EEXIST)",
        ),
        (
            "route del 10.7.0.0/16",
            "route del 10.7.0.0/16: No such process (ESRCH)",
        ),
        (
            "route add 10.4.0.0/16 via 192.0.2.1",
            "route add 10.4.0.0/16: Nexthop has invalid gateway (ENETUNREACH)",
        ),
        (
            "route add 10.4.0.0/16 nhid 77",
            "route add 10.4.0.0/16: Nexthop id does not exist (EINVAL)",
        ),
        (
            "neigh del 10.0.0.9 dev v1",
            "neigh del 10.0.0.9: No such file or directory (ENOENT)",
        ),
        (
            "route add 10.4.0.0/16 dev nosuch",
            "find a link: there is no link nosuch (ENODEV)",
        ),
    ] {
        let output = change(words);
        assert_eq!(stderr(&output), format!("nlhello: {expected}\n"), "{words}");
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert_eq!(stdout(&output), "", "{words}");
    }
}

#[test]
fn who_may_and_is_refused_for_another_reason_is_not_told_to_become_root() {
    let _netns = netns_with_pair();
    done("link add bo type bond");
    let output = change("link set bo master bo");

    assert_eq!(
        stderr(&output),
        "nlhello: link set bo: Cannot enslave bond to itself. (EPERM)\n"
    );
}
