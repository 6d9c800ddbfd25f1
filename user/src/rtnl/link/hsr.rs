// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links that send each frame by two others, so that a ring survives a break: `IFLA_HSR_*`.
//!
//! C header: `include/uapi/linux/if_link.h`.

use crate::names::uapi::*;
use crate::object::schema::Format::{Link, Lladdr, U16, U8};
use crate::object::schema::{known, Known};

/// Attributes of an HSR or PRP link.
pub static HSR: &[Known] = &[
    known(IFLA_HSR_SLAVE1, "slave1", Link),
    known(IFLA_HSR_SLAVE2, "slave2", Link),
    known(IFLA_HSR_INTERLINK, "interlink", Link),
    known(IFLA_HSR_SEQ_NR, "seq_nr", U16),
    known(IFLA_HSR_SUPERVISION_ADDR, "supervision_addr", Lladdr),
    known(IFLA_HSR_PROTOCOL, "proto", U8),
    known(IFLA_HSR_VERSION, "version", U8),
];
