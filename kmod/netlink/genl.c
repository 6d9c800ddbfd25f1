// SPDX-License-Identifier: GPL-2.0

/*
 * Families of generic netlink. The bindings of Linux 6.12 lack their structures,
 * so these are made here, of flat facts that Rust passes; ffi.rs declares the
 * functions.
 */

#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "helpers.h"

/* The policy of an operation or of a nest: an entry for each type of attribute. */
struct nl_helper_genl_policy {
	struct nl_helper_genl_policy *next;
	struct nla_policy *rules;
	union nl_helper_range *ranges;
	u16 maxattr;
};

struct nl_helper_genl {
	struct genl_family family;
	/* All of its policies, to free them. */
	struct nl_helper_genl_policy *policies;
	struct genl_multicast_group *groups;
	struct genl_split_ops ops[];
};

/* By protocol of the raw family, as those of helpers.c. */
static struct nl_helper_genl *nl_helper_genls[MAX_LINKS];

static void nl_helper_genl_free_policy(struct nl_helper_genl_policy *policy)
{
	kvfree(policy->rules);
	kvfree(policy->ranges);
	kfree(policy);
}

void nl_helper_genl_free(int unit)
{
	struct nl_helper_genl *genl = nl_helper_genls[unit];
	struct nl_helper_genl_policy *policy, *next;

	for (policy = genl->policies; policy; policy = next) {
		next = policy->next;
		nl_helper_genl_free_policy(policy);
	}
	kfree(genl->groups);
	kfree(genl);
	nl_helper_genls[unit] = NULL;
}

/*
 * Handlers run on all CPUs at once, as those of the raw family do. THIS_MODULE,
 * to which dumps hold references, is null where it is built in.
 */
int nl_helper_genl_new(int unit, const char *name, u8 version, bool netnsok,
		       size_t n_ops, size_t n_groups)
{
	struct nl_helper_genl *genl;

	genl = kzalloc(struct_size(genl, ops, n_ops), GFP_KERNEL);
	if (!genl)
		return -ENOMEM;
	nl_helper_genls[unit] = genl;
	genl->groups = kcalloc(n_groups, sizeof(*genl->groups), GFP_KERNEL);
	if (!genl->groups) {
		nl_helper_genl_free(unit);
		return -ENOMEM;
	}
	strscpy(genl->family.name, name, sizeof(genl->family.name));
	genl->family.version = version;
	genl->family.netnsok = netnsok;
	genl->family.parallel_ops = true;
	genl->family.module = THIS_MODULE;
	genl->family.split_ops = genl->ops;
	genl->family.mcgrps = genl->groups;
	return 0;
}

/* @cap is what it takes to join, -1 for nothing. */
void nl_helper_genl_add_group(int unit, const char *name, int cap)
{
	struct genl_family *family = &nl_helper_genls[unit]->family;
	struct genl_multicast_group *group;

	group = &nl_helper_genls[unit]->groups[family->n_mcgrps++];
	strscpy(group->name, name, sizeof(group->name));
	if (cap == CAP_NET_ADMIN)
		group->flags = GENL_MCAST_CAP_NET_ADMIN;
	else if (cap == CAP_SYS_ADMIN)
		group->flags = GENL_MCAST_CAP_SYS_ADMIN;
}

/* A policy that knows no attribute yet. */
struct nl_helper_genl_policy *nl_helper_genl_new_policy(int unit, u16 maxattr)
{
	struct nl_helper_genl *genl = nl_helper_genls[unit];
	struct nl_helper_genl_policy *policy;
	size_t entries = (size_t)maxattr + 1;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		return NULL;
	policy->maxattr = maxattr;
	policy->rules = kvcalloc(entries, sizeof(*policy->rules), GFP_KERNEL);
	policy->ranges = kvcalloc(entries, sizeof(*policy->ranges), GFP_KERNEL);
	if (!policy->rules || !policy->ranges) {
		nl_helper_genl_free_policy(policy);
		return NULL;
	}
	policy->next = genl->policies;
	genl->policies = policy;
	return policy;
}

/* @nested, where there is one, is for what is in the attribute. */
void nl_helper_genl_add_rule(struct nl_helper_genl_policy *policy, u16 nla_type,
			     const struct nl_helper_policy *p,
			     const struct nl_helper_genl_policy *nested)
{
	struct nla_policy *rule = &policy->rules[nla_type];

	nl_helper_fill_policy(rule, &policy->ranges[nla_type], p);
	if (nested) {
		rule->len = nested->maxattr;
		rule->nested_policy = nested->rules;
	}
}

/* An operation; ffi.rs has the same. */
struct nl_helper_genl_op {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	/* Null where no attribute is taken: the core warns of one that is empty. */
	const struct nl_helper_genl_policy *policy;
	u8 cmd;
	bool uns_admin_perm;
};

/* Operations have to ascend, each do before its dump. */
void nl_helper_genl_add_op(int unit, const struct nl_helper_genl_op *from)
{
	struct nl_helper_genl *genl = nl_helper_genls[unit];
	struct genl_split_ops *op = &genl->ops[genl->family.n_split_ops++];

	op->cmd = from->cmd;
	op->flags = from->uns_admin_perm ? GENL_UNS_ADMIN_PERM : 0;
	if (from->policy) {
		op->policy = from->policy->rules;
		op->maxattr = from->policy->maxattr;
	}
	if (from->dumpit) {
		op->flags |= GENL_CMD_CAP_DUMP;
		op->start = from->start;
		op->dumpit = from->dumpit;
		op->done = from->done;
	} else {
		op->flags |= GENL_CMD_CAP_DO;
		op->doit = from->doit;
	}
}

int nl_helper_genl_register(int unit)
{
	return genl_register_family(&nl_helper_genls[unit]->family);
}

/* Waits for the calls that are under way; there is no dump, each holds the module. */
void nl_helper_genl_unregister(int unit)
{
	genl_unregister_family(&nl_helper_genls[unit]->family);
}

/* The core's number of the group that was added as the one number @index. */
unsigned int nl_helper_genl_group(int unit, unsigned int index)
{
	return nl_helper_genls[unit]->family.mcgrp_offset + index;
}

struct nl_helper_genl_headers {
	struct nlmsghdr nlh;
	struct genlmsghdr genlh;
};

/*
 * Puts a message of @len bytes that lies behind room for a second header: its own
 * moves to the beginning, with the family that @request is to, and its type becomes
 * the command.
 */
int nl_helper_genl_put_message(const struct sk_buff *request,
			       struct sk_buff *skb, unsigned int len,
			       const struct nl_helper_genl_message *genl)
{
	struct nl_helper_genl_headers *headers = (void *)skb->data;
	struct nlmsghdr nlh;

	memcpy(&nlh, skb->data + GENL_HDRLEN, sizeof(nlh));
	if (nlh.nlmsg_type > U8_MAX) {
		kfree_skb(skb);
		return -EINVAL;
	}
	headers->genlh = (struct genlmsghdr){
		.cmd = nlh.nlmsg_type,
		.version = genl->version,
	};
	nlh.nlmsg_type = nlmsg_hdr(request)->nlmsg_type;
	nlh.nlmsg_len += GENL_HDRLEN;
	headers->nlh = nlh;
	__skb_put(skb, len + GENL_HDRLEN);
	return 0;
}
