# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Changes of the kinds that only a monitor shows; parity/capture/events.rs listens. Links have indexes that are not those of the machine which reads the
# captures, and that mroute6.h can count.

folder=user/tests/kernel/parity

far() { ip netns exec parity-far "$@"; }

# Addresses that nobody has to wait for.
sysctl -qw net.ipv6.conf.default.accept_dad=0
far sysctl -qw net.ipv6.conf.default.accept_dad=0

ip link add va index 60001 address 02:00:00:00:00:01 type veth peer name vb index 60002 address 02:00:00:00:00:02 netns parity-far
ip link add d0 index 60003 address 02:00:00:00:00:03 type dummy
ip link add br0 index 60004 address 02:00:00:00:00:04 type bridge vlan_filtering 1 mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2
ip link add p0 index 60005 address 02:00:00:00:00:05 type dummy
ip link add vx0 index 60006 address 02:00:00:00:00:06 type vxlan id 10 dstport 4789 local 192.0.2.1
ip link set p0 master br0
for link in va d0 br0 p0 vx0; do ip link set $link up; done
ip -n parity-far link set vb up
ip addr add 10.9.0.1/24 dev va
ip addr add 10.9.1.1/24 dev d0
ip -6 addr add 2001:db8:9::1/64 dev va
ip -n parity-far addr add 10.9.0.2/24 dev vb
ip -n parity-far -6 addr add 2001:db8:9::2/64 dev vb

# Prefixes and options of router advertisements, and what IPv6 then knows of the link.
far python3 $folder/advertise.py vb

# Joined addresses.
ip addr add 239.1.1.1/32 dev va autojoin
ip addr del 239.1.1.1/32 dev va
ip -6 addr add ff0e::123/128 dev va autojoin
ip -6 addr del ff0e::123/128 dev va

# Settings. One that forwards has the anycast address of each of its networks.
sysctl -qw net.ipv4.conf.va.forwarding=1 net.ipv4.conf.va.rp_filter=2 net.ipv4.conf.va.proxy_arp=1 net.ipv4.conf.va.bc_forwarding=1
sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.va.ignore_routes_with_linkdown=1
sysctl -qw net.ipv6.conf.va.proxy_ndp=1 net.ipv6.conf.va.forwarding=1
sysctl -qw net.ipv6.conf.va.forwarding=0 net.mpls.conf.va.input=1

# Multicast routes: of IPv4 and of IPv6, made, unresolved, deleted.
python3 $folder/mroute.py va d0

# Who listens to a group.
bridge mdb add dev br0 port p0 grp 239.1.1.1 permanent vid 1
bridge mdb add dev br0 port p0 grp 239.1.1.2 src 192.0.2.1 permanent proto bgp
bridge mdb add dev br0 port p0 grp ff0e::1 temp vid 1 filter_mode exclude source_list 2001:db8::1,2001:db8::2
bridge mdb add dev br0 port br0 grp ff0e::2 temp
bridge mdb add dev br0 port p0 grp 03:00:00:00:00:01 permanent
bridge mdb del dev br0 port p0 grp 239.1.1.1 vid 1
bridge mdb add dev vx0 port vx0 grp 239.1.1.3 permanent src_vni 10 dst 198.51.100.1 dst_port 1234 vni 20 via va
bridge mdb add dev vx0 port vx0 grp ff0e::3 permanent src 2001:db8::1 dst 2001:db8::9
ip link set p0 type bridge_slave mcast_router 2
ip link set p0 type bridge_slave mcast_router 0

# Traffic control.
tc qdisc add dev va root handle 1: htb default 0x10
tc class add dev va parent 1: classid 1:10 htb rate 10mbit ceil 20mbit prio 3
tc qdisc add dev va parent 1:10 handle 8001: fq_codel limit 99
tc class add dev va parent 1:10 classid 1:abc htb rate 1mbit
tc filter add dev va parent 1: protocol ip pref 5 u32 match ip dst 192.0.2.0/24 flowid 1:10
tc filter add dev va parent 1: protocol ipv6 pref 6 chain 3 u32 match ip6 dst 2001:db8::/32 flowid 1:10
tc filter add dev va parent 1: protocol 802.1Q pref 8 u32 match u32 0 0 flowid 1:10
tc filter del dev va parent 1: pref 5
tc qdisc replace dev va parent 1:abc handle 8002: pfifo limit 7
tc qdisc replace dev va parent 1:abc handle 8002: pfifo limit 8
tc filter del dev va parent 1:
tc class change dev va classid 1:10 htb rate 11mbit
tc class del dev va classid 1:abc
tc qdisc del dev va root

# A link that goes takes its settings with it, and its namespace has an id here.
ip link del p0
ip netns add parity-gone
ip netns set parity-gone 77
ip netns del parity-gone
