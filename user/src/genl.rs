// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The families of generic netlink, as its controller tells of them: `nlctrl`, `CTRL_*`.
//!
//! C header: `include/uapi/linux/genetlink.h`.

mod policy;

pub use policy::Policy;

use crate::names::uapi::{
    CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_HDRSIZE, CTRL_ATTR_MAXATTR,
    CTRL_ATTR_MCAST_GROUPS, CTRL_ATTR_MCAST_GRP_ID, CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_OPS,
    CTRL_ATTR_OP_FLAGS, CTRL_ATTR_OP_ID, CTRL_ATTR_OP_POLICY, CTRL_ATTR_POLICY, CTRL_ATTR_VERSION,
    CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY, CTRL_CMD_NEWFAMILY,
};
use crate::names::{GENLMSGHDR, GENL_ID_CTRL};
use crate::netlink::{Connection, DumpRequest, Error, Request, Spec};
use crate::object::attrs::{name, u16, u32, Index, Taker};
use crate::object::fields::flags;
use crate::object::schema::{self, known, Format, Known};
use crate::object::{Fields, GetQuery, ListQuery, Names, Nest, Object, Query, Value};
use crate::wire::{self, put_str, Attrs, Message};
use std::time::Duration;

/// Description of generic netlink.
pub static SPEC: Spec = Spec {
    protocol: libc::NETLINK_GENERIC,
    unregistered_hint: "",
    messages: &[],
};

/// Operation of a list of families, as errors name it.
pub const LIST: &str = "list families";

/// Operation of a request for one family, as errors name it.
pub const GET: &str = "look up a family";

/// `CTRL_ATTR_OP_*`.
static OP: &[Known] = &[
    known(CTRL_ATTR_OP_ID, "id", Format::U32),
    known(CTRL_ATTR_OP_FLAGS, "flags", Format::As(op_flags)),
];

/// `CTRL_ATTR_MCAST_GRP_*`.
static MCAST_GRP: &[Known] = &[
    known(CTRL_ATTR_MCAST_GRP_NAME, "name", Format::Name),
    known(CTRL_ATTR_MCAST_GRP_ID, "id", Format::U32),
];

/// `GENL_*`: what an operation needs and can.
const OP_FLAGS: &[(u32, &str)] = &[
    (0x01, "admin_perm"),
    (0x02, "cmd_cap_do"),
    (0x04, "cmd_cap_dump"),
    (0x08, "cmd_cap_haspol"),
    (0x10, "uns_admin_perm"),
];

/// A family.
#[derive(Clone, Debug)]
pub struct Family<'a> {
    attrs: Index<'a>,
}

impl<'a> Family<'a> {
    /// Reads the payload of a `CTRL_CMD_NEWFAMILY` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct genlmsghdr`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let attrs = payload.get(GENLMSGHDR..).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            attrs: Index::new(attrs),
        })
    }

    /// Returns its name, up to 15 bytes.
    pub fn name(&self) -> Option<&'a [u8]> {
        name(self.attrs.get(CTRL_ATTR_FAMILY_NAME)?.value())
    }

    /// Returns the type of its messages.
    pub fn id(&self) -> Option<u16> {
        u16(self.attrs.get(CTRL_ATTR_FAMILY_ID)?.value())
    }

    /// Returns its multicast groups, each with its number and its name.
    pub fn groups(&self) -> impl Iterator<Item = (u32, &'a [u8])> + 'a {
        let groups = self.attrs.get(CTRL_ATTR_MCAST_GROUPS);
        let groups = Attrs::new(groups.map_or(&[][..], |groups| groups.value()));

        groups.map_while(Result::ok).filter_map(|group| {
            let of = |kind| group.nested().flatten().find(|attr| attr.kind() == kind);
            let number = of(CTRL_ATTR_MCAST_GRP_ID)?.u32().ok()?;
            Some((number, of(CTRL_ATTR_MCAST_GRP_NAME)?.str().ok()?))
        })
    }

    /// Tells its numbers and groups.
    fn describe_start(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        attrs.take(CTRL_ATTR_FAMILY_NAME, name);
        let id = attrs.take(CTRL_ATTR_FAMILY_ID, u16).map(u32::from);
        for (key, number) in [
            ("family_id", id),
            ("version", attrs.take(CTRL_ATTR_VERSION, u32)),
            ("hdrsize", attrs.take(CTRL_ATTR_HDRSIZE, u32)),
            ("maxattr", attrs.take(CTRL_ATTR_MAXATTR, u32)),
        ] {
            if let Some(number) = number {
                out.field(key, Value::Number(number.into()));
            }
        }
        attrs.take(CTRL_ATTR_MCAST_GROUPS, |value| {
            describe_list("mcast_groups", value, MCAST_GRP, names, out)
        });
    }
}

/// A family, and what it takes.
#[derive(Clone, Debug)]
pub struct Whole<'a> {
    /// The family.
    pub family: Family<'a>,
    /// Policies of its operations.
    pub policy: &'a Policy,
}

