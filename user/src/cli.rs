// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The command line.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use nlhello::monitor::Kind;
use nlhello::netlink::{Error, Protocol};
use nlhello::uapi::NLHELLO_DATA_MAX;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

/// Longest interval and timeout, in seconds: a day.
const SECONDS_MAX: f64 = 86_400.0;

/// Most hellos at once: for the replies to more there is seldom room.
const BATCH_MAX: i64 = 1024;

/// Say hello to the kernel over netlink, and print what it answers.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Global options: they stand before a command or behind it.
#[derive(Args, Debug)]
pub struct Globals {
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,

    /// Color what -v prints; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Open the socket in this network namespace: a name of ip netns, a process, or a file
    #[arg(short = 'n', long, global = true)]
    pub netns: Option<PathBuf>,

    /// Show every message sent and received, decoded, on standard error; with --json an object a line
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Says whether to use color on `stream`; see also <https://no-color.org>.
    pub fn on(self, stream: &impl IsTerminal) -> bool {
        let unwanted = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());

        match self {
            Self::Auto => stream.is_terminal() && !unwanted(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// A command. Its arguments are defined once it is found: to define those of all takes longer than most commands run.
/// Docs of the structs that hold them would take the place of its own, which are its help.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Say hello again and again, like ping
    Hello(HelloArgs),
    /// Hear who says hello, until Ctrl-C
    Listen(ListenArgs),
    /// Show who has said hello and is still there
    Peers(PeersArgs),
    /// Show the kernel's counters
    Stats(Wait),
    /// Show what the kernel says, or set it
    Greeting(GreetingArgs),
    #[command(flatten)]
    Show(Shown),
    /// Show generic netlink families: [show] [NAME], with a name also what it takes
    Genl(ShowArgs),
    /// Show netlink sockets, who has them, how full they are and what they lost: [show] [proto PROTOCOL]
    /// [pid PID] [comm NAME] [portid N]
    Sockets(SocketsArgs),
    /// Do what a file says, a command a line; changes and others
    Batch(BatchArgs),
    #[command(about = monitor_about())]
    #[command(visible_alias = "m")]
    Monitor(MonitorArgs),
    /// Tell again what a monitor has recorded, or what tcpdump on nlmon or rtmon has captured: FILE, and, to
    /// choose, words as those of monitor; without any, just what it told
    Replay(ReplayArgs),
    /// Show what programs say to the kernel and hear: all of this namespace, [KIND|TYPE...] [--pid PID]
    /// [--comm NAME], or a command that is run, -- COMMAND ARGS
    #[command(
        after_help = "Without a command, a link of kind nlmon is made, and removed at the end: that \
                      takes root, or a namespace of one's own (unshare -Urn). With -r none is made: \
                      reading a capture takes no right.\n\
                      With a command it takes no right. Lines go to standard error, or to a file; all \
                      else is the command's own, its exit status too (128+N where signal N ended it; \
                      125 where nlhello failed, 126 and 127 where the command cannot be run). The \
                      command gains no right: set-user-ID programs run without."
    )]
    Sniff(SniffArgs),
    /// Wait until there is such an object, and show it: KIND [[dev] DEV] [up|down] [state STATE]
    /// [[to] PREFIX] [table TABLE|all] ..., in the words of monitor; or, with gone, until there is none
    #[command(
        after_help = "True at once if it already is so. The exit status is 0 when it is so, 1 when \
                      the time is up.\n\
                      up and down are what the administrator has said of a link; state up is that \
                      it works. An address that IPv6 still tests for a duplicate, or has found to \
                      be one, is not there yet, and not gone either. Routes are those of the main \
                      table, unless another or all are said."
    )]
    Wait(WaitArgs),
}

/// A list of objects of a kind.
#[derive(Debug)]
pub struct Shown {
    /// The kind.
    pub kind: Kind,
    /// Objects that are wanted, in words.
    pub args: ShowArgs,
}

impl Shown {
    /// Returns the definition of the command that lists objects of `kind`.
    fn command(kind: Kind) -> clap::Command {
        let command = clap::Command::new(kind.name()).visible_aliases(kind.aliases());

        command.about(kind.about()).defer(ShowArgs::augment_args)
    }
}

impl Subcommand for Shown {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        command.subcommands(Kind::listed().map(Self::command))
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Kind::of_command(name).is_some()
    }
}

