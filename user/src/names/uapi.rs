// SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause

//! The numbers of the kernel's headers, of Linux 7.3.4: made by `make names`, described there.

#![allow(missing_docs, non_upper_case_globals)]

pub const RTM_F_NOTIFY: u32 = 256;
pub const RTM_F_CLONED: u32 = 512;
pub const RTM_F_EQUALIZE: u32 = 1024;
pub const RTM_F_PREFIX: u32 = 2048;
pub const RTM_F_LOOKUP_TABLE: u32 = 4096;
pub const RTM_F_FIB_MATCH: u32 = 8192;
pub const RTM_F_OFFLOAD: u32 = 16384;
pub const RTM_F_TRAP: u32 = 32768;
pub const RTM_F_OFFLOAD_FAILED: u32 = 536870912;

pub const RTM_BASE: u16 = 16;
pub const RTM_NEWLINK: u16 = 16;
pub const RTM_DELLINK: u16 = 17;
pub const RTM_GETLINK: u16 = 18;
pub const RTM_SETLINK: u16 = 19;
pub const RTM_NEWADDR: u16 = 20;
pub const RTM_DELADDR: u16 = 21;
pub const RTM_GETADDR: u16 = 22;
pub const RTM_NEWROUTE: u16 = 24;
pub const RTM_DELROUTE: u16 = 25;
pub const RTM_GETROUTE: u16 = 26;
pub const RTM_NEWNEIGH: u16 = 28;
pub const RTM_DELNEIGH: u16 = 29;
pub const RTM_GETNEIGH: u16 = 30;
pub const RTM_NEWRULE: u16 = 32;
pub const RTM_DELRULE: u16 = 33;
pub const RTM_GETRULE: u16 = 34;
pub const RTM_NEWQDISC: u16 = 36;
pub const RTM_DELQDISC: u16 = 37;
pub const RTM_GETQDISC: u16 = 38;
pub const RTM_NEWTCLASS: u16 = 40;
pub const RTM_DELTCLASS: u16 = 41;
pub const RTM_GETTCLASS: u16 = 42;
pub const RTM_NEWTFILTER: u16 = 44;
pub const RTM_DELTFILTER: u16 = 45;
pub const RTM_GETTFILTER: u16 = 46;
pub const RTM_NEWACTION: u16 = 48;
pub const RTM_DELACTION: u16 = 49;
pub const RTM_GETACTION: u16 = 50;
pub const RTM_NEWPREFIX: u16 = 52;
pub const RTM_NEWMULTICAST: u16 = 56;
pub const RTM_DELMULTICAST: u16 = 57;
pub const RTM_GETMULTICAST: u16 = 58;
pub const RTM_NEWANYCAST: u16 = 60;
pub const RTM_DELANYCAST: u16 = 61;
pub const RTM_GETANYCAST: u16 = 62;
pub const RTM_NEWNEIGHTBL: u16 = 64;
pub const RTM_GETNEIGHTBL: u16 = 66;
pub const RTM_SETNEIGHTBL: u16 = 67;
pub const RTM_NEWNDUSEROPT: u16 = 68;
pub const RTM_NEWADDRLABEL: u16 = 72;
pub const RTM_DELADDRLABEL: u16 = 73;
pub const RTM_GETADDRLABEL: u16 = 74;
pub const RTM_GETDCB: u16 = 78;
pub const RTM_SETDCB: u16 = 79;
pub const RTM_NEWNETCONF: u16 = 80;
pub const RTM_DELNETCONF: u16 = 81;
pub const RTM_GETNETCONF: u16 = 82;
pub const RTM_NEWMDB: u16 = 84;
pub const RTM_DELMDB: u16 = 85;
pub const RTM_GETMDB: u16 = 86;
pub const RTM_NEWNSID: u16 = 88;
pub const RTM_DELNSID: u16 = 89;
pub const RTM_GETNSID: u16 = 90;
pub const RTM_NEWSTATS: u16 = 92;
pub const RTM_GETSTATS: u16 = 94;
pub const RTM_SETSTATS: u16 = 95;
pub const RTM_NEWCACHEREPORT: u16 = 96;
pub const RTM_NEWCHAIN: u16 = 100;
pub const RTM_DELCHAIN: u16 = 101;
pub const RTM_GETCHAIN: u16 = 102;
pub const RTM_NEWNEXTHOP: u16 = 104;
pub const RTM_DELNEXTHOP: u16 = 105;
pub const RTM_GETNEXTHOP: u16 = 106;
pub const RTM_NEWLINKPROP: u16 = 108;
pub const RTM_DELLINKPROP: u16 = 109;
pub const RTM_GETLINKPROP: u16 = 110;
pub const RTM_NEWVLAN: u16 = 112;
pub const RTM_DELVLAN: u16 = 113;
pub const RTM_GETVLAN: u16 = 114;
pub const RTM_NEWNEXTHOPBUCKET: u16 = 116;
pub const RTM_DELNEXTHOPBUCKET: u16 = 117;
pub const RTM_GETNEXTHOPBUCKET: u16 = 118;
pub const RTM_NEWTUNNEL: u16 = 120;
pub const RTM_DELTUNNEL: u16 = 121;
pub const RTM_GETTUNNEL: u16 = 122;

pub const RTNLGRP_NONE: u32 = 0;
pub const RTNLGRP_LINK: u32 = 1;
pub const RTNLGRP_NOTIFY: u32 = 2;
pub const RTNLGRP_NEIGH: u32 = 3;
pub const RTNLGRP_TC: u32 = 4;
pub const RTNLGRP_IPV4_IFADDR: u32 = 5;
pub const RTNLGRP_IPV4_MROUTE: u32 = 6;
pub const RTNLGRP_IPV4_ROUTE: u32 = 7;
pub const RTNLGRP_IPV4_RULE: u32 = 8;
pub const RTNLGRP_IPV6_IFADDR: u32 = 9;
pub const RTNLGRP_IPV6_MROUTE: u32 = 10;
pub const RTNLGRP_IPV6_ROUTE: u32 = 11;
pub const RTNLGRP_IPV6_IFINFO: u32 = 12;
pub const RTNLGRP_DECnet_IFADDR: u32 = 13;
pub const RTNLGRP_NOP2: u32 = 14;
pub const RTNLGRP_DECnet_ROUTE: u32 = 15;
pub const RTNLGRP_DECnet_RULE: u32 = 16;
pub const RTNLGRP_NOP4: u32 = 17;
pub const RTNLGRP_IPV6_PREFIX: u32 = 18;
pub const RTNLGRP_IPV6_RULE: u32 = 19;
pub const RTNLGRP_ND_USEROPT: u32 = 20;
pub const RTNLGRP_PHONET_IFADDR: u32 = 21;
pub const RTNLGRP_PHONET_ROUTE: u32 = 22;
pub const RTNLGRP_DCB: u32 = 23;
pub const RTNLGRP_IPV4_NETCONF: u32 = 24;
pub const RTNLGRP_IPV6_NETCONF: u32 = 25;
pub const RTNLGRP_MDB: u32 = 26;
pub const RTNLGRP_MPLS_ROUTE: u32 = 27;
pub const RTNLGRP_NSID: u32 = 28;
pub const RTNLGRP_MPLS_NETCONF: u32 = 29;
pub const RTNLGRP_IPV4_MROUTE_R: u32 = 30;
pub const RTNLGRP_IPV6_MROUTE_R: u32 = 31;
pub const RTNLGRP_NEXTHOP: u32 = 32;
pub const RTNLGRP_BRVLAN: u32 = 33;
pub const RTNLGRP_MCTP_IFADDR: u32 = 34;
pub const RTNLGRP_TUNNEL: u32 = 35;
pub const RTNLGRP_STATS: u32 = 36;
pub const RTNLGRP_IPV4_MCADDR: u32 = 37;
pub const RTNLGRP_IPV6_MCADDR: u32 = 38;
pub const RTNLGRP_IPV6_ACADDR: u32 = 39;

