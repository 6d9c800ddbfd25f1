// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `conntrack.yaml`: a raw family of netfilter, of big-endian numbers and deep nests. Debian's kernel has it.
//!
//! The kernel's spec reads connections and makes none: a copy of it with the command that does, made here, fills the table first.

use super::*;
use std::env::temp_dir;
use std::fs;
use std::process::id;

/// `IPCTNL_MSG_CT_NEW`, which the kernel's spec leaves out.
const NEW_CONNECTION: &str = "
    -
      name: new
      attribute-set: conntrack-attrs
      fixed-header: nfgenmsg
      do:
        request:
          value: 0x100
";

/// The kernel's spec and the command `new`; dropping it deletes the file.
struct LongerSpec(PathBuf);

impl LongerSpec {
    fn write() -> Self {
        let path = temp_dir().join(format!("conntrack-{}.yaml", id()));
        let text = fs::read_to_string(spec("conntrack")).unwrap();
        fs::write(&path, format!("{}{NEW_CONNECTION}", text.trim_end())).unwrap();
        Self(path)
    }
}

impl Drop for LongerSpec {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns both directions of a connection from 192.0.2.1 to 192.0.2.2.
fn connection(protocol: u8, from: u16, to: u16) -> Value {
    let tuple = |ends: [&str; 2], ports: [u16; 2]| {
        json!({
            "tuple-ip": {"ip-v4-src": ends[0], "ip-v4-dst": ends[1]},
            "tuple-proto": {"proto-num": protocol, "proto-src-port": ports[0], "proto-dst-port": ports[1]},
        })
    };

    json!({
        "nfgen-family": 2,
        "tuple-orig": tuple(["192.0.2.1", "192.0.2.2"], [from, to]),
        "tuple-reply": tuple(["192.0.2.2", "192.0.2.1"], [to, from]),
    })
}

/// Returns `value` with the members of `more`.
fn joined(mut value: Value, more: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    value
}

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let longer = LongerSpec::write();
    let twins = Twins::make(&[]);
    let mut clients = twins.ask_by(longer.0.clone());
    let mark = json!({"timeout": 36_000, "status": ["confirmed", "assured"], "mark": 7});
    clients.change("new", NEW, joined(connection(17, 1000, 53), mark));
    let state = json!({"tcp-state": "established", "tcp-wscale-original": 7});
    let tcp = json!({"timeout": 36_000, "protoinfo": {"protoinfo-tcp": state}});
    clients.change("new", NEW, joined(connection(6, 2000, 80), tcp));
    drop(clients);

    let mut clients = twins.ask("conntrack");
    // Ids are random, timeouts count down, and each processor counts for itself.
    clients.unsteady.extend(["id", "timeout", "insert"]);
    let all = clients.dump("get", json!({}));
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    let ipv4 = clients.dump("get", json!({"nfgen-family": 2}));
    assert_eq!(ipv4.as_array().unwrap().len(), 2, "{ipv4}");
    let ipv6 = clients.dump("get", json!({"nfgen-family": 10}));
    assert_eq!(ipv6, json!([]));
    let marked = clients.dump(
        "get",
        json!({"nfgen-family": 2, "mark": 7, "mark-mask": 255}),
    );
    assert_eq!(
        marked[0]["tuple-orig"]["tuple-proto"]["proto-dst-port"], 53,
        "{marked}"
    );
    let of_status = json!({"nfgen-family": 2, "status": 4, "status-mask": 4});
    clients.dump("get", of_status);

    let orig = |from, to, protocol| json!({"nfgen-family": 2, "tuple-orig": connection(protocol, from, to)["tuple-orig"]});
    let udp = clients.get("get", orig(1000, 53, 17));
    assert_eq!(
        udp["tuple-orig"]["tuple-ip"]["ip-v4-src"], "192.0.2.1",
        "{udp}"
    );
    assert!(
        udp["status"]
            .as_array()
            .unwrap()
            .contains(&json!("assured")),
        "{udp}"
    );
    let tcp = clients.get("get", orig(2000, 80, 6));
    assert_eq!(
        tcp["protoinfo"]["protoinfo-tcp"]["tcp-state"], "established",
        "{tcp}"
    );
    clients.dump("get-stats", json!({}));

    let refusal = clients.refused("get", &[], orig(1, 2, 17));
    assert_eq!(refusal.errno, i64::from(libc::ENOENT));
    let refusal = clients.refused("get", &[], json!({"nfgen-family": 2}));
    assert_eq!(refusal.errno, i64::from(libc::EINVAL));
}
