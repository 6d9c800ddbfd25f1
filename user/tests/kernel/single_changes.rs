// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Thousands of single changes of links of all kinds, which not every machine's own kernel has.

use crate::net::monitor::single;

#[test]
#[ignore = "takes minutes: make storms KERNEL=NAME"]
fn after_each_of_thousands_of_changes_what_was_emitted_is_what_is_there() {
    single::long_run();
}