pub const CTRL_CMD_UNSPEC: u8 = 0;
pub const CTRL_CMD_NEWFAMILY: u8 = 1;
pub const CTRL_CMD_DELFAMILY: u8 = 2;
pub const CTRL_CMD_GETFAMILY: u8 = 3;
pub const CTRL_CMD_NEWOPS: u8 = 4;
pub const CTRL_CMD_DELOPS: u8 = 5;
pub const CTRL_CMD_GETOPS: u8 = 6;
pub const CTRL_CMD_NEWMCAST_GRP: u8 = 7;
pub const CTRL_CMD_DELMCAST_GRP: u8 = 8;
pub const CTRL_CMD_GETMCAST_GRP: u8 = 9;
pub const CTRL_CMD_GETPOLICY: u8 = 10;

pub const SOCK_DIAG_BY_FAMILY: u16 = 20;
pub const SOCK_DESTROY: u16 = 21;

pub const SK_MEMINFO_RMEM_ALLOC: usize = 0;
pub const SK_MEMINFO_RCVBUF: usize = 1;
pub const SK_MEMINFO_WMEM_ALLOC: usize = 2;
pub const SK_MEMINFO_SNDBUF: usize = 3;
pub const SK_MEMINFO_FWD_ALLOC: usize = 4;
pub const SK_MEMINFO_WMEM_QUEUED: usize = 5;
pub const SK_MEMINFO_OPTMEM: usize = 6;
pub const SK_MEMINFO_BACKLOG: usize = 7;
pub const SK_MEMINFO_DROPS: usize = 8;
pub const SK_MEMINFO_VARS: usize = 9;

pub const INET_DIAG_REQ_NONE: u16 = 0;
pub const INET_DIAG_REQ_BYTECODE: u16 = 1;
pub const INET_DIAG_REQ_SK_BPF_STORAGES: u16 = 2;
pub const INET_DIAG_REQ_PROTOCOL: u16 = 3;

pub const NETLINK_DIAG_MEMINFO: u16 = 0;
pub const NETLINK_DIAG_GROUPS: u16 = 1;
pub const NETLINK_DIAG_RX_RING: u16 = 2;
pub const NETLINK_DIAG_TX_RING: u16 = 3;
pub const NETLINK_DIAG_FLAGS: u16 = 4;

pub const NDIAG_SHOW_MEMINFO: u32 = 1;
pub const NDIAG_SHOW_GROUPS: u32 = 2;
pub const NDIAG_SHOW_RING_CFG: u32 = 4;
pub const NDIAG_SHOW_FLAGS: u32 = 8;

pub const NDIAG_FLAG_CB_RUNNING: u32 = 1;
pub const NDIAG_FLAG_PKTINFO: u32 = 2;
pub const NDIAG_FLAG_BROADCAST_ERROR: u32 = 4;
pub const NDIAG_FLAG_NO_ENOBUFS: u32 = 8;
pub const NDIAG_FLAG_LISTEN_ALL_NSID: u32 = 16;
pub const NDIAG_FLAG_CAP_ACK: u32 = 32;

pub const TCA_FQ_CODEL_UNSPEC: u16 = 0;
pub const TCA_FQ_CODEL_TARGET: u16 = 1;
pub const TCA_FQ_CODEL_LIMIT: u16 = 2;
pub const TCA_FQ_CODEL_INTERVAL: u16 = 3;
pub const TCA_FQ_CODEL_ECN: u16 = 4;
pub const TCA_FQ_CODEL_FLOWS: u16 = 5;
pub const TCA_FQ_CODEL_QUANTUM: u16 = 6;
pub const TCA_FQ_CODEL_CE_THRESHOLD: u16 = 7;
pub const TCA_FQ_CODEL_DROP_BATCH_SIZE: u16 = 8;
pub const TCA_FQ_CODEL_MEMORY_LIMIT: u16 = 9;
pub const TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR: u16 = 10;
pub const TCA_FQ_CODEL_CE_THRESHOLD_MASK: u16 = 11;
pub const TCA_FQ_CODEL_XSTATS_QDISC: u16 = 0;
pub const TCA_FQ_CODEL_XSTATS_CLASS: u16 = 1;

pub const TCA_HTB_UNSPEC: u16 = 0;
pub const TCA_HTB_PARMS: u16 = 1;
pub const TCA_HTB_INIT: u16 = 2;
pub const TCA_HTB_CTAB: u16 = 3;
pub const TCA_HTB_RTAB: u16 = 4;
pub const TCA_HTB_DIRECT_QLEN: u16 = 5;
pub const TCA_HTB_RATE64: u16 = 6;
pub const TCA_HTB_CEIL64: u16 = 7;
pub const TCA_HTB_PAD: u16 = 8;
pub const TCA_HTB_OFFLOAD: u16 = 9;

pub const DEVLINK_ATTR_BUS_NAME: u16 = 1;

pub const DEVLINK_ATTR_DEV_NAME: u16 = 2;

pub const DEVLINK_ATTR_PORT_INDEX: u16 = 3;

pub const DPLL_A_PIN_ID: u16 = 1;

pub const CTRL_ATTR_FAMILY_ID: u16 = 1;
pub const CTRL_ATTR_FAMILY_NAME: u16 = 2;
pub const CTRL_ATTR_VERSION: u16 = 3;
pub const CTRL_ATTR_HDRSIZE: u16 = 4;
pub const CTRL_ATTR_MAXATTR: u16 = 5;
pub const CTRL_ATTR_OPS: u16 = 6;
pub const CTRL_ATTR_MCAST_GROUPS: u16 = 7;
pub const CTRL_ATTR_POLICY: u16 = 8;
pub const CTRL_ATTR_OP_POLICY: u16 = 9;
pub const CTRL_ATTR_OP: u16 = 10;

pub const CTRL_ATTR_MCAST_GRP_NAME: u16 = 1;
pub const CTRL_ATTR_MCAST_GRP_ID: u16 = 2;

pub const CTRL_ATTR_OP_ID: u16 = 1;
pub const CTRL_ATTR_OP_FLAGS: u16 = 2;

pub const CTRL_ATTR_POLICY_DO: u16 = 1;
pub const CTRL_ATTR_POLICY_DUMP: u16 = 2;

pub const NL_POLICY_TYPE_ATTR_TYPE: u16 = 1;
pub const NL_POLICY_TYPE_ATTR_MIN_VALUE_S: u16 = 2;
pub const NL_POLICY_TYPE_ATTR_MAX_VALUE_S: u16 = 3;
pub const NL_POLICY_TYPE_ATTR_MIN_VALUE_U: u16 = 4;
pub const NL_POLICY_TYPE_ATTR_MAX_VALUE_U: u16 = 5;
pub const NL_POLICY_TYPE_ATTR_MIN_LENGTH: u16 = 6;
pub const NL_POLICY_TYPE_ATTR_MAX_LENGTH: u16 = 7;
pub const NL_POLICY_TYPE_ATTR_POLICY_IDX: u16 = 8;
pub const NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE: u16 = 9;
pub const NL_POLICY_TYPE_ATTR_BITFIELD32_MASK: u16 = 10;
pub const NL_POLICY_TYPE_ATTR_PAD: u16 = 11;
pub const NL_POLICY_TYPE_ATTR_MASK: u16 = 12;

pub const IFAL_ADDRESS: u16 = 1;
pub const IFAL_LABEL: u16 = 2;

pub const IFLA_BRIDGE_FLAGS: u16 = 0;
pub const IFLA_BRIDGE_MODE: u16 = 1;
pub const IFLA_BRIDGE_VLAN_INFO: u16 = 2;
pub const IFLA_BRIDGE_MRP: u16 = 4;
pub const IFLA_BRIDGE_CFM: u16 = 5;
pub const IFLA_BRIDGE_MST: u16 = 6;

