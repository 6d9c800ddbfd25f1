# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Neighbours of every state.

ip neigh add 192.0.2.101 dev v0 lladdr 02:00:00:00:01:01 nud permanent
ip neigh add 192.0.2.102 dev v0 lladdr 02:00:00:00:01:02 nud reachable
ip neigh add 192.0.2.103 dev v0 lladdr 02:00:00:00:01:03 nud stale
ip neigh add 192.0.2.104 dev v0 lladdr 02:00:00:00:01:04 nud noarp
ip neigh add 192.0.2.105 dev v0 nud failed
ip neigh add 192.0.2.106 dev v0 nud none
ip neigh add 192.0.2.107 dev v0 lladdr 02:00:00:00:01:07 nud stale protocol bgp
ip neigh add 192.0.2.108 dev v0 lladdr 02:00:00:00:01:08 nud stale extern_learn
ip neigh add 2001:db8::101 dev v0 lladdr 02:00:00:00:02:01 nud permanent router
ip neigh add 2001:db8::102 dev v0 lladdr 02:00:00:00:02:02 nud stale
ip neigh add proxy 192.0.2.120 dev v0
ip neigh add proxy 2001:db8::120 dev v0 router
ip neigh add proxy 192.0.2.121 dev v1 protocol 99
