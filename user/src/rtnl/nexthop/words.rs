// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which next hops are chosen.

use super::STATS;
use crate::kind::word::{ask_attr, ask_flag, attr_is, attr_is_in, byte_is, has_attr, put, Test};
use crate::kind::{Argument, Word};
use crate::names::uapi::*;

/// Where `nh_protocol` is in `struct nhmsg`.
const PROTOCOL: usize = 2;

const OF_MASTER: &str = "an event of a next hop does not say what its link is a port of";

pub(crate) static WORDS: &[Word] = &[
    Word::new(&["dev"], Test::OnLink)
        .with(&Argument::LINK)
        .asked(ask_attr::<NHA_OIF>),
    Word::is(&["id"], attr_is::<NHA_ID>).with(&Argument::U32),
    Word::is(&["groups"], has_attr::<NHA_GROUP>).asked(ask_flag::<NHA_GROUPS>),
    Word::is(&["fdb"], has_attr::<NHA_FDB>).asked(ask_flag::<NHA_FDB>),
    // A next hop does not say what the master of its link is: the kernel has the last word.
    Word::is(&["master"], |_, _| true)
        .with(&Argument::LINK)
        .asked(ask_attr::<NHA_MASTER>)
        .unreceived(OF_MASTER),
    Word::is(&["vrf"], |_, _| true)
        .with(&Argument::VRF)
        .asked(ask_attr::<NHA_MASTER>)
        .unreceived(OF_MASTER),
    Word::is(&["proto", "protocol"], byte_is::<PROTOCOL>).with(&Argument::PROTOCOL),
    Word::is(&["stats"], |_, _| true)
        .asked(|_, request| put(request, NHA_OP_FLAGS, &STATS.to_ne_bytes()))
        .unreceived("packets are counted without events"),
    Word::is(&["via"], attr_is_in::<NHA_GATEWAY>).with(&Argument::VIA),
    Word::is(&["to", "within"], attr_is_in::<NHA_GATEWAY>)
        .with(&Argument::PREFIX)
        .bare(),
];