pub const IFLA_PROTO_DOWN_REASON_MASK: u16 = 1;
pub const IFLA_PROTO_DOWN_REASON_VALUE: u16 = 2;

pub const LWT_BPF_IN: u16 = 1;
pub const LWT_BPF_OUT: u16 = 2;
pub const LWT_BPF_XMIT: u16 = 3;
pub const LWT_BPF_XMIT_HEADROOM: u16 = 4;

pub const LWT_BPF_PROG_FD: u16 = 1;
pub const LWT_BPF_PROG_NAME: u16 = 2;

pub const LWTUNNEL_IP_OPT_ERSPAN_VER: u16 = 1;
pub const LWTUNNEL_IP_OPT_ERSPAN_INDEX: u16 = 2;
pub const LWTUNNEL_IP_OPT_ERSPAN_DIR: u16 = 3;
pub const LWTUNNEL_IP_OPT_ERSPAN_HWID: u16 = 4;

pub const LWTUNNEL_IP_OPT_GENEVE_CLASS: u16 = 1;
pub const LWTUNNEL_IP_OPT_GENEVE_TYPE: u16 = 2;
pub const LWTUNNEL_IP_OPT_GENEVE_DATA: u16 = 3;

pub const ILA_ATTR_LOCATOR: u16 = 1;
pub const ILA_ATTR_IDENTIFIER: u16 = 2;
pub const ILA_ATTR_LOCATOR_MATCH: u16 = 3;
pub const ILA_ATTR_IFINDEX: u16 = 4;
pub const ILA_ATTR_DIR: u16 = 5;
pub const ILA_ATTR_PAD: u16 = 6;
pub const ILA_ATTR_CSUM_MODE: u16 = 7;
pub const ILA_ATTR_IDENT_TYPE: u16 = 8;
pub const ILA_ATTR_HOOK_TYPE: u16 = 9;

pub const IOAM6_IPTUNNEL_MODE: u16 = 1;
pub const IOAM6_IPTUNNEL_DST: u16 = 2;
pub const IOAM6_IPTUNNEL_TRACE: u16 = 3;
pub const IOAM6_IPTUNNEL_FREQ_K: u16 = 4;
pub const IOAM6_IPTUNNEL_FREQ_N: u16 = 5;
pub const IOAM6_IPTUNNEL_SRC: u16 = 6;

pub const LWTUNNEL_IP_ID: u16 = 1;
pub const LWTUNNEL_IP_DST: u16 = 2;
pub const LWTUNNEL_IP_SRC: u16 = 3;
pub const LWTUNNEL_IP_TTL: u16 = 4;
pub const LWTUNNEL_IP_TOS: u16 = 5;
pub const LWTUNNEL_IP_FLAGS: u16 = 6;
pub const LWTUNNEL_IP_PAD: u16 = 7;
pub const LWTUNNEL_IP_OPTS: u16 = 8;

pub const LWTUNNEL_IP6_ID: u16 = 1;
pub const LWTUNNEL_IP6_DST: u16 = 2;
pub const LWTUNNEL_IP6_SRC: u16 = 3;
pub const LWTUNNEL_IP6_HOPLIMIT: u16 = 4;
pub const LWTUNNEL_IP6_TC: u16 = 5;
pub const LWTUNNEL_IP6_FLAGS: u16 = 6;
pub const LWTUNNEL_IP6_PAD: u16 = 7;
pub const LWTUNNEL_IP6_OPTS: u16 = 8;

pub const MPLS_IPTUNNEL_DST: u16 = 1;
pub const MPLS_IPTUNNEL_TTL: u16 = 2;

pub const RPL_IPTUNNEL_SRH: u16 = 1;

pub const SEG6_IPTUNNEL_SRH: u16 = 1;
pub const SEG6_IPTUNNEL_SRC: u16 = 2;
pub const SEG6_IPTUNNEL_TABLE: u16 = 3;

pub const SEG6_LOCAL_ACTION: u16 = 1;
pub const SEG6_LOCAL_SRH: u16 = 2;
pub const SEG6_LOCAL_TABLE: u16 = 3;
pub const SEG6_LOCAL_NH4: u16 = 4;
pub const SEG6_LOCAL_NH6: u16 = 5;
pub const SEG6_LOCAL_IIF: u16 = 6;
pub const SEG6_LOCAL_OIF: u16 = 7;
pub const SEG6_LOCAL_BPF: u16 = 8;
pub const SEG6_LOCAL_VRFTABLE: u16 = 9;
pub const SEG6_LOCAL_COUNTERS: u16 = 10;
pub const SEG6_LOCAL_FLAVORS: u16 = 11;

pub const LWTUNNEL_IP_OPT_VXLAN_GBP: u16 = 1;

pub const LWT_XFRM_IF_ID: u16 = 1;
pub const LWT_XFRM_LINK: u16 = 2;

pub const NLMSGERR_ATTR_MSG: u16 = 1;
pub const NLMSGERR_ATTR_OFFS: u16 = 2;
pub const NLMSGERR_ATTR_COOKIE: u16 = 3;
pub const NLMSGERR_ATTR_POLICY: u16 = 4;
pub const NLMSGERR_ATTR_MISS_TYPE: u16 = 5;
pub const NLMSGERR_ATTR_MISS_NEST: u16 = 6;

pub const NFEA_ACTIVITY_NOTIFY: u16 = 1;
pub const NFEA_DONT_REFRESH: u16 = 2;

pub const NHA_GROUP_STATS_ENTRY: u16 = 1;

pub const NHA_GROUP_STATS_ENTRY_ID: u16 = 1;
pub const NHA_GROUP_STATS_ENTRY_PACKETS: u16 = 2;
pub const NHA_GROUP_STATS_ENTRY_PACKETS_HW: u16 = 3;

pub const IFLA_IPVLAN_MODE: u16 = 1;
pub const IFLA_IPVLAN_FLAGS: u16 = 2;

pub const IFLA_MACVLAN_MODE: u16 = 1;
pub const IFLA_MACVLAN_FLAGS: u16 = 2;
pub const IFLA_MACVLAN_MACADDR_MODE: u16 = 3;
pub const IFLA_MACVLAN_MACADDR: u16 = 4;
pub const IFLA_MACVLAN_MACADDR_DATA: u16 = 5;
pub const IFLA_MACVLAN_MACADDR_COUNT: u16 = 6;
pub const IFLA_MACVLAN_BC_QUEUE_LEN: u16 = 7;
pub const IFLA_MACVLAN_BC_QUEUE_LEN_USED: u16 = 8;
pub const IFLA_MACVLAN_BC_CUTOFF: u16 = 9;

pub const MDBA_MDB: u16 = 1;
pub const MDBA_ROUTER: u16 = 2;

pub const MDBA_MDB_ENTRY: u16 = 1;

pub const MDBA_GET_ENTRY: u16 = 1;
pub const MDBA_GET_ENTRY_ATTRS: u16 = 2;

pub const MDBA_MDB_EATTR_TIMER: u16 = 1;
pub const MDBA_MDB_EATTR_SRC_LIST: u16 = 2;
pub const MDBA_MDB_EATTR_GROUP_MODE: u16 = 3;
pub const MDBA_MDB_EATTR_SOURCE: u16 = 4;
pub const MDBA_MDB_EATTR_RTPROT: u16 = 5;
pub const MDBA_MDB_EATTR_DST: u16 = 6;
pub const MDBA_MDB_EATTR_DST_PORT: u16 = 7;
pub const MDBA_MDB_EATTR_VNI: u16 = 8;
pub const MDBA_MDB_EATTR_IFINDEX: u16 = 9;
pub const MDBA_MDB_EATTR_SRC_VNI: u16 = 10;

pub const MDBA_MDB_ENTRY_INFO: u16 = 1;

pub const MDBA_SET_ENTRY: u16 = 1;
pub const MDBA_SET_ENTRY_ATTRS: u16 = 2;

pub const MDBA_MDB_SRCATTR_ADDRESS: u16 = 1;
pub const MDBA_MDB_SRCATTR_TIMER: u16 = 2;

