/* SPDX-License-Identifier: GPL-2.0 */

/* What helpers.c and genl.c share. */

#ifndef NL_HELPERS_H
#define NL_HELPERS_H

#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/netlink.h>

/* What an attribute has to be, without the NLA_* that Rust's bindings lack. */
struct nl_helper_policy {
	u64 min;
	u64 max;
	u32 mask;
	u8 nl_attr_type;
	u8 form;
};

/* Limits that a struct nla_policy points to. */
union nl_helper_range {
	struct netlink_range_validation of_unsigned;
	struct netlink_range_validation_signed of_signed;
};

void nl_helper_fill_policy(struct nla_policy *to, union nl_helper_range *range,
			   const struct nl_helper_policy *p);

/* What generic netlink adds to a request; ffi.rs has the same. */
struct nl_helper_genl_message {
	struct netlink_callback *dump;
	u8 cmd;
	u8 version;
};

int nl_helper_genl_put_message(const struct sk_buff *request,
			       struct sk_buff *skb, unsigned int len,
			       const struct nl_helper_genl_message *genl);

#endif
