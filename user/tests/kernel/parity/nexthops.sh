# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Next hops, alone and in groups.

sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.v0.input=1
ip nexthop add id 1 via 192.0.2.77 dev v0 proto static
ip nexthop add id 2 via 192.0.2.78 dev v0 onlink
ip nexthop add id 3 via 2001:db8::77 dev v0
ip nexthop add id 4 blackhole
ip nexthop add id 5 dev d2
ip nexthop add id 6 encap mpls 100/200 via 192.0.2.79 dev v0
ip nexthop add id 7 via 192.0.2.80 fdb
ip nexthop add id 8 via 192.0.2.81 fdb
ip nexthop add id 20 group 1,5/2,3
ip nexthop add id 21 group 1/2 type resilient buckets 16 idle_timer 60 unbalanced_timer 120
ip nexthop add id 22 group 7/8 fdb
