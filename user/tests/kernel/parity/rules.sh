# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Rules with every selector and action.

ip rule add pref 100 from 10.0.0.0/8 to 192.0.2.0/24 table 77 protocol bgp
ip rule add pref 101 iif v0 oif v1 lookup 5000
ip rule add pref 102 fwmark 0x10/0xff table 88
ip rule add pref 103 tos 0x10 table 88
ip rule add pref 104 uidrange 100-200 table 88
ip rule add pref 105 ipproto tcp sport 100-200 dport 443 table 88
ip rule add pref 106 not from 10.0.0.1 prohibit
ip rule add pref 107 blackhole
ip rule add pref 108 from all unreachable
ip rule add pref 109 goto 200
ip rule add pref 110 table main suppress_prefixlength 0 suppress_ifgroup 7
ip rule add pref 111 l3mdev
ip rule add pref 112 tun_id 99 table 88
ip rule add pref 113 from 10.9.9.0/24 table 77 realms 3/4
ip rule add pref 114 iif gone table 77
ip rule add pref 115 goto 999
ip rule add pref 200 nop
ip -6 rule add pref 100 from 2001:db8::/32 to 2001:db8:1::/64 table 77
ip -6 rule add pref 101 iif v0 ipproto udp dport 53 fwmark 3 table 5000
ip -6 rule add pref 102 to 2001:db8:2::1 unreachable
