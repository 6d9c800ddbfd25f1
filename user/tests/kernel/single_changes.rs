// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Single changes of links of all kinds, which not every machine's own kernel has.

use crate::net::monitor::single;

#[test]
fn after_each_change_of_any_kind_what_was_told_is_what_is_there() {
    single::short_run();
}

#[test]
#[ignore = "takes minutes: make storms KERNEL=NAME"]
fn after_each_of_thousands_of_changes_what_was_told_is_what_is_there() {
    single::long_run();
}
