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
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "nlhello.h"

enum hello_counter {
	HELLO_HELLOS,
	HELLO_CLASSIC,
	HELLO_REFUSED,
	HELLO_DROPPED,
	HELLO_COUNTERS,
};

struct hello_greeting {
	struct rcu_head rcu;
	u32 size; /* of the text, with its NUL */
	char text[];
};

struct hello_peer {
	struct rcu_head rcu;
	u32 portid;
	u64 number; /* which of two that spoke in the same tick came first */
	spinlock_t lock; /* of what follows */
	u64 messages;
	u64 bytes;
	u64 last; /* CLOCK_BOOTTIME, to the tick */
};

struct hello_net {
	struct sock *sk;
	unsigned long __percpu *counters; /* longs, so that others read them in one piece */
	struct hello_greeting __rcu *greeting;
	u32 greeting_room; /* for the longest one so far, as an attribute */
	struct xarray peers; /* by port id; read under RCU */
	u64 peers_added;
	u32 peer_count;
	u32 peer_generation;
	u64 evicted;
	struct mutex lock; /* of changes of all this, but for the counters */
};

static unsigned int hello_net_id;

static struct hello_net *hello_net_of(const struct sk_buff *skb)
{
	return net_generic(sock_net(skb->sk), hello_net_id);
}

static void hello_count(struct hello_net *hn, enum hello_counter counter)
{
	this_cpu_inc(hn->counters[counter]);
}

static u64 hello_sum(struct hello_net *hn, enum hello_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(hn->counters, cpu)[counter]);
	return sum;
}

/* Peers. */

static void hello_note(struct hello_peer *peer, u32 bytes)
{
	spin_lock(&peer->lock);
	peer->messages++;
	peer->bytes += bytes;
	peer->last = ktime_get_coarse_boottime_ns();
	spin_unlock(&peer->lock);
}

/* 0 is no generation to nl_dump_check_consistent(). */
static void hello_peers_changed(struct hello_net *hn)
{
	if (!++hn->peer_generation)
		hn->peer_generation = 1;
}

/* Under the lock. */
static bool hello_remove_peer(struct hello_net *hn, u32 portid)
{
	struct hello_peer *peer = xa_erase(&hn->peers, portid);

	if (!peer)
		return false;
	hn->peer_count--;
	hello_peers_changed(hn);
	kfree_rcu(peer, rcu);
	return true;
}

static u64 hello_last(struct hello_peer *peer)
{
	u64 last;

	spin_lock(&peer->lock);
	last = peer->last;
	spin_unlock(&peer->lock);
	return last;
}

/* Under the lock: returns the peer that has been silent for longest. */
static struct hello_peer *hello_oldest_peer(struct hello_net *hn)
{
	struct hello_peer *peer, *oldest = NULL;
	u64 last, oldest_last = U64_MAX;
	unsigned long portid;

	xa_for_each(&hn->peers, portid, peer) {
		last = hello_last(peer);
		if (oldest && (last > oldest_last || (last == oldest_last &&
						      peer->number > oldest->number)))
			continue;
		oldest = peer;
		oldest_last = last;
	}
	return oldest;
}

/* Under the lock. */
static int hello_insert_peer(struct hello_net *hn, struct hello_peer *peer)
{
	int err;

	/* Another thread may have said hello on the same socket. */
	if (xa_load(&hn->peers, peer->portid))
		return -EEXIST;
	if (hn->peer_count >= NLHELLO_PEERS_MAX) {
		hello_remove_peer(hn, hello_oldest_peer(hn)->portid);
		hn->evicted++;
	}
	peer->number = hn->peers_added++;
	err = xa_insert(&hn->peers, peer->portid, peer, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	hn->peer_count++;
	hello_peers_changed(hn);
	return 0;
}

/* Where there is no memory for a peer, it stays unknown: its hello is answered. */
static noinline void hello_add_peer(struct hello_net *hn, u32 portid,
				    u32 bytes)
{
	struct hello_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT);
	int err;

	if (!peer)
		return;
	peer->portid = portid;
	spin_lock_init(&peer->lock);
	hello_note(peer, bytes);
	mutex_lock(&hn->lock);
	err = hello_insert_peer(hn, peer);
	mutex_unlock(&hn->lock);
	if (err)
		kfree(peer);
}

