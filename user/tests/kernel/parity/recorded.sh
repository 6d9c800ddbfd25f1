# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Changes of what known.sh made, and what the kernel changes in silence then; parity/capture/record.rs records them. Where something is silent there is
# time to read it.

pause() { sleep 1; }

ip link set va mtu 1400
ip link set va down name vx
pause
ip link set vx up alias uplink
pause
ip link set vx address 02:00:00:00:00:11
ip addr change 10.9.0.1/24 dev vx preferred_lft 100 valid_lft 200
ip -6 addr add 2001:db8:9::1/64 dev vx
ip -6 addr change 2001:db8:9::1/64 dev vx home
ip neigh replace 10.9.0.2 lladdr 02:00:00:00:00:bc dev vx
ip neigh change 10.9.0.2 lladdr 02:00:00:00:00:bd dev vx
ip nexthop add id 7 via 10.9.0.2 dev vx
ip nexthop replace id 7 via 10.9.0.3 dev vx
ip route add 10.50.0.0/24 via 10.9.0.2
ip route replace 10.50.0.0/24 via 10.9.0.3 mtu 1300
ip route add 10.52.0.0/24 nhid 7
ip -6 route add 2001:db8:50::/64 via 2001:db8:9::9
ip -6 route replace 2001:db8:50::/64 via 2001:db8:9::a
ip rule add from 10.9.0.0/24 iif vx table 100 pref 1000
bridge fdb replace 02:00:00:00:00:cc dev p1 master static
bridge fdb replace 02:00:00:00:00:cc dev p1 master static sticky
pause
ip link set vx down
pause
ip link del vx
pause
