// SPDX-License-Identifier: GPL-2.0

/*
 * What no module can do without: buffers as large as the hello protocol's
 * answers, with their headers, allocated and sent. It reads of a request what
 * says which of them are due, checks nothing, and keeps nothing.
 */

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "nlhello.h"

#define TEXT "Hello"

static struct sock *floor_sock;
static atomic_t floor_listeners;

static __always_inline struct sk_buff *
floor_new(struct sk_buff *skb, int type, size_t len)
{
	struct sk_buff *answer = nlmsg_new(len, GFP_KERNEL);
	struct nlmsghdr *header;

	if (!answer)
		return NULL;
	header = nlmsg_put(answer, NETLINK_CB(skb).portid,
			   nlmsg_hdr(skb)->nlmsg_seq, type, len, 0);
	memset(nlmsg_data(header), 0, len);
	return answer;
}

static __always_inline void floor_reply(struct sk_buff *skb, int type, size_t len)
{
	struct sk_buff *answer = floor_new(skb, type, len);

	if (answer)
		nlmsg_unicast(skb->sk, answer, NETLINK_CB(skb).portid);
}

static void floor_notify(struct sk_buff *skb)
{
	size_t len = nla_total_size(sizeof(u32)) + nla_total_size(sizeof(TEXT));
	struct sk_buff *answer = floor_new(skb, HELLO_CMD_HELLO_NTF, len);

	if (answer)
		nlmsg_multicast(skb->sk, answer, 0, HELLO_GROUP_EVENTS, GFP_KERNEL);
}

static void floor_input(struct sk_buff *skb)
{
	if (skb->len < NLMSG_HDRLEN)
		return;
	switch (nlmsg_hdr(skb)->nlmsg_type) {
	case 0:
		floor_reply(skb, NLMSG_DONE, sizeof(NLHELLO_GREETING));
		break;
	case HELLO_CMD_HELLO:
		floor_reply(skb, HELLO_CMD_HELLO,
			    nla_total_size(sizeof(NLHELLO_GREETING)));
		if (atomic_read(&floor_listeners))
			floor_notify(skb);
		break;
	}
	if (nlmsg_hdr(skb)->nlmsg_flags & NLM_F_ACK)
		floor_reply(skb, NLMSG_ERROR, sizeof(struct nlmsgerr));
}

static int floor_bind(struct net *net, int group)
{
	atomic_inc(&floor_listeners);
	return 0;
}

static void floor_unbind(struct net *net, int group)
{
	atomic_dec(&floor_listeners);
}

static int __init floor_init(void)
{
	struct netlink_kernel_cfg cfg = {
		.groups = HELLO_GROUP_EVENTS,
		.input = floor_input,
		.bind = floor_bind,
		.unbind = floor_unbind,
	};

	floor_sock = netlink_kernel_create(&init_net, NETLINK_USER, &cfg);
	return floor_sock ? 0 : -EBUSY;
}
module_init(floor_init);

static void __exit floor_exit(void)
{
	netlink_kernel_release(floor_sock);
}
module_exit(floor_exit);

MODULE_AUTHOR("The nlhello authors");
MODULE_DESCRIPTION("Answers of the hello protocol's sizes");
MODULE_LICENSE("GPL");
