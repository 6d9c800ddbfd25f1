# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Addresses of all flavours.

ip addr add 192.0.2.9/24 dev v0 label v0:one metric 77 proto 17
ip addr add 192.0.2.10/24 dev v0
ip addr add 192.0.2.11/24 brd + dev v0
ip addr add 198.51.100.1 peer 198.51.100.2/32 dev d2 scope link
ip addr add 198.51.100.9/28 dev d2 valid_lft 5000 preferred_lft 4000 noprefixroute
ip addr add 198.51.100.17/28 dev d2 valid_lft 5000 preferred_lft 0
ip addr add 10.1.0.1/8 dev d0 scope 200
ip addr add 239.2.2.2/32 dev v1 autojoin
ip addr add 203.0.113.1/24 dev v1 anycast 203.0.113.77
ip addr add 2001:db8::9/64 dev v0
ip addr add 2001:db8:1::1/64 dev v0 valid_lft 5000 preferred_lft 4000 mngtmpaddr
ip addr add 2001:db8:2::1/64 dev v0 valid_lft 5000 preferred_lft 0 nodad
ip addr add 2001:db8:3::1 peer 2001:db8:3::2/128 dev v0 home
ip addr add 2001:db8:4::1/64 dev v1 noprefixroute metric 9 proto 18
ip addr add fe80::77/64 dev v1 scope link
# On a link without a carrier nobody can ask whether an address is free.
ip link set p0-peer down
sysctl -qw net.ipv6.conf.p0.accept_dad=1
ip addr add 2001:db8:5::1/64 dev p0
ip addr add 2001:db8:6::1/64 dev p0 optimistic

ip addrlabel add prefix 2001:db8::/32 label 99
ip addrlabel add prefix 2001:db8::/32 dev v0 label 98