pub const MDBA_MDB_SRCLIST_ENTRY: u16 = 1;

pub const NDUSEROPT_SRCADDR: u16 = 1;

pub const NETCONFA_IFINDEX: u16 = 1;
pub const NETCONFA_FORWARDING: u16 = 2;
pub const NETCONFA_RP_FILTER: u16 = 3;
pub const NETCONFA_MC_FORWARDING: u16 = 4;
pub const NETCONFA_PROXY_NEIGH: u16 = 5;
pub const NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN: u16 = 6;
pub const NETCONFA_INPUT: u16 = 7;
pub const NETCONFA_BC_FORWARDING: u16 = 8;
pub const NETCONFA_FORCE_FORWARDING: u16 = 9;

pub const NHA_ID: u16 = 1;
pub const NHA_GROUP: u16 = 2;
pub const NHA_GROUP_TYPE: u16 = 3;
pub const NHA_BLACKHOLE: u16 = 4;
pub const NHA_OIF: u16 = 5;
pub const NHA_GATEWAY: u16 = 6;
pub const NHA_ENCAP_TYPE: u16 = 7;
pub const NHA_ENCAP: u16 = 8;
pub const NHA_GROUPS: u16 = 9;
pub const NHA_MASTER: u16 = 10;
pub const NHA_FDB: u16 = 11;
pub const NHA_RES_GROUP: u16 = 12;
pub const NHA_RES_BUCKET: u16 = 13;
pub const NHA_OP_FLAGS: u16 = 14;
pub const NHA_GROUP_STATS: u16 = 15;
pub const NHA_HW_STATS_ENABLE: u16 = 16;
pub const NHA_HW_STATS_USED: u16 = 17;
pub const NHA_DST_PORT: u16 = 18;

pub const NETNSA_NSID: u16 = 1;
pub const NETNSA_PID: u16 = 2;
pub const NETNSA_FD: u16 = 3;
pub const NETNSA_TARGET_NSID: u16 = 4;
pub const NETNSA_CURRENT_NSID: u16 = 5;

pub const PREFIX_ADDRESS: u16 = 1;
pub const PREFIX_CACHEINFO: u16 = 2;

pub const BRIDGE_QUERIER_IP_ADDRESS: u16 = 1;
pub const BRIDGE_QUERIER_IP_PORT: u16 = 2;
pub const BRIDGE_QUERIER_IP_OTHER_TIMER: u16 = 3;
pub const BRIDGE_QUERIER_PAD: u16 = 4;
pub const BRIDGE_QUERIER_IPV6_ADDRESS: u16 = 5;
pub const BRIDGE_QUERIER_IPV6_PORT: u16 = 6;
pub const BRIDGE_QUERIER_IPV6_OTHER_TIMER: u16 = 7;

pub const NHA_RES_GROUP_PAD: u16 = 0;
pub const NHA_RES_GROUP_BUCKETS: u16 = 1;
pub const NHA_RES_GROUP_IDLE_TIMER: u16 = 2;
pub const NHA_RES_GROUP_UNBALANCED_TIMER: u16 = 3;
pub const NHA_RES_GROUP_UNBALANCED_TIME: u16 = 4;

pub const MDBA_ROUTER_PATTR_TIMER: u16 = 1;
pub const MDBA_ROUTER_PATTR_TYPE: u16 = 2;
pub const MDBA_ROUTER_PATTR_INET_TIMER: u16 = 3;
pub const MDBA_ROUTER_PATTR_INET6_TIMER: u16 = 4;
pub const MDBA_ROUTER_PATTR_VID: u16 = 5;

pub const MDBA_ROUTER_PORT: u16 = 1;

pub const SEG6_LOCAL_BPF_PROG: u16 = 1;
pub const SEG6_LOCAL_BPF_PROG_NAME: u16 = 2;

pub const SEG6_LOCAL_CNT_PAD: u16 = 1;
pub const SEG6_LOCAL_CNT_PACKETS: u16 = 2;
pub const SEG6_LOCAL_CNT_BYTES: u16 = 3;
pub const SEG6_LOCAL_CNT_ERRORS: u16 = 4;

pub const SEG6_LOCAL_FLV_OPERATION: u16 = 1;
pub const SEG6_LOCAL_FLV_LCBLOCK_BITS: u16 = 2;
pub const SEG6_LOCAL_FLV_LCNODE_FN_BITS: u16 = 3;

pub const AF_MPLS: u16 = 28;

pub const IFLA_STATS_LINK_64: u16 = 1;
pub const IFLA_STATS_LINK_XSTATS: u16 = 2;
pub const IFLA_STATS_LINK_XSTATS_SLAVE: u16 = 3;
pub const IFLA_STATS_LINK_OFFLOAD_XSTATS: u16 = 4;
pub const IFLA_STATS_AF_SPEC: u16 = 5;

pub const IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS: u16 = 2;

pub const VETH_INFO_PEER: u16 = 1;

pub const IFLA_VRF_PORT_TABLE: u16 = 1;

pub const VXCAN_INFO_PEER: u16 = 1;

pub const IFLA_VXLAN_ID: u16 = 1;
pub const IFLA_VXLAN_GROUP: u16 = 2;
pub const IFLA_VXLAN_LINK: u16 = 3;
pub const IFLA_VXLAN_LOCAL: u16 = 4;
pub const IFLA_VXLAN_TTL: u16 = 5;
pub const IFLA_VXLAN_TOS: u16 = 6;
pub const IFLA_VXLAN_LEARNING: u16 = 7;
pub const IFLA_VXLAN_AGEING: u16 = 8;
pub const IFLA_VXLAN_LIMIT: u16 = 9;
pub const IFLA_VXLAN_PORT_RANGE: u16 = 10;
pub const IFLA_VXLAN_PROXY: u16 = 11;
pub const IFLA_VXLAN_RSC: u16 = 12;
pub const IFLA_VXLAN_L2MISS: u16 = 13;
pub const IFLA_VXLAN_L3MISS: u16 = 14;
pub const IFLA_VXLAN_PORT: u16 = 15;
pub const IFLA_VXLAN_GROUP6: u16 = 16;
pub const IFLA_VXLAN_LOCAL6: u16 = 17;
pub const IFLA_VXLAN_UDP_CSUM: u16 = 18;
pub const IFLA_VXLAN_UDP_ZERO_CSUM6_TX: u16 = 19;
pub const IFLA_VXLAN_UDP_ZERO_CSUM6_RX: u16 = 20;
pub const IFLA_VXLAN_REMCSUM_TX: u16 = 21;
pub const IFLA_VXLAN_REMCSUM_RX: u16 = 22;
pub const IFLA_VXLAN_GBP: u16 = 23;
pub const IFLA_VXLAN_REMCSUM_NOPARTIAL: u16 = 24;
pub const IFLA_VXLAN_COLLECT_METADATA: u16 = 25;
pub const IFLA_VXLAN_LABEL: u16 = 26;
pub const IFLA_VXLAN_GPE: u16 = 27;
pub const IFLA_VXLAN_TTL_INHERIT: u16 = 28;
pub const IFLA_VXLAN_DF: u16 = 29;
pub const IFLA_VXLAN_VNIFILTER: u16 = 30;
pub const IFLA_VXLAN_LOCALBYPASS: u16 = 31;
pub const IFLA_VXLAN_LABEL_POLICY: u16 = 32;
pub const IFLA_VXLAN_RESERVED_BITS: u16 = 33;
pub const IFLA_VXLAN_MC_ROUTE: u16 = 34;

pub const IFA_ADDRESS: u16 = 1;
pub const IFA_LOCAL: u16 = 2;
pub const IFA_LABEL: u16 = 3;
pub const IFA_BROADCAST: u16 = 4;
pub const IFA_ANYCAST: u16 = 5;
pub const IFA_CACHEINFO: u16 = 6;
pub const IFA_MULTICAST: u16 = 7;
pub const IFA_FLAGS: u16 = 8;
pub const IFA_RT_PRIORITY: u16 = 9;
pub const IFA_TARGET_NETNSID: u16 = 10;
pub const IFA_PROTO: u16 = 11;
pub const IFA_MC_USERS: u16 = 12;