static __always_inline void hello_note_peer(struct hello_net *hn, u32 portid,
					    u32 bytes)
{
	struct hello_peer *peer;

	rcu_read_lock();
	peer = xa_load(&hn->peers, portid);
	if (likely(peer))
		hello_note(peer, bytes);
	rcu_read_unlock();
	if (unlikely(!peer))
		hello_add_peer(hn, portid, bytes);
}

/* Events. */

static int hello_put_event(struct sk_buff *event, u32 portid, const char *text,
			   size_t len)
{
	struct nlattr *attr;

	if (nla_put_u32(event, HELLO_A_PORTID, portid))
		return -EMSGSIZE;
	if (!text)
		return 0;
	attr = nla_reserve(event, HELLO_A_TEXT, len + 1);
	if (!attr)
		return -EMSGSIZE;
	memcpy(nla_data(attr), text, len);
	((char *)nla_data(attr))[len] = '\0';
	return 0;
}

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

static const struct nla_policy hello_policy[] = {
	[HELLO_A_TEXT] = { .type = NLA_NUL_STRING, .len = NLHELLO_TEXT_MAX },
	[HELLO_A_DATA] = { .type = NLA_BINARY, .len = NLHELLO_DATA_MAX },
};

static int hello_put_greeting(struct sk_buff *reply, struct hello_net *hn)
{
	struct hello_greeting *greeting;
	int err;

	rcu_read_lock();
	greeting = rcu_dereference(hn->greeting);
	err = nla_put(reply, HELLO_A_GREETING, greeting->size, greeting->text);
	rcu_read_unlock();
	return err;
}

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

static const struct nla_policy hello_peer_policy[] = {
	[HELLO_A_PORTID] = { .type = NLA_U32 },
};

#define HELLO_PEER_ROOM (nla_total_size(sizeof(u32)) + 3 * nla_total_size(sizeof(u64)))

/* The protocol has no attributes for padding. */
static int hello_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

/* What lies between the two clocks changes when one of them is set. */
static u64 hello_real_ns(u64 boot_ns)
{
	ktime_t boot = ktime_mono_to_any(0, TK_OFFS_BOOT);
	ktime_t real = ktime_mono_to_any(0, TK_OFFS_REAL);

	return boot_ns + ktime_to_ns(ktime_sub(real, boot));
}

static int hello_put_peer(struct sk_buff *skb, struct hello_peer *peer)
{
	u64 messages, bytes, last;

	spin_lock(&peer->lock);
	messages = peer->messages;
	bytes = peer->bytes;
	last = peer->last;
	spin_unlock(&peer->lock);
	if (nla_put_u32(skb, HELLO_A_PORTID, peer->portid) ||
	    hello_put_u64(skb, HELLO_A_MESSAGES, messages) ||
	    hello_put_u64(skb, HELLO_A_BYTES, bytes) ||
	    hello_put_u64(skb, HELLO_A_LAST_NS, hello_real_ns(last)))
		return -EMSGSIZE;
	return 0;
}

static int hello_find_and_put_peer(struct sk_buff *reply, struct hello_net *hn,
				   u32 portid)
{
	struct hello_peer *peer;
	int err = -ENOENT;

	rcu_read_lock();
	peer = xa_load(&hn->peers, portid);
	if (peer)
		err = hello_put_peer(reply, peer);
	rcu_read_unlock();
	return err;
}

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

