//! Other processes: starting and ending them, and what they have used.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::Outcome;
use super::client::{Client, get};

/// The binary under test.
pub const INNOGRAPH: &str = env!("CARGO_BIN_EXE_innograph");

/// A server that ends with its owner.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// This program again, in the role of a server that prints its port.
    pub fn role(words: &[&Path], role: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("role").arg(role).args(words).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        // From here on the child ends with its guard, whatever happens.
        let mut server = Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) };
        let port = line.trim().parse().map_err(|_| format!("the server in the role {role} did not start"))?;
        server.address.set_port(port);
        Ok(server)
    }

    /// The binary under test, as it is shipped, over a store of that name; with so many worker
    /// threads, or as many as it chooses.
    pub fn innograph(data: &Path, name: &str, threads: Option<&str>) -> Outcome<Self> {
        // A port that was free a moment ago; the service says at once where it is not.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new(INNOGRAPH);
        command.args(["serve", "--store-name", name, "--listen", &address.to_string(), "--data"]).arg(data);
        if let Some(threads) = threads {
            command.env("TOKIO_WORKER_THREADS", threads);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, address })
    }

    /// The same with settings of its own.
    pub fn innograph_with(data: &Path, name: &str, settings: &[(&str, &str)]) -> Outcome<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new(INNOGRAPH);
        command.args(["serve", "--store-name", name, "--listen", &address.to_string(), "--data"]).arg(data);
        command.envs(settings.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, address })
    }

    /// Ask `/readyz` until the answer holds `word`, at most ten minutes.
    pub fn wait_for(&mut self, word: &str, pause: Duration) -> Outcome<()> {
        let request = get("/readyz");
        let most = 600_000 / pause.as_micros().div_ceil(1_000).max(1);
        for _ in 0..most {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            let answer = Client::connect(self.address).and_then(|mut client| client.ask(&request).map(<[u8]>::to_vec));
            if answer.is_ok_and(|body| String::from_utf8_lossy(&body).contains(word)) {
                return Ok(());
            }
            sleep(pause);
        }
        Err("the server was not ready within ten minutes".into())
    }

    /// Wait until it does nothing of its own: an index that answers may still be tidying up.
    pub fn rest(&self) -> Outcome<()> {
        const LITTLE_NS: u64 = 2_000_000;
        let mut before = 0;
        for _ in 0..240 {
            let now = self.cpu()?;
            if now.abs_diff(before) < LITTLE_NS {
                return Ok(());
            }
            before = now;
            sleep(Duration::from_millis(500));
        }
        Err("the server is busy with itself and cannot be measured".into())
    }

    /// CPU time used so far by all its threads, in nanoseconds, once the last answer is done with.
    pub fn cpu(&self) -> Outcome<u64> {
        // The last answer is out before the worker has put its things away.
        sleep(Duration::from_millis(2));
        let mut sum = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            sum += text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        }
        if sum == 0 { Err("this system does not say what CPU time a thread has used".into()) } else { Ok(sum) }
    }
}

/// Largest memory this process has had, in MiB.
pub fn peak_memory() -> u64 {
    memory_of("self", "VmHWM:")
}

/// Memory of a process, in MiB, by the word that Linux has for it; 0 where the process is gone.
pub fn memory_of(process: &str, word: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(word));
    line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
        / 1024
}

/// This program again, in a role that ends by itself; what it printed.
pub fn run_role(role: &str, directory: &Path) -> Outcome<String> {
    let output = Command::new(std::env::current_exe()?).args(["role", role]).arg(directory).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("the role {role} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}