pub const AF_INET: u16 = 2;
pub const AF_INET6: u16 = 10;
pub const AF_MCTP: u16 = 45;

pub const IFLA_BOND_AD_INFO_AGGREGATOR: u16 = 1;
pub const IFLA_BOND_AD_INFO_NUM_PORTS: u16 = 2;
pub const IFLA_BOND_AD_INFO_ACTOR_KEY: u16 = 3;
pub const IFLA_BOND_AD_INFO_PARTNER_KEY: u16 = 4;
pub const IFLA_BOND_AD_INFO_PARTNER_MAC: u16 = 5;

pub const IFLA_BOND_SLAVE_STATE: u16 = 1;
pub const IFLA_BOND_SLAVE_MII_STATUS: u16 = 2;
pub const IFLA_BOND_SLAVE_LINK_FAILURE_COUNT: u16 = 3;
pub const IFLA_BOND_SLAVE_PERM_HWADDR: u16 = 4;
pub const IFLA_BOND_SLAVE_QUEUE_ID: u16 = 5;
pub const IFLA_BOND_SLAVE_AD_AGGREGATOR_ID: u16 = 6;
pub const IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE: u16 = 7;
pub const IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE: u16 = 8;
pub const IFLA_BOND_SLAVE_PRIO: u16 = 9;
pub const IFLA_BOND_SLAVE_ACTOR_PORT_PRIO: u16 = 10;
pub const IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE: u16 = 11;
pub const IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE: u16 = 12;

pub const IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST: u16 = 1;
pub const IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED: u16 = 2;

pub const IFLA_INET_CONF: u16 = 1;

pub const IFLA_VLAN_QOS_MAPPING: u16 = 1;

pub const IFLA_INET6_FLAGS: u16 = 1;
pub const IFLA_INET6_CONF: u16 = 2;
pub const IFLA_INET6_STATS: u16 = 3;
pub const IFLA_INET6_MCAST: u16 = 4;
pub const IFLA_INET6_CACHEINFO: u16 = 5;
pub const IFLA_INET6_ICMP6STATS: u16 = 6;
pub const IFLA_INET6_TOKEN: u16 = 7;
pub const IFLA_INET6_ADDR_GEN_MODE: u16 = 8;
pub const IFLA_INET6_RA_MTU: u16 = 9;

pub const IFLA_ADDRESS: u16 = 1;
pub const IFLA_BROADCAST: u16 = 2;
pub const IFLA_IFNAME: u16 = 3;
pub const IFLA_MTU: u16 = 4;
pub const IFLA_LINK: u16 = 5;
pub const IFLA_QDISC: u16 = 6;
pub const IFLA_STATS: u16 = 7;
pub const IFLA_COST: u16 = 8;
pub const IFLA_PRIORITY: u16 = 9;
pub const IFLA_MASTER: u16 = 10;
pub const IFLA_WIRELESS: u16 = 11;
pub const IFLA_PROTINFO: u16 = 12;
pub const IFLA_TXQLEN: u16 = 13;
pub const IFLA_MAP: u16 = 14;
pub const IFLA_WEIGHT: u16 = 15;
pub const IFLA_OPERSTATE: u16 = 16;
pub const IFLA_LINKMODE: u16 = 17;
pub const IFLA_LINKINFO: u16 = 18;
pub const IFLA_NET_NS_PID: u16 = 19;
pub const IFLA_IFALIAS: u16 = 20;
pub const IFLA_NUM_VF: u16 = 21;
pub const IFLA_VFINFO_LIST: u16 = 22;
pub const IFLA_STATS64: u16 = 23;
pub const IFLA_VF_PORTS: u16 = 24;
pub const IFLA_PORT_SELF: u16 = 25;
pub const IFLA_AF_SPEC: u16 = 26;
pub const IFLA_GROUP: u16 = 27;
pub const IFLA_NET_NS_FD: u16 = 28;
pub const IFLA_EXT_MASK: u16 = 29;
pub const IFLA_PROMISCUITY: u16 = 30;
pub const IFLA_NUM_TX_QUEUES: u16 = 31;
pub const IFLA_NUM_RX_QUEUES: u16 = 32;
pub const IFLA_CARRIER: u16 = 33;
pub const IFLA_PHYS_PORT_ID: u16 = 34;
pub const IFLA_CARRIER_CHANGES: u16 = 35;
pub const IFLA_PHYS_SWITCH_ID: u16 = 36;
pub const IFLA_LINK_NETNSID: u16 = 37;
pub const IFLA_PHYS_PORT_NAME: u16 = 38;
pub const IFLA_PROTO_DOWN: u16 = 39;
pub const IFLA_GSO_MAX_SEGS: u16 = 40;
pub const IFLA_GSO_MAX_SIZE: u16 = 41;
pub const IFLA_PAD: u16 = 42;
pub const IFLA_XDP: u16 = 43;
pub const IFLA_EVENT: u16 = 44;
pub const IFLA_NEW_NETNSID: u16 = 45;
pub const IFLA_TARGET_NETNSID: u16 = 46;
pub const IFLA_CARRIER_UP_COUNT: u16 = 47;
pub const IFLA_CARRIER_DOWN_COUNT: u16 = 48;
pub const IFLA_NEW_IFINDEX: u16 = 49;
pub const IFLA_MIN_MTU: u16 = 50;
pub const IFLA_MAX_MTU: u16 = 51;
pub const IFLA_PROP_LIST: u16 = 52;
pub const IFLA_ALT_IFNAME: u16 = 53;
pub const IFLA_PERM_ADDRESS: u16 = 54;
pub const IFLA_PROTO_DOWN_REASON: u16 = 55;
pub const IFLA_PARENT_DEV_NAME: u16 = 56;
pub const IFLA_PARENT_DEV_BUS_NAME: u16 = 57;
pub const IFLA_GRO_MAX_SIZE: u16 = 58;
pub const IFLA_TSO_MAX_SIZE: u16 = 59;
pub const IFLA_TSO_MAX_SEGS: u16 = 60;
pub const IFLA_ALLMULTI: u16 = 61;
pub const IFLA_DEVLINK_PORT: u16 = 62;
pub const IFLA_GSO_IPV4_MAX_SIZE: u16 = 63;
pub const IFLA_GRO_IPV4_MAX_SIZE: u16 = 64;
pub const IFLA_DPLL_PIN: u16 = 65;
pub const IFLA_MAX_PACING_OFFLOAD_HORIZON: u16 = 66;
pub const IFLA_NETNS_IMMUTABLE: u16 = 67;
pub const IFLA_HEADROOM: u16 = 68;
pub const IFLA_TAILROOM: u16 = 69;

pub const DPLL_A_ID: u16 = 1;

pub const IFLA_OFFLOAD_XSTATS_CPU_HIT: u16 = 1;
pub const IFLA_OFFLOAD_XSTATS_HW_S_INFO: u16 = 2;
pub const IFLA_OFFLOAD_XSTATS_L3_STATS: u16 = 3;

pub const IFLA_INFO_KIND: u16 = 1;
pub const IFLA_INFO_DATA: u16 = 2;
pub const IFLA_INFO_XSTATS: u16 = 3;
pub const IFLA_INFO_SLAVE_KIND: u16 = 4;
pub const IFLA_INFO_SLAVE_DATA: u16 = 5;

