//! From starting the binary to its first yes, over the real facts that ship with it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::process::{INNOGRAPH, Server};
use super::report::Report;
use super::statistics::median;
use super::{Extent, Outcome};

/// Measure.
pub fn measure(extent: &Extent, report: &mut Report) -> Outcome<()> {
    let data = tempfile::tempdir()?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut import = Command::new(INNOGRAPH);
    import.args(["import", "--data"]).arg(data.path()).arg(fixtures.join("codes")).arg(fixtures.join("xinxiang"));
    let output = import.stdout(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(format!("the fixtures cannot be imported: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let (mut graph, mut search) = (Vec::new(), Vec::new());
    for _ in 0..extent.starts {
        let started = Instant::now();
        let mut server = Server::innograph(data.path(), "xinxiang", None)?;
        server.wait_for("\"ready\":true", Duration::from_micros(500))?;
        graph.push(started.elapsed().as_secs_f64() * 1_000.0);
        server.wait_for("\"state\":\"ready\"", Duration::from_millis(1))?;
        search.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    report.startup(median(&graph), median(&search));
    Ok(())
}
