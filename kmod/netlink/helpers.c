// SPDX-License-Identifier: GPL-2.0

/*
 * What C has only as inline functions, macros and statics, as functions that
 * Rust can call; ffi.rs declares them. See rust/helpers/ in the kernel tree.
 */

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/u64_stats_sync.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "helpers.h"

/* Here because the keys of Rust's module! differ between the kernels; Kbuild says who. */
MODULE_AUTHOR(NL_HELPER_AUTHOR);

/* What a network namespace holds of a family. */
struct nl_helper_net {
	/* Null where the family is not, both. */
	struct nl_helper_socket *socket;
	void *state;
};

/*
 * What the core calls for each network namespace. Every one has its state
 * before any has a socket, for whoever can open a socket of the protocol in one
 * can do so in all.
 */
struct nl_helper_family {
	struct pernet_operations states;
	struct pernet_operations sockets;
};

/* By protocol, as the next. */
static struct nl_helper_family *nl_helper_families[MAX_LINKS];

static unsigned int nl_helper_net_ids[MAX_LINKS];

int nl_helper_register_states(int unit, int (*init)(struct net *net),
			      void (*exit)(struct net *net))
{
	const struct nl_helper_family family = {
		.states = {
			.init = init,
			.exit = exit,
			.id = &nl_helper_net_ids[unit],
			.size = sizeof(struct nl_helper_net),
		},
	};
	struct nl_helper_family *copy;
	int err;

	copy = kmemdup(&family, sizeof(family), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = register_pernet_subsys(&copy->states);
	if (err)
		kfree(copy);
	else
		nl_helper_families[unit] = copy;
	return err;
}

void nl_helper_unregister_states(int unit)
{
	unregister_pernet_subsys(&nl_helper_families[unit]->states);
	kfree(nl_helper_families[unit]);
	nl_helper_families[unit] = NULL;
}

int nl_helper_register_sockets(int unit, int (*init)(struct net *net),
			       void (*exit)(struct net *net))
{
	struct pernet_operations *ops = &nl_helper_families[unit]->sockets;

	ops->init = init;
	ops->exit = exit;
	return register_pernet_subsys(ops);
}

void nl_helper_unregister_sockets(int unit)
{
	unregister_pernet_subsys(&nl_helper_families[unit]->sockets);
}

struct nl_helper_net *nl_helper_net(const struct net *net, int unit)
{
	return net_generic(net, nl_helper_net_ids[unit]);
}

struct net *nl_helper_skb_net(const struct sk_buff *skb)
{
	return sock_net(skb->sk);
}

/* The first namespace, which is there before all others and stays. */
bool nl_helper_is_init_net(const struct net *net)
{
	return net_eq(net, &init_net);
}

/*
 * Puts @len bytes, a message, that lie behind room for a second header: over generic
 * netlink, where there is @genl, they get it. Frees @skb where that fails.
 */
static __always_inline int
nl_helper_put_message(const struct sk_buff *request, struct sk_buff *skb,
		      unsigned int len, const struct nl_helper_genl_message *genl)
{
	if (unlikely(genl))
		return nl_helper_genl_put_message(request, skb, len, genl);
	skb_reserve(skb, GENL_HDRLEN);
	__skb_put(skb, len);
	return 0;
}

/*
 * The kernel's socket in a network namespace, for those who send when nobody
 * asks. They may know of it before it is open, and after.
 */
struct nl_helper_socket {
	struct sock *sk;
	/* Those who know of it. */
	refcount_t refs;
	/* Users of sk now, plus INT_MIN where it is not open, so that nobody begins to use it. */
	atomic_t users;
	/* Complete when those are done who were using sk as it closed. */
	struct completion idle;
};

struct nl_helper_socket *nl_helper_socket_new(void)
{
	struct nl_helper_socket *socket;

	socket = kzalloc(sizeof(*socket), GFP_KERNEL_ACCOUNT);
	if (!socket)
		return NULL;
	refcount_set(&socket->refs, 1);
	atomic_set(&socket->users, INT_MIN);
	init_completion(&socket->idle);
	return socket;
}

void nl_helper_socket_get(struct nl_helper_socket *socket)
{
	refcount_inc(&socket->refs);
}

void nl_helper_socket_put(struct nl_helper_socket *socket)
{
	if (refcount_dec_and_test(&socket->refs))
		kfree(socket);
}

/*
 * Fills in THIS_MODULE, to which open sockets hold references; null where it is
 * built in. The core does not say why it fails. The first namespace is also the
 * first to get a socket: there the protocol may belong to somebody else.
 */
int nl_helper_socket_open(struct net *net, int unit,
			  struct netlink_kernel_cfg *cfg)
{
	struct nl_helper_socket *socket = nl_helper_net(net, unit)->socket;

	if (!socket)
		return 0;
	socket->sk = netlink_kernel_create(net, unit, cfg);
	if (!socket->sk)
		return nl_helper_is_init_net(net) ? -EBUSY : -ENOMEM;
	/* Whoever reads that the socket is open reads sk, too. */
	atomic_set_release(&socket->users, 0);
	return 0;
}

/* Is fully ordered where it succeeds. Locks of the core sleep on PREEMPT_RT. */
static int nl_helper_socket_enter(struct nl_helper_socket *socket)
{
	if (in_hardirq() || in_nmi())
		return -EOPNOTSUPP;
	return atomic_inc_unless_negative(&socket->users) ? 0 : -ENOTCONN;
}

static void nl_helper_socket_leave(struct nl_helper_socket *socket)
{
	if (atomic_dec_return(&socket->users) == INT_MIN)
		complete(&socket->idle);
}

void nl_helper_socket_close(struct net *net, int unit)
{
	struct nl_helper_socket *socket = nl_helper_net(net, unit)->socket;

	if (!socket || !socket->sk)
		return;
	/* Nobody begins from here on, so this waits for those alone who have begun. */
	if (atomic_add_return(INT_MIN, &socket->users) != INT_MIN)
		wait_for_completion(&socket->idle);
	netlink_kernel_release(socket->sk);
}

int nl_helper_socket_has_listeners(struct nl_helper_socket *socket,
				   unsigned int group)
{
	int has = nl_helper_socket_enter(socket);

	if (has)
		return has;
	has = netlink_has_listeners(socket->sk, group);
	nl_helper_socket_leave(socket);
	return has;
}

/* Never blocks for room: not for that of one port, as little as for a group's. */
int nl_helper_socket_send(struct nl_helper_socket *socket, struct sk_buff *skb,
			  unsigned int len, u32 portid, unsigned int group,
			  gfp_t flags)
{
	int err = nl_helper_socket_enter(socket);

	if (err) {
		kfree_skb(skb);
		return err;
	}
	nl_helper_put_message(NULL, skb, len, NULL);
	err = nlmsg_notify(socket->sk, skb, portid, group, !group, flags);
	nl_helper_socket_leave(socket);
	return err;
}

bool nl_helper_ns_capable(const struct net *net, int cap)
{
	return ns_capable(net->user_ns, cap);
}

u32 nl_helper_portid(struct sk_buff *skb)
{
	return NETLINK_CB(skb).portid;
}

struct nl_helper_creds {
	u32 pid;
	u32 uid;
	u32 gid;
};

/*
 * As the owner of the network namespace numbers users and groups. For the process
 * scm_creds has the number in the sender's own PID namespace, which says nothing
 * outside of it, or one of the sender's choice. But the sender waits in this very
 * call.
 */
struct nl_helper_creds nl_helper_creds(struct sk_buff *skb)
{
	const struct scm_creds *creds = NETLINK_CREDS(skb);
	struct user_namespace *owner = sock_net(skb->sk)->user_ns;

	return (struct nl_helper_creds) {
		.pid = task_tgid_nr(current),
		.uid = from_kuid_munged(owner, creds->uid),
		.gid = from_kgid_munged(owner, creds->gid),
	};
}

struct nl_helper_received {
	/*
	 * What the namespace of the receiving socket holds; null when the bytes
	 * do not all lie at skb->data.
	 */
	struct nl_helper_net *net;
	u32 portid;
};

/* @unit is the protocol of the receiving socket. */
struct nl_helper_received nl_helper_receive(struct sk_buff *skb, int unit)
{
	return (struct nl_helper_received) {
		.net = skb_is_nonlinear(skb) ?
			NULL : nl_helper_net(sock_net(skb->sk), unit),
		.portid = NETLINK_CB(skb).portid,
	};
}

struct sk_buff *nl_helper_nlmsg_new(size_t payload, gfp_t flags)
{
	return nlmsg_new(payload, flags);
}

void nl_helper_nlmsg_free(struct sk_buff *skb)
{
	nlmsg_free(skb);
}

/* The caller knows that there is room, and has written there. */
void nl_helper_put(struct sk_buff *skb, unsigned int len)
{
	__skb_put(skb, len);
}

size_t nl_helper_tailroom(const struct sk_buff *skb)
{
	return skb_tailroom(skb);
}

/* Never blocks: the sender waits in this very call and cannot read meanwhile. */
int nl_helper_reply(struct sk_buff *request, struct sk_buff *reply,
		    unsigned int len, const struct nl_helper_genl_message *genl)
{
	return nl_helper_put_message(request, reply, len, genl) ?:
	       netlink_unicast(request->sk, reply, NETLINK_CB(request).portid,
			       MSG_DONTWAIT);
}

int nl_helper_has_listeners(const struct sk_buff *request, unsigned int group)
{
	return netlink_has_listeners(request->sk, group);
}

int nl_helper_notify(struct sk_buff *request, struct sk_buff *skb,
		     unsigned int len, unsigned int group, bool echo,
		     const struct nl_helper_genl_message *genl)
{
	return nl_helper_put_message(request, skb, len, genl) ?:
	       nlmsg_notify(request->sk, skb, NETLINK_CB(request).portid, group,
			    echo, GFP_KERNEL);
}

/* Fills in THIS_MODULE, to which the dump holds a reference; null where it is built in. */
int nl_helper_dump_start(struct sk_buff *request, const struct nlmsghdr *nlh,
			 struct netlink_dump_control *control)
{
	return netlink_dump_start(request->sk, request, nlh, control);
}

/* Which limits an attribute has; ffi.rs has the same. */
enum nl_helper_policy_form {
	NL_HELPER_BARE,
	NL_HELPER_MIN_LEN,
	NL_HELPER_MAX_LEN,
	NL_HELPER_LEN_RANGE,
	NL_HELPER_RANGE,
	NL_HELPER_SIGNED_RANGE,
	NL_HELPER_MASK,
	NL_HELPER_BITFIELD32,
};

static const u8 nl_helper_nla_types[] = {
	[NL_ATTR_TYPE_FLAG] = NLA_FLAG,
	[NL_ATTR_TYPE_U8] = NLA_U8,
	[NL_ATTR_TYPE_U16] = NLA_U16,
	[NL_ATTR_TYPE_U32] = NLA_U32,
	[NL_ATTR_TYPE_U64] = NLA_U64,
	[NL_ATTR_TYPE_S8] = NLA_S8,
	[NL_ATTR_TYPE_S16] = NLA_S16,
	[NL_ATTR_TYPE_S32] = NLA_S32,
	[NL_ATTR_TYPE_S64] = NLA_S64,
	[NL_ATTR_TYPE_BINARY] = NLA_BINARY,
	[NL_ATTR_TYPE_NUL_STRING] = NLA_NUL_STRING,
	[NL_ATTR_TYPE_NESTED] = NLA_NESTED,
	[NL_ATTR_TYPE_NESTED_ARRAY] = NLA_NESTED_ARRAY,
	[NL_ATTR_TYPE_BITFIELD32] = NLA_BITFIELD32,
	[NL_ATTR_TYPE_SINT] = NLA_SINT,
	[NL_ATTR_TYPE_UINT] = NLA_UINT,
};

/*
 * Which of the limits the core has words for: it holds both lengths as s16, and
 * the least one by itself it does not tell.
 */
static u8 nl_helper_told_form(const struct nl_helper_policy *p)
{
	switch (p->form) {
	case NL_HELPER_MIN_LEN:
		return NL_HELPER_BARE;
	case NL_HELPER_LEN_RANGE:
		return p->max > S16_MAX ? NL_HELPER_MAX_LEN : NL_HELPER_LEN_RANGE;
	default:
		return p->form;
	}
}

/*
 * Says in @to what @p does, as far as the core has words for it; @range has to
 * stay as long as @to. One whose type netlink has no name for may be any bytes.
 */
void nl_helper_fill_policy(struct nla_policy *to, union nl_helper_range *range,
			   const struct nl_helper_policy *p)
{
	const u8 type = nl_helper_nla_types[p->nl_attr_type] ?: NLA_BINARY;
	/* Its members are constant, so each form is made as a whole. */
	const struct nla_policy policies[] = {
		[NL_HELPER_BARE] = { .type = type },
		[NL_HELPER_MAX_LEN] = { .type = type, .len = p->max },
		[NL_HELPER_LEN_RANGE] = {
			.type = type,
			.validation_type = NLA_VALIDATE_RANGE,
			.min = p->min,
			.max = p->max,
		},
		[NL_HELPER_RANGE] = {
			.type = type,
			.validation_type = NLA_VALIDATE_RANGE_PTR,
			.range = &range->of_unsigned,
		},
		[NL_HELPER_SIGNED_RANGE] = {
			.type = type,
			.validation_type = NLA_VALIDATE_RANGE_PTR,
			.range_signed = &range->of_signed,
		},
		[NL_HELPER_MASK] = {
			.type = type,
			.validation_type = NLA_VALIDATE_MASK,
			.mask = p->mask,
		},
		[NL_HELPER_BITFIELD32] = {
			.type = type,
			.bitfield32_valid = p->mask,
		},
	};
	const u8 form = p->nl_attr_type ? nl_helper_told_form(p) : NL_HELPER_BARE;

	/* Signed limits are the same bits. */
	range->of_unsigned.min = p->min;
	range->of_unsigned.max = p->max;
	memcpy(to, &policies[form], sizeof(*to));
}

/* The core copies the policy into the message, so all of it may lie on the stack. */
void nl_helper_refuse(struct sk_buff *request, struct nlmsghdr *nlh, int err,
		      struct netlink_ext_ack *extack,
		      const struct nl_helper_policy *p)
{
	union nl_helper_range range;
	struct nla_policy policy;

	nl_helper_fill_policy(&policy, &range, p);
	extack->policy = &policy;
	netlink_ack(request, nlh, err, extack);
}

/* What one CPU has counted. Where a word has 32 bits, syncp tells a reader of half a count. */
struct nl_helper_counters {
	struct u64_stats_sync syncp;
	u64_stats_t cells[];
};

struct nl_helper_counters __percpu *nl_helper_counters_new(size_t count)
{
	struct nl_helper_counters __percpu *counters;
	int cpu;

	counters = __alloc_percpu_gfp(struct_size(counters, cells, count),
				      __alignof__(*counters), GFP_KERNEL_ACCOUNT);
	if (counters)
		for_each_possible_cpu(cpu)
			u64_stats_init(&per_cpu_ptr(counters, cpu)->syncp);
	return counters;
}

void nl_helper_counters_free(struct nl_helper_counters __percpu *counters)
{
	free_percpu(counters);
}

void nl_helper_counters_inc(struct nl_helper_counters __percpu *counters,
			    size_t index)
{
	struct nl_helper_counters *own = get_cpu_ptr(counters);
	unsigned long flags = u64_stats_update_begin_irqsave(&own->syncp);

	u64_stats_inc(&own->cells[index]);
	u64_stats_update_end_irqrestore(&own->syncp, flags);
	put_cpu_ptr(counters);
}

static u64 nl_helper_counters_read(const struct nl_helper_counters *counters,
				   size_t index)
{
	unsigned int start;
	u64 count;

	do {
		start = u64_stats_fetch_begin(&counters->syncp);
		count = u64_stats_read(&counters->cells[index]);
	} while (u64_stats_fetch_retry(&counters->syncp, start));
	return count;
}

u64 nl_helper_counters_sum(const struct nl_helper_counters __percpu *counters,
			   size_t index)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += nl_helper_counters_read(per_cpu_ptr(counters, cpu), index);
	return sum;
}