impl FromArgMatches for Shown {
    fn from_arg_matches(found: &ArgMatches) -> Result<Self, clap::Error> {
        Self::from_arg_matches_mut(&mut found.clone())
    }

    fn from_arg_matches_mut(found: &mut ArgMatches) -> Result<Self, clap::Error> {
        let subcommand = found.remove_subcommand();
        let (kind, mut arguments) = subcommand
            .and_then(|(name, arguments)| Some((Kind::of_command(&name)?, arguments)))
            .ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;

        ShowArgs::from_arg_matches_mut(&mut arguments).map(|args| Self { kind, args })
    }

    fn update_from_arg_matches(&mut self, found: &ArgMatches) -> Result<(), clap::Error> {
        Self::from_arg_matches(found).map(|new| *self = new)
    }
}

/// Returns the names of those kinds that are `chosen`.
fn kind_names(chosen: impl Fn(Kind) -> bool) -> Vec<&'static str> {
    let kinds = Kind::ALL.iter().filter(|kind| chosen(**kind));
    kinds.map(|kind| kind.name()).collect()
}

/// Returns what the help says of `nlhello monitor`.
fn monitor_about() -> String {
    format!(
        "Tell what changes, until Ctrl-C: [KIND...] [new] [change] [del] [dev DEV] [table TABLE] \
         [proto PROTOCOL] [state STATE] [up|down] [type TYPE] [within PREFIX] [[to] PREFIX] \
         [via ADDRESS] [id N] [pref N], and all words of the show commands; kinds are {}, and if \
         asked for {}",
        kind_names(Kind::is_usual_to_watch).join(", "),
        kind_names(|kind| !kind.is_usual_to_watch() && kind.why_unreceived().is_none()).join(", "),
    )
}

/// Returns what the help says of the words of `nlhello wait`.
fn wait_words() -> String {
    let names = kind_names(|kind| kind.is_kept() && kind.why_unreceived().is_none());
    let (last, others) = names.split_last().unwrap_or((&"", &[]));

    format!("{} or {last}, and which of them", others.join(", "))
}

// Address families, by option.
#[derive(Args, Debug)]
pub struct FamilyArg {
    /// IPv4 only
    #[arg(short = '4', conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// IPv6 only
    #[arg(short = '6')]
    pub ipv6: bool,
}

impl FamilyArg {
    /// Returns the one that is asked for, `AF_*`; 0 is any.
    pub fn number(&self) -> u8 {
        match (self.ipv4, self.ipv6) {
            (true, _) => libc::AF_INET as u8,
            (_, true) => libc::AF_INET6 as u8,
            _ => libc::AF_UNSPEC as u8,
        }
    }
}

// Options and words of `wait`.
#[derive(Args, Debug)]
pub struct WaitArgs {
    #[command(flatten)]
    pub family: FamilyArg,

    /// Wait no longer than this many seconds
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: Option<Duration>,

    #[arg(required = true, help = wait_words())]
    pub words: Vec<OsString>,
}

// Options and words of `monitor`.
#[derive(Args, Debug)]
pub struct MonitorArgs {
    #[command(flatten)]
    pub family: FamilyArg,

    /// First tell what there is
    #[arg(long)]
    pub initial: bool,

    /// Also in every network namespace that has a name or an id here, as they come and go
    #[arg(long, conflicts_with = "record")]
    pub all_netns: bool,

    /// How to write the time
    #[arg(long, value_name = "STYLE", default_value = "time")]
    pub timestamp: Timestamp,

    /// Stop after this many changes; to hear fewer is a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true)]
    pub count: Option<u64>,

    /// Stop after this many seconds
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: Option<Duration>,

    /// Read all that is watched again each time that this many seconds have passed, and tell what nobody announced
    #[arg(long, value_name = "SECS", value_parser = pace, allow_negative_numbers = true)]
    pub recheck: Option<Duration>,

    /// Room for events that wait to be read, in bytes; what does not fit is found by reading the state
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20)]
    pub buffer: usize,

    /// Keep in this file what is heard and read, for replay and for wireshark
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// Begin another file, with what there is then, rather than let one grow beyond this: bytes, or with K,
    /// M or G behind them; FILE is followed by FILE1, FILE2, ...
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "record")]
    pub record_size: Option<u64>,

    /// Keep that many files at most, FILE0 and so on, and write over the oldest
    #[arg(long, value_name = "N", requires = "record_size")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(allow_negative_numbers = true)]
    pub record_files: Option<u32>,

    /// Kinds, and which of their changes
    pub words: Vec<OsString>,
}

