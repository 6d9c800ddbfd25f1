# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Changes of the kinds that a monitor keeps, each made and undone; parity/capture/events.rs listens. Links have indexes that are not those of the machine
# which reads the captures.

sysctl -qw net.ipv6.conf.default.accept_dad=0 net.mpls.platform_labels=1000

ip link add va index 60001 address 02:00:00:00:00:01 type veth peer name vb index 60002 address 02:00:00:00:00:02 netns parity-far
ip link add br0 index 60004 address 02:00:00:00:00:04 type bridge vlan_filtering 1
ip link add d0 index 60003 address 02:00:00:00:00:03 type dummy
ip link add vx0 index 60006 address 02:00:00:00:00:06 type vxlan id 10 dstport 4789 local 192.0.2.1
ip link set d0 master br0
for link in lo va br0 d0 vx0; do ip link set $link up; done
ip -n parity-far link set vb up
ip link set va mtu 1400
ip link set d0 down name d1

ip addr add 10.9.0.1/24 brd + dev va label va:one
ip addr add 10.9.1.1 peer 10.9.1.2/32 dev va metric 50
ip -6 addr add 2001:db8:9::1/64 dev va valid_lft 3600 preferred_lft 1800
ip addr del 10.9.1.1 peer 10.9.1.2/32 dev va
ip -6 addr del 2001:db8:9::1/64 dev va
ip -6 addr add 2001:db8:9::2/64 dev va

ip nexthop add id 7 via 10.9.0.2 dev va
ip nexthop add id 8 group 7,3
ip nexthop add id 9 blackhole
ip nexthop del id 9

ip route add 10.50.0.0/24 via 10.9.0.2 metric 5 mtu 1300 proto bgp
ip route append 10.50.0.0/24 dev va metric 5 scope link
ip route replace 10.50.0.0/24 via 10.9.0.3 metric 5
ip route add 10.51.0.0/24 table 100 nexthop via 10.9.0.2 weight 2 nexthop via 10.9.0.3
ip route add 10.52.0.0/24 nhid 8
ip route add unreachable 10.53.0.0/24
ip route add 2001:db8:50::/64 via 2001:db8:9::9
ip route append 2001:db8:50::/64 via 2001:db8:9::a
ip -f mpls route add 100 as 200 via inet 10.9.0.2
ip route del 10.51.0.0/24 table 100
ip route del unreachable 10.53.0.0/24
ip route del 2001:db8:50::/64 via 2001:db8:9::9
ip -f mpls route del 100

ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:aa dev va
ip neigh add 2001:db8:9::9 lladdr 02:00:00:00:00:ab dev va nud stale
ip neigh add proxy 10.9.0.7 dev va
ip neigh del 10.9.0.2 dev va
ip neigh del proxy 10.9.0.7 dev va

ip rule add from 10.9.0.0/24 fwmark 1/0xff iif va table 100 pref 1000
ip -6 rule add to 2001:db8::/32 ipproto tcp dport 80-90 table 100 pref 1001 proto static
ip rule del pref 1000
ip -6 rule del pref 1001

bridge fdb add 02:00:00:00:00:cc dev d1 master static vlan 1
bridge fdb del 02:00:00:00:00:cc dev d1 master vlan 1
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.9
bridge fdb del 00:00:00:00:00:00 dev vx0 dst 192.0.2.9

ip nexthop del id 7
ip link del va
ip link del br0
ip link del vx0
