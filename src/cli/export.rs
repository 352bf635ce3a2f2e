//! `innograph export`: what a role sees in a store, as a file in a format that others open, with a manifest
//! beside it. The store is looked at without opening it, so that it may be served meanwhile.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::exit;
use super::failure::Failure;
use super::{asked, whole};
use crate::api::types::fact::moment;
use crate::config::Config;
use crate::domain::command::Reference;
use crate::domain::manifest::{Cut, Manifest};
use crate::domain::{Day, Kind, RecordKind, Subgraph, Table};
use crate::engine::{self, now_ms};
use crate::export::{self, Content, Format, Holds};
use crate::graph::{Budget, EntityRow, Lens};
use crate::ledger::replace_file;
use crate::rights::{Rights, Role};

/// Ties that may be looked at for each node that may go out.
const TIES_A_NODE: u64 = 100;

/// What goes out, and where to.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["kind", "subgraph", "query", "all"])))]
pub struct ExportArgs {
    /// Everything of one kind: `enterprises` or 企业; in formats for graphs with the ties among them. Or
    /// records of one kind: `certifications` or 资质认定.
    #[arg(long)]
    kind: Option<String>,
    /// What lies around a node: its id, row key, code, credit code or full name.
    #[arg(long)]
    subgraph: Option<String>,
    /// The answer of a document in this file: one list of it, all its pages, or a network.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["as_of", "depth"])]
    query: Option<PathBuf>,
    /// Its variables, as a JSON object.
    #[arg(long, requires = "query")]
    variables: Option<String>,
    /// Which of its operations, where it has several.
    #[arg(long, requires = "query")]
    operation: Option<String>,
    /// The whole store, in the import format with all ids, into this folder, which is made. Format csv or xlsx.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["out", "as_of", "role", "most", "depth"])]
    all: Option<PathBuf>,
    /// How many steps around it.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=10))]
    depth: u32,
    /// csv, xlsx, gexf, graphml, cytoscape, jsonld or edges.
    #[arg(long)]
    format: String,
    /// The file to write; FILE.manifest.json is written beside it.
    #[arg(long, required_unless_present = "all")]
    out: Option<PathBuf>,
    /// The day to ask for (2018-06-30); today where not given.
    #[arg(long)]
    as_of: Option<String>,
    /// The role whose rights count. What goes out is what it may see; texts of people go out for nobody.
    #[arg(long, default_value = "public")]
    role: String,
    /// Nodes that go out at most; where there are more, the manifest says so.
    #[arg(long, default_value_t = 1_000_000)]
    most: usize,
}

/// What was asked for, read once.
struct Wanted {
    out: PathBuf,
    what: What,
    format: Format,
    day: Day,
    role: Role,
}

enum What {
    Kind(Kind),
    Records(RecordKind),
    Around(String, u32),
}

/// A result, before it is a file.
enum Found {
    Table(Table),
    Graph(Subgraph),
}

/// Write the file and its manifest.
pub fn export(config: &Config, args: &ExportArgs) -> ExitCode {
    let done = match &args.all {
        Some(folder) => {
            format_named(&args.format).and_then(|format| whole::whole(&config.data, &config.limits, folder, format))
        }
        None if args.query.is_some() => of_query(config, args),
        None => run(&config.data, args),
    };
    match done {
        Ok(told) => {
            println!("{told}");
            ExitCode::from(exit::OK)
        }
        Err(failure) => failure.report(),
    }
}

fn of_query(config: &Config, args: &ExportArgs) -> Result<String, Failure> {
    let (format, role) = (format_named(&args.format)?, role_named(&args.role)?);
    let (out, file) = (args.out.clone().unwrap_or_default(), args.query.clone().unwrap_or_default());
    let asked = asked::Asked { file, variables: args.variables.clone(), operation: args.operation.clone() };
    let made = asked::made(config, &asked, (role, format), args.most)?;
    put(&out, (&made.bytes, &made.manifest), role)?;
    Ok(format!("已写出 written: {}（{}）", out.display(), role.name()))
}