// Options and words of `replay`.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    #[command(flatten)]
    pub family: FamilyArg,

    /// First tell what there was
    #[arg(long)]
    pub initial: bool,

    /// How to write the time
    #[arg(long, value_name = "STYLE", default_value = "time")]
    pub timestamp: Timestamp,

    /// Stop after this many changes; fewer are a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true)]
    pub count: Option<u64>,

    /// A record of monitor --record, a capture of nlmon (pcap), or a file of rtmon; - is standard input
    pub file: PathBuf,

    /// Kinds, and which of their changes
    pub words: Vec<OsString>,
}

// Options of `sniff`, and the command to follow.
#[derive(Args, Debug)]
pub struct SniffArgs {
    /// Only this protocol: a number, or a name such as route, generic, netfilter, user; may be repeated
    #[arg(long = "protocol", value_name = "P")]
    pub protocols: Vec<Protocol>,

    /// Only what this process says and hears
    #[arg(long, conflicts_with = "command")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub pid: Option<u32>,

    /// Only what processes of this name say and hear
    #[arg(long, value_name = "NAME", conflicts_with = "command")]
    pub comm: Option<OsString>,

    /// Stop after this many datagrams; to see fewer is a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true)]
    #[arg(conflicts_with = "command")]
    pub count: Option<u64>,

    /// Read the datagrams from this capture (pcap) instead; - is standard input
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["command", "pid", "comm"])]
    pub read: Option<PathBuf>,

    /// Write the datagrams to this file, for wireshark and replay; nothing is told then without -o
    #[arg(short, long, value_name = "FILE")]
    pub write: Option<PathBuf>,

    /// Write to this file instead of standard output; with a command, instead of standard error
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Only these kinds, as those of monitor, and messages, by their names in C
    pub words: Vec<OsString>,

    /// The command to run, and its arguments
    #[arg(last = true)]
    pub command: Vec<OsString>,
}

/// How to write the time of a change; JSON has an ISO time for `time` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Timestamp {
    Time,
    Iso,
    Epoch,
    Monotonic,
    None,
}

#[derive(Args, Debug)]
pub struct BatchArgs {
    /// Go on where a line fails
    #[arg(long)]
    pub force: bool,

    /// The file; - is standard input
    pub file: PathBuf,
}

// Kinds to show, in the words of ip(8).
#[derive(Args, Debug)]
pub struct ShowArgs {
    #[command(flatten)]
    pub family: FamilyArg,

    /// Show all that is known, in text too
    #[arg(short, long)]
    pub details: bool,

    /// Exit with 1 if the table changed while it was read
    #[arg(long)]
    pub strict: bool,

    /// `show`, and which of them
    pub words: Vec<OsString>,
}

// Options of `sockets`.
#[derive(Args, Debug)]
pub struct SocketsArgs {
    /// Show all that is known, in text too
    #[arg(short, long)]
    pub details: bool,

    /// Read /proc/net/netlink, as where the kernel has no netlink_diag: less is known then
    #[arg(long)]
    pub proc: bool,

    /// Tell whose drops or queues grow, until Ctrl-C
    #[arg(long)]
    pub watch: bool,

    /// Seconds from one look to the next
    #[arg(short, long, value_name = "SECS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true, requires = "watch")]
    pub interval: Duration,

    /// Stop after this many lines; fewer are a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true, requires = "watch")]
    pub count: Option<u64>,

    /// Stop after this many seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    #[arg(allow_negative_numbers = true, requires = "watch")]
    pub timeout: Option<Duration>,

    /// `show`, and which of them
    pub words: Vec<OsString>,
}

// How long to wait.
#[derive(Args, Debug)]
pub struct Wait {
    /// Seconds to wait for a reply
    #[arg(short = 'W', long, value_name = "SECS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    pub timeout: Duration,
}

#[derive(Args, Debug)]
pub struct ListenArgs {
    /// Stop after this many; to hear fewer is a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true)]
    pub count: Option<u64>,

    /// Stop after this many seconds
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: Option<Duration>,
}

#[derive(Args, Debug)]
pub struct PeersArgs {
    /// Show this one alone
    pub portid: Option<u32>,

    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Args, Debug)]
pub struct GreetingArgs {
    /// Greeting that the kernel is to say from now on in this network namespace
    pub text: Option<OsString>,

    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Args, Debug)]
