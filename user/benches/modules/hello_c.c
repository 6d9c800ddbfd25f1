// SPDX-License-Identifier: GPL-2.0

/*
 * The hello protocol in C, as the netlink core would have it written: what
 * hello.ko is measured beside. Both answer the same, see docs/protocol.md, but
 * that here
 *
 * - texts of refusals are the core's, and what is too long is EINVAL as well;
 * - an attribute may come twice, of which the last one counts;
 * - the messages behind one whose sender was killed are served too;
 * - a classic hello behind a request in the same datagram is ignored:
 *   netlink_rcv_skb() serves requests alone.
 */

#include <linux/capability.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "hello_state.h"

/* Events. */

static struct sk_buff *hello_new_event(u32 portid, u32 seq, const char *text,
				       size_t len)
{
	size_t room = nla_total_size(sizeof(u32)) + nla_total_size(len + 1);
	struct sk_buff *event = nlmsg_new(room, GFP_KERNEL);
	struct nlmsghdr *nlh;

	if (!event)
		return NULL;
	nlh = nlmsg_put(event, portid, seq, HELLO_CMD_HELLO_NTF, 0, 0);
	if (!nlh || hello_put_event(event, portid, text, len)) {
		nlmsg_free(event);
		return NULL;
	}
	nlmsg_end(event, nlh);
	return event;
}

/* @text may be NULL. What listeners miss is not the sender's business. */
static noinline void hello_send_event(struct sk_buff *skb,
				      const struct nlmsghdr *nlh,
				      const char *text, size_t len)
{
	u32 portid = NETLINK_CB(skb).portid;
	struct sk_buff *event;

	event = hello_new_event(portid, nlh->nlmsg_seq, text, len);
	if (event)
		nlmsg_notify(skb->sk, event, portid, HELLO_GROUP_EVENTS,
			     nlmsg_report(nlh), GFP_KERNEL);
}

static bool hello_is_heard(const struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_flags & NLM_F_ECHO ||
	       netlink_has_listeners(skb->sk, HELLO_GROUP_EVENTS);
}

/* HELLO_CMD_HELLO. */

static int hello_reply(struct sk_buff *skb, const struct nlmsghdr *nlh,
		       struct hello_net *hn, const struct nlattr *data)
{
	u32 portid = NETLINK_CB(skb).portid;
	struct nlmsghdr *header;
	struct sk_buff *reply;
	size_t room;

retry:
	room = READ_ONCE(hn->greeting_room);
	if (data)
		room += nla_total_size(nla_len(data));
	reply = nlmsg_new(room, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = nlmsg_put(reply, portid, nlh->nlmsg_seq, HELLO_CMD_HELLO, 0, 0);
	if (unlikely(!header || hello_put_greeting(reply, hn) ||
		     (data && nla_put(reply, HELLO_A_DATA, nla_len(data), nla_data(data))))) {
		/* The greeting has become longer meanwhile. */
		nlmsg_free(reply);
		goto retry;
	}
	nlmsg_end(reply, header);
	return nlmsg_unicast(skb->sk, reply, portid);
}

static void hello_send_text(struct sk_buff *skb, const struct nlmsghdr *nlh,
			    const struct nlattr *attr)
{
	const char *text = attr ? nla_data(attr) : NULL;

	hello_send_event(skb, nlh, text, text ? strlen(text) : 0);
}

static int hello_hello(struct sk_buff *skb, struct nlmsghdr *nlh,
		       struct netlink_ext_ack *extack)
{
	struct hello_net *hn = hello_net_of(skb);
	struct nlattr *tb[ARRAY_SIZE(hello_policy)];
	int err;

	err = nlmsg_parse(nlh, 0, tb, ARRAY_SIZE(tb) - 1, hello_policy, extack);
	if (err)
		return err;
	err = hello_reply(skb, nlh, hn, tb[HELLO_A_DATA]);
	if (err)
		return err;
	hello_count(hn, HELLO_HELLOS);
	hello_note_peer(hn, NETLINK_CB(skb).portid, nlmsg_len(nlh));
	if (hello_is_heard(skb, nlh))
		hello_send_text(skb, nlh, tb[HELLO_A_TEXT]);
	return 0;
}

/* HELLO_CMD_GET_PEER. */

static noinline int hello_get_peer(struct sk_buff *skb, struct nlmsghdr *nlh,
				   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(hello_peer_policy)];
	struct sk_buff *reply;
	struct nlmsghdr *header;
	int err;

