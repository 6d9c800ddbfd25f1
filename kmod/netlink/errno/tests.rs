// SPDX-License-Identifier: GPL-2.0

use super::*;

#[kunit_tests(netlink_errno)]
mod suite {
    use super::*;

    #[test]
    fn the_codes_are_those_of_user_space() {
        // <https://man7.org/linux/man-pages/man3/errno.3.html>, on x86.
        assert_eq!(emsgsize().to_errno(), -90);
        assert_eq!(eopnotsupp().to_errno(), -95);
    }
}