pub struct HelloArgs {
    /// Text of the hello; the kernel takes up to 1024 bytes
    #[arg(default_value = "Hello")]
    pub text: OsString,

    /// Stop after this many; without, at Ctrl-C
    #[arg(short, long, value_parser = count, allow_negative_numbers = true)]
    pub count: Option<u64>,

    /// Seconds from one hello to the next
    #[arg(short, long, value_name = "SECS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    pub interval: Duration,

    /// Send this many bytes along, to be sent back
    #[arg(short, long, value_name = "BYTES", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(..=i64::from(NLHELLO_DATA_MAX)))]
    pub size: Option<u32>,

    /// Say this many at once; their time is that until the reply of each, so it grows
    #[arg(long, value_name = "N", default_value = "1")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=BATCH_MAX))]
    #[arg(allow_negative_numbers = true)]
    pub batch: u16,

    #[command(flatten)]
    pub wait: Wait,

    /// Print the summary only
    #[arg(short, long)]
    pub quiet: bool,

    /// Say the next hello as soon as the reply to the last is in
    #[arg(long, conflicts_with = "interval")]
    pub flood: bool,
}

impl HelloArgs {
    /// Returns the time from one hello to the next.
    pub fn pace(&self) -> Duration {
        match self.flood {
            true => Duration::ZERO,
            false => self.interval,
        }
    }
}

/// Reads the command line. An error is what to print instead of running: help, or what is wrong with the words.
pub fn parse() -> Result<Cli, clap::Error> {
    let words: Vec<_> = std::env::args_os().collect();

    parse_words(&words)
}

/// Reads a command line that is no program's own, without the name of the program; see [`parse`].
pub fn parse_line(words: &[OsString]) -> Result<Cli, clap::Error> {
    parse_words(&[&["nlhello".into()], words].concat())
}

/// Reads a command line that begins with the name of the program.
///
/// The definition has those commands first that are named in it: global options are defined for each command, and to do
/// that for all takes longer than most commands run. Help, and what is wrong or unclear, is for that of all of them.
fn parse_words(words: &[OsString]) -> Result<Cli, clap::Error> {
    let read = |definition: clap::Command| {
        let mut found = definition.try_get_matches_from(words)?;
        Cli::from_arg_matches_mut(&mut found)
    };
    let mut all = Cli::command();
    let commands = all.get_subcommands_mut();
    let named = commands
        .filter(|command| is_named(command, words))
        .map(mem::take);
    let few = Globals::augment_args(clap::Command::new("nlhello")).subcommands(named);

    read(few).or_else(|_| read(Cli::command()))
}

fn is_named(command: &clap::Command, words: &[OsString]) -> bool {
    let mut names = command.get_all_aliases().chain([command.get_name()]);

    names.any(|name| words.iter().skip(1).any(|word| word == name))
}

/// Says whether JSON is asked for, also by a command line that is wrong.
pub fn asks_for_json() -> bool {
    std::env::args_os()
        .take_while(|arg| arg != "--")
        .any(|arg| arg == "--json")
}

/// Returns what is wrong with the command line as an error like others: the first paragraph.
pub fn usage_error(message: &clap::Error) -> Error {
    let text = message.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = paragraph.split_whitespace().collect();
    let words = words.join(" ");

    Error::usage("read the command line", words.trim_start_matches("error: ")).hint("try --help")
}

fn count(value: &str) -> Result<u64, String> {
    value
        .parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| "not a whole number from 1".to_owned())
}

fn seconds(value: &str) -> Result<Duration, String> {
    value
        .parse()
        .ok()
        .filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("not a number from 0 to {SECONDS_MAX}"))
}

/// Reads a number of seconds that pass.
fn pace(value: &str) -> Result<Duration, String> {
    match seconds(value) {
        Ok(Duration::ZERO) => Err("not a number above 0".to_owned()),
        seconds => seconds,
    }
}

