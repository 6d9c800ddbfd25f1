// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Initiators of changes, as surely as they can be known.
//!
//! The kernel says from which port id. That is the number of the process for the first socket that
//! it opened and left the choice to the kernel, and any process may choose such a number for its own;
//! besides, most that change something are gone by the time the change is heard of.

use nlhello::diag::Process;
use nlhello::netlink::{comm, SocketLine};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::time::Duration;

/// How long what was found out counts: many changes come from the same.
const FRESH: Duration = Duration::from_secs(1);

/// How many are kept at most.
const KEPT: usize = 1024;

/// Port ids, and who has them.
#[derive(Default)]
pub struct Initiators {
    /// Whether processes are looked for: those of a record are gone.
    is_live: bool,
    /// Processes that were found, as JSON, and when.
    found: HashMap<u32, (Duration, String)>,
}

impl Initiators {
    /// Returns those of now.
    pub fn live() -> Self {
        Self {
            is_live: true,
            ..Self::default()
        }
    }

    /// Returns what is known of who has `portid` at `now`, the time since any start, as JSON:
    /// `{"comm":"ip","pid":7,"portid":7,"sure":false}`, the process only where there is one of this number. `sure` is that
    /// it has the socket, still.
    pub fn of(&mut self, portid: u32, now: Duration) -> &str {
        if self.found.len() >= KEPT {
            self.found.clear();
        }
        let is_live = self.is_live;
        let find = || (now, look(portid, is_live).to_string());
        let (since, cause) = self.found.entry(portid).or_insert_with(find);
        if now.saturating_sub(*since) > FRESH {
            (*since, *cause) = find();
        }
        cause
    }
}

fn look(portid: u32, is_live: bool) -> Value {
    match is_live.then(|| comm(portid).ok()).flatten() {
        None => json!({"portid": portid}),
        Some(comm) => json!({
            "portid": portid,
            "pid": portid,
            "comm": String::from_utf8_lossy(&comm),
            "sure": has_socket(portid),
        }),
    }
}

/// Says whether the process whose number is `portid` has the socket of that port id.
fn has_socket(portid: u32) -> bool {
    let inode = SocketLine::find(libc::NETLINK_ROUTE, portid)
        .and_then(|socket| socket.inode.try_into().ok());

    inode.is_some_and(|inode| Process::with_socket(portid, inode).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::netlink::Socket;

    #[test]
    fn who_has_the_socket_still_is_known_for_sure() {
        let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
        // Only the first socket of a process has its number.
        let pid = std::process::id();
        let cause = look(socket.portid(), true);
        if socket.portid() == pid {
            assert_eq!((&cause["pid"], &cause["sure"]), (&json!(pid), &json!(true)));
        } else {
            assert_eq!(cause, json!({"portid": socket.portid()}));
        }
    }

    #[test]
    fn a_process_of_that_number_without_the_socket_is_no_more_than_likely() {
        let cause = look(1, true);

        assert_eq!((&cause["pid"], &cause["sure"]), (&json!(1), &json!(false)));
        assert_eq!(look(1, false), json!({"portid": 1}));
    }
}
