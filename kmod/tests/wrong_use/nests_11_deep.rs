// SPDX-License-Identifier: GPL-2.0

//! Nests in nests are at most ten deep, for each takes stack.

use crate::{
    attributes,
    netlink::{
        Answer,
        Call,
        Command,
        Family,
        KernelSocket, //
    },
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

attributes! {
    struct HelloAttrs {
        #[cfg(not(wrong))]
        nest(1): Option<NestOf<Depth2>>;
        #[cfg(wrong)]
        nest(1): Option<NestOf<Depth1>>; //~ ERROR E0080: nests of the policy are too deep
    }

    struct Depth1 {
        nest(1): Option<NestOf<Depth2>>;
    }

    struct Depth2 {
        nest(1): Option<NestOf<Depth3>>;
    }

    struct Depth3 {
        nest(1): Option<NestOf<Depth4>>;
    }

    struct Depth4 {
        nest(1): Option<NestOf<Depth5>>;
    }

    struct Depth5 {
        nest(1): Option<NestOf<Depth6>>;
    }

    struct Depth6 {
        nest(1): Option<NestOf<Depth7>>;
    }

    struct Depth7 {
        nest(1): Option<NestOf<Depth8>>;
    }

    struct Depth8 {
        nest(1): Option<NestOf<Depth9>>;
    }

    struct Depth9 {
        nest(1): Option<NestOf<Depth10>>;
    }

    struct Depth10 {
        nest(1): Option<NestOf<Depth11>>;
    }

    struct Depth11 {
        number(1): Option<U32>;
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello, HelloAttrs>) -> Result<Answer<'a, Hello, HelloAttrs>> {
    call.request.reply(16, ())
}