/// Reads a size in bytes, or with one of the letters K, M and G (1024 to the power of 1, 2, 3).
fn size(value: &str) -> Result<u64, String> {
    let units = [("K", 10), ("M", 20), ("G", 30)];
    let unit = units
        .iter()
        .find_map(|(unit, bits)| Some((value.strip_suffix(unit)?, *bits)));
    let (digits, bits) = unit.unwrap_or((value, 0));

    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(1 << bits))
        .filter(|size| *size > 0)
        .ok_or_else(|| "not a number of bytes, or one with K, M or G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn seconds_are_finite_and_not_negative() {
        for bad in ["-1", "NaN", "inf", "-0.1", "86401", "", "1s"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert!(pace("0").is_err() && pace("-1").is_err());
        assert_eq!(pace("0.25"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn a_size_is_bytes_or_a_power_of_1024() {
        let sizes = [1, 4096, 65_536, 10 << 20, 2 << 30];
        for (value, bytes) in ["1", "4096", "64K", "10M", "2G"].into_iter().zip(sizes) {
            assert_eq!(size(value), Ok(bytes));
        }
        for bad in " 0 0K -1 1.5M 10MB K m 17179869184G".split(' ') {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    /// Words before and behind a command, some of them wrong.
    const BEFORE: &[&str] = &[
        "",
        "--json",
        "-n link",
        "-vn m",
        "-nlink -v",
        "--color never --netns=route",
        "-n",
        "-4",
        "--",
        "bogus",
        "-h",
        "help",
    ];
    const BEHIND: &[&str] = &[
        "--json",
        "--color=always -v",
        "-n a",
        "-- --json",
        "--netns",
        "--color x",
    ];
    /// Arguments of commands; `''` is an empty word.
    const ARGUMENTS: &[&str] = &[
        "",
        "lo",
        "7",
        "show dev lo up",
        "-4 -d table all",
        "link -6",
        "show --details --strict",
        "-W 2",
        "Hi -W0.5",
        "--force -",
        "-c 3 --timeout 0.5",
        "Hi -i .2 -s9 --batch 7 -q",
        "--flood --count=2",
        "--initial --all-netns --timestamp iso addr",
        "--recheck 0.5 link",
        "--record x --buffer 7",
        "--protocol route -o x -- ip --json",
        "--protocol routes -- ip",
        "--pid 7 --comm ip -w x link RTM_GETADDR",
        "-c 1 -- ip",
        "--record x --record-size 1M --record-files 3",
        "--record-files 3",
        "--watch -i 0.5 -c 1 proto route",
        "-i 1",
        "file link --timestamp=none",
        "-- -d",
        "-",
        "''",
        "-c -1",
        "--flood -i 1",
        "-4 -6 lo",
        "--all-netns --record x",
        "--bogus",
        "--help",
        "-V",
    ];

    fn names() -> Vec<String> {
        let known = Cli::command();
        let names = known.get_subcommands().map(|command| {
            let aliases = command.get_all_aliases().map(str::to_owned);
            std::iter::once(command.get_name().to_owned()).chain(aliases)
        });

        names.flatten().collect()
    }

    /// Returns what `line` means, once it is held that it means the same with the definitions of all commands.
    fn meaning(all: &mut clap::Command, line: &str) -> Option<String> {
        let words = line.split_whitespace().map(|word| word.trim_matches('\''));
        let words: Vec<_> = ["nlhello"]
            .into_iter()
            .chain(words)
            .map(OsString::from)
            .collect();
        let found = all.try_get_matches_from_mut(&words);
        let expected = found.and_then(|mut found| Cli::from_arg_matches_mut(&mut found));
        let [expected, cli] = [expected, parse_words(&words)].map(|cli| {
            cli.map(|cli| format!("{cli:?}"))
                .map_err(|error| error.kind())
        });

        assert_eq!(cli, expected, "{line}");
        cli.ok()
    }

    #[test]
    fn each_name_of_each_command_is_understood_with_arguments_before_it_and_behind() {
        let mut all = Cli::command();
        for name in names() {
            let lines = ARGUMENTS
                .iter()
                .map(|arguments| format!("{name} {arguments}"));
            let understood = lines.filter_map(|line| meaning(&mut all, &line)).count();
            assert!((1..ARGUMENTS.len()).contains(&understood), "{name}");
            for before in BEFORE.iter().chain(&["--json --color never"]) {
                for behind in BEHIND.iter().chain(&["", "-v -n link"]) {
                    meaning(&mut all, &format!("{before} {name} {behind}"));
                    meaning(&mut all, &format!("{before} {name} 7 {behind}"));
                }
            }
        }
    }

    #[test]
    fn options_without_a_command_and_said_twice_are_understood() {
        let mut all = Cli::command();
        for line in BEFORE.iter().chain(BEHIND) {
            meaning(&mut all, line);
        }
        let cli = meaning(&mut all, "-n a link -n b").unwrap();
        assert!(cli.contains("netns: Some(\"b\")"), "{cli}");
    }
}