impl Object for Whole<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.family.describe_head(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.family.attrs.taker();

        self.family.describe_start(&mut attrs, names, out);
        describe_ops(&mut attrs, names, out);
        self.policy.describe(names, out);
        attrs.finish(out);
    }
}

impl Object for Family<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        out.column(
            "family_name",
            Value::Name(self.name().unwrap_or_default()),
            15,
        );
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();

        self.describe_start(&mut attrs, names, out);
        out.details();
        describe_ops(&mut attrs, names, out);
        attrs.finish(out);
    }
}

/// Tells what can be asked of the family.
fn describe_ops(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    attrs.take(CTRL_ATTR_OPS, |value| {
        describe_list("ops", value, OP, names, out)
    });
}

/// Tells a row of attributes whose types only number them, each holding those of `table`.
fn describe_list(
    key: &str,
    value: &[u8],
    table: &[Known],
    names: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    let entries: Vec<_> = Attrs::new(value).collect::<Result<_, _>>().ok()?;

    out.open(key, Nest::Array);
    for entry in entries {
        out.open_item(Nest::Object);
        schema::describe(entry.value(), table, names, out);
        out.close();
    }
    out.close();
    Some(())
}

fn op_flags(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    flags(out, key, u32(value)?, OP_FLAGS);
    Some(())
}

/// A question for all families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Families;

impl Query for Families {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Family<'a>;

    fn op(&self) -> &'static str {
        LIST
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Family<'a>>, wire::Error> {
        select(message)
    }
}

impl ListQuery for Families {
    fn request(&self) -> Result<DumpRequest, Error> {
        Request::dump(LIST, GENL_ID_CTRL, genlmsghdr(CTRL_CMD_GETFAMILY))
    }
}

/// A question for the family of a name. The kernel loads the module that has it, if it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyName {
    /// The name.
    pub name: Vec<u8>,
}

impl Query for FamilyName {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Family<'a>;

    fn op(&self) -> &'static str {
        GET
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Family<'a>>, wire::Error> {
        select(message)
    }
}

impl GetQuery for FamilyName {
    fn request(&self) -> Result<Request, Error> {
        let request = Request::new(GET, GENL_ID_CTRL, named(CTRL_CMD_GETFAMILY, &self.name)?)?;
        Ok(request.about(String::from_utf8_lossy(&self.name)))
    }
}

/// Numbers of a family, which the kernel chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyNumbers {
    /// Type of its messages.
    pub id: u16,
    groups: Vec<(u32, Vec<u8>)>,
}

impl FamilyNumbers {
    /// Asks for those of the family that `query` names, on `connection`, a socket of generic netlink; `None` where the
    /// kernel has no such family.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::ask`], but for `ENOENT`.
    pub fn look_up(
        connection: &mut Connection,
        query: &FamilyName,
        timeout: Duration,
    ) -> Result<Option<Self>, Error> {
        let message = match connection.ask(&mut query.request()?, timeout) {
            Ok((message, _)) => message,
            Err(error) if error.errno.0 == libc::ENOENT => return Ok(None),
            Err(error) => return Err(error),
        };
        let family = query
            .select(&message)
            .map_err(|error| Error::malformed(GET, error))?;

        Ok(family.and_then(|family| Self::of(&family)))
    }

    fn of(family: &Family<'_>) -> Option<Self> {
        let groups = family.groups();

        Some(Self {
            id: family.id()?,
            groups: groups
                .map(|(number, name)| (number, name.to_vec()))
                .collect(),
        })
    }

    /// Returns the number of the multicast group called `name`.
    pub fn group(&self, name: &[u8]) -> Option<u32> {
        let mut groups = self.groups.iter();

        groups
            .find(|(_, known)| known == name)
            .map(|(number, _)| *number)
    }
}

fn select<'a>(message: &Message<'a>) -> Result<Option<Family<'a>>, wire::Error> {
    match command(message) {
        Some(CTRL_CMD_NEWFAMILY) => Family::from_payload(message.payload()).map(Some),
        _ => Ok(None),
    }
}

/// Returns the command of a message of the controller.
fn command(message: &Message<'_>) -> Option<u8> {
    match message.header().nlmsg_type {
        GENL_ID_CTRL => message.payload().first().copied(),
        _ => None,
    }
}

/// Returns `struct genlmsghdr`: a command and a version, which the controller does not look at.
fn genlmsghdr(cmd: u8) -> Vec<u8> {
    vec![cmd, 1, 0, 0]
}

/// Returns the payload of a request about the family called `name`.
fn named(cmd: u8, name: &[u8]) -> Result<Vec<u8>, Error> {
    let mut payload = genlmsghdr(cmd);
    let put = put_str(&mut payload, CTRL_ATTR_FAMILY_NAME, name);

    put.map(|()| payload)
        .map_err(|error| Error::from_io(GET, &error))
}

#[cfg(test)]
mod tests;