fn run(data: &Path, args: &ExportArgs) -> Result<String, Failure> {
    let wanted = read(args)?;
    let inspection = engine::inspect(data).map_err(|error| Failure::store(&error))?;
    let state = &inspection.state;
    let rows = u64::try_from(args.most).unwrap_or(u64::MAX).saturating_mul(TIES_A_NODE);
    let budget = Budget::new(rows);
    let lens = Lens::new(state, engine::today(), Rights::of(wanted.role), &budget).at(state, wanted.day);
    let (found, cut) = find(&lens, &wanted, args.most)?;
    let content = match &found {
        Found::Table(table) => Content::Table(table),
        Found::Graph(graph) => Content::Graph(graph),
    };
    let manifest = Manifest {
        store: state.name().unwrap_or_default().to_owned(),
        query: "innograph export".into(),
        variables: variables(args),
        role: wanted.role.name(),
        sequence: lens.sequence(),
        as_of: wanted.day,
        known_at: None,
        made_at: moment(now_ms()),
        cut,
        definition: defined(&wanted.what),
        content_hash: export::content_hash(content),
    };
    let bytes = export::write(content, &manifest, wanted.format).map_err(|unfit| {
        let (zh, en) = unfit.told();
        Failure::new(unfit.code(), exit::REFUSED, zh, en)
    })?;
    let beside = export::manifest_json(&manifest, content, (wanted.format, &bytes));
    put(&wanted.out, (&bytes, &beside), wanted.role)?;
    let (nodes, zh, en) = match content {
        Content::Table(table) => (table.rows().len(), "行", "rows"),
        Content::Graph(graph) => (graph.nodes().len(), "个对象", "nodes"),
    };
    let cut = match cut {
        Cut::Whole => String::new(),
        Cut::Truncated => "；没有全部导出，请加大 --most · cut short: raise --most".to_owned(),
    };
    Ok(format!("已写出 written: {} {nodes} {zh} {en}（{}）{cut}", wanted.out.display(), wanted.role.name()))
}

fn read(args: &ExportArgs) -> Result<Wanted, Failure> {
    let format = format_named(&args.format)?;
    let what = match (&args.kind, &args.subgraph) {
        (Some(kind), _) => kind_named(kind)?,
        (None, around) => What::Around(around.clone().unwrap_or_default(), args.depth),
    };
    let day = match &args.as_of {
        None => engine::today(),
        Some(text) => text.parse().map_err(|()| {
            usage(
                format!("--as-of 应为一天，如 2018-06-30，写的是“{text}”。"),
                format!("--as-of expects a day such as 2018-06-30, not “{text}”."),
            )
        })?,
    };
    let role = role_named(&args.role)?;
    Ok(Wanted { out: args.out.clone().unwrap_or_default(), what, format, day, role })
}

fn role_named(given: &str) -> Result<Role, Failure> {
    Role::named(given).filter(|role| !role.needs_region()).ok_or_else(|| {
        let known = Role::all().filter(|role| !role.needs_region()).map(Role::name).collect::<Vec<_>>().join(", ");
        usage(
            format!("不能按角色“{given}”导出。可用：{known}。"),
            format!("Nothing is exported for the role “{given}”. Known: {known}."),
        )
    })
}

fn format_named(given: &str) -> Result<Format, Failure> {
    Format::named(given).ok_or_else(|| {
        let known = Format::all().map(|format| format.row());
        let known = known.map(|row| format!("{}（{}）", row.name, row.zh)).collect::<Vec<_>>().join("、");
        usage(format!("没有格式“{given}”。可用：{known}。"), format!("There is no format “{given}”. Known: {known}."))
    })
}