pub const IFLA_BOND_MODE: u16 = 1;
pub const IFLA_BOND_ACTIVE_SLAVE: u16 = 2;
pub const IFLA_BOND_MIIMON: u16 = 3;
pub const IFLA_BOND_UPDELAY: u16 = 4;
pub const IFLA_BOND_DOWNDELAY: u16 = 5;
pub const IFLA_BOND_USE_CARRIER: u16 = 6;
pub const IFLA_BOND_ARP_INTERVAL: u16 = 7;
pub const IFLA_BOND_ARP_IP_TARGET: u16 = 8;
pub const IFLA_BOND_ARP_VALIDATE: u16 = 9;
pub const IFLA_BOND_ARP_ALL_TARGETS: u16 = 10;
pub const IFLA_BOND_PRIMARY: u16 = 11;
pub const IFLA_BOND_PRIMARY_RESELECT: u16 = 12;
pub const IFLA_BOND_FAIL_OVER_MAC: u16 = 13;
pub const IFLA_BOND_XMIT_HASH_POLICY: u16 = 14;
pub const IFLA_BOND_RESEND_IGMP: u16 = 15;
pub const IFLA_BOND_NUM_PEER_NOTIF: u16 = 16;
pub const IFLA_BOND_ALL_SLAVES_ACTIVE: u16 = 17;
pub const IFLA_BOND_MIN_LINKS: u16 = 18;
pub const IFLA_BOND_LP_INTERVAL: u16 = 19;
pub const IFLA_BOND_PACKETS_PER_SLAVE: u16 = 20;
pub const IFLA_BOND_AD_LACP_RATE: u16 = 21;
pub const IFLA_BOND_AD_SELECT: u16 = 22;
pub const IFLA_BOND_AD_INFO: u16 = 23;
pub const IFLA_BOND_AD_ACTOR_SYS_PRIO: u16 = 24;
pub const IFLA_BOND_AD_USER_PORT_KEY: u16 = 25;
pub const IFLA_BOND_AD_ACTOR_SYSTEM: u16 = 26;
pub const IFLA_BOND_TLB_DYNAMIC_LB: u16 = 27;
pub const IFLA_BOND_PEER_NOTIF_DELAY: u16 = 28;
pub const IFLA_BOND_AD_LACP_ACTIVE: u16 = 29;
pub const IFLA_BOND_MISSED_MAX: u16 = 30;
pub const IFLA_BOND_NS_IP6_TARGET: u16 = 31;
pub const IFLA_BOND_COUPLED_CONTROL: u16 = 32;
pub const IFLA_BOND_BROADCAST_NEIGH: u16 = 33;
pub const IFLA_BOND_LACP_STRICT: u16 = 34;

pub const IFLA_BR_FORWARD_DELAY: u16 = 1;
pub const IFLA_BR_HELLO_TIME: u16 = 2;
pub const IFLA_BR_MAX_AGE: u16 = 3;
pub const IFLA_BR_AGEING_TIME: u16 = 4;
pub const IFLA_BR_STP_STATE: u16 = 5;
pub const IFLA_BR_PRIORITY: u16 = 6;
pub const IFLA_BR_VLAN_FILTERING: u16 = 7;
pub const IFLA_BR_VLAN_PROTOCOL: u16 = 8;
pub const IFLA_BR_GROUP_FWD_MASK: u16 = 9;
pub const IFLA_BR_ROOT_ID: u16 = 10;
pub const IFLA_BR_BRIDGE_ID: u16 = 11;
pub const IFLA_BR_ROOT_PORT: u16 = 12;
pub const IFLA_BR_ROOT_PATH_COST: u16 = 13;
pub const IFLA_BR_TOPOLOGY_CHANGE: u16 = 14;
pub const IFLA_BR_TOPOLOGY_CHANGE_DETECTED: u16 = 15;
pub const IFLA_BR_HELLO_TIMER: u16 = 16;
pub const IFLA_BR_TCN_TIMER: u16 = 17;
pub const IFLA_BR_TOPOLOGY_CHANGE_TIMER: u16 = 18;
pub const IFLA_BR_GC_TIMER: u16 = 19;
pub const IFLA_BR_GROUP_ADDR: u16 = 20;
pub const IFLA_BR_FDB_FLUSH: u16 = 21;
pub const IFLA_BR_MCAST_ROUTER: u16 = 22;
pub const IFLA_BR_MCAST_SNOOPING: u16 = 23;
pub const IFLA_BR_MCAST_QUERY_USE_IFADDR: u16 = 24;
pub const IFLA_BR_MCAST_QUERIER: u16 = 25;
pub const IFLA_BR_MCAST_HASH_ELASTICITY: u16 = 26;
pub const IFLA_BR_MCAST_HASH_MAX: u16 = 27;
pub const IFLA_BR_MCAST_LAST_MEMBER_CNT: u16 = 28;
pub const IFLA_BR_MCAST_STARTUP_QUERY_CNT: u16 = 29;
pub const IFLA_BR_MCAST_LAST_MEMBER_INTVL: u16 = 30;
pub const IFLA_BR_MCAST_MEMBERSHIP_INTVL: u16 = 31;
pub const IFLA_BR_MCAST_QUERIER_INTVL: u16 = 32;
pub const IFLA_BR_MCAST_QUERY_INTVL: u16 = 33;
pub const IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: u16 = 34;
pub const IFLA_BR_MCAST_STARTUP_QUERY_INTVL: u16 = 35;
pub const IFLA_BR_NF_CALL_IPTABLES: u16 = 36;
pub const IFLA_BR_NF_CALL_IP6TABLES: u16 = 37;
pub const IFLA_BR_NF_CALL_ARPTABLES: u16 = 38;
pub const IFLA_BR_VLAN_DEFAULT_PVID: u16 = 39;
pub const IFLA_BR_PAD: u16 = 40;
pub const IFLA_BR_VLAN_STATS_ENABLED: u16 = 41;
pub const IFLA_BR_MCAST_STATS_ENABLED: u16 = 42;
pub const IFLA_BR_MCAST_IGMP_VERSION: u16 = 43;
pub const IFLA_BR_MCAST_MLD_VERSION: u16 = 44;
pub const IFLA_BR_VLAN_STATS_PER_PORT: u16 = 45;
pub const IFLA_BR_MULTI_BOOLOPT: u16 = 46;
pub const IFLA_BR_MCAST_QUERIER_STATE: u16 = 47;
pub const IFLA_BR_FDB_N_LEARNED: u16 = 48;
pub const IFLA_BR_FDB_MAX_LEARNED: u16 = 49;
pub const IFLA_BR_STP_MODE: u16 = 50;