/* How an object begins that RCU protects. */
struct nl_helper_rcu_object {
	struct rcu_head rcu;
};

/*
 * Begins a section and returns what @place points to; null, and no section, where
 * that is nothing.
 */
struct nl_helper_rcu_object *
nl_helper_rcu_read_begin(struct nl_helper_rcu_object __rcu **place)
{
	/* What is there once is only ever replaced. */
	if (!rcu_access_pointer(*place))
		return NULL;
	rcu_read_lock();
	return rcu_dereference(*place);
}

void nl_helper_rcu_read_end(void)
{
	rcu_read_unlock();
}

/* Leaves no callback of the module's behind, so none is waited for at unload. */
void nl_helper_rcu_replace(struct nl_helper_rcu_object __rcu **place,
			   struct nl_helper_rcu_object *new)
{
	struct nl_helper_rcu_object *old;

	old = unrcu_pointer(xchg(place, RCU_INITIALIZER(new)));
	kfree_rcu(old, rcu);
}

bool nl_helper_is_dying(void)
{
	return fatal_signal_pending(current);
}

u64 nl_helper_tick(void)
{
	return ktime_get_coarse_boottime_ns();
}

/* What lies between the two clocks changes when one of them is set, and at no other time. */
u64 nl_helper_tick_real_ns(u64 tick)
{
	/* The end of a suspend moves both, before it lets any user's task run. */
	ktime_t boot = ktime_mono_to_any(0, TK_OFFS_BOOT);
	ktime_t real = ktime_mono_to_any(0, TK_OFFS_REAL);

	return tick + ktime_to_ns(ktime_sub(real, boot));
}