fn kind_named(given: &str) -> Result<What, Failure> {
    let fits = |kind: &Kind| [kind.row().list_field, kind.row().label_zh, kind.row().code].contains(&given);
    let is_record = |kind: &RecordKind| [kind.row().field, kind.row().label_zh, kind.row().name].contains(&given);
    let found = Kind::all().find(fits).map(What::Kind);
    found.or_else(|| RecordKind::all().find(is_record).map(What::Records)).ok_or_else(|| {
        let kinds = Kind::all().map(|kind| (kind.row().list_field, kind.row().label_zh));
        let known = kinds.chain(RecordKind::all().map(|kind| (kind.row().field, kind.row().label_zh)));
        let known = known.map(|(name, zh)| format!("{name}（{zh}）")).collect::<Vec<_>>().join("、");
        usage(
            format!("没有“{given}”这种对象或记录。可用：{known}。"),
            format!("There is no kind “{given}”. Known: {known}."),
        )
    })
}

fn usage(zh: String, en: String) -> Failure {
    Failure::new("EXPORT_USAGE", exit::USAGE, zh, en)
}

fn find(lens: &Lens<'_>, wanted: &Wanted, most: usize) -> Result<(Found, Cut), Failure> {
    match &wanted.what {
        What::Kind(kind) if wanted.format.row().holds == Holds::Graphs => {
            let (graph, cut) = lens.graph_of(*kind, most);
            Ok((Found::Graph(graph), cut))
        }
        What::Kind(kind) => {
            let (table, cut) = lens.table_of(*kind, most);
            Ok((Found::Table(table), cut))
        }
        What::Records(kind) => {
            let (table, cut) = lens.table_of_records(*kind, most);
            Ok((Found::Table(table), cut))
        }
        What::Around(given, depth) => {
            let (graph, cut) = lens.graph_around(center(lens, given)?, *depth, most);
            Ok((Found::Graph(graph), cut))
        }
    }
}

/// The node that is meant: by id, else by code, else by name.
fn center(lens: &Lens<'_>, given: &str) -> Result<EntityRow, Failure> {
    if let Some(node) = given.parse().ok().and_then(|id| lens.node(id)) {
        return Ok(node);
    }
    let ways = [Reference::Code(given.into()), Reference::CreditCode(given.into()), Reference::Name(given.into())];
    let way = ways.iter().find(|way| !lens.fitting(way, &[]).is_empty()).unwrap_or(&ways[2]);
    lens.resolve(way, &[])
        .map_err(|rejection| Failure::new(rejection.code(), exit::REFUSED, rejection.zh(), rejection.en()))
}

fn defined(what: &What) -> Option<String> {
    match what {
        What::Kind(kind) => Some(kind.row().zh.to_owned()),
        What::Records(kind) => Some(kind.row().zh.to_owned()),
        What::Around(..) => None,
    }
}

fn variables(args: &ExportArgs) -> Vec<(String, String)> {
    let mut all = vec![("format".to_owned(), args.format.clone()), ("most".to_owned(), args.most.to_string())];
    all.extend(args.kind.iter().map(|kind| ("kind".to_owned(), kind.clone())));
    if let Some(around) = &args.subgraph {
        all.extend([("subgraph".to_owned(), around.clone()), ("depth".to_owned(), args.depth.to_string())]);
    }
    all
}

