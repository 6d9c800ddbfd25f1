# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Routes of all types, and everything that can be said of one.

ip route add 10.0.0.0/24 dev v0
ip route add 10.0.1.0/24 via 192.0.2.33 dev v0 proto static metric 5 src 192.0.2.10
ip route add 10.0.2.0/24 via 192.0.2.33 onlink dev v0
ip route add 10.0.3.0/24 dev v0 mtu 1300 advmss lock 1200 window 1000 rtt 3s rttvar 2s ssthresh 9 cwnd 8 initcwnd 10 initrwnd 11 hoplimit 12 \
    reordering 4 rto_min 300ms quickack 1 congctl cubic features ecn
ip route add 10.0.4.0/24 nexthop via 192.0.2.40 dev v0 weight 3 nexthop via 192.0.2.41 dev v0 onlink nexthop dev d2 weight 256
ip route add 10.0.5.0/24 nexthop via 192.0.2.40 dev v0 encap mpls 7 nexthop via inet6 2001:db8::40 dev v0
ip route add 10.0.6.0/24 via inet6 2001:db8::41 dev v0
ip route add 10.0.7.0/24 dev v0 tos 0x10 realms 3/4
ip route add blackhole 10.1.0.0/24
ip route add unreachable 10.1.1.0/24 metric 7
ip route add prohibit 10.1.2.0/24
ip route add throw 10.1.3.0/24 table 77
ip route add local 10.1.4.0/24 dev lo table 88
ip route add broadcast 10.1.5.255 dev v0
ip route add 10.2.0.0/24 table 5000 dev v0 proto bgp
ip route add 10.2.1.0/24 vrf red dev red
ip route add 10.2.2.0/24 dev v0 proto 99 metric 4294967295
ip route add 10.3.0.0/24 nhid 1
ip route add 10.3.1.0/24 nhid 20
ip route add 10.3.2.0/24 nhid 4
ip route add 10.4.0.0/24 encap mpls 100/200/300 ttl 9 via 192.0.2.50 dev v0
ip route add 10.4.1.0/24 encap ip id 72 src 192.0.2.9 dst 192.0.2.60 tos 8 ttl 20 dev vxe
ip route add 10.4.2.0/24 encap ip6 id 73 src 2001:db8::9 dst 2001:db8::60 tc 4 hoplimit 21 dev vxe
ip route add 10.4.3.0/24 encap seg6 mode encap segs 2001:db8::a,2001:db8::b dev v0
ip route add default via 192.0.2.1 dev v0

ip -6 route add 2001:db8:100::/48 via fe80::1 dev v0 metric 3 pref high
ip -6 route add 2001:db8:101::/48 dev v0 expires 3000 pref low
ip -6 route add 2001:db8:102::/48 nexthop via 2001:db8::40 dev v0 weight 2 nexthop via fe80::40 dev v1
ip -6 route add 2001:db8:103::/48 nhid 3
ip -6 route add 2001:db8:104::/48 from 2001:db8:4::/64 dev v0
ip -6 route add blackhole 2001:db8:105::/48
ip -6 route add unreachable 2001:db8:106::/48 metric 9 proto ra
ip -6 route add prohibit 2001:db8:107::/48 table 77
ip -6 route add throw 2001:db8:108::/48 table 77
ip -6 route add 2001:db8:109::/48 encap seg6 mode inline segs 2001:db8::a dev v0
ip -6 route add 2001:db8:10a::/48 encap seg6local action End.X nh6 2001:db8::b dev v0
ip -6 route add 2001:db8:10b::/48 encap seg6local action End.DT6 table 77 dev v0
ip -6 route add 2001:db8:10c::/48 encap mpls 1000 via 2001:db8::50 dev v0 mtu lock 1290
ip -6 route add default via fe80::2 dev v0 proto ra expires 900 hoplimit 33
ip -f mpls route add 300 as 400/500 via inet 192.0.2.50 dev v0
