// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What an object says of itself, whatever its kind.

use super::hello::Said;
use super::Kind;
use crate::rtnl::{
    Addr, Class, Entry, Fields, Filter, Ifinfo6, Link, Maddr, Mdb, Names, NdUserOpt, Neigh,
    Netconf, Nexthop, Nsid, Object, Qdisc, RaPrefix, Route, Rule, Stats,
};
use crate::wire::Error;

/// Stands for filters that links share (`TCM_IFINDEX_MAGIC_BLOCK`), where else the index of a link is.
const BLOCK: u32 = u32::MAX;

/// What multicast routes have as their family (`RTNL_FAMILY_IPMR`, `RTNL_FAMILY_IP6MR`).
const IPMR: u8 = 128;
const IP6MR: u8 = 129;

impl Kind {
    /// Tells all that is known of the object of this kind with this `payload`.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when it is shorter than its header.
    pub fn describe(
        self,
        payload: &[u8],
        names: &mut Names,
        out: &mut dyn Fields,
    ) -> Result<(), Error> {
        match self {
            Self::Link => tell(&Link::from_payload(payload)?, names, out),
            Self::Addr => tell(&Addr::from_payload(payload)?, names, out),
            Self::Nexthop => tell(&Nexthop::from_payload(payload)?, names, out),
            Self::Route | Self::Mroute => tell(&Route::from_payload(payload)?, names, out),
            Self::Neigh => tell(&Neigh::from_payload(payload)?, names, out),
            Self::Rule => tell(&Rule::from_payload(payload)?, names, out),
            Self::Fdb => tell(&Entry::from_payload(payload)?, names, out),
            Self::Prefix => tell(&RaPrefix::from_payload(payload)?, names, out),
            Self::Netconf => tell(&Netconf::from_payload(payload)?, names, out),
            Self::Nsid => tell(&Nsid::from_payload(payload)?, names, out),
            Self::Nduseropt => tell(&NdUserOpt::from_payload(payload)?, names, out),
            Self::Maddr => tell(&Maddr::from_payload(payload)?, names, out),
            Self::Mdb => tell(&Mdb::from_payload(payload)?, names, out),
            Self::Qdisc => tell(&Qdisc::from_payload(payload)?, names, out),
            Self::Class => tell(&Class::from_payload(payload)?, names, out),
            Self::Filter => tell(&Filter::from_payload(payload)?, names, out),
            Self::Stats => tell(&Stats::from_payload(payload)?, names, out),
            Self::Ifinfo6 => tell(&Ifinfo6::from_payload(payload)?, names, out),
            Self::Hello => tell(&Said::from_payload(payload)?, names, out),
        }
        Ok(())
    }

    /// Returns the index of the link that the object of this kind with this `payload` is on, or goes
    /// through, if it is one.
    pub fn link_of(self, payload: &[u8]) -> Option<u32> {
        match self {
            Self::Link => Link::from_payload(payload).map(|link| Some(link.header().index)),
            Self::Addr => Addr::from_payload(payload).map(|addr| Some(addr.header().index)),
            Self::Nexthop => Nexthop::from_payload(payload).map(|hop| hop.oif()),
            Self::Route => Route::from_payload(payload).map(|route| route.oif()),
            Self::Neigh => Neigh::from_payload(payload).map(|neigh| Some(neigh.header().ifindex)),
            Self::Fdb => Entry::from_payload(payload).map(|entry| Some(entry.header().ifindex)),
            Self::Mroute => Route::from_payload(payload).map(|route| route.iif()),
            Self::Prefix => RaPrefix::from_payload(payload).map(|it| Some(it.header().ifindex)),
            // All links and those to come have negative numbers.
            Self::Netconf => Netconf::from_payload(payload)
                .map(|it| it.ifindex().and_then(|index| index.try_into().ok())),
            Self::Nduseropt => NdUserOpt::from_payload(payload).map(|it| Some(it.header().ifindex)),
            Self::Maddr => Maddr::from_payload(payload).map(|it| Some(it.header().index)),
            Self::Mdb => Mdb::from_payload(payload).map(|it| Some(it.header().ifindex)),
            Self::Qdisc => Qdisc::from_payload(payload).map(|it| Some(it.header().ifindex)),
            Self::Class => Class::from_payload(payload).map(|it| Some(it.header().ifindex)),
            Self::Filter => Filter::from_payload(payload)
                .map(|it| Some(it.header().ifindex).filter(|index| *index != BLOCK)),
            Self::Stats => Stats::from_payload(payload).map(|it| Some(it.header().ifindex)),
            Self::Ifinfo6 => Ifinfo6::from_payload(payload).map(|it| Some(it.header().index)),
            Self::Rule | Self::Nsid | Self::Hello => Ok(None),
        }
        .ok()?
    }