static int hello_put_stats(struct sk_buff *reply, struct hello_net *hn)
{
	u32 peers;
	u64 evicted;

	mutex_lock(&hn->lock);
	peers = hn->peer_count;
	evicted = hn->evicted;
	mutex_unlock(&hn->lock);
	if (hello_put_u64(reply, HELLO_A_HELLOS, hello_sum(hn, HELLO_HELLOS)) ||
	    hello_put_u64(reply, HELLO_A_CLASSIC, hello_sum(hn, HELLO_CLASSIC)) ||
	    hello_put_u64(reply, HELLO_A_REFUSED, hello_sum(hn, HELLO_REFUSED)) ||
	    hello_put_u64(reply, HELLO_A_DROPPED, hello_sum(hn, HELLO_DROPPED)) ||
	    nla_put_u32(reply, HELLO_A_PEERS, peers) ||
	    hello_put_u64(reply, HELLO_A_EVICTED, evicted))
		return -EMSGSIZE;
	return 0;
}

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

static const struct nla_policy hello_greeting_policy[] = {
	[HELLO_A_GREETING] = { .type = NLA_NUL_STRING, .len = NLHELLO_GREETING_MAX },
};

/* Until somebody sets another one. */
static struct hello_greeting hello_default_greeting = {
	.size = sizeof(NLHELLO_GREETING),
	.text = NLHELLO_GREETING,
};

static void hello_free_greeting(struct hello_greeting *greeting)
{
	if (greeting != &hello_default_greeting)
		kfree_rcu(greeting, rcu);
}

static int hello_replace_greeting(struct hello_net *hn, const struct nlattr *text)
{
	u32 size = strlen(nla_data(text)) + 1;
	struct hello_greeting *greeting;

	greeting = kmalloc(struct_size(greeting, text, size), GFP_KERNEL_ACCOUNT);
	if (!greeting)
		return -ENOMEM;
	greeting->size = size;
	memcpy(greeting->text, nla_data(text), size);
	mutex_lock(&hn->lock);
	/* First, so that who sees a longer greeting and retries finds room for it. */
	WRITE_ONCE(hn->greeting_room, max_t(u32, hn->greeting_room, nla_total_size(size)));
	greeting = rcu_replace_pointer(hn->greeting, greeting, lockdep_is_held(&hn->lock));
	mutex_unlock(&hn->lock);
	hello_free_greeting(greeting);
	return 0;
}

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

static int __net_init hello_init_state(struct net *net)
{
	struct hello_net *hn = net_generic(net, hello_net_id);

	xa_init(&hn->peers);
	mutex_init(&hn->lock);
	hn->peer_generation = 1;
	RCU_INIT_POINTER(hn->greeting, &hello_default_greeting);
	hn->greeting_room = nla_total_size(hello_default_greeting.size);
	hn->counters = __alloc_percpu_gfp(HELLO_COUNTERS * sizeof(long), sizeof(long),
					  GFP_KERNEL_ACCOUNT);
	return hn->counters ? 0 : -ENOMEM;
}

static void __net_exit hello_exit_state(struct net *net)
{
	struct hello_net *hn = net_generic(net, hello_net_id);
	struct hello_peer *peer;
	unsigned long portid;

	xa_for_each(&hn->peers, portid, peer)
		kfree(peer);
	xa_destroy(&hn->peers);
	mutex_destroy(&hn->lock);
	hello_free_greeting(rcu_dereference_protected(hn->greeting, true));
	free_percpu(hn->counters);
}

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
static struct pernet_operations hello_state_ops = {
	.init = hello_init_state,
	.exit = hello_exit_state,
	.id = &hello_net_id,
	.size = sizeof(struct hello_net),
};

static struct pernet_operations hello_socket_ops = {
	.init = hello_init_socket,
	.exit = hello_exit_socket,
};

/* A socket was closed: its peer is forgotten. */
static int hello_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct netlink_notify *notify = data;
	struct hello_net *hn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_USER)
		return NOTIFY_DONE;
	hn = net_generic(notify->net, hello_net_id);
	mutex_lock(&hn->lock);
	hello_remove_peer(hn, notify->portid);
	mutex_unlock(&hn->lock);
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
