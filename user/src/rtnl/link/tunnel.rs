// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What several kinds of tunnels have in common.

use crate::rtnl::attrs::be32;
use crate::rtnl::schema::hex;
use crate::rtnl::{Fields, Names};

/// Whether packets may be fragmented: `VXLAN_DF_*`, `GENEVE_DF_*`.
pub const DF: &[(u8, &str)] = &[(0, "unset"), (1, "set"), (2, "inherit")];

/// Tells a flow label of IPv6.
pub fn tell_flowlabel(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, hex(be32(value)?.into()));
    Some(())
}
