// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The command line.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use nlhello::monitor::Kind;
use nlhello::netlink::{Error, Protocol};
use nlhello::uapi::NLHELLO_DATA_MAX;
use std::ffi::OsString;
use std::io::IsTerminal;
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

    /// Speak to the hello family over generic netlink, where it is called nlhello
    #[arg(long, global = true)]
    pub genl: bool,

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

/// How to read the arguments of a command.
struct Syntax {
    /// Adds their definitions.
    define: fn(clap::Command) -> clap::Command,
    /// Makes the command of what was found.
    read: Box<ReadCommand>,
}

type ReadCommand = dyn Fn(&mut ArgMatches) -> Result<Command, clap::Error>;

/// Defines [`Command`] and [`Command::syntax`] from one list: each variant with its arguments, its
/// name and its other names. Commands that list objects are between the first and the others: they are those of the
/// [kinds](Kind::listed).
macro_rules! commands {
    (@syntax $variant:ident($args:ty)) => {
        Some(Syntax {
            define: <$args>::augment_args,
            read: Box::new(|found| <$args>::from_arg_matches_mut(found).map(Self::$variant)),
        })
    };
    (
        $($(#[$meta:meta])* $variant:ident($args:ty) = $name:literal $(| $alias:literal)*,)*
        --
        $($(#[$more_meta:meta])* $more:ident($more_args:ty) = $more_name:literal $(| $more_alias:literal)*,)*
    ) => {
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $(
                $(#[$meta])*
                #[command(name = $name $(, visible_alias = $alias)*)]
                $variant($args),
            )*
            #[command(flatten)]
            Show(Shown),
            $(
                $(#[$more_meta])*
                #[command(name = $more_name $(, visible_alias = $more_alias)*)]
                $more($more_args),
            )*
        }

        impl Command {
            /// Returns how to read the command that `word` is a name of.
            fn syntax(word: &str) -> Option<Syntax> {
                match word {
                    $($name $(| $alias)* => commands!(@syntax $variant($args)),)*
                    $($more_name $(| $more_alias)* => commands!(@syntax $more($more_args)),)*
                    _ => Kind::of_command(word).map(|kind| Syntax {
                        define: ShowArgs::augment_args,
                        read: Box::new(move |found| Shown::read(kind, found).map(Self::Show)),
                    }),
                }
            }
        }
    };
}

commands! {
    /// Say hello again and again, like ping
    Hello(HelloArgs) = "hello",
    /// Hear who says hello, until Ctrl-C
    Listen(ListenArgs) = "listen",
    /// Show who has said hello and is still there
    Peers(PeersArgs) = "peers",
    /// Show the kernel's counters
    Stats(Wait) = "stats",
    /// Show what the kernel says, or set it
    Greeting(GreetingArgs) = "greeting",
    --
    /// Show generic netlink families: [show] [NAME], with a name also what it takes
    Genl(ShowArgs) = "genl",
    /// Show netlink sockets, who has them, how full they are and what they lost: [show] [proto PROTOCOL]
    /// [pid PID] [comm NAME] [portid N]
    Sockets(SocketsArgs) = "sockets",
    /// Call any family by its netlink spec (YAML): SPEC, a file or the name of one in /usr/share/ynl/specs; COMMAND
    /// of it; NAME=VALUE... Without a command, list what there is
    #[command(
        after_help = "A value is a number, a word or words (up,running) of an enum, an address, \
                      hexadecimal digits, or a text, as the spec has it; NAME alone sets a flag. \
                      Attributes inside others are NAME.NAME=VALUE, or NAME={\"NAME\": VALUE}. What \
                      may be there several times is NAME=VALUE NAME=VALUE, or NAME=[VALUE, VALUE]. \
                      {\"NAME\": VALUE, ...} alone is all at once.\n\
                      Answers and events have the names of the spec, and in JSON the form that the \
                      kernel's tools/net/ynl/pyynl/cli.py gives them. What the spec does not know \
                      is UnknownAttr(5), Unknown(5) and hexadecimal."
    )]
    Call(CallArgs) = "call",
    /// Do what a file says, a command a line; changes and others
    Batch(BatchArgs) = "batch",
    #[command(about = monitor_about())]
    Monitor(MonitorArgs) = "monitor" | "m",
    /// Tell again what a monitor has recorded, or what tcpdump on nlmon or rtmon has captured: FILE, and, to
    /// choose, words as those of monitor; without any, just what it told
    Replay(ReplayArgs) = "replay",
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
    Sniff(SniffArgs) = "sniff",
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
    Wait(WaitArgs) = "wait",
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
    fn read(kind: Kind, found: &mut ArgMatches) -> Result<Self, clap::Error> {
        ShowArgs::from_arg_matches_mut(found).map(|args| Self { kind, args })
    }

    /// Returns the definition of the command that lists objects of `kind`.
    fn command(kind: Kind) -> clap::Command {
        let command = clap::Command::new(kind.name()).visible_aliases(kind.aliases());

        ShowArgs::augment_args(command).about(kind.about())
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

        Self::read(kind, &mut arguments)
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

/// Address families, by option.
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

/// Options and words of `wait`.
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

/// Options and words of `monitor`.
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

/// Options and words of `replay`.
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

/// Options of `sniff`, and the command to follow.
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

/// Options of `call`, the spec, the command and its values.
#[derive(Args, Debug)]
pub struct CallArgs {
    /// Ask for all objects that the command can list
    #[arg(long)]
    pub dump: bool,

    /// List what the command takes, instead of sending it
    #[arg(long, requires = "command", conflicts_with_all = ["dump", "subscribe"])]
    pub attrs: bool,

    /// Tell what the kernel says to this multicast group, until Ctrl-C; may be repeated
    #[arg(long, value_name = "GROUP")]
    pub subscribe: Vec<String>,

    /// Stop after this many messages to a group; to hear fewer is a failure
    #[arg(short, long, value_parser = count, allow_negative_numbers = true, requires = "subscribe")]
    pub count: Option<u64>,

    /// Stop to listen after this many seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    #[arg(allow_negative_numbers = true, requires = "subscribe")]
    pub duration: Option<Duration>,

    /// Make an object that is not there (NLM_F_CREATE)
    #[arg(long)]
    pub create: bool,

    /// Put the object in the place of one that is there (NLM_F_REPLACE)
    #[arg(long)]
    pub replace: bool,

    /// Fail if the object is there already (NLM_F_EXCL)
    #[arg(long)]
    pub excl: bool,

    /// Put the object at the end of its list (NLM_F_APPEND)
    #[arg(long)]
    pub append: bool,

    /// Show what the kernel made of it (NLM_F_ECHO)
    #[arg(long)]
    pub echo: bool,

    #[command(flatten)]
    pub wait: Wait,

    /// The family's spec: a file, or the name of one in /usr/share/ynl/specs
    pub spec: PathBuf,

    /// Command of the family
    pub command: Option<String>,

    /// Attributes of the request: NAME=VALUE, NAME, or a JSON object
    #[arg(value_name = "NAME=VALUE")]
    pub values: Vec<String>,
}

#[derive(Args, Debug)]
pub struct BatchArgs {
    /// Go on where a line fails
    #[arg(long)]
    pub force: bool,

    /// The file; - is standard input
    pub file: PathBuf,
}

/// Kinds to show, in the words of ip(8).
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

/// Options of `sockets`.
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

/// How long to wait.
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
    let words: Vec<_> = std::env::args_os().skip(1).collect();

    parse_alone(&words).map_or_else(Cli::try_parse, Ok)
}

/// Reads a command line that is no program's own, without the name of the program; see [`parse`].
pub fn parse_line(words: &[OsString]) -> Result<Cli, clap::Error> {
    parse_alone(words).map_or_else(|| parse_whole(words), Ok)
}

/// Reads a command line with the definitions of all commands.
fn parse_whole(words: &[OsString]) -> Result<Cli, clap::Error> {
    let name = OsString::from("nlhello");

    Cli::try_parse_from(std::iter::once(&name).chain(words))
}

/// Reads a command line with the definition of its own command alone: defining all the others takes
/// longer than most commands run.
///
/// `None` stands for help and for whatever is wrong or unclear: [`parse_whole`] has the answer.
fn parse_alone(words: &[OsString]) -> Option<Cli> {
    let Some((at, syntax)) = find_command(words) else {
        let globals = parse_globals(words)?;
        return Some(Cli {
            globals,
            command: None,
        });
    };
    let arguments = words[..at].iter().chain(&words[at + 1..]);
    let mut found = match_words((syntax.define)(globals()), arguments)?;

    Some(Cli {
        globals: Globals::from_arg_matches_mut(&mut found).ok()?,
        command: Some((syntax.read)(&mut found).ok()?),
    })
}

/// Returns where in `words` the command is, with nothing but global options before it, and its syntax.
fn find_command(words: &[OsString]) -> Option<(usize, Syntax)> {
    words
        .iter()
        .enumerate()
        .take_while(|(_, word)| *word != "--")
        .filter_map(|(at, word)| Some((at, Command::syntax(word.to_str()?)?)))
        .find(|(at, _)| *at == 0 || parse_globals(&words[..*at]).is_some())
}

/// Reads a command line that has no command.
fn parse_globals(words: &[OsString]) -> Option<Globals> {
    let mut found = match_words(globals(), words)?;

    Globals::from_arg_matches_mut(&mut found).ok()
}

/// Returns the definition of the global options alone, without `--help` and `--version`.
fn globals() -> clap::Command {
    let command = clap::Command::new("nlhello")
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true);

    Globals::augment_args(command)
}

fn match_words<'w>(
    definition: clap::Command,
    words: impl IntoIterator<Item = &'w OsString>,
) -> Option<ArgMatches> {
    definition.try_get_matches_from(words).ok()
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
    use clap::CommandFactory;

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

    /// Holds that `line` means alone what it means among all commands, if it means anything there;
    /// returns both.
    fn read_both(whole: &mut clap::Command, line: &str) -> [Option<String>; 2] {
        let words = line.split_whitespace().map(|word| word.trim_matches('\''));
        let words: Vec<_> = words.map(OsString::from).collect();
        let found = whole.try_get_matches_from_mut([&["nlhello".into()], &words[..]].concat());
        let whole = found
            .and_then(|mut found| Cli::from_arg_matches_mut(&mut found))
            .ok()
            .map(|cli| format!("{cli:?}"));
        let alone = parse_alone(&words).map(|cli| format!("{cli:?}"));

        if alone.is_some() {
            assert_eq!(alone, whole, "{line}");
        }
        [alone, whole]
    }

    #[test]
    fn each_name_of_each_command_is_read_alone_as_among_all() {
        let mut whole = Cli::command();
        for name in names() {
            let mut understood = 0;
            for arguments in ARGUMENTS {
                let [alone, whole] = read_both(&mut whole, &format!("{name} {arguments}"));
                assert_eq!(alone, whole, "{name} {arguments:?}");
                understood += usize::from(alone.is_some());
            }
            assert!((1..ARGUMENTS.len()).contains(&understood), "{name}");
        }
    }

    /// Returns lines of the command `name`, one for each of `before` and `behind` together, without an argument and with.
    fn lines(name: &str, before: &[&str], behind: &[&str]) -> Vec<String> {
        let command =
            |before| [name.to_owned(), format!("{name} 7")].map(|name| format!("{before} {name}"));
        let commands = before.iter().flat_map(command);

        commands
            .flat_map(|command| {
                behind
                    .iter()
                    .map(move |behind| format!("{command} {behind}"))
            })
            .collect()
    }

    #[test]
    fn global_options_are_read_alone_as_among_all_before_a_command_and_behind() {
        let mut whole = Cli::command();
        for name in names() {
            let before = lines(&name, BEFORE, &[""]);
            let behind = lines(&name, &[""], BEHIND);
            let both = lines(&name, &["--json --color never"], &["-v -n link"]);
            for line in [before, behind, both].concat() {
                let [alone, whole] = read_both(&mut whole, &line);
                assert_eq!(alone, whole, "{line}");
            }
        }
    }

    #[test]
    fn whatever_is_before_a_command_and_behind_it_is_not_misread_alone() {
        let mut whole = Cli::command();
        for name in names() {
            for line in lines(&name, BEFORE, BEHIND) {
                read_both(&mut whole, &line);
            }
        }
    }

    #[test]
    fn without_a_command_global_options_are_read_alone_as_among_all() {
        let mut whole = Cli::command();
        for line in BEFORE.iter().chain(BEHIND) {
            let [alone, whole] = read_both(&mut whole, line);
            assert_eq!(alone, whole, "{line}");
        }
    }

    #[test]
    fn a_global_option_that_is_said_twice_is_left_to_all_commands_together() {
        let mut whole = Cli::command();
        let [alone, whole] = read_both(&mut whole, "-n a link -n b");

        assert_eq!(alone, None);
        assert!(whole.is_some_and(|cli| cli.contains("netns: Some(\"b\")")));
    }
}
