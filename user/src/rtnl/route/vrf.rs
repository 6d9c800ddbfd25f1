// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The table of a VRF, which is a link.

use crate::names::uapi::{IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_VRF_TABLE};
use crate::netlink::{Error, Request};
use crate::rtnl::attrs::{name, u32, Index};
use crate::rtnl::link::IFINFOMSG;
use crate::wire::{put_str, Message};

const FIND: &str = "find a VRF";

/// `IFLA_LINKINFO` and what is in it, `include/uapi/linux/if_link.h`.
const IFLA_LINKINFO: u16 = 18;

/// A question for the table of a VRF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VrfTable<'n> {
    /// Its name.
    pub name: &'n [u8],
}

impl VrfTable<'_> {
    /// Returns the request.
    ///
    /// # Errors
    ///
    /// When the name is too long for any message.
    pub fn request(&self) -> Result<Request, Error> {
        let mut payload = vec![0; IFINFOMSG];
        put_str(&mut payload, libc::IFLA_IFNAME, self.name)
            .map_err(|error| Error::from_io(FIND, &error))?;

        let request = Request::new(FIND, libc::RTM_GETLINK, payload)?;
        Ok(request.about(String::from_utf8_lossy(self.name)))
    }

    /// Reads the table in the answer.
    ///
    /// # Errors
    ///
    /// `EINVAL` when the link is no VRF.
    pub fn read(&self, message: &Message<'_>) -> Result<u32, Error> {
        let attrs = message.payload().get(IFINFOMSG..).unwrap_or_default();

        table(attrs).ok_or_else(|| {
            let name = String::from_utf8_lossy(self.name);
            Error::new(FIND, libc::EINVAL).message(format!("{name} is no VRF"))
        })
    }
}

/// Returns the table in the attributes of a link that is a VRF.
fn table(attrs: &[u8]) -> Option<u32> {
    let info = Index::<'_, 32>::new(attrs).get(IFLA_LINKINFO)?.value();
    let info = Index::<'_, 3>::new(info);
    name(info.get(IFLA_INFO_KIND)?.value()).filter(|kind| *kind == b"vrf")?;
    let data = Index::<'_, 2>::new(info.get(IFLA_INFO_DATA)?.value());

    u32(data.get(IFLA_VRF_TABLE)?.value())
}
