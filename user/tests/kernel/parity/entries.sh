# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Entries of every kind of forwarding database.

bridge vlan add dev p1 vid 5
bridge fdb add 02:00:00:00:03:01 dev p1 master static vlan 5
bridge fdb add 02:00:00:00:03:02 dev p1 master dynamic vlan 5
bridge fdb add 02:00:00:00:03:03 dev p1 master permanent
bridge fdb add 02:00:00:00:03:04 dev p1 master sticky static
bridge fdb add 02:00:00:00:03:05 dev p1 master extern_learn vlan 5
bridge fdb add 02:00:00:00:03:06 dev br0 self permanent vlan 9
bridge fdb add 02:00:00:00:03:07 dev d2 self
bridge fdb append 02:00:00:00:04:01 dev vx0 dst 192.0.2.201 vni 7 port 4799 via v0
bridge fdb append 02:00:00:00:04:01 dev vx0 dst 192.0.2.202
bridge fdb add 02:00:00:00:04:02 dev vx6 dst 2001:db8::201 self router
bridge fdb add 02:00:00:00:04:03 dev vx0 nhid 22
