// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::{read, DESCRIPTION};

#[test]
fn the_demo_is_taken() {
    read(DESCRIPTION).unwrap();
}
