// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values that the kernel keeps of a route in use: `struct rta_cacheinfo` and `RTCF_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `in_route.h`.

use crate::object::fields::flags;
use crate::object::schema::hex;
use crate::object::{Fields, Value};

/// Flags of the cache, in the upper half of those of a cloned route of IPv4.
pub const MASK: u32 = 0xffff_0000;

/// How many of `clock_t` are a second (`USER_HZ`).
const TICKS: i64 = 100;

const FLAGS: &[(u32, &str)] = &[
    (0x8000_0000, "local"),
    (0x4000_0000, "reject"),
    (0x2000_0000, "mc"),
    (0x1000_0000, "brd"),
    (0x0800_0000, "dst-nat"),
    (0x0080_0000, "src-nat"),
    (0x0040_0000, "masq"),
    (0x0002_0000, "dst-direct"),
    (0x0400_0000, "src-direct"),
    (0x0004_0000, "redirected"),
    (0x0100_0000, "redirect"),
    (0x0020_0000, "fastroute"),
    (0x0001_0000, "notify"),
    (0x0008_0000, "proxy"),
];

/// Tells the flags of the cache among `rtm_flags`.
pub fn describe_flags(rtm_flags: u32, out: &mut dyn Fields) {
    flags(out, "cache", rtm_flags & MASK, FLAGS);
}

/// Numbers of `struct rta_cacheinfo`: `clntref`, `lastuse`, `expires`, `error`, `used`, `id`, `ts`, `tsage`; times are in
/// hundredths of a second.
pub type Cacheinfo = [u32; 8];

/// Tells how long the route lasts, in seconds, and what it fails with.
pub fn describe(&[_, _, expires, error, ..]: &Cacheinfo, out: &mut dyn Fields) {
    if expires != 0 {
        let seconds = i64::from(expires as i32) / TICKS;
        out.field("expires", Value::Signed(seconds));
    }
    number(out, "error", error);
}

/// Tells who uses it, and how long ago in seconds.
pub fn describe_use(
    &[clntref, lastuse, _, _, used, id, ts, tsage]: &Cacheinfo,
    out: &mut dyn Fields,
) {
    number(out, "users", clntref);
    number(out, "used", used);
    if lastuse != 0 {
        out.field("age", Value::Number(u64::from(lastuse) / TICKS as u64));
    }
    if id != 0 {
        out.field("ipid", hex(id.into()));
    }
    if ts != 0 || tsage != 0 {
        out.field("ts", hex(ts.into()));
        out.field("tsage", Value::Number(tsage.into()));
    }
}

/// Tells `number` if it is not 0.
fn number(out: &mut dyn Fields, key: &str, number: u32) {
    if number != 0 {
        out.field(key, Value::Number(number.into()));
    }
}
