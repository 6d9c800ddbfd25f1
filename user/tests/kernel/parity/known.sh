# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# What there is before recorded.sh changes it; parity/capture/record.rs begins to listen between the two.

sysctl -qw net.ipv6.conf.default.accept_dad=0

ip link add va index 60001 address 02:00:00:00:00:01 type veth peer name vb index 60002 address 02:00:00:00:00:02
ip link add br0 index 60004 address 02:00:00:00:00:04 type bridge
ip link add px index 60005 address 02:00:00:00:00:05 type veth peer name p1 index 60006 address 02:00:00:00:00:06
ip link set px master br0
ip link set p1 master br0
for link in lo va vb br0; do ip link set $link up; done

ip addr add 10.9.0.1/24 dev va
ip -6 addr add 2001:db8:9::1/64 dev va
ip nexthop add id 7 via 10.9.0.2 dev va
ip route add 10.50.0.0/24 via 10.9.0.2
ip -6 route add 2001:db8:50::/64 via 2001:db8:9::9
ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:bb dev va
bridge fdb add 02:00:00:00:00:cc dev px master static