pub const IFLA_BRPORT_STATE: u16 = 1;
pub const IFLA_BRPORT_PRIORITY: u16 = 2;
pub const IFLA_BRPORT_COST: u16 = 3;
pub const IFLA_BRPORT_MODE: u16 = 4;
pub const IFLA_BRPORT_GUARD: u16 = 5;
pub const IFLA_BRPORT_PROTECT: u16 = 6;
pub const IFLA_BRPORT_FAST_LEAVE: u16 = 7;
pub const IFLA_BRPORT_LEARNING: u16 = 8;
pub const IFLA_BRPORT_UNICAST_FLOOD: u16 = 9;
pub const IFLA_BRPORT_PROXYARP: u16 = 10;
pub const IFLA_BRPORT_LEARNING_SYNC: u16 = 11;
pub const IFLA_BRPORT_PROXYARP_WIFI: u16 = 12;
pub const IFLA_BRPORT_ROOT_ID: u16 = 13;
pub const IFLA_BRPORT_BRIDGE_ID: u16 = 14;
pub const IFLA_BRPORT_DESIGNATED_PORT: u16 = 15;
pub const IFLA_BRPORT_DESIGNATED_COST: u16 = 16;
pub const IFLA_BRPORT_ID: u16 = 17;
pub const IFLA_BRPORT_NO: u16 = 18;
pub const IFLA_BRPORT_TOPOLOGY_CHANGE_ACK: u16 = 19;
pub const IFLA_BRPORT_CONFIG_PENDING: u16 = 20;
pub const IFLA_BRPORT_MESSAGE_AGE_TIMER: u16 = 21;
pub const IFLA_BRPORT_FORWARD_DELAY_TIMER: u16 = 22;
pub const IFLA_BRPORT_HOLD_TIMER: u16 = 23;
pub const IFLA_BRPORT_FLUSH: u16 = 24;
pub const IFLA_BRPORT_MULTICAST_ROUTER: u16 = 25;
pub const IFLA_BRPORT_PAD: u16 = 26;
pub const IFLA_BRPORT_MCAST_FLOOD: u16 = 27;
pub const IFLA_BRPORT_MCAST_TO_UCAST: u16 = 28;
pub const IFLA_BRPORT_VLAN_TUNNEL: u16 = 29;
pub const IFLA_BRPORT_BCAST_FLOOD: u16 = 30;
pub const IFLA_BRPORT_GROUP_FWD_MASK: u16 = 31;
pub const IFLA_BRPORT_NEIGH_SUPPRESS: u16 = 32;
pub const IFLA_BRPORT_ISOLATED: u16 = 33;
pub const IFLA_BRPORT_BACKUP_PORT: u16 = 34;
pub const IFLA_BRPORT_MRP_RING_OPEN: u16 = 35;
pub const IFLA_BRPORT_MRP_IN_OPEN: u16 = 36;
pub const IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT: u16 = 37;
pub const IFLA_BRPORT_MCAST_EHT_HOSTS_CNT: u16 = 38;
pub const IFLA_BRPORT_LOCKED: u16 = 39;
pub const IFLA_BRPORT_MAB: u16 = 40;
pub const IFLA_BRPORT_MCAST_N_GROUPS: u16 = 41;
pub const IFLA_BRPORT_MCAST_MAX_GROUPS: u16 = 42;
pub const IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: u16 = 43;
pub const IFLA_BRPORT_BACKUP_NHID: u16 = 44;
pub const IFLA_BRPORT_NEIGH_FORWARD_GRAT: u16 = 45;

pub const IFLA_GENEVE_ID: u16 = 1;
pub const IFLA_GENEVE_REMOTE: u16 = 2;
pub const IFLA_GENEVE_TTL: u16 = 3;
pub const IFLA_GENEVE_TOS: u16 = 4;
pub const IFLA_GENEVE_PORT: u16 = 5;
pub const IFLA_GENEVE_COLLECT_METADATA: u16 = 6;
pub const IFLA_GENEVE_REMOTE6: u16 = 7;
pub const IFLA_GENEVE_UDP_CSUM: u16 = 8;
pub const IFLA_GENEVE_UDP_ZERO_CSUM6_TX: u16 = 9;
pub const IFLA_GENEVE_UDP_ZERO_CSUM6_RX: u16 = 10;
pub const IFLA_GENEVE_LABEL: u16 = 11;
pub const IFLA_GENEVE_TTL_INHERIT: u16 = 12;
pub const IFLA_GENEVE_DF: u16 = 13;
pub const IFLA_GENEVE_INNER_PROTO_INHERIT: u16 = 14;
pub const IFLA_GENEVE_PORT_RANGE: u16 = 15;
pub const IFLA_GENEVE_GRO_HINT: u16 = 16;
pub const IFLA_GENEVE_LOCAL: u16 = 17;
pub const IFLA_GENEVE_LOCAL6: u16 = 18;

pub const IFLA_GRE_LINK: u16 = 1;
pub const IFLA_GRE_IFLAGS: u16 = 2;
pub const IFLA_GRE_OFLAGS: u16 = 3;
pub const IFLA_GRE_IKEY: u16 = 4;
pub const IFLA_GRE_OKEY: u16 = 5;
pub const IFLA_GRE_LOCAL: u16 = 6;
pub const IFLA_GRE_REMOTE: u16 = 7;
pub const IFLA_GRE_TTL: u16 = 8;
pub const IFLA_GRE_TOS: u16 = 9;
pub const IFLA_GRE_PMTUDISC: u16 = 10;
pub const IFLA_GRE_ENCAP_LIMIT: u16 = 11;
pub const IFLA_GRE_FLOWINFO: u16 = 12;
pub const IFLA_GRE_FLAGS: u16 = 13;
pub const IFLA_GRE_ENCAP_TYPE: u16 = 14;
pub const IFLA_GRE_ENCAP_FLAGS: u16 = 15;
pub const IFLA_GRE_ENCAP_SPORT: u16 = 16;
pub const IFLA_GRE_ENCAP_DPORT: u16 = 17;
pub const IFLA_GRE_COLLECT_METADATA: u16 = 18;
pub const IFLA_GRE_IGNORE_DF: u16 = 19;
pub const IFLA_GRE_FWMARK: u16 = 20;
pub const IFLA_GRE_ERSPAN_INDEX: u16 = 21;
pub const IFLA_GRE_ERSPAN_VER: u16 = 22;
pub const IFLA_GRE_ERSPAN_DIR: u16 = 23;
pub const IFLA_GRE_ERSPAN_HWID: u16 = 24;

pub const IFLA_IPTUN_LINK: u16 = 1;
pub const IFLA_IPTUN_LOCAL: u16 = 2;
pub const IFLA_IPTUN_REMOTE: u16 = 3;
pub const IFLA_IPTUN_TTL: u16 = 4;
pub const IFLA_IPTUN_TOS: u16 = 5;
pub const IFLA_IPTUN_ENCAP_LIMIT: u16 = 6;
pub const IFLA_IPTUN_FLOWINFO: u16 = 7;
pub const IFLA_IPTUN_FLAGS: u16 = 8;
pub const IFLA_IPTUN_PROTO: u16 = 9;
pub const IFLA_IPTUN_PMTUDISC: u16 = 10;
pub const IFLA_IPTUN_6RD_PREFIX: u16 = 11;
pub const IFLA_IPTUN_6RD_RELAY_PREFIX: u16 = 12;
pub const IFLA_IPTUN_6RD_PREFIXLEN: u16 = 13;
pub const IFLA_IPTUN_6RD_RELAY_PREFIXLEN: u16 = 14;
pub const IFLA_IPTUN_ENCAP_TYPE: u16 = 15;
pub const IFLA_IPTUN_ENCAP_FLAGS: u16 = 16;
pub const IFLA_IPTUN_ENCAP_SPORT: u16 = 17;
pub const IFLA_IPTUN_ENCAP_DPORT: u16 = 18;
pub const IFLA_IPTUN_COLLECT_METADATA: u16 = 19;
pub const IFLA_IPTUN_FWMARK: u16 = 20;

pub const IFLA_TUN_OWNER: u16 = 1;
pub const IFLA_TUN_GROUP: u16 = 2;
pub const IFLA_TUN_TYPE: u16 = 3;
pub const IFLA_TUN_PI: u16 = 4;
pub const IFLA_TUN_VNET_HDR: u16 = 5;
pub const IFLA_TUN_PERSIST: u16 = 6;
pub const IFLA_TUN_MULTI_QUEUE: u16 = 7;
pub const IFLA_TUN_NUM_QUEUES: u16 = 8;
pub const IFLA_TUN_NUM_DISABLED_QUEUES: u16 = 9;

pub const IFLA_VLAN_ID: u16 = 1;
pub const IFLA_VLAN_FLAGS: u16 = 2;
pub const IFLA_VLAN_EGRESS_QOS: u16 = 3;
pub const IFLA_VLAN_INGRESS_QOS: u16 = 4;
pub const IFLA_VLAN_PROTOCOL: u16 = 5;

pub const IFLA_VRF_TABLE: u16 = 1;

pub const IFLA_PORT_VF: u16 = 1;
pub const IFLA_PORT_PROFILE: u16 = 2;
pub const IFLA_PORT_VSI_TYPE: u16 = 3;
pub const IFLA_PORT_INSTANCE_UUID: u16 = 4;
pub const IFLA_PORT_HOST_UUID: u16 = 5;
pub const IFLA_PORT_REQUEST: u16 = 6;
pub const IFLA_PORT_RESPONSE: u16 = 7;

