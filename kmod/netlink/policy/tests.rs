// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    attributes,
    netlink::{
        skb::tests::Buffer,
        tests::row,
        Answer,
        AttributeSet,
        KernelSocket, //
    },
    wire::NLA_F_NESTED,
};

/// A family whose commands take nests, and nothing comes in its order.
struct Shop;

attributes! {
    struct Order {
        to(3): NestOf<Address>;
        items(1): Multi<NestOf<Item>>;
        number(2): Option<Be16>;
    }

    struct Item {
        origin(2): Option<NestOf<Address>>;
        picture(1): Option<Binary> where min_len = 2, max_len = 40_000;
    }

    struct Address {
        line(7): NulString where max_len = 80;
    }

    /// A policy equal to that of an address.
    struct Sender {
        line(7): NulString where max_len = 80;
    }
}

impl Family for Shop {
    const PROTOCOL: u32 = 31;

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(18, take::<Sender>),
        Command::policy::<17>(),
        Command::new(17, take::<Order>),
        Command::new(16, take::<Order>),
    ];

    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn take<'a, S: AttributeSet>(call: &mut Call<'a, Shop, S>) -> Result<Answer<'a, Shop, S>> {
    Ok(call.request.done())
}

/// Writes the next message of `dump`, if there is one.
fn written(dump: &mut PolicyDump<Shop, 17>) -> Result<Option<Buffer>> {
    let Some(entry) = dump.next(&(), &mut ExtAck::new())? else {
        return Ok(None);
    };
    let payload = PolicyDump::<Shop, 17>::payload(&entry);
    let mut buffer = Buffer::new(payload.size())?;

    payload.put(&mut buffer.writer)?;
    Ok(Some(buffer))
}

/// A nest of attributes that are numbers, in nests of these types.
fn nests<const N: usize>(types: [u16; N], numbers: &[(u16, u32)]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    for (nla_type, number) in numbers {
        crate::wire::put_attr(&mut bytes, *nla_type, &number.to_ne_bytes())?;
    }
    for nla_type in types.into_iter().rev() {
        bytes = row(&[(nla_type | NLA_F_NESTED, &bytes)])?;
    }
    Ok(bytes)
}

#[kunit_tests(netlink_policy)]
mod suite {
    use super::*;

    #[test]
    fn each_policy_is_there_once_in_the_order_of_types() -> Result {
        let policies = Policies::gather::<Shop>()?;

        assert_eq!(policies.0.len(), 4);
        for (index, policy) in [Order::POLICY, Item::POLICY, Address::POLICY, <()>::POLICY]
            .iter()
            .enumerate()
        {
            assert!(policies.get(index) == Some(*policy));
        }
        // The policy is equal to one that is there.
        assert_eq!(policies.index_of(Sender::POLICY), Some(2));
        Ok(())
    }

    #[test]
    fn each_message_tells_of_one_thing() -> Result {
        let mut dump = PolicyDump::<Shop, 17>::new()?;
        let string = bindings::netlink_attribute_type_NL_ATTR_TYPE_NUL_STRING;
        let binary = bindings::netlink_attribute_type_NL_ATTR_TYPE_BINARY;
        let nested = bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED;
        let expected = [
            nests([CTRL_ATTR_OP_POLICY, 16], &[(CTRL_ATTR_POLICY_DO, 0)])?,
            nests(
                [CTRL_ATTR_OP_POLICY, 17],
                &[(CTRL_ATTR_POLICY_DO, 0), (CTRL_ATTR_POLICY_DUMP, 3)],
            )?,
            nests([CTRL_ATTR_OP_POLICY, 18], &[(CTRL_ATTR_POLICY_DO, 2)])?,
            nests(
                [CTRL_ATTR_POLICY, 0, 1],
                &[(POLICY_IDX, 1), (POLICY_MAXTYPE, 2), (TYPE, nested)],
            )?,
            nests(
                [CTRL_ATTR_POLICY, 0, 3],
                &[(POLICY_IDX, 2), (POLICY_MAXTYPE, 7), (TYPE, nested)],
            )?,
            nests(
                [CTRL_ATTR_POLICY, 1, 1],
                &[(MIN_LENGTH, 2), (MAX_LENGTH, 40_000), (TYPE, binary)],
            )?,
            nests(
                [CTRL_ATTR_POLICY, 1, 2],
                &[(POLICY_IDX, 2), (POLICY_MAXTYPE, 7), (TYPE, nested)],
            )?,
            nests(
                [CTRL_ATTR_POLICY, 2, 7],
                &[(MAX_LENGTH, 80), (TYPE, string)],
            )?,
        ];

        for bytes in expected {
            let buffer = written(&mut dump)?.ok_or(ENODATA)?;
            assert_eq!(buffer.written(), &bytes[..]);
            assert!(buffer.is_clean());
        }
        assert!(written(&mut dump)?.is_none());
        Ok(())
    }
}
