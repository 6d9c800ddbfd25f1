// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events of hardware drivers: netdevsim says that it has some, where the kernel was built with it.

use crate::net::monitor::watcher::{is_event_of, Watcher};
use crate::parity::{run_script, World, NETNS};
use serde_json::json;

#[test]
fn that_hardware_counts_is_emitted_when_it_begins_and_when_it_ends() {
    let _world = World::build(&[]);
    let watcher = Watcher::start(NETNS, "stats");
    run_script("counters.sh");
    watcher.wait_for(r#""used":false"#);
    let (emitted, _) = watcher.end();

    let counts = |yes: bool| {
        let state = json!({"request": yes, "used": yes});
        json!({"ifname": "sim0", "offload": {"hw_stats_info": {"l3_stats": state}}})
    };
    assert_eq!(emitted.len(), 2, "{emitted:#?}");
    for (line, yes) in emitted.iter().zip([true, false]) {
        assert!(is_event_of(line, "new", "stats", &counts(yes)), "{line}");
    }
}
