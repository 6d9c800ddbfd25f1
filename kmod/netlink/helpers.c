// SPDX-License-Identifier: GPL-2.0

/*
 * What C has only as inline functions and macros, as functions that Rust can
 * call; ffi.rs declares them. See rust/helpers/ in the kernel tree.
 */

#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/netlink.h>
#include <net/net_namespace.h>

struct sock *nl_helper_kernel_create(int unit, struct netlink_kernel_cfg *cfg)
{
	return netlink_kernel_create(&init_net, unit, cfg);
}

u32 nl_helper_portid(struct sk_buff *skb)
{
	return NETLINK_CB(skb).portid;
}

bool nl_helper_is_linear(const struct sk_buff *skb)
{
	return !skb_is_nonlinear(skb);
}

/* Large sizes may fail, and a user picks the size: no warning about it. */
struct sk_buff *nl_helper_nlmsg_new(size_t payload)
{
	return nlmsg_new(payload, GFP_KERNEL | __GFP_NOWARN);
}

void nl_helper_nlmsg_free(struct sk_buff *skb)
{
	nlmsg_free(skb);
}

/* Never blocks: the sender waits in this very call and cannot read meanwhile. */
int nl_helper_reply(struct sk_buff *request, struct sk_buff *reply)
{
	return nlmsg_unicast(request->sk, reply, NETLINK_CB(request).portid);
}
