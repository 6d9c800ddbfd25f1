// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Everybody at once, for as long as lockdep needs to see the orders in which locks are taken.

use crate::concurrency::say_hello_together;
use std::time::{Duration, Instant};

#[test]
fn four_clients_say_hello_together_for_a_minute() {
    let end = Instant::now() + Duration::from_secs(60);

    // `scripts/vm` looks for lockdep's and KASAN's reports, and that lockdep is still on.
    say_hello_together(|_| Instant::now() < end);
}