    /// Returns the address family (`AF_*`) of the object of this kind with this `payload`; `None` for
    /// what is of no family, as links are.
    pub fn family_of(self, payload: &[u8]) -> Option<u8> {
        match self {
            Self::Link | Self::Nsid | Self::Mdb | Self::Stats | Self::Hello => None,
            Self::Qdisc | Self::Class | Self::Filter => None,
            _ => match *payload.first()? {
                IPMR => Some(libc::AF_INET as u8),
                IP6MR => Some(libc::AF_INET6 as u8),
                family => Some(family),
            },
        }
    }

    /// Says whether the object of this kind with this `payload` is on the link with this `index`, or
    /// goes through it. Rules have names of links only, so none is.
    pub fn is_on(self, payload: &[u8], index: u32) -> bool {
        match self {
            Self::Route => {
                Route::from_payload(payload).is_ok_and(|route| route.goes_through(index))
            }
            Self::Mroute => Route::from_payload(payload)
                .is_ok_and(|route| route.iif() == Some(index) || route.goes_through(index)),
            Self::Mdb => Mdb::from_payload(payload).is_ok_and(|mdb| has_port(&mdb, index)),
            kind => kind.link_of(payload) == Some(index),
        }
    }
}

/// Says whether the link with this `index` is the bridge or one of the ports that `mdb` is about.
fn has_port(mdb: &Mdb<'_>, index: u32) -> bool {
    mdb.header().ifindex == index
        || mdb.entries().any(|entry| entry.header().ifindex == index)
        || mdb.routers().any(|port| port.ifindex() == index)
}

fn tell(object: &impl Object, names: &mut Names, out: &mut dyn Fields) {
    object.describe_head(names, out);
    object.describe_rest(names, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Messages;

    /// Returns the payloads of a capture.
    fn payloads(capture: &[u8]) -> Vec<&[u8]> {
        Messages::new(capture)
            .map(|message| message.unwrap().payload())
            .collect()
    }

    macro_rules! capture {
        ($name:literal) => {
            payloads(include_bytes!(concat!(
                "../../tests/fixtures/",
                $name,
                ".bin"
            )))
        };
    }

    #[test]
    fn routes_to_groups_are_of_the_family_of_the_group() {
        let families: Vec<_> = capture!("mroute")
            .iter()
            .map(|route| Kind::Mroute.family_of(route))
            .collect();

        assert!(families.contains(&Some(libc::AF_INET as u8)));
        assert!(families.contains(&Some(libc::AF_INET6 as u8)));
        assert_eq!(Kind::Mroute.family_of(b""), None);
        assert_eq!(Kind::Qdisc.family_of(capture!("qdisc")[0]), None);
    }

    #[test]
    fn a_route_to_a_group_is_on_the_links_that_its_packets_come_in_and_go_out_by() {
        let routes = capture!("mroute");

        assert_eq!(Kind::Mroute.link_of(routes[0]), Some(60001));
        assert!([60001, 60003].map(|link| Kind::Mroute.is_on(routes[0], link)) == [true; 2]);
        assert!(!Kind::Mroute.is_on(routes[0], 60004));
    }

    #[test]
    fn who_listens_to_a_group_is_on_the_bridge_and_on_the_port() {
        let entries = capture!("mdb");
        let on = |link| {
            entries
                .iter()
                .filter(|mdb| Kind::Mdb.is_on(mdb, link))
                .count()
        };

        // The VXLAN has two; of the bridge, three are its own.
        assert_eq!([60004, 60005, 60006, 60001].map(on), [17, 14, 2, 0]);
    }

    #[test]
    fn settings_of_all_links_are_on_none() {
        let settings = capture!("netconf");
        let links: Vec<_> = settings
            .iter()
            .map(|one| Kind::Netconf.link_of(one))
            .collect();

        assert!(links.contains(&Some(60001)) && links.contains(&None));
    }

    #[test]
    fn filters_that_links_share_are_on_none() {
        let mut filter = capture!("filter")[0].to_vec();
        assert_eq!(Kind::Filter.link_of(&filter), Some(60001));
        filter[4..8].fill(0xff);
        assert_eq!(Kind::Filter.link_of(&filter), None);
    }
}
