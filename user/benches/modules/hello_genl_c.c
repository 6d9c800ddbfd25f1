// SPDX-License-Identifier: GPL-2.0

/*
 * The hello protocol in C over generic netlink: what hello.ko is measured beside
 * there. Both answer the same, see docs/protocol.md, but that here
 *
 * - texts of refusals are the core's, what is too long is EINVAL as well, and
 *   what the core refuses is not counted;
 * - an attribute may come twice, of which the last one counts.
 */

#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "hello_state.h"

/* Numbers of the family's groups, from 0 on. */
enum {
	HELLO_GENL_EVENTS,
};

static struct genl_family hello_family;

/* Returns an error that counts. */
static int hello_refused(struct hello_net *hn, int err)
{
	hello_count(hn, HELLO_REFUSED);
	return err;
}

/* A reply with room for @room bytes of attributes; it begins at @header. */
static struct sk_buff *hello_new_reply(struct genl_info *info, u8 cmd, size_t room,
				       void **header)
{
	struct sk_buff *reply = genlmsg_new(room, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &hello_family, 0, cmd);
	if (!*header) {
		nlmsg_free(reply);
		return NULL;
	}
	return reply;
}

/* HELLO_CMD_HELLO_NTF. */

static struct sk_buff *hello_new_event(struct genl_info *info, const char *text,
				       size_t len)
{
	size_t room = nla_total_size(sizeof(u32)) + nla_total_size(len + 1);
	struct sk_buff *event;
	void *header;

	event = hello_new_reply(info, HELLO_CMD_HELLO_NTF, room, &header);
	if (!event)
		return NULL;
	if (hello_put_event(event, info->snd_portid, text, len)) {
		nlmsg_free(event);
		return NULL;
	}
	genlmsg_end(event, header);
	return event;
}

/* What listeners miss is not the sender's business. */
static noinline void hello_send_event(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[HELLO_A_TEXT];
	const char *text = attr ? nla_data(attr) : NULL;
	struct sk_buff *event;

	event = hello_new_event(info, text, text ? strlen(text) : 0);
	if (event)
		genl_notify(&hello_family, event, info, HELLO_GENL_EVENTS, GFP_KERNEL);
}

static bool hello_is_heard(struct genl_info *info)
{
	return nlmsg_report(info->nlhdr) ||
	       genl_has_listeners(&hello_family, genl_info_net(info), HELLO_GENL_EVENTS);
}

/* HELLO_CMD_HELLO. */

static int hello_reply(struct genl_info *info, struct hello_net *hn)
{
	const struct nlattr *data = info->attrs[HELLO_A_DATA];
	struct sk_buff *reply;
	void *header;
	size_t room;

retry:
	room = READ_ONCE(hn->greeting_room);
	if (data)
		room += nla_total_size(nla_len(data));
	reply = hello_new_reply(info, HELLO_CMD_HELLO, room, &header);
	if (!reply)
		return -ENOMEM;
	if (unlikely(hello_put_greeting(reply, hn) ||
		     (data && nla_put(reply, HELLO_A_DATA, nla_len(data), nla_data(data))))) {
		/* The greeting has become longer meanwhile. */
		nlmsg_free(reply);
		goto retry;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static int hello_hello(struct sk_buff *skb, struct genl_info *info)
{
	struct hello_net *hn = hello_net_of(skb);
	int err = hello_reply(info, hn);

	if (err)
		return hello_refused(hn, err);
	hello_count(hn, HELLO_HELLOS);
	hello_note_peer(hn, info->snd_portid, genlmsg_len(info->genlhdr));
	if (hello_is_heard(info))
		hello_send_event(info);
	return 0;
}

/* HELLO_CMD_GET_PEER. */

static int hello_get_peer(struct sk_buff *skb, struct genl_info *info)
{
	struct hello_net *hn = hello_net_of(skb);
	struct sk_buff *reply;
	void *header;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, HELLO_A_PORTID))
		return hello_refused(hn, -EINVAL);
	reply = hello_new_reply(info, HELLO_CMD_GET_PEER, HELLO_PEER_ROOM, &header);
	if (!reply)
		return hello_refused(hn, -ENOMEM);
	err = hello_find_and_put_peer(reply, hn, nla_get_u32(info->attrs[HELLO_A_PORTID]));
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[HELLO_A_PORTID],
					    "nobody of this port id has said hello");
		nlmsg_free(reply);
		return hello_refused(hn, err);
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static int hello_dump_peer(struct sk_buff *skb, struct netlink_callback *cb,
			   struct hello_peer *peer)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     &hello_family, NLM_F_MULTI, HELLO_CMD_GET_PEER);
	if (!header)
		return -EMSGSIZE;
	if (hello_put_peer(skb, peer)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return 0;
}