	err = nlmsg_parse(nlh, 0, tb, ARRAY_SIZE(tb) - 1, hello_peer_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, NULL, tb, HELLO_A_PORTID))
		return -EINVAL;
	reply = nlmsg_new(HELLO_PEER_ROOM, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = nlmsg_put(reply, NETLINK_CB(skb).portid, nlh->nlmsg_seq,
			   HELLO_CMD_GET_PEER, 0, 0);
	err = header ? hello_find_and_put_peer(reply, hello_net_of(skb),
					       nla_get_u32(tb[HELLO_A_PORTID])) :
		       -EMSGSIZE;
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(extack, tb[HELLO_A_PORTID],
					    "nobody of this port id has said hello");
		nlmsg_free(reply);
		return err;
	}
	nlmsg_end(reply, header);
	return nlmsg_unicast(skb->sk, reply, NETLINK_CB(skb).portid);
}

static int hello_dump_peer(struct sk_buff *skb, struct netlink_callback *cb,
			   struct hello_peer *peer)
{
	struct nlmsghdr *header;

	header = nlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   HELLO_CMD_GET_PEER, 0, NLM_F_MULTI);
	if (!header)
		return -EMSGSIZE;
	if (hello_put_peer(skb, peer)) {
		nlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nl_dump_check_consistent(cb, header);
	nlmsg_end(skb, header);
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

static int hello_refuse_attrs(const struct nlmsghdr *nlh,
			      struct netlink_ext_ack *extack)
{
	return nla_validate(nlmsg_attrdata(nlh, 0), nlmsg_attrlen(nlh, 0), 0,
			    NULL, extack);
}

static noinline int hello_start_dump(struct sk_buff *skb, struct nlmsghdr *nlh,
				     struct netlink_ext_ack *extack)
{
	struct netlink_dump_control control = { .dump = hello_dump_peers };
	int err = hello_refuse_attrs(nlh, extack);

	return err ?: netlink_dump_start(skb->sk, skb, nlh, &control);
}

/* HELLO_CMD_GET_STATS. */

static noinline int hello_get_stats(struct sk_buff *skb, struct nlmsghdr *nlh,
				    struct netlink_ext_ack *extack)
{
	size_t room = nla_total_size(sizeof(u32)) + 5 * nla_total_size(sizeof(u64));
	struct sk_buff *reply;
	struct nlmsghdr *header;
	int err;

	err = hello_refuse_attrs(nlh, extack);
	if (err)
		return err;
	reply = nlmsg_new(room, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = nlmsg_put(reply, NETLINK_CB(skb).portid, nlh->nlmsg_seq,
			   HELLO_CMD_GET_STATS, 0, 0);
	if (!header || hello_put_stats(reply, hello_net_of(skb))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	nlmsg_end(reply, header);
	return nlmsg_unicast(skb->sk, reply, NETLINK_CB(skb).portid);
}

/* HELLO_CMD_SET_GREETING. */

static noinline int hello_set_greeting(struct sk_buff *skb, struct nlmsghdr *nlh,
				       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(hello_greeting_policy)];
	int err;

	if (!netlink_net_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "CAP_NET_ADMIN is missing");
		return -EPERM;
	}
	err = nlmsg_parse(nlh, 0, tb, ARRAY_SIZE(tb) - 1, hello_greeting_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, NULL, tb, HELLO_A_GREETING))
		return -EINVAL;
	return hello_replace_greeting(hello_net_of(skb), tb[HELLO_A_GREETING]);
}

/* Classic hello: raw bytes in, a greeting out. */

static bool hello_is_classic(const struct sk_buff *skb)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(skb);

	return skb->len > NLMSG_HDRLEN && !nlh->nlmsg_type &&
	       !(nlh->nlmsg_flags & (NLM_F_REQUEST | NLM_F_ACK)) &&
	       nlh->nlmsg_len > NLMSG_HDRLEN && nlh->nlmsg_len <= skb->len;
}

static int hello_classic_reply(struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	u32 portid = NETLINK_CB(skb).portid;
	size_t len = sizeof(NLHELLO_GREETING);
	struct sk_buff *reply = nlmsg_new(len, GFP_KERNEL);
	struct nlmsghdr *header;

	if (!reply)
		return -ENOMEM;
	header = nlmsg_put(reply, portid, nlh->nlmsg_seq, NLMSG_DONE, len, 0);
	if (!header) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	memcpy(nlmsg_data(header), NLHELLO_GREETING, len);
	return nlmsg_unicast(skb->sk, reply, portid);
}

