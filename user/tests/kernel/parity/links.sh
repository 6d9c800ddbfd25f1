# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Links of every kind, with values that are not the usual ones.

# Addresses that nobody has to wait for.
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0

ip link set lo up
ip link add v0 type veth peer name v1
ip link add away type veth peer name there
ip link set there netns parity-far
ip link set v0 up mtu 1400 txqueuelen 77
ip link set v1 up

ip link add d0 numtxqueues 3 numrxqueues 2 address 02:00:00:00:00:d0 type dummy
ip link property add dev d0 altname another altname a-name-longer-than-an-interface-can-have
ip link set d0 alias 'of "many" words' group 7
ip link set d0 up promisc on allmulticast on multicast off
ip link set d0 gso_max_size 40000 gso_max_segs 30 gro_max_size 50000
ip link add d1 type dummy
ip link set d1 arp off
ip link set d1 addrgenmode eui64
ip link add d2 type dummy
ip link set d2 up

ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 9 stp_state 0 priority 4097 forward_delay 900 hello_time 300 max_age 1100 \
    ageing_time 12345 group_fwd_mask 8 mcast_snooping 1 mcast_querier 1 mcast_hash_max 512 mcast_startup_query_count 3 \
    mcast_last_member_interval 200 mcast_igmp_version 3 mcast_mld_version 2 vlan_stats_enabled 1 nf_call_iptables 0 vlan_protocol 802.1ad
ip link set br0 up
for port in p0 p1; do
    ip link add $port type veth peer name $port-peer
    ip link set $port master br0 up
    ip link set $port-peer up
done
ip link set p0 type bridge_slave priority 3 cost 17 guard on hairpin on fastleave on learning off flood off neigh_suppress on isolated on \
    mcast_flood off bcast_flood off mcast_to_unicast on group_fwd_mask 8 locked on
bridge link set dev p1 vlan_tunnel on backup_port p0

ip link add link v0 name v0.5 type vlan id 5 gvrp off reorder_hdr off loose_binding on ingress-qos-map 1:2 3:4 egress-qos-map 5:6
ip link add link v0 name v0.ad type vlan protocol 802.1ad id 4000
ip link set v0.5 up

ip link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4 ad_select bandwidth min_links 1 updelay 200 downdelay 300
ip link add bond1 type bond mode active-backup arp_interval 500 arp_ip_target 192.0.2.1,192.0.2.2 primary_reselect better fail_over_mac active num_grat_arp 3
for port in s0 s1; do
    ip link add $port type veth peer name $port-peer
    ip link set $port-peer up
done
ip link set s0 master bond0
ip link set s1 master bond1
ip link set bond1 type bond primary s1 active_slave s1

ip link add vx0 type vxlan id 42 dev v0 local 192.0.2.9 group 239.1.1.1 ttl 5 tos 4 dstport 4790 srcport 40000 50000 ageing 77 maxaddress 99 nolearning \
    proxy rsc l2miss l3miss udpcsum
ip link add vx6 type vxlan id 43 local 2001:db8::9 remote 2001:db8::8 dstport 4791 udp6zerocsumtx udp6zerocsumrx gbp flowlabel 0x12345
ip link add vxe type vxlan external dstport 4792 vnifilter
ip link set vxe up
ip link set vx6 protodown on
ip link add gnv0 type geneve id 44 remote 192.0.2.7 ttl 9 tos 4 dstport 6082 udpcsum
ip link add gnv6 type geneve id 45 remote 2001:db8::7

ip link add link d2 name mv0 type macvlan mode bridge bcqueuelen 500
ip link add link d2 name mv1 type macvlan mode source
ip link set mv1 type macvlan macaddr add 02:00:00:00:00:11
ip link add link v1 name mt0 type macvtap mode private
ip link add link s0-peer name iv0 type ipvlan mode l3 private
ip tuntap add name tun0 mode tun user 1000 group 1001
ip tuntap add name tap0 mode tap multi_queue vnet_hdr
ip link add red type vrf table 1010
ip link set red up
ip link set d1 master red
ip link add wg0 type wireguard
ip link add nm0 type nlmon

ip link add gre1 type gre local 192.0.2.9 remote 192.0.2.8 ttl 7 tos 4 ikey 1 okey 2 icsum ocsum iseq oseq
ip link add gretap1 type gretap local 192.0.2.9 remote 192.0.2.7 nopmtudisc
ip link add erspan1 type erspan local 192.0.2.9 remote 192.0.2.4 seq key 0 erspan_ver 1 erspan 123
ip link add ipip1 type ipip local 192.0.2.9 remote 192.0.2.6 dev v0
ip link add sit1 type sit local 192.0.2.9 remote 192.0.2.5 ttl 64
ip link add ip6tnl1 type ip6tnl local 2001:db8::9 remote 2001:db8::6 mode any hoplimit 9 encaplimit 3 flowlabel 0x54321 tclass 0x10
ip link add ip6gre1 type ip6gre local 2001:db8::9 remote 2001:db8::5 key 9