/* cb->args[0] is the first port id that was not dumped yet. */
static int hello_dump_peers(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct hello_net *hn = hello_net_of(skb);
	struct hello_peer *peer;
	unsigned long portid;
	int err = 0;

	mutex_lock(&hn->lock);
	cb->seq = hn->peer_generation;
	xa_for_each_start(&hn->peers, portid, peer, (unsigned long)cb->args[0]) {
		err = hello_dump_peer(skb, cb, peer);
		if (err)
			break;
	}
	cb->args[0] = portid;
	mutex_unlock(&hn->lock);
	return err;
}

/* HELLO_CMD_GET_STATS. */

static int hello_get_stats(struct sk_buff *skb, struct genl_info *info)
{
	size_t room = nla_total_size(sizeof(u32)) + 5 * nla_total_size(sizeof(u64));
	struct hello_net *hn = hello_net_of(skb);
	struct sk_buff *reply;
	void *header;

	reply = hello_new_reply(info, HELLO_CMD_GET_STATS, room, &header);
	if (!reply)
		return hello_refused(hn, -ENOMEM);
	if (hello_put_stats(reply, hn)) {
		nlmsg_free(reply);
		return hello_refused(hn, -EMSGSIZE);
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* HELLO_CMD_SET_GREETING. */

static int hello_set_greeting(struct sk_buff *skb, struct genl_info *info)
{
	struct hello_net *hn = hello_net_of(skb);
	int err;

	if (GENL_REQ_ATTR_CHECK(info, HELLO_A_GREETING))
		return hello_refused(hn, -EINVAL);
	err = hello_replace_greeting(hn, info->attrs[HELLO_A_GREETING]);
	return err ? hello_refused(hn, err) : 0;
}

/* The family. */

static const struct genl_split_ops hello_ops[] = {
	{
		.cmd = HELLO_CMD_HELLO,
		.doit = hello_hello,
		.policy = hello_policy,
		.maxattr = ARRAY_SIZE(hello_policy) - 1,
		.flags = GENL_CMD_CAP_DO,
	},
	{
		.cmd = HELLO_CMD_GET_PEER,
		.doit = hello_get_peer,
		.policy = hello_peer_policy,
		.maxattr = ARRAY_SIZE(hello_peer_policy) - 1,
		.flags = GENL_CMD_CAP_DO,
	},
	{
		.cmd = HELLO_CMD_GET_PEER,
		.dumpit = hello_dump_peers,
		.flags = GENL_CMD_CAP_DUMP,
	},
	{
		.cmd = HELLO_CMD_GET_STATS,
		.doit = hello_get_stats,
		.flags = GENL_CMD_CAP_DO,
	},
	{
		.cmd = HELLO_CMD_SET_GREETING,
		.doit = hello_set_greeting,
		.policy = hello_greeting_policy,
		.maxattr = ARRAY_SIZE(hello_greeting_policy) - 1,
		.flags = GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group hello_groups[] = {
	[HELLO_GENL_EVENTS] = { .name = "events", .flags = GENL_MCAST_CAP_NET_ADMIN },
};

static struct genl_family hello_family = {
	.name = "nlhello",
	.version = 1,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = hello_ops,
	.n_split_ops = ARRAY_SIZE(hello_ops),
	.mcgrps = hello_groups,
	.n_mcgrps = ARRAY_SIZE(hello_groups),
};

static int hello_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		hello_forget_peer(notify);
	return NOTIFY_DONE;
}

static struct notifier_block hello_notifier = {
	.notifier_call = hello_event,
};

static int __init hello_init(void)
{
	int err;

	err = register_pernet_subsys(&hello_state_ops);
	if (err)
		return err;
	err = netlink_register_notifier(&hello_notifier);
	if (err)
		goto unregister_state;
	err = genl_register_family(&hello_family);
	if (err)
		goto unregister_notifier;
	return 0;

unregister_notifier:
	netlink_unregister_notifier(&hello_notifier);
unregister_state:
	unregister_pernet_subsys(&hello_state_ops);
	return err;
}
module_init(hello_init);

/* No call is under way then, and no dump: each holds the module. */
static void __exit hello_exit(void)
{
	genl_unregister_family(&hello_family);
	netlink_unregister_notifier(&hello_notifier);
	unregister_pernet_subsys(&hello_state_ops);
}
module_exit(hello_exit);

MODULE_AUTHOR("The nlhello authors");
MODULE_DESCRIPTION("The hello protocol in C over generic netlink");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("nlhello");