/// Both files, each whole or not at all. What is not for everybody is readable for its owner alone.
fn put(out: &Path, (bytes, manifest): (&[u8], &str), role: Role) -> Result<(), Failure> {
    let mode = if role == Role::Public { 0o644 } else { 0o600 };
    let mut beside = out.as_os_str().to_owned();
    beside.push(".manifest.json");
    let beside = PathBuf::from(beside);
    // A manifest of an earlier file never stands beside a new one.
    match std::fs::remove_file(&beside) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(Failure::system(&beside, &cause)),
        _ => {}
    }
    replace_file(out, bytes, mode).map_err(|cause| Failure::system(out, &cause))?;
    replace_file(&beside, manifest.as_bytes(), mode).map_err(|cause| Failure::system(&beside, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;
    use crate::domain::command::Command;
    use crate::engine::Engine;
    use crate::intake::{self, InputFile};

    /// A demand whose owner is not named to everybody.
    const ANONYMOUS: &str = "dem-soc";

    /// A store of the invented city.
    fn demo(data: &Path) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let mut files = Vec::new();
        for folder in ["codes", "codes/fields", "codes/industry", "codes/chain", "codes/region", "codes/plan", "demo"] {
            let mut paths: Vec<PathBuf> = std::fs::read_dir(root.join(folder))
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
                .collect();
            paths.sort();
            files.extend(paths.iter().map(|path| InputFile {
                label: path.display().to_string(),
                name: path.file_name().expect("a name").to_string_lossy().into_owned(),
                bytes: std::fs::read(path).expect("a file"),
            }));
        }
        let reading = intake::read_folder(&files, &Limits::default().intake());
        assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
        let mut commands: Vec<Command> = reading.commands.into_iter().map(|(_, command)| command).collect();
        commands.push(Command::NameStore { name: "demo".into() });
        let engine = Engine::open(data).expect("it opens");
        engine.execute("import", &commands, &mut |_, _| true).expect("it is written");
    }

    fn args(what: (Option<&str>, Option<&str>), format: &str, out: &Path) -> ExportArgs {
        ExportArgs {
            kind: what.0.map(Into::into),
            subgraph: what.1.map(Into::into),
            depth: 2,
            format: format.into(),
            all: None,
            query: None,
            variables: None,
            operation: None,
            out: Some(out.to_owned()),
            as_of: Some("2022-01-01".into()),
            role: "public".into(),
            most: 1_000,
        }
    }

    /// Firms of the invented city on the first day of 2022, by the dates of its table.
    fn firms() -> u64 {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/enterprises.csv");
        let mut reader = csv::Reader::from_path(path).expect("a fixture");
        let head = reader.headers().expect("a head").clone();
        let place = |name: &str| head.iter().position(|known| known == name).expect("a column");
        let [from, to, registered] = ["validFrom", "validTo", "registeredOn"].map(place);
        let rows = reader.records().map(|row| row.expect("a row"));
        // Dates as text have the order of days; one that is empty comes before all.
        let begins = |row: &csv::StringRecord| {
            if row[from].is_empty() { row[registered].to_owned() } else { row[from].to_owned() }
        };
        let held = rows.filter(|row| *begins(row) <= *"2022-01-01" && (row[to].is_empty() || &row[to] > "2022-01-01"));
        u64::try_from(held.count()).expect("a count")
    }

    fn manifest_of(out: &Path) -> serde_json::Value {
        let beside = PathBuf::from(format!("{}.manifest.json", out.display()));
        serde_json::from_slice(&std::fs::read(beside).expect("a manifest")).expect("JSON")
    }

    #[test]
    fn the_command_line_is_sound_and_takes_a_kind_or_a_node() {
        use clap::{CommandFactory, Parser};

        crate::cli::Cli::command().debug_assert();
        let parses = |given: &str| crate::cli::Cli::try_parse_from(given.split_whitespace()).is_ok();
        let tail = "--format csv --out x --data y";
        assert!(parses(&format!("innograph export --kind 企业 {tail}")));
        assert!(parses(&format!(
            "innograph export --subgraph 示例 --depth 10 {tail} --as-of 2022-01-01 --role steward"
        )));
        for wrong in ["", "--kind a --subgraph b", "--subgraph b --depth 11", "--kind a --most some"] {
            assert!(!parses(&format!("innograph export {wrong} {tail}")), "{wrong}");
        }
        assert!(parses("innograph schema --json-ld") && parses("innograph schema"));
    }

    #[test]
    fn every_format_goes_out_with_a_manifest_that_fits_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let data = folder.path().join("data");
        demo(&data);
        let mut hashes = Vec::new();
        for format in Format::all() {
            let out = folder.path().join(format!("out.{}", format.row().ending));
            run(&data, &args((Some("enterprises"), None), format.row().name, &out)).expect("it goes out");
            let (told, bytes) = (manifest_of(&out), std::fs::read(&out).expect("a file"));
            let counts = &told["counts"];
            let count = counts["rows"].as_u64().or(counts["nodes"].as_u64());
            assert_eq!(count, Some(firms()), "{format:?}");
            assert_eq!(told["fileHash"], format!("sha256:{}", export::file_hash(&bytes)));
            assert_eq!(
                (&told["store"], &told["asOf"], &told["role"]),
                (&"demo".into(), &"2022-01-01".into(), &"PUBLIC".into())
            );
            assert_eq!(told["truncated"], false);
            hashes.push((format.row().holds, told["contentHash"].clone()));
        }
        // The same content has the same hash in every format that holds it.
        let of_graphs: Vec<_> = hashes.iter().filter(|(holds, _)| *holds == Holds::Graphs).collect();
        assert!(of_graphs.len() > 1 && of_graphs.iter().all(|pair| pair.1 == of_graphs[0].1));

        // What is internal, and demands that are not open, go out for staff alone.
        let out = folder.path().join("demands.csv");
        let demands = |role: &str| {
            let asked = ExportArgs { role: role.into(), ..args((Some("技术需求"), None), "csv", &out) };
            run(&data, &asked).expect("it goes out");
            manifest_of(&out)["counts"]["rows"].as_u64().expect("a count")
        };
        // One of the 24 is for the bureau only, and of one nobody else knows whose it is.
        assert_eq!((demands("public"), demands("city_officer")), (23, 24));
        let owners = |role: &str| {
            let out = folder.path().join("demand.graphml");
            let around = args((None, Some(ANONYMOUS)), "graphml", &out);
            run(&data, &ExportArgs { role: role.into(), depth: 1, ..around }).expect("it goes out");
            std::fs::read_to_string(&out).expect("a file").matches("HAS_DEMAND").count()
        };
        assert_eq!((owners("public"), owners("city_officer")), (0, 1));

        // Certificates are public, figures of firms are not: only staff get rows, and their amounts.
        let records = |(kind, role): (&str, &str)| {
            let asked = ExportArgs { role: role.into(), ..args((Some(kind), None), "csv", &out) };
            run(&data, &asked).expect("it goes out");
            let rows = manifest_of(&out)["counts"]["rows"].as_u64().expect("a count");
            (rows, std::fs::read_to_string(&out).expect("a file").contains("净利润（元）"))
        };
        assert!(records(("certifications", "public")).0 > 100);
        assert_eq!(records(("yearFigures", "public")), (0, false));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/year_figures.csv");
        let lines = std::fs::read_to_string(path).expect("a fixture").lines().count() - 1;
        assert_eq!(records(("年度数据", "city_officer")), (u64::try_from(lines).expect("a count"), true));

        // Cut short, it says so; round a node there are its neighbours; what is wrong is refused and writes nothing.
        let cut = ExportArgs { most: 5, ..args((Some("enterprises"), None), "csv", &out) };
        run(&data, &cut).expect("it goes out");
        assert_eq!((&manifest_of(&out)["truncated"], &manifest_of(&out)["counts"]["rows"]), (&true.into(), &5.into()));
        let out = folder.path().join("around.gexf");
        run(&data, &args((None, Some("示例聚能动力电池股份有限公司")), "gexf", &out)).expect("it goes out");
        assert!(manifest_of(&out)["counts"]["ties"].as_u64() > Some(10));
        let out = folder.path().join("none");
        let refused = [
            (args((Some("enterprise?"), None), "csv", &out), "EXPORT_USAGE"),
            (args((Some("enterprises"), None), "pdf", &out), "EXPORT_USAGE"),
            (args((None, Some("示例没有的公司")), "gexf", &out), "UNKNOWN_REFERENCE"),
            (args((None, Some("示例聚能动力电池股份有限公司")), "csv", &out), "EXPORT_SHAPE"),
            (ExportArgs { role: "king".into(), ..args((Some("enterprises"), None), "csv", &out) }, "EXPORT_USAGE"),
            (
                ExportArgs { as_of: Some("2022".into()), ..args((Some("enterprises"), None), "csv", &out) },
                "EXPORT_USAGE",
            ),
        ];
        for (asked, code) in refused {
            assert_eq!(run(&data, &asked).map_err(|failure| failure.code), Err(code));
        }
        assert!(!out.exists());
    }
}