pub const IFLA_VF_PORT: u16 = 1;

pub const IFLA_VF_VLAN_INFO: u16 = 1;

pub const IFLA_VF_MAC: u16 = 1;
pub const IFLA_VF_VLAN: u16 = 2;
pub const IFLA_VF_TX_RATE: u16 = 3;
pub const IFLA_VF_SPOOFCHK: u16 = 4;
pub const IFLA_VF_LINK_STATE: u16 = 5;
pub const IFLA_VF_RATE: u16 = 6;
pub const IFLA_VF_RSS_QUERY_EN: u16 = 7;
pub const IFLA_VF_STATS: u16 = 8;
pub const IFLA_VF_TRUST: u16 = 9;
pub const IFLA_VF_IB_NODE_GUID: u16 = 10;
pub const IFLA_VF_IB_PORT_GUID: u16 = 11;
pub const IFLA_VF_VLAN_LIST: u16 = 12;
pub const IFLA_VF_BROADCAST: u16 = 13;

pub const IFLA_VF_INFO: u16 = 1;

pub const IFLA_XDP_FD: u16 = 1;
pub const IFLA_XDP_ATTACHED: u16 = 2;
pub const IFLA_XDP_FLAGS: u16 = 3;
pub const IFLA_XDP_PROG_ID: u16 = 4;
pub const IFLA_XDP_DRV_PROG_ID: u16 = 5;
pub const IFLA_XDP_SKB_PROG_ID: u16 = 6;
pub const IFLA_XDP_HW_PROG_ID: u16 = 7;
pub const IFLA_XDP_EXPECTED_FD: u16 = 8;

pub const NDA_UNSPEC: u16 = 0;
pub const NDA_DST: u16 = 1;
pub const NDA_LLADDR: u16 = 2;
pub const NDA_CACHEINFO: u16 = 3;
pub const NDA_PROBES: u16 = 4;
pub const NDA_VLAN: u16 = 5;
pub const NDA_PORT: u16 = 6;
pub const NDA_VNI: u16 = 7;
pub const NDA_IFINDEX: u16 = 8;
pub const NDA_MASTER: u16 = 9;
pub const NDA_LINK_NETNSID: u16 = 10;
pub const NDA_SRC_VNI: u16 = 11;
pub const NDA_PROTOCOL: u16 = 12;
pub const NDA_NH_ID: u16 = 13;
pub const NDA_FDB_EXT_ATTRS: u16 = 14;
pub const NDA_FLAGS_EXT: u16 = 15;
pub const NDA_NDM_STATE_MASK: u16 = 16;
pub const NDA_NDM_FLAGS_MASK: u16 = 17;

pub const RTAX_UNSPEC: u16 = 0;
pub const RTAX_LOCK: u16 = 1;
pub const RTAX_MTU: u16 = 2;
pub const RTAX_WINDOW: u16 = 3;
pub const RTAX_RTT: u16 = 4;
pub const RTAX_RTTVAR: u16 = 5;
pub const RTAX_SSTHRESH: u16 = 6;
pub const RTAX_CWND: u16 = 7;
pub const RTAX_ADVMSS: u16 = 8;
pub const RTAX_REORDERING: u16 = 9;
pub const RTAX_HOPLIMIT: u16 = 10;
pub const RTAX_INITCWND: u16 = 11;
pub const RTAX_FEATURES: u16 = 12;
pub const RTAX_RTO_MIN: u16 = 13;
pub const RTAX_INITRWND: u16 = 14;
pub const RTAX_QUICKACK: u16 = 15;
pub const RTAX_CC_ALGO: u16 = 16;
pub const RTAX_FASTOPEN_NO_COOKIE: u16 = 17;

pub const RTA_DST: u16 = 1;
pub const RTA_SRC: u16 = 2;
pub const RTA_IIF: u16 = 3;
pub const RTA_OIF: u16 = 4;
pub const RTA_GATEWAY: u16 = 5;
pub const RTA_PRIORITY: u16 = 6;
pub const RTA_PREFSRC: u16 = 7;
pub const RTA_METRICS: u16 = 8;
pub const RTA_MULTIPATH: u16 = 9;
pub const RTA_PROTOINFO: u16 = 10;
pub const RTA_FLOW: u16 = 11;
pub const RTA_CACHEINFO: u16 = 12;
pub const RTA_SESSION: u16 = 13;
pub const RTA_MP_ALGO: u16 = 14;
pub const RTA_TABLE: u16 = 15;
pub const RTA_MARK: u16 = 16;
pub const RTA_MFC_STATS: u16 = 17;
pub const RTA_VIA: u16 = 18;
pub const RTA_NEWDST: u16 = 19;
pub const RTA_PREF: u16 = 20;
pub const RTA_ENCAP_TYPE: u16 = 21;
pub const RTA_ENCAP: u16 = 22;
pub const RTA_EXPIRES: u16 = 23;
pub const RTA_PAD: u16 = 24;
pub const RTA_UID: u16 = 25;
pub const RTA_TTL_PROPAGATE: u16 = 26;
pub const RTA_IP_PROTO: u16 = 27;
pub const RTA_SPORT: u16 = 28;
pub const RTA_DPORT: u16 = 29;
pub const RTA_NH_ID: u16 = 30;
pub const RTA_FLOWLABEL: u16 = 31;
pub const RTA_DEL_REASON: u16 = 32;

pub const FRA_DST: u16 = 1;
pub const FRA_SRC: u16 = 2;
pub const FRA_IIFNAME: u16 = 3;
pub const FRA_GOTO: u16 = 4;
pub const FRA_UNUSED2: u16 = 5;
pub const FRA_PRIORITY: u16 = 6;
pub const FRA_UNUSED3: u16 = 7;
pub const FRA_UNUSED4: u16 = 8;
pub const FRA_UNUSED5: u16 = 9;
pub const FRA_FWMARK: u16 = 10;
pub const FRA_FLOW: u16 = 11;
pub const FRA_TUN_ID: u16 = 12;
pub const FRA_SUPPRESS_IFGROUP: u16 = 13;
pub const FRA_SUPPRESS_PREFIXLEN: u16 = 14;
pub const FRA_TABLE: u16 = 15;
pub const FRA_FWMASK: u16 = 16;
pub const FRA_OIFNAME: u16 = 17;
pub const FRA_PAD: u16 = 18;
pub const FRA_L3MDEV: u16 = 19;
pub const FRA_UID_RANGE: u16 = 20;
pub const FRA_PROTOCOL: u16 = 21;
pub const FRA_IP_PROTO: u16 = 22;
pub const FRA_SPORT_RANGE: u16 = 23;
pub const FRA_DPORT_RANGE: u16 = 24;
pub const FRA_DSCP: u16 = 25;
pub const FRA_FLOWLABEL: u16 = 26;
pub const FRA_FLOWLABEL_MASK: u16 = 27;
pub const FRA_SPORT_MASK: u16 = 28;
pub const FRA_DPORT_MASK: u16 = 29;
pub const FRA_DSCP_MASK: u16 = 30;

pub const TCA_KIND: u16 = 1;
pub const TCA_OPTIONS: u16 = 2;
pub const TCA_STATS: u16 = 3;
pub const TCA_XSTATS: u16 = 4;
pub const TCA_RATE: u16 = 5;
pub const TCA_FCNT: u16 = 6;
pub const TCA_STATS2: u16 = 7;
pub const TCA_STAB: u16 = 8;
pub const TCA_PAD: u16 = 9;
pub const TCA_DUMP_INVISIBLE: u16 = 10;
pub const TCA_CHAIN: u16 = 11;
pub const TCA_HW_OFFLOAD: u16 = 12;
pub const TCA_INGRESS_BLOCK: u16 = 13;
pub const TCA_EGRESS_BLOCK: u16 = 14;
pub const TCA_DUMP_FLAGS: u16 = 15;
pub const TCA_EXT_WARN_MSG: u16 = 16;
