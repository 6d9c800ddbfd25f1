/* SPDX-License-Identifier: GPL-2.0 */

/*
 * What the hello protocol keeps in a network namespace, and how it is put into
 * messages: the same in C over raw netlink, hello_c.c, and over generic netlink,
 * hello_genl_c.c.
 */

#ifndef HELLO_STATE_H
#define HELLO_STATE_H

#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
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
	struct sock *sk; /* the kernel's, where the protocol is raw */
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

/* Called for a socket that was closed: its peer is forgotten. */
static void hello_forget_peer(const struct netlink_notify *notify)
{
	struct hello_net *hn = net_generic(notify->net, hello_net_id);

	mutex_lock(&hn->lock);
	hello_remove_peer(hn, notify->portid);
	mutex_unlock(&hn->lock);
}

/* What requests take. */

static const struct nla_policy hello_policy[] = {
	[HELLO_A_TEXT] = { .type = NLA_NUL_STRING, .len = NLHELLO_TEXT_MAX },
	[HELLO_A_DATA] = { .type = NLA_BINARY, .len = NLHELLO_DATA_MAX },
};

static const struct nla_policy hello_peer_policy[] = {
	[HELLO_A_PORTID] = { .type = NLA_U32 },
};

static const struct nla_policy hello_greeting_policy[] = {
	[HELLO_A_GREETING] = { .type = NLA_NUL_STRING, .len = NLHELLO_GREETING_MAX },
};

/* What goes into messages. */

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

/* The greeting. */

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

static struct pernet_operations hello_state_ops = {
	.init = hello_init_state,
	.exit = hello_exit_state,
	.id = &hello_net_id,
	.size = sizeof(struct hello_net),
};

#endif