/* The text ends at its first NUL, and a long one is left out. */
static void hello_send_payload(struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	const char *text = nlmsg_data(nlh);
	size_t len = strnlen(text, nlmsg_len(nlh));

	if (len <= NLHELLO_TEXT_MAX)
		hello_send_event(skb, nlh, text, len);
	else
		hello_send_event(skb, nlh, NULL, 0);
}

/* Its sender knows no NLMSG_ERROR, so a failure shows as silence. */
static void hello_classic(struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	struct hello_net *hn = hello_net_of(skb);

	if (hello_classic_reply(skb, nlh))
		return;
	hello_count(hn, HELLO_CLASSIC);
	hello_note_peer(hn, NETLINK_CB(skb).portid, nlmsg_len(nlh));
	if (hello_is_heard(skb, nlh))
		hello_send_payload(skb, nlh);
}

/* From the datagram to the command. */

static int hello_refuse_flags(u16 flags, struct netlink_ext_ack *extack)
{
	if (flags == NLM_F_DUMP) {
		NL_SET_ERR_MSG(extack, "command has no dump");
		return -EOPNOTSUPP;
	}
	NL_SET_ERR_MSG(extack, "unknown flag in nlmsg_flags");
	return -EINVAL;
}

static int hello_call(struct sk_buff *skb, struct nlmsghdr *nlh,
		      struct netlink_ext_ack *extack)
{
	u16 flags = nlh->nlmsg_flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO);

	if (likely(nlh->nlmsg_type == HELLO_CMD_HELLO && !flags))
		return hello_hello(skb, nlh, extack);
	if (flags == NLM_F_DUMP && nlh->nlmsg_type == HELLO_CMD_GET_PEER)
		return hello_start_dump(skb, nlh, extack);
	if (flags)
		return hello_refuse_flags(flags, extack);
	switch (nlh->nlmsg_type) {
	case HELLO_CMD_GET_PEER:
		return hello_get_peer(skb, nlh, extack);
	case HELLO_CMD_GET_STATS:
		return hello_get_stats(skb, nlh, extack);
	case HELLO_CMD_SET_GREETING:
		return hello_set_greeting(skb, nlh, extack);
	default:
		NL_SET_ERR_MSG(extack, "unknown command");
		return -EOPNOTSUPP;
	}
}

static int hello_rcv(struct sk_buff *skb, struct nlmsghdr *nlh,
		     struct netlink_ext_ack *extack)
{
	int err = hello_call(skb, nlh, extack);

	/* -EINTR: a dump was started, and no ACK is due. */
	if (unlikely(err) && err != -EINTR)
		hello_count(hello_net_of(skb), HELLO_REFUSED);
	return err;
}

static void hello_input(struct sk_buff *skb)
{
	while (hello_is_classic(skb)) {
		const struct nlmsghdr *nlh = nlmsg_hdr(skb);
		u32 len = NLMSG_ALIGN(nlh->nlmsg_len);

		hello_classic(skb, nlh);
		if (len >= skb->len)
			return;
		skb_pull(skb, len);
	}
	netlink_rcv_skb(skb, hello_rcv);
	/* What is left has a broken header. */
	if (unlikely(skb->len))
		hello_count(hello_net_of(skb), HELLO_DROPPED);
}

/* Namespaces. */

static int __net_init hello_init_socket(struct net *net)
{
	struct hello_net *hn = net_generic(net, hello_net_id);
	struct netlink_kernel_cfg cfg = {
		.groups = HELLO_GROUP_EVENTS,
		.input = hello_input,
	};

	hn->sk = netlink_kernel_create(net, NETLINK_USER, &cfg);
	if (!hn->sk)
		return net_eq(net, &init_net) ? -EBUSY : -ENOMEM;
	return 0;
}

static void __net_exit hello_exit_socket(struct net *net)
{
	struct hello_net *hn = net_generic(net, hello_net_id);

	netlink_kernel_release(hn->sk);
}

/*
 * Every namespace has its state before any has a socket: whoever can open a
 * socket of the protocol in one can do so in all, and close it.
 */
static struct pernet_operations hello_socket_ops = {
	.init = hello_init_socket,
	.exit = hello_exit_socket,
};

static int hello_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_USER)
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
	err = register_pernet_subsys(&hello_socket_ops);
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

static void __exit hello_exit(void)
{
	unregister_pernet_subsys(&hello_socket_ops);
	netlink_unregister_notifier(&hello_notifier);
	unregister_pernet_subsys(&hello_state_ops);
}
module_exit(hello_exit);

MODULE_AUTHOR("The nlhello authors");
MODULE_DESCRIPTION("The hello protocol in C");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NET_PF_PROTO(PF_NETLINK, NETLINK_USER);
